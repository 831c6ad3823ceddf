package values

import (
	"fmt"
	"io"
	"strings"

	"github.com/nikolalohinski/gonja/v2/loaders"
)

// source serves the one template and refuses every other: templates read no files.
type source struct{ name, text string }

var _ loaders.Loader = (*source)(nil)

// Read returns the template.
func (s *source) Read(path string) (io.Reader, error) {
	if _, err := s.Resolve(path); err != nil {
		return nil, err
	}
	return strings.NewReader(s.text), nil
}

// Resolve knows the template's own name only.
func (s *source) Resolve(path string) (string, error) {
	if path != s.name {
		return "", fmt.Errorf("a values template cannot use other files, such as %q", path)
	}
	return path, nil
}

// Inherit returns the same source.
func (s *source) Inherit(string) (loaders.Loader, error) { return s, nil }
