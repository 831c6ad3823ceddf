package python

import "strings"

const badUnderscore = "an `_` in a number stands between two digits"

// number scans a number.
func (s *scanner) number() token {
	begin := s.pos
	if base := radix(s.peek(1)); s.peek(0) == '0' && base != "" {
		s.pos += 2
		if s.peek(0) == '_' {
			s.pos++
		}
		if !s.digits(base) {
			s.fail(s.here(1), "a digit is expected in the number")
		}
	} else {
		s.decimal(begin)
	}
	s.numberEnd()
	return token{kind: number, text: s.src[begin:s.pos], Position: s.since(begin)}
}

// radix lists the digits after 0x, 0o and 0b.
func radix(c byte) string {
	switch c {
	case 'x', 'X':
		return "0123456789abcdefABCDEF"
	case 'o', 'O':
		return "01234567"
	case 'b', 'B':
		return "01"
	}
	return ""
}

// digits goes over digits with single underscores between them.
func (s *scanner) digits(allowed string) (some bool) {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case strings.IndexByte(allowed, c) >= 0:
			some = true
		case c != '_' || !some:
			return some
		case s.pos+1 >= len(s.src) || strings.IndexByte(allowed, s.src[s.pos+1]) < 0:
			s.fail(s.here(1), badUnderscore)
			return some
		}
		s.pos++
	}
	return some
}

func (s *scanner) decimal(begin int) {
	const allowed = "0123456789"
	s.digits(allowed)
	whole := s.src[begin:s.pos]
	plain := true
	if s.peek(0) == '.' {
		s.pos++
		s.digits(allowed)
		plain = false
	}
	if e := s.peek(0); e == 'e' || e == 'E' {
		sign := 0
		if c := s.peek(1); c == '+' || c == '-' {
			sign = 1
		}
		if isDigit(s.peek(1 + sign)) {
			s.pos += 1 + sign
			s.digits(allowed)
			plain = false
		}
	}
	if j := s.peek(0); j == 'j' || j == 'J' {
		s.pos++
		plain = false
	}
	if plain && whole[0] == '0' && strings.Trim(whole, "0_") != "" {
		s.fail(s.since(begin), "a number does not begin with 0; an octal one begins with 0o")
	}
}

// numberEnd reports a name that follows directly. Some keywords may.
func (s *scanner) numberEnd() {
	rest := s.src[s.pos:]
	if rest == "" || !isNameByte(rest[0]) && !isDigit(rest[0]) || rest[0] >= 0x80 {
		return
	}
	for _, k := range []string{"and", "else", "for", "if", "in", "is", "or", "not"} {
		if strings.HasPrefix(rest, k) {
			return
		}
	}
	s.fail(s.here(1), "a number ends here, and a name cannot follow it directly; a name does not begin with a digit")
}
