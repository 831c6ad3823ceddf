package diagnostic

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() List {
	return List{
		{File: "b", Position: Position{1, 1, 1, 2}, Severity: Warning, Rule: "w", Message: "careful"},
		{File: "a", Position: Position{2, 7, 2, 11}, Severity: Error, Rule: "mode", Path: "spec.mode", Message: `mode is "pree"`, Help: `did you mean "pre"?`, Excerpt: "mode: pree # <x>"},
		{File: "a", Severity: Note, Rule: "n", Message: "by the way"},
	}
}

func TestList(t *testing.T) {
	l := sample()
	l.Sort()
	if l[0].Rule != "n" || l[1].Rule != "mode" || l[2].Rule != "w" {
		t.Errorf("sorted as %v", l)
	}
	if len(l.Errors()) != 1 || len(l.Warnings()) != 1 || !l.HasErrors() {
		t.Error("miscounted")
	}
	if got := l.Err().Error(); got != `a:2:7: error: mode is "pree" [mode]` {
		t.Error(got)
	}
	if l.Warnings().Err() != nil || (List)(nil).Err() != nil {
		t.Error("warnings are no error")
	}
	var d Diagnostic
	if !errors.As(l.Err(), &d) || d.Path != "spec.mode" {
		t.Error("the error does not lead to its diagnostic")
	}
}

func TestWriteText(t *testing.T) {
	tests := []struct {
		name string
		d    Diagnostic
		want string
	}{
		{"all", sample()[1], "a:2:7: error: mode is \"pree\" [mode]\n   2 | mode: pree # <x>\n     |       ^~~~\n     help: did you mean \"pre\"?\n"},
		{"no position", sample()[2], "a: note: by the way [n]\n"},
		{"no excerpt", Diagnostic{File: "a", Position: Position{Line: 3}, Severity: Error, Rule: "r", Message: "m", Help: "h"}, "a:3: error: m [r]\n  help: h\n"},
		{"tabs stay", Diagnostic{File: "a", Position: Position{1, 3, 1, 4}, Severity: Error, Rule: "r", Message: "m", Excerpt: "\t\tx"}, "a:1:3: error: m [r]\n   1 | \t\tx\n     | \t\t^\n"},
		{"wide characters", Diagnostic{File: "a", Position: Position{1, 3, 1, 5}, Severity: Error, Rule: "r", Message: "m", Excerpt: "名前値値"}, "a:1:3: error: m [r]\n   1 | 名前値値\n     |     ^~~~\n"},
		{"over lines", Diagnostic{File: "a", Position: Position{1, 2, 3, 1}, Severity: Error, Rule: "r", Message: "m", Excerpt: "abc"}, "a:1:2: error: m [r]\n   1 | abc\n     |  ^~\n"},
		{"at the end", Diagnostic{File: "a", Position: Position{1, 4, 1, 5}, Severity: Error, Rule: "r", Message: "m", Excerpt: "abc"}, "a:1:4: error: m [r]\n   1 | abc\n     |    ^\n"},
		{"beyond the end", Diagnostic{File: "a", Position: Position{1, 9, 1, 10}, Severity: Error, Rule: "r", Message: "m", Excerpt: "abc"}, "a:1:9: error: m [r]\n   1 | abc\n"},
		{"terminal escapes", Diagnostic{File: "a", Position: Position{1, 1, 1, 2}, Severity: Error, Rule: "r", Message: "m\x1b[2J\n", Excerpt: "x\x1b]0;t\a\u202e"}, "a:1:1: error: m\uFFFD[2J\uFFFD [r]\n   1 | x\uFFFD]0;t\uFFFD\uFFFD\n     | ^\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteText(&b, List{tt.d}, TextOptions{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
	var b bytes.Buffer
	if err := WriteText(&b, sample(), TextOptions{Color: true}); err != nil || !strings.Contains(b.String(), "\x1b[1;31merror\x1b[0m") {
		t.Errorf("%v %q", err, b.String())
	}
}

func TestAddExcerpts(t *testing.T) {
	l := List{
		{File: "a", Position: Position{Line: 2}},
		{File: "a", Position: Position{Line: 9}},
		{File: "a", Position: Position{Line: 1}, Secret: true},
		{File: "long", Position: Position{Line: 1}},
		{File: "a"},
	}
	l.AddExcerpts(func(file string) string {
		if file == "long" {
			return strings.Repeat("ü", 1000)
		}
		return "password\r\nsecond\r\n"
	})
	if l[0].Excerpt != "second" || l[1].Excerpt != "" || l[2].Excerpt != "" || l[4].Excerpt != "" {
		t.Errorf("%+v", l)
	}
	if l[3].Excerpt != strings.Repeat("ü", 200) {
		t.Errorf("%d bytes of a long line", len(l[3].Excerpt))
	}
}

func TestNearest(t *testing.T) {
	words := []string{"pre", "core", "post", "integer", "supported_versions", "description"}
	for word, want := range map[string]string{
		"pree": "pre", "POST": "post", "cor": "core", "psot": "post", "int": "integer",
		"supported-versions": "supported_versions", "suported_version": "supported_versions", "before": "", "": "", "x": "",
		strings.Repeat("x", 1000): "",
	} {
		if got := Nearest(word, words); got != want {
			t.Errorf("Nearest(%.20q) = %q, want %q", word, got, want)
		}
	}
	if Suggest("pree", words) != `did you mean "pre"?` || Suggest("zzz", words) != "" {
		t.Error("Suggest")
	}
}

func TestPaths(t *testing.T) {
	path := Field(Index(Field("spec", "actions"), 2), "mode")
	if path != "spec.actions[2].mode" {
		t.Error(path)
	}
	label := Field("spec.components.a.identifier.label", "app.kubernetes.io/name")
	for path, want := range map[string]string{
		path: "spec.actions[2]", "spec.actions[2]": "spec.actions", "spec": "", "": "",
		label: "spec.components.a.identifier.label", label + ".x": label,
	} {
		if got := Parent(path); got != want {
			t.Errorf("Parent(%q) = %q, want %q", path, got, want)
		}
	}
	if !Within(path, "spec.actions") || !Within("spec", "spec") || Within("spec.actionsx", "spec.actions") || Within("", "spec") {
		t.Error("Within")
	}
}
