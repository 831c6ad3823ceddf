package python

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// seeds are sources of all kinds: good, bad and strange.
func seeds(t testing.TB) []string {
	t.Helper()
	all := keys(verdicts(t))
	for _, m := range mistakes {
		all = append(all, m.src)
	}
	library, err := filepath.Glob("testdata/library/*.py")
	if err != nil || len(library) == 0 {
		t.Fatal("testdata/library is missing", err)
	}
	for _, path := range library {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(data))
	}
	fixtures, err := filepath.Glob("../validation/testdata/python-*.txtar")
	if err != nil || len(fixtures) == 0 {
		t.Fatal("the fixtures are missing", err)
	}
	for _, path := range fixtures {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".py") {
				all = append(all, string(f.Data))
			}
		}
	}
	return all
}

func TestLibraryIsPython(t *testing.T) {
	library, _ := filepath.Glob("testdata/library/*.py") // the pattern is well-formed
	for _, path := range library {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(string(data)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// FuzzParse expects of any source: no panic, positions inside of it, the same
// answer twice, and all that within a second.
func FuzzParse(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		begun := time.Now()
		m, err := Parse(src)
		if took := time.Since(begun); took > time.Second && slow(src) {
			t.Fatalf("it took %v", took)
		}
		again, errAgain := Parse(src)
		p := places{t: t, lines: strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), "\n")}
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || errAgain == nil || err.Error() != errAgain.Error() {
				t.Fatalf("%T: %v, then %v", err, err, errAgain)
			}
			p.inside("error", syntax.Position)
			return
		}
		if m.facts(src) != again.facts(src) {
			t.Fatal("another answer the second time")
		}
		p.scope(m.Scope)
	})
}

// slow tells a source that always takes long from a machine that was busy once.
func slow(src string) bool {
	for range 3 {
		begun := time.Now()
		_, _ = Parse(src)
		if time.Since(begun) < time.Second {
			return false
		}
	}
	return true
}

// places checks positions.
type places struct {
	t     *testing.T
	lines []string
}

func (p places) inside(what string, at diagnostic.Position) {
	p.t.Helper()
	ok := at.Line >= 1 && at.EndLine <= len(p.lines) && at.Line <= at.EndLine && at.Column >= 1 && at.EndColumn >= 1
	ok = ok && at.Column <= utf8.RuneCountInString(p.lines[at.Line-1])+1
	ok = ok && at.EndColumn <= utf8.RuneCountInString(p.lines[at.EndLine-1])+2
	if !ok || at.Line == at.EndLine && at.Column > at.EndColumn {
		p.t.Fatalf("%s: the position %+v is outside of the source", what, at)
	}
}

func (p places) scope(s *Scope) {
	for _, b := range s.Bindings {
		p.inside(b.Name, b.Position)
		if b.Import != nil {
			p.inside(b.Import.Module, b.Import.From)
		}
		if b.Value != nil {
			p.expression(*b.Value)
		}
		if b.Class != nil {
			p.scope(b.Class.Body)
		}
		if b.Function != nil {
			p.function(b.Function)
		}
	}
	for _, c := range s.Calls {
		p.inside(c.Path, c.Position)
		for _, a := range c.Arguments {
			p.inside(a.Name, a.At)
			p.expression(a.Value)
		}
	}
	for _, inner := range s.Inner {
		p.scope(inner)
	}
}

func (p places) function(f *Function) {
	p.inside(f.Name, f.Position)
	for _, d := range f.Decorators {
		p.expression(d)
	}
	for _, parameter := range f.Parameters {
		p.inside(parameter.Name, parameter.Position)
	}
	p.scope(f.Body)
}

func (p places) expression(e Expression) {
	p.inside(e.Text, e.Position)
	for _, item := range e.Items {
		p.expression(item)
	}
}
