//go:build !unix

package runner

import (
	"context"
	"errors"
	"os/exec"
)

// supervise: actions run in Linux containers; elsewhere only the rest of the package is used.
func (r *Runner) supervise(context.Context, *exec.Cmd) (int, string, error) {
	return 0, "", errors.New("actions run on Linux only")
}
