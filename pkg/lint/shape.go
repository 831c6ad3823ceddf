package lint

import (
	"reflect"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/values/jinja"
)

// shapeOf is what a driver's template can refer to: the fields of the context,
// of which what the driver declares is known by name.
func shapeOf(d *driver.Driver, in Inputs) *jinja.Shape {
	root := ofType(reflect.TypeFor[instance.Context]())
	spec := d.Object.Spec
	parameters := declared(root, "parameters", "parameter")
	for _, p := range spec.Parameters {
		parameters.Fields[p.Name] = ofKind(p.Kind)
	}
	components := declared(root, "components", "component")
	for name := range spec.Components {
		components.Fields[name] = components.Elem
	}
	services := declared(root, "services", "service")
	for _, s := range spec.Services {
		services.Fields[s.Name] = services.Elem
	}
	extend(root, in.Context)
	return root
}

// declared are the things of one kind, all of which the driver declares.
func declared(root *jinja.Shape, field, what string) *jinja.Shape {
	s := root.Fields[field]
	s.Fields, s.Others, s.What = map[string]*jinja.Shape{}, jinja.Impossible, what
	return s
}

// ofType is the shape of a type's JSON form. A struct may have more fields in
// another version, a map has any.
func ofType(t reflect.Type) *jinja.Shape {
	switch t.Kind() {
	case reflect.Struct:
		s := &jinja.Shape{Sample: map[string]any{}, Fields: map[string]*jinja.Shape{}, Others: jinja.Doubtful}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			s.Fields[name] = ofType(t.Field(i).Type)
		}
		return s
	case reflect.Map:
		return &jinja.Shape{Sample: map[string]any{}, Elem: ofType(t.Elem())}
	case reflect.String:
		return ofKind("string")
	case reflect.Int32, reflect.Int64:
		return ofKind("integer")
	}
	return nil
}

// ofKind is the shape of a parameter's value.
func ofKind(kind string) *jinja.Shape {
	switch kind {
	case "string", "enum":
		return &jinja.Shape{Sample: "", Others: jinja.Impossible}
	case "integer":
		return &jinja.Shape{Sample: int64(0), Others: jinja.Impossible}
	case "boolean":
		return &jinja.Shape{Sample: false, Others: jinja.Impossible}
	}
	return nil
}

// extend makes known what the operator puts over the context.
func extend(s *jinja.Shape, over map[string]any) {
	for name, value := range over {
		below := s.Fields[name]
		more, isMapping := value.(map[string]any)
		if below == nil || !isMapping || below.Fields == nil {
			s.Fields[name] = nil
			continue
		}
		copied := *below
		copied.Fields = map[string]*jinja.Shape{}
		for key, shape := range below.Fields {
			copied.Fields[key] = shape
		}
		extend(&copied, more)
		s.Fields[name] = &copied
	}
}
