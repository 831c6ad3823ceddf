package python

// width is the width of a line's indentation with tabs to the next multiple of
// 8, and with tabs of width 1. As in CPython both must agree on what is deeper.
type width struct{ wide, narrow int }

// indentation scans the beginning of a line. It is done with lines that hold
// nothing but a comment: they neither open nor close blocks.
func (s *scanner) indentation() (done bool, err error) {
	var w width
	for ; s.pos < len(s.src); s.pos++ {
		switch s.src[s.pos] {
		case ' ':
			w.wide++
			w.narrow++
			continue
		case '\t':
			w.wide = (w.wide/8 + 1) * 8
			w.narrow++
			continue
		case '\f':
			w = width{}
			continue
		}
		break
	}
	switch s.peek(0) {
	case 0:
		if s.pos >= len(s.src) {
			return true, nil
		}
	case '#':
		s.comment()
		return true, nil
	case '\n':
		s.advance()
		return true, nil
	case '\\':
		if s.peek(1) == '\n' && w.wide == 0 {
			// An empty continued line takes its indentation from the next one.
			s.pos++
			s.advance()
			return true, nil
		}
	}
	return false, s.setIndent(w)
}

func (s *scanner) setIndent(w width) error {
	top := s.indents[len(s.indents)-1]
	if w == top {
		return nil
	}
	if (w.wide > top.wide) != (w.narrow > top.narrow) || (w.wide == top.wide) != (w.narrow == top.narrow) {
		return s.fail(s.here(1), "tabs and spaces are mixed in the indentation")
	}
	if w.wide > top.wide {
		s.indents = append(s.indents, w)
		s.add(indent, "", s.here(1))
		return nil
	}
	for w.wide < s.indents[len(s.indents)-1].wide {
		s.indents = s.indents[:len(s.indents)-1]
		s.add(dedent, "", s.here(1))
	}
	if top = s.indents[len(s.indents)-1]; w != top {
		return s.fail(s.here(1), "the indentation matches no enclosing block")
	}
	return nil
}
