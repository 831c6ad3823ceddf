package components

import (
	"io"
	"regexp"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	var short, long tail
	io.WriteString(&short, "all of it")
	if short.String() != "all of it" || short.truncated {
		t.Errorf("tail %q, truncated %v", short.String(), short.truncated)
	}
	for range TailBytes {
		io.WriteString(&long, "ü")
	}
	io.WriteString(&long, "x")
	if got := long.String(); len(got) > TailBytes || !strings.HasSuffix(got, "üx") || strings.Contains(got, "�") || !long.truncated {
		t.Errorf("a tail of %d bytes, truncated %v, ends in %q", len(got), long.truncated, got[len(got)-4:])
	}
}

func TestLineMatcher(t *testing.T) {
	for _, test := range []struct {
		name   string
		writes []string
		match  string
	}{
		{"within one write", []string{"fine\nmigration FAILED here\nmore\n"}, "migration FAILED here"},
		{"across writes", []string{"migration FAI", "LED\r\n"}, "migration FAILED"},
		{"in a last line without an end", []string{"ok\nFAILED"}, "FAILED"},
		{"not across lines", []string{"FAI\nLED\n"}, ""},
		{"in a very long line", []string{strings.Repeat("x", maxLine+1), "FAILED"}, "FAILED"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &lineMatcher{pattern: regexp.MustCompile("FAILED")}
			w := m.stream()
			for _, text := range test.writes {
				io.WriteString(w, text)
			}
			if line, ok := m.found(); line != test.match || ok != (test.match != "") {
				t.Errorf("found %q, %v; expected %q", line, ok, test.match)
			}
		})
	}
}
