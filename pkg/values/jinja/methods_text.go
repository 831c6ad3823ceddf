package jinja

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textMethodTable has the methods of strings. On markup they return markup.
func textMethodTable() map[string]method {
	return map[string]method{
		"capitalize": mapped(capitalize), "casefold": mapped(casefold), "lower": mapped(lower), "swapcase": mapped(swapcase),
		"title": mapped(pyTitle), "upper": mapped(upper),
		"isalnum": asked(every(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })), "isalpha": asked(every(unicode.IsLetter)),
		"isascii": asked(isASCII), "isdecimal": asked(every(unicode.IsDigit)), "isdigit": asked(every(unicode.IsDigit)),
		"isidentifier": asked(isIdentifier), "islower": asked(isLower), "isnumeric": asked(every(unicode.IsNumber)),
		"isprintable": asked(func(t string) bool { return t == "" || every(unicode.IsPrint)(t) }), "isspace": asked(every(isSpace)),
		"istitle": asked(isTitle), "isupper": asked(isUpper),
		"center": padded(middle), "ljust": padded(left), "rjust": padded(right), "zfill": zfill, "expandtabs": expandTabs,
		"strip": stripped(strings.TrimFunc), "lstrip": stripped(strings.TrimLeftFunc), "rstrip": stripped(strings.TrimRightFunc),
		"removeprefix": removed(strings.TrimPrefix), "removesuffix": removed(strings.TrimSuffix),
		"startswith": affixed(strings.HasPrefix), "endswith": affixed(strings.HasSuffix),
		"find": found(strings.Index, false), "rfind": found(strings.LastIndex, false), "index": found(strings.Index, true), "rindex": found(strings.LastIndex, true),
		"count": textCount, "replace": textReplace, "join": textJoin, "split": textSplit, "rsplit": textRightSplit, "splitlines": textSplitLines,
		"partition": partition, "rpartition": rightPartition, "format": textFormat,
	}
}

// mapped makes a method without arguments that changes a text.
func mapped(f func(string) string) method {
	return func(s *state, of any, a args) any {
		s.bind("the method", a, 0)
		text, _ := plain(of)
		s.charge(len(text))
		return like(of, f(text))
	}
}

// asked makes a method without arguments that asks something of a text.
func asked(f func(string) bool) method {
	return func(s *state, of any, a args) any {
		s.bind("the method", a, 0)
		text, _ := plain(of)
		s.charge(len(text))
		return f(text)
	}
}

func casefold(text string) string {
	return strings.ReplaceAll(lower(text), "ß", "ss")
}

// side is where a padded text stands: how many of n blanks come before it.
type side func(n, width int) int

func left(int, int) int { return 0 }

func right(n, _ int) int { return n }

// middle is Python's, which puts the odd blank before the text when the width is odd.
func middle(n, width int) int { return n/2 + n&width&1 }

func (s *state) pad(text string, width int64, fill string, at side) string {
	length := int64(utf8.RuneCountInString(text))
	s.charge(len(text))
	if width <= length {
		return text
	}
	n := s.room(len(fill), int(min(width-length, maxText+1)))
	before := at(n, int(width))
	return strings.Repeat(fill, before) + text + strings.Repeat(fill, n-before)
}

func padded(at side) method {
	return func(s *state, of any, a args) any {
		p := s.bind("the method", positionalOnly(s, "the method", a), 1, "width", "fillchar")
		fill := or(s, p[1], " ")
		if utf8.RuneCountInString(fill) != 1 {
			s.fail("", "the fill is one character")
		}
		text, _ := plain(of)
		if _, safe := of.(markup); safe && escape(fill) != fill {
			s.fail("", "this fill is not supported for text that is escaped")
		}
		return like(of, s.pad(text, as[int64](s, p[0]), fill, at))
	}
}

func zfill(s *state, of any, a args) any {
	p := s.bind("zfill", positionalOnly(s, "zfill", a), 1, "width")
	text, _ := plain(of)
	sign := ""
	if text != "" && (text[0] == '-' || text[0] == '+') {
		sign, text = text[:1], text[1:]
	}
	return like(of, sign+s.pad(text, as[int64](s, p[0])-int64(len(sign)), "0", right))
}

func expandTabs(s *state, of any, a args) any {
	size := or(s, s.bind("expandtabs", a, 0, "tabsize")[0], int64(8))
	text, _ := plain(of)
	var b strings.Builder
	column := int64(0)
	for _, r := range text {
		switch {
		case r == '\t' && size > 0:
			n := size - column%size
			b.WriteString(strings.Repeat(" ", s.room(1, int(min(n, maxText+1)))))
			s.fitsText(b.Len())
			column += n
			continue
		case r == '\t':
			continue
		case r == '\n' || r == '\r':
			column = -1
		}
		b.WriteRune(r)
		column++
	}
	return like(of, b.String())
}

func stripped(from func(string, func(rune) bool) string) method {
	return func(s *state, of any, a args) any {
		p := s.bind("strip", positionalOnly(s, "strip", a), 0, "chars")
		text, _ := plain(of)
		s.charge(len(text))
		return like(of, strip(s, text, p[0], from))
	}
}

func removed(remove func(text, affix string) string) method {
	return func(s *state, of any, a args) any {
		p := s.bind("the method", a, 1, "affix")
		text, _ := plain(of)
		s.charge(len(text))
		return like(of, remove(text, as[string](s, p[0])))
	}
}

func affixed(has func(text, affix string) bool) method {
	return func(s *state, of any, a args) any {
		p := s.bind("the method", positionalOnly(s, "the method", a), 1, "affix", "start", "end")
		text, ok := s.part(of, p[1], p[2])
		candidates := []any{p[0]}
		if several, isTuple := p[0].(tuple); isTuple {
			candidates = several.items
		}
		return slices.ContainsFunc(candidates, func(c any) bool { return has(text, as[string](s, c)) && ok })
	}
}

// part is the text between two bounds, as Python's methods take them; false
// when it begins behind the text's end.
func (s *state) part(of any, start, end any) (text string, ok bool) {
	bounds := [3]any{}
	for i, b := range []any{start, end} {
		if given(b) {
			bounds[i] = as[int64](s, b)
		}
	}
	text, _ = plain(of)
	s.charge(len(text))
	if bounds[0] == nil && bounds[1] == nil {
		return text, true
	}
	runes := []rune(text)
	from, _ := whole(bounds[0])
	return string(pick(s, runes, bounds)), from <= int64(len(runes))
}

// found makes find, rfind, index and rindex.
func found(search func(text, part string) int, must bool) method {
	return func(s *state, of any, a args) any {
		p := s.bind("the method", positionalOnly(s, "the method", a), 1, "sub", "start", "end")
		part := as[string](s, p[0])
		text, ok := s.part(of, p[1], p[2])
		i := search(text, part)
		if i < 0 || !ok {
			if must {
				s.fail("`find` returns -1 instead", "the text does not contain that part")
			}
			return int64(-1)
		}
		at := int64(utf8.RuneCountInString(text[:i]))
		if given(p[1]) {
			start, _ := whole(p[1])
			whole, _ := plain(of)
			if start < 0 {
				start = max(0, start+int64(utf8.RuneCountInString(whole)))
			}
			at += start
		}
		return at
	}
}

func textCount(s *state, of any, a args) any {
	p := s.bind("count", positionalOnly(s, "count", a), 1, "sub", "start", "end")
	part := as[string](s, p[0])
	text, ok := s.part(of, p[1], p[2])
	if !ok {
		return int64(0)
	}
	return int64(strings.Count(text, part))
}

func textReplace(s *state, of any, a args) any {
	p := s.bind("replace", positionalOnly(s, "replace", a), 2, "old", "new", "count")
	text, _ := plain(of)
	replacement := as[string](s, p[1])
	if _, safe := of.(markup); safe {
		if _, alsoSafe := p[1].(markup); !alsoSafe {
			replacement = escape(replacement)
		}
	}
	return like(of, s.replaceText(text, as[string](s, p[0]), replacement, or(s, p[2], int64(-1))))
}

func textJoin(s *state, of any, a args) any {
	p := s.bind("join", positionalOnly(s, "join", a), 1, "items")
	separator, _ := plain(of)
	_, safe := of.(markup)
	var b strings.Builder
	for i, item := range s.items(p[0]) {
		text, ok := plain(item)
		switch _, itemSafe := item.(markup); {
		case safe && !itemSafe:
			s.defined(item)
			text = escape(s.str(item))
		case !ok:
			s.defined(item)
			s.fail("the filter `join` joins anything", "only strings can be joined by the method `join`, found %s", typeName(item))
		}
		if i > 0 {
			b.WriteString(separator)
		}
		s.charge(len(separator) + len(text))
		s.fitsText(b.Len() + len(text))
		b.WriteString(text)
	}
	return like(of, b.String())
}

func (s *state) parts(of any, parts []string) any {
	s.room(itemSize, len(parts))
	l := &list{make([]any, len(parts))}
	for i, p := range parts {
		l.items[i] = like(of, p)
	}
	return l
}

func textSplit(s *state, of any, a args) any { return s.split(of, a, "split", false) }

func textRightSplit(s *state, of any, a args) any { return s.split(of, a, "rsplit", true) }

func (s *state) split(of any, a args, what string, fromRight bool) any {
	p := s.bind(what, a, 0, "sep", "maxsplit")
	limit := or(s, p[1], int64(-1))
	text, _ := plain(of)
	s.charge(len(text))
	var parts []string
	switch separator := ""; {
	case !given(p[0]):
		parts = fields(text, limit, fromRight)
	default:
		if separator = as[string](s, p[0]); separator == "" {
			s.fail("", "the separator is empty")
		}
		parts = strings.Split(text, separator)
		parts = rejoin(parts, separator, limit, fromRight)
	}
	return s.parts(of, parts)
}

// rejoin undoes the splits beyond the limit.
func rejoin(parts []string, separator string, limit int64, fromRight bool) []string {
	if limit < 0 || int64(len(parts))-1 <= limit {
		return parts
	}
	n := int(limit)
	if fromRight {
		cut := len(parts) - n
		return append([]string{strings.Join(parts[:cut], separator)}, parts[cut:]...)
	}
	return append(parts[:n:n], strings.Join(parts[n:], separator))
}

// fields splits at runs of white space.
func fields(text string, limit int64, fromRight bool) []string {
	if limit < 0 {
		return strings.FieldsFunc(text, isSpace)
	}
	trim, cut := strings.TrimLeftFunc, strings.IndexFunc
	if fromRight {
		trim, cut = strings.TrimRightFunc, strings.LastIndexFunc
	}
	var out []string
	for text = trim(text, isSpace); text != ""; text = trim(text, isSpace) {
		i := cut(text, isSpace)
		if limit == 0 || i < 0 {
			out = append(out, strings.TrimFunc(text, func(r rune) bool { return i < 0 && isSpace(r) }))
			break
		}
		limit--
		if fromRight {
			_, size := utf8.DecodeRuneInString(text[i:])
			out = append(out, text[i+size:])
			text = text[:i]
			continue
		}
		out = append(out, text[:i])
		text = text[i:]
	}
	if fromRight {
		slices.Reverse(out)
	}
	return out
}

func textSplitLines(s *state, of any, a args) any {
	p := s.bind("splitlines", a, 0, "keepends")
	text, _ := plain(of)
	s.charge(len(text))
	return s.parts(of, splitLines(text, or(s, p[0], false)))
}

func partition(s *state, of any, a args) any {
	text, separator := s.partitioned("partition", of, a)
	before, after, found := strings.Cut(text, separator)
	if !found {
		separator = ""
	}
	return tupleOf(like(of, before), like(of, separator), like(of, after))
}

func rightPartition(s *state, of any, a args) any {
	text, separator := s.partitioned("rpartition", of, a)
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return tupleOf(like(of, ""), like(of, ""), like(of, text))
	}
	return tupleOf(like(of, text[:i]), like(of, separator), like(of, text[i+len(separator):]))
}

func (s *state) partitioned(what string, of any, a args) (text, separator string) {
	separator = as[string](s, s.bind(what, positionalOnly(s, what, a), 1, "sep")[0])
	if separator == "" {
		s.fail("", "the separator is empty")
	}
	text, _ = plain(of)
	s.charge(len(text))
	return text, separator
}
