package output

import (
	"fmt"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	numbered := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			fmt.Fprintf(&b, "line %d\n", i)
		}
		return b.String()
	}
	for name, tt := range map[string]struct{ output, want string }{
		"nothing":                  {"", ""},
		"short":                    {"a\nb\n", "a\nb\n"},
		"no line break at the end": {"a\nb", "a\nb\n"},
		"as many lines as fit":     {numbered(1, KeptLines), numbered(1, KeptLines)},
		"one line too many":        {numbered(1, KeptLines+1), cutMark + "\n" + numbered(2, KeptLines+1)},
		"too many bytes":           {strings.Repeat(strings.Repeat("x", 6000)+"\n", 3), cutMark + "\n" + strings.Repeat(strings.Repeat("x", 6000)+"\n", 2)},
		"a line that is too long":  {strings.Repeat("y", 3*longestLine) + "\nafter\n", strings.Repeat("y", longestLine) + "\nafter\n"},
		"the longest line":         {strings.Repeat("y", longestLine-1) + "\nafter\n", strings.Repeat("y", longestLine-1) + "\nafter\n"},
		"empty lines":              {"\n\n", "\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var kept tail
			eachLine(strings.NewReader(tt.output), kept.add)
			if found := kept.text(); found != tt.want {
				t.Errorf("found %d bytes, expected %d:\n%.300s", len(found), len(tt.want), found)
			}
			if len(kept.text()) > keptBytes+len(cutMark)+1 {
				t.Errorf("%d bytes are kept", len(kept.text()))
			}
		})
	}
}

func TestTailLast(t *testing.T) {
	var kept tail
	for _, line := range []string{"first", "second", "third"} {
		kept.add(line)
	}
	for limit, want := range map[int]string{0: "", 5: "", 6: "third", 12: "third", 13: "second\nthird", 100: "first\nsecond\nthird"} {
		if found := kept.last(limit); found != want {
			t.Errorf("in %d bytes: found %q, expected %q", limit, found, want)
		}
	}
}
