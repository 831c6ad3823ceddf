package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// upper and lower are Python's, which may change the number of characters.
func upper(text string) string {
	if isASCII(text) {
		return strings.ToUpper(text)
	}
	return cases.Upper(language.Und).String(text)
}

func lower(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	return cases.Lower(language.Und, cases.HandleFinalSigma(true)).String(text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// capital is a word's first character as Python capitalizes it.
func capital(r rune) string {
	if up := upper(string(r)); utf8.RuneCountInString(up) > 1 {
		first, size := utf8.DecodeRuneInString(up)
		return string(first) + lower(up[size:])
	}
	return string(unicode.ToTitle(r))
}

func capitalize(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return capital(first) + lower(text[size:])
}

// pyTitle is Python's str.title: every run of letters is a word.
func pyTitle(text string) string {
	var b strings.Builder
	inWord := false
	for _, r := range text {
		if inWord {
			b.WriteString(lower(string(r)))
		} else {
			b.WriteString(capital(r))
		}
		inWord = isCased(r)
	}
	return b.String()
}

func swapcase(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, text)
}

func isCased(r rune) bool {
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r)
}

func isUpper(text string) bool { return hasOnly(text, unicode.IsUpper) }

func isLower(text string) bool { return hasOnly(text, unicode.IsLower) }

// hasOnly reports whether there are cased characters, and all are of the case.
func hasOnly(text string, is func(rune) bool) bool {
	found := false
	for _, r := range text {
		if !isCased(r) {
			continue
		}
		if !is(r) {
			return false
		}
		found = true
	}
	return found
}

func isTitle(text string) bool {
	found, inWord := false, false
	for _, r := range text {
		switch {
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			if inWord {
				return false
			}
			found, inWord = true, true
		case unicode.IsLower(r):
			if !inWord {
				return false
			}
			found = true
		default:
			inWord = false
		}
	}
	return found
}

// every makes a test of a text of one of characters; it fails for the empty text.
func every(is func(rune) bool) func(string) bool {
	return func(text string) bool {
		return text != "" && strings.IndexFunc(text, func(r rune) bool { return !is(r) }) < 0
	}
}

func isIdentifier(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return (first == '_' || unicode.IsLetter(first)) && every(isWord)(text)
}

// splitLines is Python's splitlines.
func splitLines(text string, keep bool) []string {
	lines := []string{}
	start := 0
	for i, r := range text {
		if !isLineEnd(r) || i < start {
			continue
		}
		end := i + utf8.RuneLen(r)
		if r == '\r' && strings.HasPrefix(text[end:], "\n") {
			end++
		}
		if keep {
			lines = append(lines, text[start:end])
		} else {
			lines = append(lines, text[start:i])
		}
		start = end
	}
	if start < len(text) {
		lines = append(lines, text[start:])
	}
	return lines
}

func isLineEnd(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}
