package progress

import (
	"fmt"
	"io"
	"strings"
)

// Screen draws a text on a terminal, each time over the one before.
type Screen struct {
	out   io.Writer
	size  func() (width, height int)
	drawn int
}

// NewScreen draws on out, which is a terminal of the given size; it may change.
func NewScreen(out io.Writer, size func() (width, height int)) *Screen {
	return &Screen{out: out, size: size}
}

// Rows is how many lines can be drawn over again.
func (s *Screen) Rows() int {
	_, height := s.size()
	return max(height-1, 1) // the cursor stands on the line below
}

// Finish replaces what was drawn by a text that stays, as long as it is.
func (s *Screen) Finish(text string) error {
	_, err := io.WriteString(s.out, s.erase()+text)
	s.drawn = 0
	return err
}

// erase is what takes away what was drawn.
func (s *Screen) erase() string {
	if s.drawn == 0 {
		return "\r\x1b[J"
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", s.drawn)
}

// Draw replaces what was drawn. Lines are cut at the terminal's width, and what
// does not fit below is left out, because what scrolls away cannot be drawn over.
func (s *Screen) Draw(text string) error {
	width, _ := s.size()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if rows := s.Rows(); len(lines) > rows {
		lines = lines[:rows]
	}
	var b strings.Builder
	b.WriteString(s.erase())
	for _, line := range lines {
		if runes := []rune(line); len(runes) > width {
			line = string(runes[:width])
		}
		b.WriteString(line + "\n")
	}
	s.drawn = len(lines)
	_, err := io.WriteString(s.out, b.String())
	return err
}
