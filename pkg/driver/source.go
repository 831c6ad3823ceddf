package driver

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// source is the text of one driver.styrmin.yml and where its fields stand.
type source struct {
	text         string
	values, keys map[string]diagnostic.Position
}

// value is where the path's value stands, or else the nearest enclosing one.
func (s *source) value(path string) diagnostic.Position {
	for s != nil {
		if p, ok := s.values[path]; ok {
			return p
		}
		if path == "" {
			break
		}
		// A missing field is reported at the key of what lacks it.
		path = diagnostic.Parent(path)
		if p, ok := s.keys[path]; ok {
			return p
		}
	}
	return diagnostic.Position{}
}

// key is where the path's key stands; the value's place when it has none.
func (s *source) key(path string) diagnostic.Position {
	if s == nil {
		return diagnostic.Position{}
	}
	if p, ok := s.keys[path]; ok {
		return p
	}
	return s.value(path)
}
