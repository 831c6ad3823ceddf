package jinja

import (
	"maps"
	"slices"
)

// Shape is what is known of a value before a template is rendered; of a nil
// Shape nothing is known.
type Shape struct {
	// Sample is any value of the type: it says which methods there are.
	Sample any
	// Fields are the keys that a mapping has, or may have.
	Fields map[string]*Shape
	// Elem is the shape of a value under a key that is not known.
	Elem *Shape
	// Others says what it means when a mapping's key is not among Fields.
	Others Others
	// What names a field in a message, such as "parameter"; empty is "field".
	What string
}

// Others are a mapping's keys that are not among the known ones.
type Others int

const (
	// Free keys may be there.
	Free Others = iota
	// Doubtful keys may be there in another version, unless they look like a mistyped known one.
	Doubtful
	// Impossible keys are never there.
	Impossible
)

// names are the known fields.
func (s *Shape) names() []string { return slices.Sorted(maps.Keys(s.Fields)) }

// field is the shape of a field; known is false for one that is not there.
func (s *Shape) field(name string) (field *Shape, known bool) {
	if f, ok := s.Fields[name]; ok {
		return f, true
	}
	if slices.Contains(attributeNames(fromGo(s.Sample)), name) {
		return nil, true
	}
	if _, isMapping := s.Sample.(map[string]any); isMapping && s.Others == Free {
		return s.Elem, true
	}
	return nil, false
}
