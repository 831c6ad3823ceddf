package progress

import (
	"regexp"
	"strings"
	"unicode"
)

// escapes are the sequences that move a terminal's cursor, set its colours and
// its title: CSI, OSC and other strings, and the short ones.
var escapes = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|[\\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[ -/]*[0-~])")

// Clean takes out of a text that comes from the cluster what would rewrite what
// the terminal shows. Lines and tabs stay.
func Clean(text string) string {
	text = escapes.ReplaceAllString(strings.ReplaceAll(text, "\r\n", "\n"), "")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// oneLine makes a line of a text, for a place that has no room for more. Of a line
// that was written over, as progress bars are, it is what was written last.
func oneLine(text string) string {
	text = strings.TrimRight(text, "\r\n")
	if last := strings.LastIndexByte(text, '\r'); last >= 0 {
		text = text[last+1:]
	}
	return strings.Join(strings.Fields(Clean(text)), " ")
}
