package python

import (
	"os/exec"
	"strings"
	"testing"
	"unicode"
)

// TestNamesAgainstCPython compares every character of Unicode.
func TestNamesAgainstCPython(t *testing.T) {
	const program = `import sys
for n in range(0x110000):
    sys.stdout.write("21"[not chr(n).isidentifier()] if ("a" + chr(n)).isidentifier() else "0")`
	// Names only become more: the newest Python knows all.
	for _, c := range pythons(t)[:1] {
		out, err := exec.CommandContext(t.Context(), c.path, "-c", program).Output()
		if err != nil {
			t.Fatal(err)
		}
		more := 0
		for n, verdict := range out {
			r := rune(n)
			begins, goesOn := verdict == '2', verdict != '0'
			if r < 128 || r >= 0xD800 && r < 0xE000 {
				continue
			}
			if begins && !isNameRune(r, true) || goesOn && !isNameRune(r, false) {
				t.Errorf("%s: U+%04X can be in a name: %c", c.version, r, verdict)
			}
			if !unicode.Is(unicode.Cn, r) && (!begins && isNameRune(r, true) || !goesOn && isNameRune(r, false)) {
				more++
			}
		}
		if len(out) != 0x110000 {
			t.Errorf("%s answered for %d characters", c.path, len(out))
		}
		// Letters that are something else once they are normalized, or newer than this Python.
		t.Logf("%s: %d characters are taken that it refuses", c.version, more)
	}
}

func TestNormalizedNames(t *testing.T) {
	// A normalized keyword is a name, as in CPython.
	m := parsed(t, "𝐝𝐞𝐟 = 1\nª = 2\n")
	var names []string
	for _, b := range m.Bindings {
		names = append(names, b.Name)
	}
	if got := strings.Join(names, " "); got != "def a" {
		t.Error(got)
	}
}
