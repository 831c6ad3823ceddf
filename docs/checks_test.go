package docs

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/pkg/lint/chart"
)

// update rewrites what the examples of checks.md print: go test ./docs -update
var update = flag.Bool("update", false, "rewrite the messages in checks.md")

// baseSection has the files that an example does not show.
const baseSection = "the-examples"

// incomplete are the rules that an example which is not about them may break:
// fragments of a driver lack these fields.
var incomplete = []string{"api-version", "kind", "name", "version", "helm-missing"}

// rules are all rules, in their order.
func rules() []diagnostic.Rule { return slices.Concat(lint.Rules(), chart.Rules()) }

// TestEveryRuleHasItsSection compares the sections with the lists of rules.
func TestEveryRuleHasItsSection(t *testing.T) {
	p := readPage(t, "checks.md")
	var documented, listed []string
	for _, s := range p.sections {
		if s.rule != "" && s.rule == s.title {
			documented = append(documented, s.title)
		}
	}
	for _, r := range rules() {
		listed = append(listed, r.ID)
		if s, ok := p.section(r.ID); ok && !strings.HasPrefix(p.paragraph(s), r.Summary) {
			t.Errorf("the section of %s begins with %q, expected the rule's summary %q", r.ID, p.paragraph(s), r.Summary)
		}
	}
	if diff := cmp.Diff(listed, documented); diff != "" {
		t.Errorf("the sections are not the rules in their order (-rules +sections)\n%s", diff)
	}
}

// TestExamples runs every example: as it is, it prints just what the page shows,
// and once fixed, it breaks the rule no more.
func TestExamples(t *testing.T) {
	p := readPage(t, "checks.md")
	for _, s := range p.sections {
		output, ok := s.output()
		if s.title == s.rule && !ok && s.rule != "" {
			t.Errorf("%s has no example", s.rule)
		}
		if ok {
			t.Run(s.anchor(), func(t *testing.T) { p.example(t, s, output) })
		}
	}
	if *update {
		p.save(t)
	}
}

// example checks one section.
func (p *page) example(t *testing.T, s section, output fence) {
	found := p.run(t, s)
	if got := text(t, found); *update {
		p.edits[output] = got
	} else if diff := cmp.Diff(p.content(output), got); diff != "" {
		t.Errorf("it prints something else (-page +printed), `go test ./docs -update` accepts it\n%s", diff)
	}
	if s.rule == "" {
		return
	}
	if len(found) == 0 || slices.ContainsFunc(found, func(d diagnostic.Diagnostic) bool { return d.Rule != s.rule }) {
		t.Errorf("it breaks %q, expected %s and nothing else", rulesOf(found), s.rule)
	}
	if !slices.ContainsFunc(s.fences, func(f fence) bool { return f.fixed }) {
		t.Errorf("it has no block behind a line %q", fixedMark)
	}
	for _, d := range check(t, s.rule, p.apply(t, s.fences, true)) {
		if d.Rule == s.rule || d.Severity == diagnostic.Error {
			t.Errorf("once fixed: %v", d)
		}
	}
}

// run makes the example's directory the working directory until the test ends,
// and finds what is wrong with the driver.
func (p *page) run(t *testing.T, s section) diagnostic.List {
	t.Helper()
	t.Chdir(directory(t))
	base, _ := p.section(baseSection)
	p.apply(t, base.fences, false)
	return check(t, s.rule, p.apply(t, s.fences, false))
}

// directory is an empty one that is named as in the examples.
func directory(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "notes")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// languages tell what a block without a name is.
var languages = map[string]string{"yaml": "driver.styrmin.yml", "python": "actions.py", "jinja": "values.j2.yml"}

// apply writes the files and runs the commands that an example shows, either
// those before its fix or those after, and returns how the driver is checked.
func (p *page) apply(t *testing.T, fences []fence, fixed bool) (how invocation) {
	t.Helper()
	for _, f := range fences {
		name := languages[f.language]
		if f.file != "" {
			name = f.file
		}
		switch text := p.content(f); {
		case f.fixed != fixed:
		case strings.HasPrefix(text, validate):
			how = parse(t, text)
		case f.language == "sh":
			if out, err := exec.Command("sh", "-euc", text).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s%s", err, text, out)
			}
		case name != "":
			write(t, name, text)
		}
	}
	return how
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// invocation is how an example is checked.
type invocation struct {
	in lint.Inputs
	// streamed is true when the driver comes by itself on standard input.
	streamed bool
}

const validate = "kubectl styrmin validate"

// parse reads the command that an example shows.
func parse(t *testing.T, command string) (how invocation) {
	t.Helper()
	words, _, _ := strings.Cut(strings.TrimPrefix(command, validate), "<")
	flags := pflag.NewFlagSet("validate", pflag.ContinueOnError)
	flags.StringArrayVar(&how.in.Set, "set", nil, "")
	flags.StringVar(&how.in.Version, "version", "", "")
	if err := flags.Parse(strings.Fields(words)); err != nil {
		t.Fatalf("%s%v", command, err)
	}
	how.streamed = flags.Arg(0) == lint.Stdin
	return how
}

// check finds what validate finds in the current directory, but for what
// fragments lack.
func check(t *testing.T, rule string, how invocation) diagnostic.List {
	t.Helper()
	d, found := driver.LoadDir(".")
	if how.streamed {
		text, err := os.ReadFile(v1.DriverFile)
		if err != nil {
			t.Fatal(err)
		}
		d, found = driver.Load(bytes.NewReader(text), "")
	}
	if d != nil {
		found = append(found, lint.Check(d, how.in)...)
	}
	if d != nil && strings.HasPrefix(rule, "chart-") {
		found = append(found, chart.New("").Check(t.Context(), d, how.in)...)
	}
	found = slices.DeleteFunc(found, func(d diagnostic.Diagnostic) bool {
		return d.Rule != rule && slices.Contains(incomplete, d.Rule)
	})
	found.Sort()
	return found
}

func text(t *testing.T, found diagnostic.List) string {
	t.Helper()
	var b bytes.Buffer
	if err := diagnostic.WriteText(&b, found, diagnostic.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func rulesOf(found diagnostic.List) []string {
	var out []string
	for _, d := range found {
		out = append(out, d.Rule)
	}
	return out
}
