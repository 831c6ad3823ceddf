package docs

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// page is a Markdown file in lines.
type page struct {
	path     string
	lines    []string
	sections []section
	// edits are new contents of fences, by the fence.
	edits map[fence]string
}

// section is a heading and what follows it, up to the next heading.
type section struct {
	title string
	level int
	// rule is the one that the section is about, be it that the section above is;
	// empty for others.
	rule string
	// line is the index of the heading.
	line   int
	fences []fence
}

// fence is a fenced block; its content is lines[first:last].
type fence struct {
	language    string
	first, last int
	// file is what the line before the block names, as in "`chart/values.yaml`:".
	file string
	// fixed is true behind the line "Fixed:".
	fixed bool
}

var (
	heading  = regexp.MustCompile(`^(#+) (.+)$`)
	ruleID   = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	fileName = regexp.MustCompile("^`([^`]+)`:$")
)

const (
	fixedMark = "Fixed:"
	// ruleLevel is the level of the headings of rules.
	ruleLevel = 3
)

func readPage(t *testing.T, path string) *page {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := &page{path: path, lines: strings.Split(string(data), "\n"), edits: map[fence]string{}}
	p.parse()
	return p
}

func (p *page) parse() {
	p.sections = []section{{}}
	file, fixed := "", false
	for i := 0; i < len(p.lines); i++ {
		line := p.lines[i]
		current := &p.sections[len(p.sections)-1]
		if m := heading.FindStringSubmatch(line); m != nil {
			p.sections = append(p.sections, section{title: m[2], level: len(m[1]), line: i, rule: ruleOf(m[2], len(m[1]), *current)})
			file, fixed = "", false
		} else if language, opens := strings.CutPrefix(line, "```"); opens {
			f := fence{language: language, first: i + 1, last: i + 1, file: file, fixed: fixed}
			for p.lines[f.last] != "```" {
				f.last++
			}
			current.fences = append(current.fences, f)
			i, file = f.last, ""
		} else if m := fileName.FindStringSubmatch(line); m != nil {
			file = m[1]
		} else if line == fixedMark {
			fixed = true
		}
	}
}

// ruleOf is the rule of the section with the title. Further examples of a rule
// are sections of the fourth level.
func ruleOf(title string, level int, above section) string {
	switch {
	case ruleID.MatchString(title):
		return title
	case level > ruleLevel:
		return above.rule
	}
	return ""
}

// section finds a section by its anchor.
func (p *page) section(anchor string) (section, bool) {
	for _, s := range p.sections {
		if s.anchor() == anchor {
			return s, true
		}
	}
	return section{}, false
}

var notInAnchor = regexp.MustCompile(`[^a-z0-9 _-]`)

// anchor is where a link to the section leads on GitHub.
func (s section) anchor() string {
	return strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(s.title), ""), " ", "-")
}

// output is the block that shows what is printed.
func (s section) output() (fence, bool) {
	i := slices.IndexFunc(s.fences, func(f fence) bool { return f.language == "text" })
	if i < 0 {
		return fence{}, false
	}
	return s.fences[i], true
}

// paragraph is the first text of the section, on one line.
func (p *page) paragraph(s section) string {
	first := s.line + 2
	end := first
	for end < len(p.lines) && p.lines[end] != "" {
		end++
	}
	return strings.Join(p.lines[first:end], " ")
}

func (p *page) content(f fence) string {
	return strings.Join(append(slices.Clone(p.lines[f.first:f.last]), ""), "\n")
}

// save writes the page with its edits.
func (p *page) save(t *testing.T) {
	t.Helper()
	lines := slices.Clone(p.lines)
	for i := len(p.sections) - 1; i >= 0; i-- {
		for _, f := range slices.Backward(p.sections[i].fences) {
			if text, edited := p.edits[f]; edited {
				lines = slices.Replace(lines, f.first, f.last, strings.Split(strings.TrimSuffix(text, "\n"), "\n")...)
			}
		}
	}
	if err := os.WriteFile(p.path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}
