package driver

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// source is the text of one driver.styrmin.yml and its nodes. Where a field
// stands is looked up only when somebody asks: of a hundred thousand fields, a
// handful has problems.
type source struct {
	text string
	root *yaml.Node
	// lines are those that the YAML library counts.
	lines []line
	// invalid are the paths of the values that could not be read.
	invalid []string
}

// line is one line as the YAML library counts them, and where it begins in terms
// of newlines, which is how editors count. They differ only in files with
// YAML's rarer line breaks.
type line struct {
	text        string
	row, column int32
	// ascii is true when every byte is a character.
	ascii bool
}

func newSource(text string) *source {
	s := &source{text: text, lines: make([]line, 0, strings.Count(text, "\n")+1)}
	row, column := int32(1), int32(1)
	for rest := text; ; {
		end, width, ascii := lineBreak(rest)
		s.lines = append(s.lines, line{text: rest[:end], row: row, column: column, ascii: ascii})
		if width == 0 {
			return s
		}
		if rest[end+width-1] == '\n' {
			row, column = row+1, 1
		} else {
			column += int32(utf8.RuneCountInString(rest[:end+width]))
		}
		rest = rest[end+width:]
	}
}

// lineBreak is where the first line of the text ends, how many bytes what ends
// it takes, 0 at the end of the text, and whether the line is ASCII.
func lineBreak(text string) (end, width int, ascii bool) {
	ascii = true
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			return i, 1, ascii
		case c == '\r' && strings.HasPrefix(text[i:], "\r\n"):
			return i, 2, ascii
		case c == '\r':
			return i, 1, ascii
		case c < utf8.RuneSelf:
		case strings.HasPrefix(text[i:], "\u0085"):
			return i, 2, ascii
		case strings.HasPrefix(text[i:], "\u2028"), strings.HasPrefix(text[i:], "\u2029"):
			return i, 3, ascii
		default:
			ascii = false
		}
	}
	return len(text), 0, ascii
}

// value is where the path's value stands, or else the key of what lacks it.
func (s *source) value(path string) diagnostic.Position {
	if s == nil || s.root == nil {
		return diagnostic.Position{}
	}
	f := s.find(path)
	if !f.exact && f.key != nil {
		return s.extent(f.key)
	}
	return s.extent(f.value)
}

// key is where the path's key stands; the value's place when it has none.
func (s *source) key(path string) diagnostic.Position {
	if s == nil || s.root == nil {
		return diagnostic.Position{}
	}
	if f := s.find(path); f.exact && f.key != nil {
		return s.extent(f.key)
	}
	return s.value(path)
}

// plain is what stands at the path without quotes, as it was written; false when
// something else is there.
func (s *source) plain(path string) (string, bool) {
	if s == nil || s.root == nil {
		return "", false
	}
	f := s.find(path)
	if !f.exact || f.value.Kind != yaml.ScalarNode || f.value.Style != 0 {
		return "", false
	}
	return f.value.Value, true
}

// found is what a field path leads to: the field itself, or else the nearest
// that encloses it. Items of lists have no key.
type found struct {
	key, value *yaml.Node
	exact      bool
}

// find follows the path from the root.
func (s *source) find(path string) found {
	at := found{value: s.root, exact: path == ""}
	for path != "" {
		key, value, length := child(at.value, path)
		if value == nil {
			return at
		}
		path = path[length:]
		at = found{key: key, value: value, exact: path == ""}
	}
	return at
}

// extent is where the node stands: a scalar on one line as a whole, of all
// else the beginning.
func (s *source) extent(n *yaml.Node) diagnostic.Position {
	switch n.Kind {
	case yaml.ScalarNode:
		return s.at(n.Line, n.Column, s.width(n))
	case yaml.AliasNode:
		return s.at(n.Line, n.Column, 1+utf8.RuneCountInString(n.Value))
	case yaml.MappingNode:
		if n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0 && n.Content[0].Kind == yaml.ScalarNode {
			return s.extent(n.Content[0])
		}
	}
	return s.at(n.Line, n.Column, 1)
}

// at is the position of some characters of a line as the YAML library counts,
// but not beyond the end of the line.
func (s *source) at(number, column, width int) diagnostic.Position {
	if number < 1 || number > len(s.lines) {
		return diagnostic.Position{}
	}
	l := s.lines[number-1]
	width = max(1, min(width, l.length()+1-column))
	row, column := int(l.row), int(l.column)-1+column
	return diagnostic.Position{Line: row, Column: column, EndLine: row, EndColumn: column + width}
}

// length is the number of the line's characters.
func (l line) length() int {
	if l.ascii {
		return len(l.text)
	}
	return utf8.RuneCountInString(l.text)
}

// texts are the first lines, so many of them.
func (s *source) texts(n int) []string {
	out := make([]string, 0, n)
	for _, l := range s.lines[:n] {
		out = append(out, l.text)
	}
	return out
}

// rest is the text of a line from the column on.
func (s *source) rest(number, column int) string {
	if number < 1 || number > len(s.lines) {
		return ""
	}
	text := s.lines[number-1].text
	if s.lines[number-1].ascii {
		return text[min(max(column-1, 0), len(text)):]
	}
	for ; column > 1 && text != ""; column-- {
		_, width := utf8.DecodeRuneInString(text)
		text = text[width:]
	}
	return text
}

// width is the number of characters a scalar takes on its first line.
func (s *source) width(n *yaml.Node) int {
	text := s.rest(n.Line, n.Column)
	switch {
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return quotedWidth(text)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 1
	}
	return utf8.RuneCountInString(n.Value)
}

// quotedWidth counts the characters up to the closing quote of the string that
// the text begins with; a tag or an anchor may precede it.
func quotedWidth(text string) int {
	open := strings.IndexAny(text, `"'`)
	if open < 0 {
		return 1
	}
	for i := open + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[open] == '"':
			i++
		case text[i] == text[open]:
			return utf8.RuneCountInString(text[:i+1])
		}
	}
	return max(1, utf8.RuneCountInString(text))
}
