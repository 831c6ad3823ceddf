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
	// blocks count the characters before every block of the text, so that a place
	// in a long line is found at once.
	blocks []int
}

// blockSize is the size of the blocks in bytes.
const blockSize = 1 << 10

// newSource brings line ends into one form, as Jinja2 does, and drops the last one.
func newSource(text string) *source {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	s := &source{text: strings.TrimSuffix(text, "\n"), lines: []int{0}}
	characters := 0
	for i := range len(s.text) {
		if i%blockSize == 0 {
			s.blocks = append(s.blocks, characters)
		}
		if utf8.RuneStart(s.text[i]) {
			characters++
		}
		if s.text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	s.blocks = append(s.blocks, characters)
	return s
}

// characters counts those before an offset.
func (s *source) characters(offset int) int {
	block := offset / blockSize
	n := s.blocks[block]
	for i := block * blockSize; i < offset; i++ {
		if utf8.RuneStart(s.text[i]) {
			n++
		}
	}
	return n
}

// point is the line and column of an offset.
func (s *source) point(offset int) (line, column int) {
	offset = min(max(offset, 0), len(s.text))
	line = sort.SearchInts(s.lines, offset+1)
	return line, s.characters(offset) - s.characters(s.lines[line-1]) + 1
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
