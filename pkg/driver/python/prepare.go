package python

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// byteOrderMark may begin a file; it is no part of the source.
const byteOrderMark = "\uFEFF"

// prepare makes the source as it is scanned: without a byte order mark, its
// lines ended by \n.
func prepare(src string) (string, *Encoding, *SyntaxError) {
	src = strings.TrimPrefix(src, byteOrderMark)
	if strings.Contains(src, "\r") {
		src = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src)
	}
	if !utf8.ValidString(src) {
		return "", nil, &SyntaxError{lineAndColumn(src, invalid(src)), "these bytes are not UTF-8; save the file as UTF-8"}
	}
	if i := strings.IndexByte(src, 0); i >= 0 {
		return "", nil, &SyntaxError{lineAndColumn(src, i), "there is a NUL character here; remove it"}
	}
	return src, claimed(src), nil
}

// invalid is the offset of the first byte that is not UTF-8.
func invalid(src string) int {
	for i, r := range src {
		if r == utf8.RuneError && !strings.HasPrefix(src[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return len(src)
}

// lineAndColumn finds an offset's place in a source that was not scanned.
func lineAndColumn(src string, offset int) diagnostic.Position {
	before := src[:offset]
	line, column := strings.Count(before, "\n")+1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])+1
	return diagnostic.Position{Line: line, Column: column, EndLine: line, EndColumn: column + 1}
}

// A cookie is in one of the first two lines, and the first one may hold nothing else.
var (
	cookie = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)`)
	blank  = regexp.MustCompile(`^[ \t\f]*(?:#.*)?$`)
)

// claimed is the encoding that the file claims.
func claimed(src string) *Encoding {
	for number := 1; number <= 2; number++ {
		line, rest, _ := strings.Cut(src, "\n")
		if m := cookie.FindStringSubmatchIndex(line); m != nil {
			if isUTF8(line[m[2]:m[3]]) {
				return nil
			}
			first, last := utf8.RuneCountInString(line[:m[2]])+1, utf8.RuneCountInString(line[:m[3]])+1
			return &Encoding{
				Name:     line[m[2]:m[3]],
				Position: diagnostic.Position{Line: number, Column: first, EndLine: number, EndColumn: last},
				Misread:  strings.ContainsFunc(src, func(r rune) bool { return r > 127 }),
			}
		}
		if !blank.MatchString(line) {
			return nil
		}
		src = rest
	}
	return nil
}

func isUTF8(encoding string) bool {
	e := strings.ReplaceAll(strings.ToLower(encoding), "_", "-")
	return e == "utf-8" || e == "utf8" || e == "u8" || strings.HasPrefix(e, "utf-8-")
}
