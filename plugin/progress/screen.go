package progress

import (
	"fmt"
	"io"
	"strings"
)

// screen draws rows on a terminal, each time over those before.
type screen struct {
	out   io.Writer
	color bool
	size  func() (width, height int)
	// drawn are the widths of the rows that stand there.
	drawn []int
}

// rows is how many rows can be drawn over again.
func (s *screen) rows() int {
	_, height := s.size()
	return max(height-1, 1) // the cursor stands on the line below
}

// draw replaces what was drawn. Rows are cut at the terminal's width, and what
// does not fit below is left out, because what scrolls away cannot be drawn over.
func (s *screen) draw(rows []row) {
	s.put(rows[:min(len(rows), s.rows())])
}

// finish replaces what was drawn by rows that stay, however many they are.
func (s *screen) finish(rows []row) {
	s.put(rows)
	s.drawn = nil
}

// clear takes away what was drawn.
func (s *screen) clear() {
	_, _ = io.WriteString(s.out, s.home()+"\x1b[J")
	s.drawn = nil
}

// put writes it all at once, and overwrites instead of erasing first: nothing flickers.
func (s *screen) put(rows []row) {
	width, _ := s.size()
	var b strings.Builder
	b.WriteString(s.home())
	s.drawn = nil
	for _, r := range rows {
		r = r.cut(max(width, 1))
		s.drawn = append(s.drawn, r.width())
		// Erased before, because behind a full row it would take its last character.
		b.WriteString("\x1b[K" + r.write(s.color) + "\n")
	}
	b.WriteString("\x1b[J")
	_, _ = io.WriteString(s.out, b.String())
}

// home moves to the beginning of what was drawn. A terminal that has become
// narrower since has broken those rows that did not fit any more.
func (s *screen) home() string {
	width, height := s.size()
	up := 0
	for _, drawn := range s.drawn {
		up += 1 + max(drawn-1, 0)/max(width, 1)
	}
	if up = min(up, max(height-1, 0)); up == 0 {
		return "\r"
	}
	return fmt.Sprintf("\r\x1b[%dA", up)
}
