package runner

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/runner/python"
)

// Names below the directory that install fills.
const (
	// BinaryName is the runner's file.
	BinaryName = "styrmin-runner"
	// PythonDir is the directory to put on Python's path.
	PythonDir = "python"
)

func (r *Runner) installCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "install DIR",
		Short: "Copy this binary and the Python package into a directory",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := Install(r.Executable, args[0]); err != nil {
				fmt.Fprintf(r.Err, "styrmin-runner: install into %s: %v\n", args[0], err)
				return exitError(ExitFailed)
			}
			return nil
		},
	}
}

// Install copies the executable and the Python package into a directory.
func Install(executable, dir string) error {
	if err := python.Write(filepath.Join(dir, PythonDir)); err != nil {
		return err
	}
	return copyExecutable(executable, filepath.Join(dir, BinaryName))
}

// copyExecutable copies to a temporary name first: a container that was killed
// midway starts over, and never finds half a binary.
func copyExecutable(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.CreateTemp(filepath.Dir(to), ".runner-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(target.Name())
		}
	}()
	if _, err = io.Copy(target, source); err != nil {
		_ = target.Close()
		return err
	}
	if err = target.Chmod(0o755); err != nil {
		_ = target.Close()
		return err
	}
	if err = target.Close(); err != nil {
		return err
	}
	return os.Rename(target.Name(), to)
}
