package driver

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// source knows where the fields of one driver.styrmin.yml stand.
type source struct{ values, keys map[string]diagnostic.Position }

func (s *source) value(path string) diagnostic.Position {
	if s == nil {
		return diagnostic.Position{}
	}
	return lookup(s.values, path)
}

func (s *source) key(path string) diagnostic.Position {
	if s == nil {
		return diagnostic.Position{}
	}
	return lookup(s.keys, path)
}

func lookup(positions map[string]diagnostic.Position, path string) diagnostic.Position {
	return positions[path]
}
