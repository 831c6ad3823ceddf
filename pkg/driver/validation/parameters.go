package validation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// passed are the arguments that every action is passed by name.
var passed = []string{"deployment_id", "target_version", "current_version", "context"}

var parameterKinds = []string{"string", "integer", "boolean", "enum"}

func parameterPath(i int, field string) string {
	return diagnostic.Index("spec.parameters", i) + "." + field
}

// identifier is a name that Python and templates take as it is.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func identifierHelp(name string) string {
	if fixed := strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(name); identifier.MatchString(fixed) {
		return fmt.Sprintf("write `name: %s`", fixed)
	}
	return "write a letter, then letters, digits and '_'"
}

func checkParameterName(c *checker) {
	const rule = "parameter-name"
	first := map[string]int{}
	for i, p := range c.Object.Spec.Parameters {
		path := parameterPath(i, "name")
		earlier, taken := first[p.Name]
		switch {
		case p.Name == "":
			c.err(rule, path, "", "%s is missing; expected the name by which operators set the parameter", path)
		case taken:
			c.err(rule, path, "rename one of the two", "%s is %q, as is that of spec.parameters[%d]", path, p.Name, earlier)
		case slices.Contains(passed, p.Name):
			c.warn(rule, path, "rename it, or read it from context.parameters", "%s is %q, which actions are passed anyway, with another meaning", path, p.Name)
		case !identifier.MatchString(p.Name):
			c.warn(rule, path, identifierHelp(p.Name), "%s is %q, which is no name in Python: no action can have such a parameter, and templates cannot write parameters.NAME", path, p.Name)
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
		seen := map[string]bool{}
		for j, v := range p.Values {
			if seen[v] {
				c.err(rule, diagnostic.Index(path, j), "remove one of the two", "the value %q of the parameter %q is given twice", v, p.Name)
			}
			seen[v] = true
		}
	}
}

func checkParameterDefault(c *checker) {
	const rule = "parameter-default-kind"
	for i, p := range c.Object.Spec.Parameters {
		path := parameterPath(i, "default")
		if raw, given := rawField(c.Raw, "parameters", i, "default"); given && raw == nil {
			c.warn(rule, path, "write `default: \"\"` if empty text is meant, or remove the line", "%s is given without a value, so the parameter %q counts as required", path, p.Name)
		}
		if p.Default == nil || !contains(parameterKinds, p.Kind) {
			continue
		}
		value, err := decoded(p.Default.Raw)
		if err != nil {
			continue
		}
		if expected, help := mismatch(p, value); expected != "" {
			c.err(rule, path, help, "%s is %s; expected %s", path, shortened(p.Default.Raw), expected)
		}
	}
}

// decoded is a JSON value with its numbers as they were written.
func decoded(raw []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return value, d.Decode(&value)
}

// shortened is a JSON value as far as a message can show it.
func shortened(raw []byte) string {
	const most = 60
	if runes := []rune(string(raw)); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(raw)
}

// mismatch says what a value of the parameter should be; empty when it is.
func mismatch(p v1.Parameter, value any) (expected, help string) {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	_, isBool := value.(bool)
	switch p.Kind {
	case "string":
		if isNumber || isBool {
			help = fmt.Sprintf("put it in quotes: \"%v\"", value)
		}
		return unless(isText, "a string"), help
	case "integer":
		_, err := number.Int64()
		if errors.Is(err, strconv.ErrRange) {
			return "a whole number of 64 bits", fmt.Sprintf("%d is the largest", math.MaxInt64)
		}
		return unless(isNumber && err == nil, "a whole number"), unquote(text)
	case "boolean":
		return unless(isBool, "true or false"), unquote(text)
	}
	if len(p.Values) > 0 && !(isText && contains(p.Values, text)) {
		return "one of the values " + quoted(p.Values), enumHelp(p, value)
	}
	return "", ""
}

func unless(fits bool, expected string) string {
	if fits {
		return ""
	}
	return expected
}

// enumHelp suggests the value of an enum that was meant.
func enumHelp(p v1.Parameter, value any) string {
	if text := fmt.Sprint(value); contains(p.Values, text) {
		return fmt.Sprintf("put it in quotes: %q", text)
	}
	text, _ := value.(string)
	return diagnostic.Suggest(text, p.Values)
}

// unquote helps when only the quotes are wrong, or the word for a boolean is.
func unquote(text string) string {
	switch strings.ToLower(text) {
	case "yes", "on", "y":
		return "write true"
	case "no", "off", "n":
		return "write false"
	}
	if v, err := decoded([]byte(text)); err == nil && v != nil {
		return "remove the quotes"
	}
	return ""
}
