package jinja

import (
	"regexp"
	"strings"
)

// builtinFilters are Jinja2's own.
func builtinFilters() map[string]filterFunc {
	return map[string]filterFunc{
		"abs": abs, "attr": attr, "batch": batch, "capitalize": ofText("capitalize", capitalize), "center": center,
		"count": length, "d": defaultFilter, "default": defaultFilter, "dictsort": dictsort, "e": escapeFilter,
		"escape": escapeFilter, "filesizeformat": filesize, "first": first, "float": floatFilter,
		"forceescape": forceEscape, "format": formatFilter, "groupby": groupby, "indent": indent, "int": intFilter,
		"items": itemsFilter, "join": join, "last": last, "length": length, "list": listFilter,
		"lower": ofText("lower", lower), "map": mapFilter, "max": largest, "min": smallest,
		"reject": selecting(false, false), "rejectattr": selecting(true, false),
		"replace": replace, "reverse": reverse, "round": round, "safe": safe,
		"select": selecting(false, true), "selectattr": selecting(true, true),
		"slice": sliceFilter, "sort": sortFilter, "string": stringFilter, "sum": sum, "title": titleFilter,
		"tojson": tojson, "trim": trim, "truncate": truncate, "unique": unique, "upper": ofText("upper", upper),
		"urlencode": urlencode, "wordcount": wordcount,
	}
}

// ofText makes a filter without arguments of a function of text; markup stays markup.
func ofText(name string, f func(string) string) filterFunc {
	return func(s *state, v any, a args) any {
		s.bind(name, a, 0)
		text := s.soft(v)
		plainText, _ := plain(text)
		return like(text, f(plainText))
	}
}

func defaultFilter(s *state, v any, a args) any {
	p := s.bind("default", a, 0, "default_value", "boolean")
	_, isUndefined := v.(undefined)
	if !isUndefined && (truth(v) || !or(s, p[1], false)) {
		return v
	}
	if p[0] == (absent{}) {
		return ""
	}
	return p[0]
}

func length(s *state, v any, a args) any {
	s.bind("length", a, 0)
	return s.sizeOf(v)
}

func listFilter(s *state, v any, a args) any {
	s.bind("list", a, 0)
	items := s.items(v)
	s.room(itemSize, len(items))
	return &list{items}
}

func stringFilter(s *state, v any, a args) any {
	s.bind("string", a, 0)
	return s.soft(v)
}

// escape makes text safe for HTML.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;").Replace(text)
}

func escapeFilter(s *state, v any, a args) any {
	s.bind("escape", a, 0)
	if m, ok := v.(markup); ok {
		return m
	}
	return markup(escape(s.str(v)))
}

func forceEscape(s *state, v any, a args) any {
	s.bind("forceescape", a, 0)
	return markup(escape(s.str(v)))
}

func safe(s *state, v any, a args) any {
	s.bind("safe", a, 0)
	return markup(s.str(v))
}

func replace(s *state, v any, a args) any {
	p := s.bind("replace", a, 2, "old", "new", "count")
	limit := int64(-1)
	if given(p[2]) {
		limit = as[int64](s, p[2])
	}
	return s.replaceText(s.str(v), s.str(p[0]), s.str(p[1]), limit)
}

// replaceText replaces as often as the limit says; below 0 means always.
func (s *state) replaceText(text, old, replacement string, limit int64) string {
	found := int64(strings.Count(text, old))
	if limit >= 0 {
		found = min(found, limit)
	}
	s.room(max(1, len(replacement)), int(found))
	s.room(1, len(text))
	return strings.Replace(text, old, replacement, int(found))
}

func trim(s *state, v any, a args) any {
	p := s.bind("trim", a, 0, "chars")
	text := s.soft(v)
	plainText, _ := plain(text)
	return like(text, strip(s, plainText, p[0], strings.TrimFunc))
}

// strip removes white space, or the given characters, from an end.
func strip(s *state, text string, chars any, from func(string, func(rune) bool) string) string {
	if !given(chars) {
		return from(text, isSpace)
	}
	set := as[string](s, chars)
	return from(text, func(r rune) bool { return strings.ContainsRune(set, r) })
}

func center(s *state, v any, a args) any {
	p := s.bind("center", a, 0, "width")
	text := s.soft(v)
	plainText, _ := plain(text)
	return like(text, s.pad(plainText, or(s, p[0], int64(80)), " ", middle))
}

// indent puts blanks before the lines of a text.
func indent(s *state, v any, a args) any {
	p := s.bind("indent", a, 0, "width", "first", "blank")
	text, ok := plain(v)
	if !ok {
		s.defined(v)
		s.fail("add `| string` before", "`indent` needs a string, found %s", typeName(v))
	}
	blanks, ok := plain(p[0])
	if !ok {
		blanks = strings.Repeat(" ", s.room(1, int(max(0, min(or(s, p[0], int64(4)), maxText+1)))))
	}
	lines := splitLines(text+"\n", false)
	s.room(len(blanks)+1, len(lines))
	for i := range lines {
		if i > 0 && (lines[i] != "" || or(s, p[2], false)) || i == 0 && or(s, p[1], false) {
			lines[i] = blanks + lines[i]
		}
	}
	return like(v, strings.Join(lines, "\n"))
}

func truncate(s *state, v any, a args) any {
	p := s.bind("truncate", a, 0, "length", "killwords", "end", "leeway")
	end, leeway := or(s, p[2], "..."), int64(5)
	if given(p[3]) {
		leeway = as[int64](s, p[3])
	}
	limit := or(s, p[0], int64(255))
	endLength, length := int64(len([]rune(end))), s.sizeOf(v)
	text, ok := plain(v)
	switch {
	case limit < endLength || leeway < 0:
		s.fail("", "`truncate` needs a length of at least that of its end, and a leeway that is not negative")
	case length <= limit+leeway:
		return v
	case !ok:
		s.fail("", "`truncate` needs a string, found %s", typeName(v))
	}
	cut := string([]rune(text)[:limit-endLength])
	if i := strings.LastIndex(cut, " "); i >= 0 && !or(s, p[1], false) {
		cut = cut[:i]
	}
	_, markupEnd := p[2].(markup)
	if _, isMarkup := v.(markup); isMarkup && !markupEnd {
		end = escape(end)
	}
	return like(v, cut+end)
}

var wordStart = regexp.MustCompile(`[-\s({\[<]+`)

// titleFilter is Jinja2's title, which is not Python's.
func titleFilter(s *state, v any, a args) any {
	s.bind("title", a, 0)
	text, _ := plain(s.soft(v))
	var b strings.Builder
	at := 0
	word := func(w string) {
		if w != "" {
			runes := []rune(w)
			b.WriteString(upper(string(runes[:1])) + lower(string(runes[1:])))
		}
	}
	for _, m := range wordStart.FindAllStringIndex(text, -1) {
		word(text[at:m[0]])
		b.WriteString(text[m[0]:m[1]])
		at = m[1]
	}
	word(text[at:])
	return b.String()
}

func wordcount(s *state, v any, a args) any {
	s.bind("wordcount", a, 0)
	text, _ := plain(s.soft(v))
	return int64(len(strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) })))
}

func urlencode(s *state, v any, a args) any {
	s.bind("urlencode", a, 0)
	if text, ok := plain(v); ok {
		return percentEncode(text, "/")
	}
	if d, ok := v.(*dict); ok {
		return s.query((&view{of: d, pick: pairOf}).items())
	}
	switch v.(type) {
	case nil, bool, int64, float64:
		return percentEncode(s.str(v), "/")
	}
	return s.query(s.items(v))
}

func (s *state) query(pairs []any) any {
	parts := make([]string, len(pairs))
	for i, pair := range pairs {
		two, ok := sequence(pair)
		if !ok || len(two) != 2 {
			s.fail("", "`urlencode` needs pairs of a name and a value")
		}
		parts[i] = percentEncode(s.str(two[0]), "") + "=" + percentEncode(s.str(two[1]), "")
		parts[i] = strings.ReplaceAll(parts[i], "%20", "+")
	}
	return strings.Join(parts, "&")
}

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"

func percentEncode(text, alsoSafe string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		if strings.IndexByte(unreserved, c) >= 0 || strings.IndexByte(alsoSafe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
