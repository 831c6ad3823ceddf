package validation

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

// beside are the files that lie beside every driver.styrmin.yml that is tried.
var beside = map[string]string{
	v1.ActionsFile: "from prefect import flow\n\n\n@flow\nasync def upgrade(deployment_id: str, size): ...\n",
	v1.ValuesFile:  "size: {{ parameters.size }}\n",
}

// FuzzLoad loads, validates and prints any text as a driver.styrmin.yml. A driver
// without errors is what the API server gives back, too.
func FuzzLoad(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	dir := f.TempDir()
	for name, text := range beside {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := processorTime(t)
		d, list := driver.Load(bytes.NewReader(data), dir)
		if d == nil {
			t.Fatalf("no driver although the directory is there: %v", list)
		}
		loaded := list.HasErrors()
		list = append(list, Validate(d)...)
		list.Sort()
		text(t, list)
		if took := processorTime(t) - start; took > time.Second {
			t.Errorf("took %v", took)
		}
		plausible(t, d, data, list)
		if !loaded {
			survives(t, d)
		}
	})
}

// processorTime is what the process has used so far: a busy machine does not count.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// plausible checks that the problems are sorted, each once, and inside of their files.
func plausible(t *testing.T, d *driver.Driver, data []byte, list diagnostic.List) {
	t.Helper()
	texts := map[string]string{d.FileName(v1.DriverFile): strings.TrimPrefix(string(data), "\uFEFF")}
	for name, text := range beside {
		texts[d.FileName(name)] = text
	}
	seen := map[diagnostic.Diagnostic]bool{}
	for i, p := range list {
		if i > 0 && cmp.Or(cmp.Compare(list[i-1].File, p.File), cmp.Compare(list[i-1].Line, p.Line), cmp.Compare(list[i-1].Column, p.Column)) > 0 {
			t.Errorf("not sorted: %v comes after %v", p, list[i-1])
		}
		if seen[p] {
			t.Errorf("repeated: %v", p)
		}
		seen[p] = true
		if !inside(p.Position, texts[p.File]) {
			t.Errorf("outside of its file: %v, %+v", p, p.Position)
		}
		if p.Message == "" || p.Severity == "" || !utf8.ValidString(p.Message+p.Help) {
			t.Errorf("unreadable: %+v", p)
		}
	}
}

// inside reports whether the text has the place.
func inside(p diagnostic.Position, text string) bool {
	lines := strings.Split(text, "\n")
	switch {
	case p.IsZero():
		return p.Column == 0
	case p.Line > len(lines) || p.EndLine != p.Line:
		return false
	case p.Column == 0:
		return true
	}
	length := utf8.RuneCountInString(lines[p.Line-1])
	return p.Column >= 1 && p.Column <= length+1 && p.EndColumn > p.Column && p.EndColumn <= max(length, p.Column)+1
}

// survives reads the driver back as an object.
func survives(t *testing.T, d *driver.Driver) {
	t.Helper()
	back, err := driver.FromObject(d.ToObject())
	if err != nil {
		t.Fatalf("not read back: %v", err)
	}
	if back.Digest() != d.Digest() {
		t.Error("another digest after reading back")
	}
}

// seeds are the fixtures' drivers, what has a syntax error, and small hostile texts.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	out := [][]byte{{}, []byte("? a\n: b"), []byte("a: !!int x"), []byte("<<: {a: b}"), []byte("---\n---\na: 1")}
	for _, x := range fixture.All(f) {
		dir := f.TempDir()
		x.Write(f, dir)
		if data, err := os.ReadFile(filepath.Join(dir, v1.DriverFile)); err == nil && len(data) < 8<<10 {
			out = append(out, data)
		}
	}
	archive, err := txtar.ParseFile("../testdata/syntax.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		if strings.HasSuffix(file.Name, ".yml") {
			out = append(out, file.Data)
		}
	}
	texts := hostile(2 << 10)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, []byte(texts[name]))
	}
	return out
}
