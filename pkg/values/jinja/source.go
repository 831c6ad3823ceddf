package jinja

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Span is a range of a template's text, in bytes.
type Span struct{ Start, End int }

// Position is a Span for people: lines and columns count from 1 in characters,
// EndColumn is the column behind the last character.
type Position struct{ Line, Column, EndLine, EndColumn int }

// source is a template's text with where its lines begin.
type source struct {
	text  string
	lines []int
}

// newSource brings line ends into one form, as Jinja2 does, and drops the last one.
func newSource(text string) *source {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	s := &source{text: strings.TrimSuffix(text, "\n"), lines: []int{0}}
	for i, b := range []byte(s.text) {
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// point is the line and column of an offset.
func (s *source) point(offset int) (line, column int) {
	offset = min(max(offset, 0), len(s.text))
	line = sort.SearchInts(s.lines, offset+1)
	return line, utf8.RuneCountInString(s.text[s.lines[line-1]:offset]) + 1
}

func (s *source) position(at Span) Position {
	var p Position
	p.Line, p.Column = s.point(at.Start)
	p.EndLine, p.EndColumn = s.point(max(at.End, at.Start))
	return p
}

// longestExcerpt bounds the source text in a message, in characters.
const longestExcerpt = 60

// excerpt is the text of a span for a message: one line, and not too long.
func (s *source) excerpt(at Span) string {
	const enough = 8 * longestExcerpt
	words := strings.Join(strings.Fields(strings.ToValidUTF8(s.text[at.Start:min(at.End, at.Start+enough)], "")), " ")
	if runes := []rune(words); len(runes) > longestExcerpt {
		return string(runes[:longestExcerpt]) + "…"
	}
	return words
}
