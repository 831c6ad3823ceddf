package components

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote"
)

// unpacking writes what a container sends, which nobody vouches for: nothing is
// written outside of the root, nothing under another name, no link, and no more
// than a bound.
type unpacking struct {
	root        *os.Root
	name        string // of the only file or directory at the top
	left, limit int64
	files       int
	report      func(string, ...any)
}

func (u *unpacking) unpack(from io.Reader) error {
	received := &archiveEnd{from: from}
	archive := tar.NewReader(received)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return received.ended()
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		name := path.Clean(header.Name)
		if name != u.name && !strings.HasPrefix(name, u.name+"/") {
			return fmt.Errorf("the archive has %q, expected nothing but %s", header.Name, u.name)
		}
		if err := u.entry(archive, header, name); err != nil {
			return err
		}
	}
}

// archiveEnd knows how an archive ended. Go's reader takes one that was cut between two of its
// files for whole.
type archiveEnd struct {
	from  io.Reader
	zeros int // at the end of what was read
}

func (e *archiveEnd) Read(p []byte) (int, error) {
	n, err := e.from.Read(p)
	rest := len(bytes.TrimRight(p[:n], "\x00"))
	if rest > 0 {
		e.zeros = 0
	}
	e.zeros += n - rest
	return n, err
}

// ended reads what tar pads its output with, and is an error when its end is missing.
func (e *archiveEnd) ended() error {
	if _, err := io.Copy(io.Discard, e); err != nil {
		return err
	}
	if e.zeros < endOfArchive {
		return remote.ErrCutOff
	}
	return nil
}

// endOfArchive is how many zeros end an archive, by POSIX: two blocks.
const endOfArchive = 2 * 512

// empty is an error when nothing came.
func (u *unpacking) empty() error {
	if _, err := u.root.Stat(u.name); err != nil {
		return fmt.Errorf("%s is neither a file nor a directory", u.name)
	}
	return nil
}

// entry writes one file or directory.
func (u *unpacking) entry(archive io.Reader, header *tar.Header, name string) error {
	switch header.Typeflag {
	case tar.TypeDir:
		return u.root.MkdirAll(name, 0o755)
	case tar.TypeReg:
		return u.file(archive, header, name)
	}
	u.report("left out %s: it is neither a file nor a directory", name)
	return nil
}

func (u *unpacking) file(archive io.Reader, header *tar.Header, name string) error {
	if header.Size > u.left {
		return fmt.Errorf("more than %d bytes; raise the bound or copy less", u.limit)
	}
	u.left -= header.Size
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := u.root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600|header.FileInfo().Mode().Perm()&fs.FileMode(0o755))
	if err != nil {
		return err
	}
	_, err = io.Copy(file, archive)
	u.files++
	return errors.Join(err, file.Close())
}
