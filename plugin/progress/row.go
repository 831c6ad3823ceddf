package progress

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// The ANSI attributes of the parts of a line.
const (
	plain = ""
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	amber = "33"
)

// part is a piece of a line with its attributes.
type part struct{ attributes, text string }

// row is a line of a picture. Its parts have no line breaks and no escapes.
type row []part

// columns measures text in a terminal's columns. Characters whose width depends on
// the reader's locale count as narrow, as terminals show them by default.
var columns = &runewidth.Condition{}

// width is how many columns the row takes.
func (r row) width() int {
	sum := 0
	for _, p := range r {
		sum += columns.StringWidth(p.text)
	}
	return sum
}

// cut shortens the row to a number of columns; a mark says that it was longer.
func (r row) cut(width int) row {
	if r.width() <= width {
		return r
	}
	var out row
	left := width
	for _, p := range r {
		w := columns.StringWidth(p.text)
		if w >= left { // the mark needs a column, too
			return append(out, part{p.attributes, cut(p.text, left)})
		}
		out, left = append(out, p), left-w
	}
	return out
}

// trim takes away the spaces at the row's end: a terminal that is made narrower
// would break the row because of them.
func (r row) trim() row {
	for len(r) > 0 {
		last := &r[len(r)-1]
		if last.text = strings.TrimRight(last.text, " "); last.text != "" {
			break
		}
		r = r[:len(r)-1]
	}
	return r
}

// write is the row as a terminal takes it.
func (r row) write(color bool) string {
	var b strings.Builder
	for _, p := range r {
		b.WriteString(paint(color, p.attributes, p.text))
	}
	return b.String()
}

// cut shortens a text to a number of columns, the mark included.
func cut(text string, width int) string {
	const mark = "…"
	if width < 1 {
		return ""
	}
	short := columns.Truncate(text, width-1, "")
	return short + mark
}

// fill puts a text into a column of a table.
func fill(text string, width int) string {
	if columns.StringWidth(text) > width {
		text = cut(text, width)
	}
	return columns.FillRight(text, width)
}

// paint gives a text its attributes where colours are wanted.
func paint(color bool, attributes, text string) string {
	if !color || attributes == plain || text == "" {
		return text
	}
	return "\x1b[" + attributes + "m" + text + "\x1b[0m"
}
