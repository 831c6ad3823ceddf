package jinja

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestPoint compares places with those that are counted from the line's beginning.
func TestPoint(t *testing.T) {
	long := strings.Repeat("aü☃😀", 3*blockSize)
	for _, text := range []string{"", "a", "\n", "a\nb", "ü\n☃😀x\n", long, "x\n" + long + "\n" + long, strings.Repeat("a\n", blockSize), strings.Repeat("a", blockSize), strings.Repeat("a", blockSize-1) + "ü"} {
		s := newSource(text)
		for offset := range len(s.text) + 1 {
			if offset < len(s.text) && !utf8.RuneStart(s.text[offset]) {
				continue
			}
			before := s.text[:offset]
			wantLine := strings.Count(before, "\n") + 1
			wantColumn := utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]) + 1
			if line, column := s.point(offset); line != wantLine || column != wantColumn {
				t.Fatalf("%.20q: %d is at %d:%d, want %d:%d", text, offset, line, column, wantLine, wantColumn)
			}
		}
	}
}
