package krew

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"time"
)

// Entry is a file of an archive.
type Entry struct {
	Name string
	Mode int64
	Data []byte
}

// WriteArchive writes the entries as .zip or .tar.gz, by the archive's name. The same entries and
// time give the same bytes: no owner, no clock, no order but the given one.
func WriteArchive(w io.Writer, name string, entries []Entry, modified time.Time) error {
	var err error
	switch {
	case strings.HasSuffix(name, ".zip"):
		err = writeZip(w, entries, modified)
	case strings.HasSuffix(name, ".tar.gz"):
		err = writeTarGz(w, entries, modified)
	default:
		return fmt.Errorf("archive %s: expected a name ending in .zip or .tar.gz", name)
	}
	if err != nil {
		return fmt.Errorf("archive %s: %w", name, err)
	}
	return nil
}

func writeTarGz(w io.Writer, entries []Entry, modified time.Time) error {
	zw, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zw)
	for _, e := range entries {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Format: tar.FormatUSTAR,
			Name: e.Name, Mode: e.Mode, Size: int64(len(e.Data)), ModTime: modified.UTC(),
		}
		if err := tw.WriteHeader(header); err != nil {
			return err
		}
		if _, err := tw.Write(e.Data); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zw.Close()
}

func writeZip(w io.Writer, entries []Entry, modified time.Time) error {
	zw := zip.NewWriter(w)
	for _, e := range entries {
		f, err := zw.CreateHeader(&zip.FileHeader{Name: e.Name, Method: zip.Deflate, Modified: modified.UTC()})
		if err != nil {
			return err
		}
		if _, err := f.Write(e.Data); err != nil {
			return err
		}
	}
	return zw.Close()
}
