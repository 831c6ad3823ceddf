package components

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/remotecommand"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote"
)

// DefaultCopyBytes bounds a copy for which no other bound is given.
const DefaultCopyBytes = 1 << 30

// CopyOptions say what to copy, and to where.
type CopyOptions struct {
	// Path is the file or directory in the container.
	Path string
	// To is the local directory in which the copy is placed, under its own name. It is
	// made when it is not there.
	To string
	// Pod and Container are as of ExecOptions.
	Pod, Container string
	// MaxBytes bounds the copy; 0 is DefaultCopyBytes. What is larger is not copied.
	MaxBytes int64
}

// Copy is what was copied.
type Copy struct {
	Component string `json:"component"`
	Pod       string `json:"pod"`
	Container string `json:"container"`
	// Path is where the copy is.
	Path  string `json:"path"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// CopyFrom copies a file or directory out of a container, which needs a tar. The
// copy appears as a whole, in place of an earlier one, or not at all. Links, and
// whatever else is neither file nor directory, are left out and reported.
func (c *Client) CopyFrom(ctx context.Context, component Component, opts CopyOptions) (Copy, error) {
	name := path.Base(path.Clean(opts.Path))
	if !path.IsAbs(opts.Path) || name == "/" {
		return Copy{}, fmt.Errorf("component %s: copy %q: expected the absolute path of a file or directory, and not the root", component.Name, opts.Path)
	}
	pods, err := c.podsToRunIn(ctx, component, ExecOptions{Pod: opts.Pod})
	if err != nil {
		return Copy{}, err
	}
	container, err := containerOf(&pods[0], opts.Container)
	if err != nil {
		return Copy{}, fmt.Errorf("component %s: %w", component.Name, err)
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = DefaultCopyBytes
	}
	copied := Copy{Component: component.Name, Pod: pods[0].Name, Container: container, Path: filepath.Join(opts.To, name)}
	err = c.copyInto(ctx, &copied, opts)
	return copied, err
}

// copyInto copies into a scratch directory first.
func (c *Client) copyInto(ctx context.Context, copied *Copy, opts CopyOptions) (err error) {
	if err := os.MkdirAll(opts.To, 0o755); err != nil { //nolint:gosec // like mkdir
		return fmt.Errorf("copy %s: %w", opts.Path, err)
	}
	scratch, err := os.MkdirTemp(opts.To, ".copy-")
	if err != nil {
		return fmt.Errorf("copy %s: %w", opts.Path, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	root, err := os.OpenRoot(scratch)
	if err != nil {
		return fmt.Errorf("copy %s: %w", opts.Path, err)
	}
	defer root.Close()
	u := &unpacking{root: root, name: filepath.Base(copied.Path), left: opts.MaxBytes, limit: opts.MaxBytes, report: c.report}
	if err := c.receive(ctx, copied, opts.Path, u.unpack); err != nil {
		return err
	}
	if err := u.empty(); err != nil {
		return fmt.Errorf("component %s: copy %s: %w", copied.Component, opts.Path, err)
	}
	copied.Files, copied.Bytes = u.files, u.limit-u.left
	if err := os.RemoveAll(copied.Path); err != nil {
		return fmt.Errorf("replace the earlier copy: %w", err)
	}
	return os.Rename(filepath.Join(scratch, u.name), copied.Path)
}

// receive runs tar in the container and hands what it writes to unpack.
func (c *Client) receive(ctx context.Context, from *Copy, what string, unpack func(io.Reader) error) error {
	result := Result{Component: from.Component, Pod: from.Pod, Container: from.Container,
		Command: []string{"tar", "-cf", "-", "-C", path.Dir(path.Clean(what)), "--", path.Base(path.Clean(what))}}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	reader, writer := io.Pipe()
	var stderr tail
	ended := make(chan error, 1)
	go func() {
		err := c.containers().Exec(running, from.Pod, &corev1.PodExecOptions{Container: from.Container, Command: result.Command, Stdout: true, Stderr: true},
			remotecommand.StreamOptions{Stdout: writer, Stderr: &stderr})
		_ = writer.Close()
		ended <- err
	}()
	unpacked := unpack(reader)
	if unpacked != nil {
		cancel() // nobody reads the rest
	}
	_ = reader.CloseWithError(io.ErrClosedPipe)
	err := <-ended
	result.Stderr = stderr.String()
	return result.received(ctx, err, unpacked)
}

// received is the error of a copy: tar's own first, for what came is not whole then, as
// it is not when tar did not come to its end, or not even started.
func (r *Result) received(ctx context.Context, err, unpacked error) error {
	var why string
	if err != nil {
		why, err = r.failure(ctx, err, false)
	}
	switch {
	case why != "":
		return &CommandError{Result: *r, Why: why}
	case unpacked != nil && ctx.Err() == nil && (err == nil || !errors.Is(unpacked, remote.ErrCutOff)):
		return fmt.Errorf("%s: %w", r.where(), unpacked)
	}
	return err
}
