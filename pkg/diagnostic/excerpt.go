package diagnostic

import "strings"

// maxExcerpt bounds a source line in the output; minified files have huge ones.
const maxExcerpt = 200

// AddExcerpts fills in every problem's source line from the text of its file,
// which the function returns; empty when it has none.
func (l List) AddExcerpts(text func(file string) string) {
	lines := map[string][]string{}
	for i := range l {
		d := &l[i]
		if d.Line == 0 || d.Excerpt != "" || d.Secret {
			continue
		}
		if _, ok := lines[d.File]; !ok {
			lines[d.File] = strings.Split(text(d.File), "\n")
		}
		if d.Line <= len(lines[d.File]) {
			d.Excerpt = shorten(strings.TrimSuffix(lines[d.File][d.Line-1], "\r"))
		}
	}
}

// shorten cuts a long line without splitting a character.
func shorten(line string) string {
	count := 0
	for i := range line {
		if count == maxExcerpt {
			return line[:i]
		}
		count++
	}
	return line
}
