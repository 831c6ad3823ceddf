package image

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// layer is a tar file on the disk, served as it is: compressing what never leaves the machine only costs time.
type layer struct {
	path   string
	digest v1.Hash
	size   int64
}

func openLayer(path string) (*layer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return nil, err
	}
	return &layer{path, v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))}, size}, nil
}

func (l *layer) Digest() (v1.Hash, error)             { return l.digest, nil }
func (l *layer) DiffID() (v1.Hash, error)             { return l.digest, nil }
func (l *layer) Size() (int64, error)                 { return l.size, nil }
func (l *layer) MediaType() (types.MediaType, error)  { return types.OCIUncompressedLayer, nil }
func (l *layer) Compressed() (io.ReadCloser, error)   { return os.Open(l.path) }
func (l *layer) Uncompressed() (io.ReadCloser, error) { return os.Open(l.path) }

// Entry is one file or directory tree of the host that goes into an image.
type Entry struct {
	Host string
	Dest string
	Mode fs.FileMode // of a file; 0 keeps the host's
}

// writeLayer writes a tar that depends on nothing but names, modes and contents: no times, no owners, sorted.
func writeLayer(w io.Writer, entries []Entry) error {
	files := map[string]Entry{}
	for _, e := range entries {
		if err := collect(files, e); err != nil {
			return err
		}
	}
	out := tar.NewWriter(w)
	written := map[string]bool{".": true}
	for _, dest := range slices.Sorted(maps.Keys(files)) {
		if err := writeParents(out, dest, written); err != nil {
			return err
		}
		if err := writeEntry(out, dest, files[dest]); err != nil {
			return fmt.Errorf("add %s: %w", files[dest].Host, err)
		}
		written[dest] = true
	}
	return out.Close()
}

// collect the files of a tree by their names in the image.
func collect(files map[string]Entry, e Entry) error {
	return filepath.WalkDir(e.Host, func(host string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(e.Host, host)
		if err != nil {
			return err
		}
		dest := strings.TrimPrefix(path.Join("/", e.Dest, filepath.ToSlash(relative)), "/")
		if dest != "" {
			files[dest] = Entry{Host: host, Mode: e.Mode}
		}
		return nil
	})
}

func writeParents(out *tar.Writer, dest string, written map[string]bool) error {
	parent := path.Dir(dest)
	if written[parent] {
		return nil
	}
	if err := writeParents(out, parent, written); err != nil {
		return err
	}
	written[parent] = true
	return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: parent + "/", Mode: 0o755, Format: tar.FormatPAX})
}

func writeEntry(out *tar.Writer, dest string, e Entry) error {
	info, err := os.Lstat(e.Host)
	if err != nil {
		return err
	}
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(e.Host); err != nil {
			return err
		}
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	mode := header.Mode
	if e.Mode != 0 && info.Mode().IsRegular() {
		mode = int64(e.Mode)
	}
	plain := &tar.Header{
		Typeflag: header.Typeflag, Name: dest, Linkname: header.Linkname, Size: header.Size, Mode: mode, Format: tar.FormatPAX,
	}
	if info.IsDir() {
		plain.Name += "/"
	}
	if err := out.WriteHeader(plain); err != nil || !info.Mode().IsRegular() {
		return err
	}
	f, err := os.Open(e.Host)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(out, f)
	return err
}
