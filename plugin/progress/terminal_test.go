package progress

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// terminal does what one does with what a screen writes: it knows the few sequences
// that a screen uses, has lines of a width, and breaks them anew when it is resized.
type terminal struct {
	t             *testing.T
	mu            sync.Mutex
	width, height int
	lines         []string
	at            int
}

func newTerminal(t *testing.T, width, height int) *terminal {
	return &terminal{t: t, width: width, height: height, lines: []string{""}}
}

func (v *terminal) size() (width, height int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.width, v.height
}

func (v *terminal) resize(width, height int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.width, v.height = width, height
}

var sequence = regexp.MustCompile(`^(?:\x1b\[(\d*)([AJKm])|\r|\n|[^\x1b\r\n]+)`)

// Write obeys what is written. What it does not know fails the test.
func (v *terminal) Write(text []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	rest := string(text)
	for rest != "" {
		found := sequence.FindStringSubmatch(rest)
		if found == nil {
			v.t.Fatalf("the terminal does not know %q", rest)
		}
		v.obey(found[0], found[1], found[2])
		rest = rest[len(found[0]):]
	}
	return len(text), nil
}

func (v *terminal) obey(text, number, final string) {
	switch {
	case text == "\r" || final == "m":
	case text == "\n":
		if v.at++; v.at == len(v.lines) {
			v.lines = append(v.lines, "")
		}
	case final == "A":
		up, _ := strconv.Atoi(number)
		for up > 0 && v.at > 0 {
			v.at--
			up -= v.rowsOf(v.lines[v.at])
		}
		if up != 0 {
			v.t.Errorf("the cursor moves to no line's beginning: %d rows off", up)
		}
	case final == "K":
		v.lines[v.at] = ""
	case final == "J":
		v.lines = append(v.lines[:v.at], "")
	default:
		v.lines[v.at] += text
	}
}

// rowsOf is how many rows a line takes in the terminal's width.
func (v *terminal) rowsOf(line string) int {
	return 1 + max(columns.StringWidth(line)-1, 0)/v.width
}

// text is what the terminal shows, with what has scrolled away above it.
func (v *terminal) text() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.lines, "\n")
}
