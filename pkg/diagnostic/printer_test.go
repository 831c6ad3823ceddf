package diagnostic

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// checked is what was found in four drivers: nothing, one of everything, only
// a warning, and what a hostile author would put there.
func checked() []named {
	return []named{
		{"good", nil},
		{"notes", List{
			{File: "notes/driver.styrmin.yml", Severity: Error, Rule: "file-size", Message: "the driver's files take too much", Help: "split the driver"},
			{File: "notes/driver.styrmin.yml", Position: Position{2, 7, 2, 11}, Severity: Error, Rule: "action-mode", Path: "spec.actions[0].mode", Message: `mode is "pree"`, Help: `did you mean "pre"?`, Excerpt: "mode: pree # <x>"},
			{File: "notes/driver.styrmin.yml", Position: Position{3, 1, 5, 2}, Severity: Warning, Rule: "unknown-field", Path: "spec.colour", Message: "over three lines"},
			{File: "notes/values.j2.yml", Position: Position{Line: 4}, Severity: Note, Rule: "values-template", Message: "only the line is known"},
		}},
		{"warns", List{{File: "warns/driver.styrmin.yml", Position: Position{1, 1, 1, 3}, Severity: Warning, Rule: "unknown-field", Path: "x", Message: "careful", Excerpt: "x: 1"}}},
		{"a:b, 50%\n::error::c\x1b[2J\xff", List{{
			File: "a:b, 50%\n::error::c\x1b[2J\xff/driver.styrmin.yml", Position: Position{1, 1, 1, 2}, Severity: Error, Rule: "type", Path: "<&\x01]]>",
			Message: "100%\r\n::set-output name=x::y\x00\u202e\uffff ]]> <b>", Help: "a\n::warning::b", Excerpt: "x\x1b]0;t\a",
		}}},
	}
}

type named struct {
	name  string
	found List
}

// printed is what a printer makes of what was checked.
func printed(t *testing.T, format string, o PrinterOptions, all []named) string {
	t.Helper()
	var b bytes.Buffer
	p, ok := NewPrinter(format, &b, o)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	for _, one := range all {
		if err := p.Print(one.name, one.found); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func options() PrinterOptions {
	return PrinterOptions{Version: "v1.2.3", Rules: []Rule{
		{ID: "action-mode", Summary: "An action's mode is pre, core or post."},
		{ID: "unknown-field", Summary: "Every field is one that the format knows."},
	}}
}

// TestPrinters compares every format with its golden file; -update rewrites it.
func TestPrinters(t *testing.T) {
	color, strict := options(), options()
	color.Color, strict.Strict = true, true
	for golden, test := range map[string]struct {
		format  string
		options PrinterOptions
	}{
		"text": {"text", options()}, "terminal": {"text", color},
		"json": {"json", options()}, "sarif": {"sarif", options()}, "github": {"github", options()},
		"junit": {"junit", options()}, "junit-strict": {"junit", strict},
	} {
		t.Run(golden, func(t *testing.T) {
			compare(t, filepath.Join("testdata", golden+".golden"), printed(t, test.format, test.options, checked()))
		})
	}
}

func compare(t *testing.T, file, found string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(found), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), found); diff != "" {
		t.Errorf("%s (-want +found), -update accepts it:\n%s", file, diff)
	}
}

// TestNothingChecked: every format is complete without any driver.
func TestNothingChecked(t *testing.T) {
	for format, want := range map[string]string{
		"text":   "0 drivers checked: 0 errors, 0 warnings\n",
		"github": "0 drivers checked: 0 errors, 0 warnings\n",
		"json":   "{\n  \"diagnostics\": [],\n  \"summary\": {\n    \"files\": 0,\n    \"errors\": 0,\n    \"warnings\": 0\n  }\n}\n",
		"junit":  xml.Header + "<testsuites name=\"kubectl styrmin validate\">\n</testsuites>\n",
	} {
		if found := printed(t, format, PrinterOptions{}, nil); found != want {
			t.Errorf("%s: %q", format, found)
		}
	}
	if found := printed(t, "sarif", PrinterOptions{}, nil); !strings.Contains(found, `"results": []`) {
		t.Error(found)
	}
}

// TestGitHubLines: whatever the files are called and say, every problem is one
// command, and nothing else is.
func TestGitHubLines(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(printed(t, "github", options(), checked()), "\n"), "\n")
	var commands []string
	for _, line := range lines {
		if strings.HasPrefix(line, "::") {
			commands = append(commands, line)
		}
	}
	if len(commands) != 6 || len(lines) != 7 {
		t.Errorf("%d commands in %d lines:\n%s", len(commands), len(lines), strings.Join(lines, "\n"))
	}
}

// TestJUnitIsXML: a strict reader gets to the end and finds what failed.
func TestJUnitIsXML(t *testing.T) {
	var report struct {
		Suites []junitSuite `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(printed(t, "junit", options(), checked())), &report); err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, s := range report.Suites {
		if s.Case.Failure != nil {
			failed = append(failed, s.Case.Failure.Message)
		}
	}
	if diff := cmp.Diff([]string{"2 errors, 1 warning", "1 error, 0 warnings"}, failed); diff != "" || len(report.Suites) != 4 {
		t.Errorf("%d suites\n%s", len(report.Suites), diff)
	}
	if text := report.Suites[1].Case.Failure.Text; !strings.Contains(text, "\n   2 | mode: pree # <x>\n     |       ^~~~\n") {
		t.Errorf("the failure does not show the line: %q", text)
	}
}

func TestJSONIsJSON(t *testing.T) {
	var report struct {
		Diagnostics []struct{ File, URL, Path string }
	}
	if err := json.Unmarshal([]byte(printed(t, "json", options(), checked())), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Diagnostics) != 6 || !strings.HasSuffix(report.Diagnostics[1].URL, "docs/checks.md#action-mode") {
		t.Errorf("%+v", report)
	}
}

func TestFormats(t *testing.T) {
	if diff := cmp.Diff([]string{"text", "json", "sarif", "github", "junit"}, Formats()); diff != "" {
		t.Error(diff)
	}
	if p, ok := NewPrinter("xml", io.Discard, PrinterOptions{}); ok || p != nil {
		t.Error("xml is no format")
	}
}

func TestSummary(t *testing.T) {
	var s Summary
	s.Add(List{{Severity: Note}})
	if s.Failed(false) || s.Failed(true) {
		t.Error("a note is no failure")
	}
	s.Add(List{{Severity: Warning}})
	if s.Failed(false) || !s.Failed(true) {
		t.Error("a warning is a failure when strict")
	}
	s.Add(List{{Severity: Error}, {Severity: Error}})
	if !s.Failed(false) || s.String() != "3 drivers checked: 2 errors, 1 warning" {
		t.Error(s)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestWriteErrors: no printer hides that its output is lost.
func TestWriteErrors(t *testing.T) {
	for _, format := range Formats() {
		p, _ := NewPrinter(format, broken{}, options())
		err := errors.Join(p.Print("a", sample()), p.Close())
		if err == nil || !strings.Contains(err.Error(), "writing the problems: disk full") {
			t.Errorf("%s: %v", format, err)
		}
	}
}
