package detached

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// read decodes a file of a packed request.
func read(dir fs.FS, name string, into any) error {
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read the request: %s: %w", name, err)
	}
	return nil
}

func isAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
