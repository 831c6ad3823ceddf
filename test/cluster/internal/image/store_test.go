package image

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestRebuiltImageReplacesTheOldOne(t *testing.T) {
	store, file := newStore(t)
	build(t, store, file, "one")
	second := build(t, store, file, "two")
	images, err := store.List()
	if err != nil {
		t.Fatal(err)
	}
	if len(images) != 1 || images[0] != second {
		t.Errorf("images are %v, expected only %v", images, second)
	}
	blobs, err := os.ReadDir(filepath.Join(store.dir, "blobs", "sha256"))
	if err != nil {
		t.Fatal(err)
	}
	if len(blobs) != 3 { // manifest, configuration, layer
		t.Errorf("%d blobs are left of two builds, expected 3", len(blobs))
	}
}

func TestExportLeavesOutWhatIsPresent(t *testing.T) {
	store, file := newStore(t)
	image := build(t, store, file, "one")
	blobs, err := store.blobs(image.Digest)
	if err != nil {
		t.Fatal(err)
	}
	present := map[string]bool{}
	for _, expected := range []int{5, 4} { // two files of the layout and three blobs; then one less
		var out bytes.Buffer
		if err := store.export(&out, image, present); err != nil {
			t.Fatal(err)
		}
		if n := count(t, &out); n != expected {
			t.Errorf("the export has %d entries, expected %d", n, expected)
		}
		present[blobs[2].String()] = true
	}
}

func newStore(t *testing.T) (*Store, string) {
	t.Helper()
	dir := t.TempDir()
	store, err := OpenStore(filepath.Join(dir, "images"))
	if err != nil {
		t.Fatal(err)
	}
	return store, filepath.Join(dir, "file")
}

func build(t *testing.T, store *Store, file, content string) Image {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	image, err := store.Build(Spec{Tag: "styrmin.local/x:1", Entries: []Entry{{Host: file, Dest: "/file"}}})
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func count(t *testing.T, r io.Reader) int {
	t.Helper()
	entries := 0
	for archive := tar.NewReader(r); ; entries++ {
		if _, err := archive.Next(); err == io.EOF {
			return entries
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
