package python

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// name scans a name, a keyword or the prefix of a string.
func (s *scanner) name() token {
	begin, ascii := s.pos, true
	for s.pos < len(s.src) && (isNameByte(s.src[s.pos]) || isDigit(s.src[s.pos])) {
		ascii = ascii && s.src[s.pos] < utf8.RuneSelf
		s.pos++
	}
	w := s.src[begin:s.pos]
	if c := s.peek(0); (c == '"' || c == '\'') && isPrefix(w) {
		return s.string(begin)
	}
	t := token{kind: name, text: w, Position: s.since(begin)}
	switch {
	case keywords[w]:
		t.kind = keyword
	case !ascii:
		s.verify(w, t.Position)
		t.text = norm.NFKC.String(w)
	}
	return t
}

// verify reports the first character that a name cannot have.
func (s *scanner) verify(w string, at diagnostic.Position) {
	for i, r := range w {
		if s.foreign && r >= utf8.RuneSelf || isNameRune(r, i == 0) {
			at.Column++
			continue
		}
		at.EndColumn = at.Column + 1
		s.fail(at, "the character %q (U+%04X) does not belong here%s", r, r, instead(r))
		return
	}
}

// instead says what was meant by a character that word processors make.
func instead(r rune) string {
	switch {
	case strings.ContainsRune("“”„‟«»", r):
		return "; strings stand in \" or '"
	case strings.ContainsRune("‘’‚‛´", r):
		return "; strings stand in ' or \""
	case strings.ContainsRune("–—−‐‑", r):
		return "; write -"
	case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zs, r):
		return "; it looks like a space, or like nothing: remove it"
	}
	return ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isNameByte reports whether the byte can begin a name; beyond ASCII verify decides.
func isNameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

// newer are parts of names since Unicode 15.1.
const newer = "\u200C\u200D\u30FB\uFF65"

// isNameRune follows Unicode's identifiers. A character that is newer than the
// tables may well be a letter.
func isNameRune(r rune, first bool) bool {
	if r == '_' || unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Other_ID_Start) || unicode.Is(unicode.Cn, r) {
		return true
	}
	return !first && (unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue) || strings.ContainsRune(newer, r))
}
