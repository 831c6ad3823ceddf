package docs

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// mistakes is the section with the table: what one did, what one sees, and the
// section whose example is just that.
const mistakes = "the-twenty-likeliest-mistakes"

var row = regexp.MustCompile(`^\| (.+) \| (.*) \| \[[^]]+\]\(#([^)]+)\) \|$`)

// TestMistakes makes every mistake of the table, and expects what the table says.
func TestMistakes(t *testing.T) {
	p := readPage(t, "checks.md")
	table, ok := p.section(mistakes)
	if !ok {
		t.Fatalf("there is no section #%s", mistakes)
	}
	rows := 0
	for i := table.line + 1; !heading.MatchString(p.lines[i]); i++ {
		m := row.FindStringSubmatch(p.lines[i])
		if m == nil {
			continue
		}
		rows++
		t.Run(m[3], func(t *testing.T) { p.mistake(t, i, m[1], m[2], m[3]) })
	}
	if rows != 20 {
		t.Errorf("there are %d rows, expected the twenty likeliest", rows)
	}
	if *update {
		p.save(t)
	}
}

// mistake checks one line of the table.
func (p *page) mistake(t *testing.T, line int, what, seen, anchor string) {
	s, ok := p.section(anchor)
	if !ok {
		t.Fatalf("there is no section #%s", anchor)
	}
	found := p.run(t, s)
	if len(found) == 0 {
		t.Fatal("nothing is found")
	}
	switch want := cell(found[0]); {
	case *update:
		p.lines[line] = fmt.Sprintf("| %s | %s | [%s](#%s) |", what, want, s.rule, anchor)
	case seen != want:
		t.Errorf("the table says %s\nbut one sees %s", seen, want)
	}
}

// cell is what one sees, for a cell of a table.
func cell(d diagnostic.Diagnostic) string {
	out := code(d.Message)
	if d.Help != "" {
		out += "<br>" + code("help: "+d.Help)
	}
	return out
}

// code is a Markdown code span within a table.
func code(text string) string {
	text = strings.ReplaceAll(text, "|", `\|`)
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}
