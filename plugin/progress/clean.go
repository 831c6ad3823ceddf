package progress

import (
	"regexp"
	"strings"
	"unicode"
)

// escapes are the sequences that move a terminal's cursor, set its colours and
// its title: CSI, OSC, and the short ones.
var escapes = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\-_a-z])")

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
