package krew

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tinyRelease packs programs of a few bytes.
func tinyRelease(t *testing.T) *Release {
	t.Helper()
	binaries, out := t.TempDir(), t.TempDir()
	for _, p := range Platforms {
		dir := filepath.Join(binaries, p.String())
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, p.Binary()), []byte("program for "+p.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &Release{
		Version: "v1.2.3", Binaries: binaries, Root: "..", Out: out,
		Manifest: filepath.Join(out, "styrmin.yaml"), Modified: time.Unix(1_700_000_000, 0),
	}
}

func pack(t *testing.T, r *Release) *Manifest {
	t.Helper()
	if err := r.Pack(); err != nil {
		t.Fatal(err)
	}
	return readManifest(t, r.Manifest)
}

func readManifest(t *testing.T, file string) *Manifest {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPack(t *testing.T) {
	r := tinyRelease(t)
	m := pack(t, r)
	for _, problem := range m.Problems() {
		t.Error(problem)
	}
	if len(m.Spec.Platforms) != len(Platforms) {
		t.Fatalf("%d platforms, expected %d", len(m.Spec.Platforms), len(Platforms))
	}
	var sums strings.Builder
	for i, spec := range m.Spec.Platforms {
		t.Run(Platforms[i].String(), func(t *testing.T) { checkPlatform(t, r, Platforms[i], spec) })
		fmt.Fprintf(&sums, "%s  %s\n", spec.SHA256, path.Base(spec.URI))
	}
	got, err := os.ReadFile(filepath.Join(r.Out, "checksums.txt"))
	if err != nil || string(got) != sums.String() {
		t.Errorf("checksums.txt: %v\n%s", err, got)
	}
}

func checkPlatform(t *testing.T, r *Release, p Platform, spec PlatformSpec) {
	t.Helper()
	if want := "https://github.com/styrmin/kubectl-styrmin/releases/download/v1.2.3/" + p.Archive(); spec.URI != want {
		t.Errorf("uri %q, expected %q", spec.URI, want)
	}
	data, err := os.ReadFile(filepath.Join(r.Out, path.Base(spec.URI)))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != spec.SHA256 {
		t.Error("sha256 is not the archive's")
	}
	entries := readArchive(t, p.Archive(), data, r.Modified)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
		if e.Name == p.Binary() && string(e.Data) != "program for "+p.String() {
			t.Errorf("the program is %q", e.Data)
		}
	}
	for _, f := range spec.Files {
		if !slices.Contains(names, f.From) {
			t.Errorf("the manifest copies %q, the archive has %q", f.From, names)
		}
	}
	if !slices.Contains(names, spec.Bin) {
		t.Errorf("bin is %q, the archive has %q", spec.Bin, names)
	}
}

// readArchive reads an archive and checks what its headers say.
func readArchive(t *testing.T, name string, data []byte, modified time.Time) []Entry {
	t.Helper()
	if strings.HasSuffix(name, ".zip") {
		return readZip(t, data, modified)
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var entries []Entry
	for tr := tar.NewReader(zr); ; {
		header, err := tr.Next()
		if err == io.EOF {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		wantMode := int64(0o755)
		if header.Name == "LICENSE" {
			wantMode = 0o644
		}
		if header.Mode != wantMode || header.Uid != 0 || header.Uname != "" || !header.ModTime.Equal(modified) {
			t.Errorf("header of %s: %+v", header.Name, header)
		}
		entries = append(entries, Entry{Name: header.Name, Mode: header.Mode, Data: body})
	}
}

func readZip(t *testing.T, data []byte, modified time.Time) []Entry {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var entries []Entry
	for _, f := range zr.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Modified.Equal(modified) {
			t.Errorf("%s was modified %v", f.Name, f.Modified)
		}
		entries = append(entries, Entry{Name: f.Name, Data: body})
	}
	return entries
}

func TestPackIsReproducible(t *testing.T) {
	first, second := tinyRelease(t), tinyRelease(t)
	pack(t, first)
	pack(t, second)
	for _, name := range []string{"checksums.txt", "styrmin.yaml", Platforms[0].Archive(), Platforms[4].Archive()} {
		a, errA := os.ReadFile(filepath.Join(first.Out, name))
		b, errB := os.ReadFile(filepath.Join(second.Out, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs (%v, %v)", name, errA, errB)
		}
	}
}

func TestPackRefuses(t *testing.T) {
	for _, tc := range []struct {
		name  string
		alter func(*Release)
		want  string
	}{
		{"a version without v", func(r *Release) { r.Version = "1.2.3" }, `spec.version "1.2.3"`},
		{"a missing program", func(r *Release) { r.Binaries = t.TempDir() }, "archive kubectl-styrmin_linux_amd64.tar.gz: open"},
		{"a missing license", func(r *Release) { r.Root = t.TempDir() }, "no such file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := tinyRelease(t)
			tc.alter(r)
			err := r.Pack()
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, expected %q", err, tc.want)
			}
			if _, err := os.Stat(r.Manifest); err == nil {
				t.Error("a manifest was written nevertheless")
			}
		})
	}
}

func TestWriteArchiveRefusesOtherFormats(t *testing.T) {
	if err := WriteArchive(io.Discard, "x.rar", nil, time.Time{}); err == nil || !strings.Contains(err.Error(), "x.rar") {
		t.Errorf("error %v", err)
	}
}

func TestCompletionScript(t *testing.T) {
	for _, p := range Platforms {
		info, err := os.Stat(p.Completion())
		if err != nil {
			t.Fatal(err)
		}
		if p.OS != "windows" && info.Mode()&0o111 == 0 {
			t.Errorf("%s is not executable", p.Completion())
		}
		text, err := os.ReadFile(p.Completion())
		if err != nil || !strings.Contains(string(text), "kubectl styrmin __complete") {
			t.Errorf("%s: %v\n%s", p.Completion(), err, text)
		}
	}
}
