package image

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestLayerDependsOnContentsOnly(t *testing.T) {
	first, second := layerOf(t, time.Unix(1, 0)), layerOf(t, time.Unix(1e9, 0))
	if !bytes.Equal(first, second) {
		t.Error("the same files at another time make another layer")
	}
}

func TestLayerHasParentsAndModes(t *testing.T) {
	modes := map[string]int64{}
	var names []string
	for archive := tar.NewReader(bytes.NewReader(layerOf(t, time.Now()))); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
		modes[header.Name] = header.Mode
	}
	if want := []string{"opt/", "opt/app/", "opt/app/tool", "opt/data/", "opt/data/file"}; !slices.Equal(names, want) {
		t.Errorf("entries are %q, expected %q", names, want)
	}
	if modes["opt/app/tool"] != 0o755 || modes["opt/data/file"] != 0o640 {
		t.Errorf("modes are %v", modes)
	}
}

func layerOf(t *testing.T, modified time.Time) []byte {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"tool", "data/file"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o640); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	err := writeLayer(&out, []Entry{
		{Host: filepath.Join(dir, "tool"), Dest: "/opt/app/tool", Mode: 0o755},
		{Host: filepath.Join(dir, "data"), Dest: "/opt/data"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
