package python

// width is the width of a line's indentation with tabs to the next multiple of
// 8, and with tabs of width 1. As in CPython both must agree on what is deeper.
type width struct{ wide, narrow int }

// indentation scans the beginning of a line. Lines that hold nothing but a
// comment neither open nor close blocks.
func (s *scanner) indentation() {
	if w, blank := s.measure(); !blank && s.err == nil {
		s.setIndent(w)
	}
}

// measure goes over the space at the beginning of a line.
func (s *scanner) measure() (w width, blank bool) {
	continued := 0 // the width of the first of the lines that a backslash joins
	for {
		switch s.peek(0) {
		case ' ':
			w.wide++
			w.narrow++
		case '\t':
			w.wide = (w.wide/8 + 1) * 8
			w.narrow++
		case '\f':
			w = width{}
		case '\\':
			if continued == 0 {
				continued = w.wide
			}
			if s.continuation(); s.err != nil {
				return w, false
			}
			continue
		case '#', '\n':
			return w, true
		default:
			if continued > 0 {
				w = width{wide: continued, narrow: continued}
			}
			return w, s.pos >= len(s.src)
		}
		s.pos++
	}
}

func (s *scanner) setIndent(w width) {
	top := s.indents[len(s.indents)-1]
	switch {
	case w == top:
	case w.wide == top.wide, w.wide > top.wide && w.narrow <= top.narrow:
		s.mixed()
	case w.wide > top.wide && len(s.indents) >= maxIndents:
		s.fail(s.here(1), "blocks are nested too deeply, more than %d", maxIndents-1)
	case w.wide > top.wide:
		s.deeper = true
		s.indents = append(s.indents, w)
	default:
		s.dedent(w)
	}
}

func (s *scanner) dedent(w width) {
	for w.wide < s.indents[len(s.indents)-1].wide {
		s.indents = s.indents[:len(s.indents)-1]
		s.dedents++
	}
	switch top := s.indents[len(s.indents)-1]; {
	case w.wide != top.wide:
		s.fail(s.here(1), "the indentation matches no enclosing block")
	case w.narrow != top.narrow:
		s.mixed()
	}
}

func (s *scanner) mixed() {
	s.fail(s.here(1), "tabs and spaces are mixed in the indentation")
}
