package validation

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// passed are the arguments that every action is passed by name.
var passed = []string{"deployment_id", "target_version", "current_version", "context"}

var parameterKinds = []string{"string", "integer", "boolean", "enum"}

func parameterPath(i int, field string) string {
	return diagnostic.Index("spec.parameters", i) + "." + field
}

func checkParameterName(c *checker) {
	const rule = "parameter-name"
	first := map[string]int{}
	for i, p := range c.Object.Spec.Parameters {
		path := parameterPath(i, "name")
		earlier, taken := first[p.Name]
		switch {
		case p.Name == "":
			c.err(rule, path, "", "%s is missing; expected a name", path)
		case taken:
			c.err(rule, path, "rename one of the two", "%s is %q, as is that of spec.parameters[%d]", path, p.Name, earlier)
		case slices.Contains(passed, p.Name):
			c.warn(rule, path, "rename it, or read it from context.parameters", "%s is %q, which actions are passed anyway, with another meaning", path, p.Name)
		}
		if !taken {
			first[p.Name] = i
		}
	}
}

func checkParameterKind(c *checker) {
	for i, p := range c.Object.Spec.Parameters {
		c.oneOf("parameter-kind", parameterPath(i, "kind"), p.Kind, parameterKinds)
	}
}

func checkEnumValues(c *checker) {
	const rule = "enum-values"
	for i, p := range c.Object.Spec.Parameters {
		path := parameterPath(i, "values")
		switch {
		case p.Kind == "enum" && len(p.Values) == 0:
			c.err(rule, path, "add `values:` with the list of choices", "the parameter %q is an enum without values", p.Name)
		case p.Kind != "enum" && len(p.Values) > 0 && contains(parameterKinds, p.Kind):
			c.warn(rule, path, "write `kind: enum` or remove the values", "the parameter %q has values, but its kind is %q", p.Name, p.Kind)
		}
		for j, v := range p.Values {
			if slices.Contains(p.Values[:j], v) {
				c.err(rule, diagnostic.Index(path, j), "remove one of the two", "the value %q of the parameter %q is given twice", v, p.Name)
			}
		}
	}
}

func checkParameterDefault(c *checker) {
	for i, p := range c.Object.Spec.Parameters {
		if p.Default == nil || !contains(parameterKinds, p.Kind) {
			continue
		}
		var value any
		if json.Unmarshal(p.Default.Raw, &value) != nil || value == nil {
			continue
		}
		if expected, help := mismatch(p, value); expected != "" {
			path := parameterPath(i, "default")
			c.err("parameter-default-kind", path, help, "%s is %s; expected %s", path, p.Default.Raw, expected)
		}
	}
}

// mismatch says what a value of the parameter should be; empty when it is.
func mismatch(p v1.Parameter, value any) (expected, help string) {
	text, isText := value.(string)
	number, isNumber := value.(float64)
	_, isBool := value.(bool)
	switch {
	case p.Kind == "string" && !isText:
		if isNumber || isBool {
			help = fmt.Sprintf("put it in quotes: \"%v\"", value)
		}
		return "a string", help
	case p.Kind == "integer" && (!isNumber || number != math.Trunc(number)):
		return "a whole number", unquote(text, isText)
	case p.Kind == "boolean" && !isBool:
		return "true or false", unquote(text, isText)
	case p.Kind == "enum" && len(p.Values) > 0 && !(isText && contains(p.Values, text)):
		return "one of the values " + quoted(p.Values), diagnostic.Suggest(text, p.Values)
	}
	return "", ""
}

// unquote helps when only the quotes are wrong.
func unquote(text string, isText bool) string {
	var v any
	if isText && json.Unmarshal([]byte(text), &v) == nil {
		return "remove the quotes"
	}
	return ""
}
