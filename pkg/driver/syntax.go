package driver

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	located "go.yaml.in/yaml/v4"
	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// maxLocated bounds the text that is read a second time to find the place of a
// syntax error. Version 4 of the YAML library knows the place, and version 3
// does not, but a hostile text costs it more memory.
const maxLocated = 64 << 10

const noTemplate = "put text with {{ }} in quotes; driver.styrmin.yml is no template, only values.j2.yml is"

// syntaxError says what the YAML library found wrong, where, and what to do.
func syntaxError(src *source, err error) diagnostic.Diagnostic {
	if n := conflict(src); n > 0 {
		return diagnostic.Diagnostic{
			Position: src.at(n, 1, utf8.RuneCountInString(src.lines[n-1].text)), Rule: "yaml-syntax",
			Message: "not valid YAML: a merge conflict begins here that nobody resolved", Help: "decide between the two versions and remove the markers",
		}
	}
	m := mistake{source: src}
	if m.LoadError = locate(src.text); m.LoadError == nil {
		return unlocated(src, err)
	}
	e := m.explain()
	return diagnostic.Diagnostic{Position: e.at, Rule: "yaml-syntax", Message: "not valid YAML: " + e.message, Help: e.help}
}

// conflict is the line that begins with git's mark of a conflict; 0 for none.
func conflict(src *source) int {
	for i, l := range src.lines {
		if strings.HasPrefix(l.text, "<<<<<<< ") {
			return i + 1
		}
	}
	return 0
}

// locate reads the text with the library that knows places; nil when it finds
// nothing wrong, or the text is too long.
func locate(text string) *located.LoadError {
	if len(text) > maxLocated {
		return nil
	}
	l, err := located.NewLoader(strings.NewReader(text), located.WithV3Defaults())
	for err == nil {
		var n located.Node
		err = l.Load(&n)
	}
	var where *located.LoadError
	if errors.Is(err, io.EOF) || !errors.As(err, &where) || where.Mark.Line < 1 {
		return nil
	}
	return where
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// unlocated puts the library's words into a diagnostic; its line may be that of
// what encloses the error.
func unlocated(src *source, err error) diagnostic.Diagnostic {
	d := diagnostic.Diagnostic{Rule: "yaml-syntax", Help: "check the indentation, the brackets and the quotes here and below"}
	text := err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = strings.TrimPrefix(text, m[0])
		if n, err := strconv.Atoi(m[1]); err == nil {
			d.Line = src.at(min(n, len(src.lines)), 1, 1).Line
			d.EndLine = d.Line
		}
	}
	if strings.Contains(text, "exceeded max depth") {
		d.Rule, d.Help = "yaml-depth", "check the brackets and the indentation"
	}
	d.Message = "not valid YAML: " + text
	return d
}

// mistake is a syntax error and the text that has it.
type mistake struct {
	*located.LoadError
	source *source
}

// explained is a mistake in words of ours.
type explained struct {
	at            diagnostic.Position
	message, help string
}

// explain puts what the library said into words that name the cause.
func (m mistake) explain() explained {
	said := func(part string) bool { return strings.Contains(m.Message, part) }
	switch {
	case m.rest() != "" && m.rest()[0] == '\t' && (said("tab") || said("cannot start any token")):
		return explained{m.mark(1), "a tab cannot indent", "indent with spaces"}
	case said("cannot start any token"):
		return m.beginning()
	case said("mapping values are not allowed"):
		return m.colon()
	case said("unexpected end of stream"):
		return explained{m.context(1), "the quote that opens here is never closed", "close it at the end of the text"}
	case said("did not find expected ','"):
		return m.bracket()
	case said("did not find expected key"):
		return m.stray("mapping", "keys")
	case said("'-' indicator"):
		return m.stray("list", "items")
	case said("could not find expected ':'"):
		return m.noColon()
	}
	return m.token(said)
}

// token explains what goes wrong within a single token.
func (m mistake) token(said func(string) bool) explained {
	switch {
	case said("unknown anchor"):
		return explained{m.mark(word(m.rest())), fmt.Sprintf("`%s` refers to an anchor that is defined nowhere above", firstWord(m.rest())), "put text that begins with `*` in quotes"}
	case said("alphabetic or numeric character"):
		return explained{m.context(1), "`*` begins an alias and `&` an anchor, but no name follows", "put text that begins with `*` or `&` in quotes"}
	case said("comment or line break"):
		text := m.source.rest(m.ContextMark.Line, m.ContextMark.Column)
		return explained{m.context(utf8.RuneCountInString(text)), fmt.Sprintf("`%.1s` announces a text on the lines below, so nothing may follow on this one", text), "put the value in quotes"}
	case said("escape character"), said("hexadecimal number"):
		return explained{m.mark(2), "this escape is none that a string in double quotes may have", `double the backslash, or use single quotes`}
	case said("block sequence entries"):
		return explained{m.mark(1), "a list cannot begin on the line of its key", "begin it on the next line"}
	case said("node content"):
		return explained{m.mark(1), "a value is expected here", "write it, or check the brackets"}
	case said("tag handle"):
		return explained{m.mark(word(m.rest())), fmt.Sprintf("the type tag `%s` is not known", firstWord(m.rest())), "put text that begins with `!` in quotes"}
	}
	return explained{m.mark(1), m.Message, "check the indentation, the brackets and the quotes here and above"}
}

// colon explains a `:` that makes no key.
func (m mistake) colon() explained {
	line := m.source.lines[m.Mark.Line-1].text
	before := string([]rune(line)[:m.Mark.Column-1])
	if strings.Contains(before, ": ") {
		return explained{m.mark(1), "a second `: ` on one line", "put the value in quotes if this belongs to it"}
	}
	key := strings.TrimLeft(before, " -")
	start := m.Mark.Column - utf8.RuneCountInString(key)
	return explained{m.source.at(m.Mark.Line, start, utf8.RuneCountInString(key)+1), "no key can begin here, because the value of the line above goes on",
		"indent it like the keys above; or the line above lacks the `:` and a space behind its key"}
}

// beginning explains a character that no text can begin with.
func (m mistake) beginning() explained {
	help := "put it in quotes"
	if strings.HasPrefix(m.source.rest(m.Mark.Line, m.Mark.Column-1), "{%") {
		help = noTemplate
	}
	return explained{m.mark(1), fmt.Sprintf("text without quotes cannot begin with %.1q", m.rest()), help}
}

// bracket explains a list or mapping in brackets that is not closed.
func (m mistake) bracket() explained {
	open, end, what := "[", "]", "list"
	if strings.Contains(m.Message, "}") {
		open, end, what = "{", "}", "mapping"
	}
	if strings.TrimSpace(m.rest()) == "" {
		return explained{m.context(1), fmt.Sprintf("the `%s` that opens here is never closed", open), fmt.Sprintf("close it by `%s`", end)}
	}
	return explained{m.mark(word(m.rest())), fmt.Sprintf("expected `,` or `%s`: the %s that `%s` opens on line %d goes on here", end, what, open, m.ContextMark.Line),
		fmt.Sprintf("close it by `%s` where it ends, or add the `,`; text with `: ` in it needs quotes", end)}
}

// stray explains a line that belongs to no mapping or list above it, or text
// behind a value.
func (m mistake) stray(what, parts string) explained {
	at := m.mark(word(m.rest()))
	before := strings.TrimSpace(string([]rune(m.source.lines[m.Mark.Line-1].text)[:m.Mark.Column-1]))
	switch {
	case before != "" && strings.ContainsAny(m.rest()[:1], "]}"):
		return explained{at, fmt.Sprintf("nothing is open that `%.1s` could close", m.rest()), "remove it, or put the whole value in quotes"}
	case strings.HasSuffix(before, `"`), strings.HasSuffix(before, "'"):
		return m.behindQuote(at)
	case before != "":
		return explained{at, "the value has ended before this", "put the whole value in quotes"}
	case m.Mark.Column == m.ContextMark.Column:
		return explained{at, fmt.Sprintf("this is none of the %s of the %s of line %d, but indented like them", parts, what, m.ContextMark.Line), "a list item begins with `- `, and a key does not; check which of them this is"}
	}
	return explained{at, fmt.Sprintf("this belongs to nothing above: it is indented by %s, and the %s of the %s of line %d by %s",
		spaces(m.Mark.Column-1), parts, what, m.ContextMark.Line, spaces(m.ContextMark.Column-1)), "indent it like what it belongs to"}
}

// behindQuote explains text behind a string in quotes. When that began on
// another line, its quote was forgotten there.
func (m mistake) behindQuote(at diagnostic.Position) explained {
	before := strings.Join(m.source.texts(m.Mark.Line), "\n")
	before = strings.TrimSuffix(before, m.rest())
	var root yaml.Node
	if yaml.Unmarshal([]byte(before), &root) == nil {
		if last := lastNode(&root); last.Line < m.Mark.Line && last.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			return explained{m.source.extent(last), fmt.Sprintf("the text that this quote opens ends on line %d only, with more behind it", m.Mark.Line), "close the quote where the text ends"}
		}
	}
	return explained{at, "the text in quotes has ended before this", "put the whole value in quotes; a quote inside of the text is written `\\\"` or `''`"}
}

// lastNode is the one that the text of the node ends with.
func lastNode(n *yaml.Node) *yaml.Node {
	for len(n.Content) > 0 {
		n = n.Content[len(n.Content)-1]
	}
	return n
}

func spaces(n int) string {
	if n == 1 {
		return "1 space"
	}
	return fmt.Sprintf("%d spaces", n)
}

// noColon explains a line that is neither a key nor part of a value.
func (m mistake) noColon() explained {
	text := strings.TrimRight(m.source.rest(m.ContextMark.Line, m.ContextMark.Column), " ")
	help := "write KEY: VALUE; text of several lines is indented below `KEY: |`"
	if strings.HasPrefix(text, "{{") || strings.HasPrefix(text, "{%") {
		help = noTemplate
	}
	return explained{m.context(utf8.RuneCountInString(text)), "expected a key, with `:` and a space behind it", help}
}

// rest is the text from the place of the mistake to the end of its line.
func (m mistake) rest() string { return m.source.rest(m.Mark.Line, m.Mark.Column) }

// mark is the place of the mistake, so many characters wide.
func (m mistake) mark(width int) diagnostic.Position {
	return m.source.at(m.Mark.Line, m.Mark.Column, max(width, 1))
}

// context is where what is wrong begins.
func (m mistake) context(width int) diagnostic.Position {
	return m.source.at(m.ContextMark.Line, m.ContextMark.Column, max(width, 1))
}

// firstWord is the text up to the first space or what cannot be in a word.
func firstWord(text string) string {
	if i := strings.IndexAny(text, " \t,]}"); i > 0 {
		return text[:i]
	}
	return text
}

func word(text string) int { return utf8.RuneCountInString(firstWord(text)) }
