package jsonschema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// translate turns the OpenAPI schema of a CRD into a JSON Schema. What it does
// not know how to turn is an error.
func translate(in map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, keyword := range slices.Sorted(maps.Keys(in)) {
		if err := translateKeyword(out, keyword, in[keyword]); err != nil {
			return nil, err
		}
	}
	allowNull(out)
	return out, nil
}

// translateKeyword adds to the schema what the OpenAPI keyword means.
func translateKeyword(out map[string]any, keyword string, value any) error {
	var err error
	switch keyword {
	case "type", "required", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "minProperties", "maxProperties":
		out[keyword] = value
	case "properties":
		out[keyword], err = translateProperties(value)
	case "items", "additionalProperties":
		out[keyword], err = translateNested(keyword, value)
	case "description":
		// The comment in the Go source was wrapped.
		out[keyword] = strings.ReplaceAll(fmt.Sprint(value), "\n", " ")
	case "example":
		out["examples"] = []any{value}
	case "x-kubernetes-list-type":
		if value == "set" {
			out["uniqueItems"] = true
		}
	case "format", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-map-keys", "x-kubernetes-validations":
		// Formats say nothing beyond the bounds; unknown fields are allowed anyway;
		// lists keyed by a field, and CEL, have no counterpart.
	default:
		err = fmt.Errorf("the keyword %s has no translation yet", keyword)
	}
	return err
}

// translateProperties translates the schemas of an object's fields and titles
// them by the fields' names.
func translateProperties(value any) (any, error) {
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("properties are %T, expected a mapping", value)
	}
	out := map[string]any{}
	for name, field := range fields {
		schema, err := translateNested(name, field)
		if err != nil {
			return nil, err
		}
		schema["title"] = strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
		out[name] = schema
	}
	return out, nil
}

func translateNested(name string, value any) (map[string]any, error) {
	schema, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: found %T, expected a schema", name, value)
	}
	out, err := translate(schema)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// allowNull lets every field that may be left out be empty as well: in YAML,
// `components:` with nothing behind it is null, and means no components.
func allowNull(schema map[string]any) {
	required, _ := schema["required"].([]any)
	fields, _ := schema["properties"].(map[string]any)
	for name, field := range fields {
		field, _ := field.(map[string]any)
		if kind, typed := field["type"].(string); typed && !slices.Contains(required, any(name)) {
			field["type"] = []any{kind, "null"}
		}
		if values, limited := field["enum"].([]any); limited && !slices.Contains(required, any(name)) {
			field["enum"] = append(slices.Clone(values), nil)
		}
	}
}
