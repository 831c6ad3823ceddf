package driver

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// wrong reports a value of the wrong type and returns what stands in for it.
func (c *checker) wrong(v any, path, want string, instead any) any {
	if c.invalid.covers(path) {
		return instead
	}
	c.invalid.add(path)
	if c.report.full("type") {
		return instead
	}
	v = c.asWritten(v, path)
	c.report.add(diagnostic.Diagnostic{
		Position: c.source.value(path), Rule: "type", Path: path,
		Message: fmt.Sprintf("%s is %s, but %s is expected", path, describe(v), want), Help: typeHelp(v, want),
	})
	return instead
}

// asWritten is the number as it stands in the file: 1.10 is no 1.1 to whoever
// means a version.
func (c *checker) asWritten(v any, path string) any {
	text, plain := c.source.plain(path)
	switch v.(type) {
	case int64, float64:
		if plain {
			return json.Number(text)
		}
	}
	return v
}

// typeHelp says how to turn a value into one of the type that is wanted.
func typeHelp(v any, want string) string {
	_, isMapping := v.(map[string]any)
	_, isList := v.([]any)
	text, isText := v.(string)
	switch {
	case want == "a list" && isMapping:
		return "begin every item with `- `"
	case want == "a list":
		return "write it as a list, every item on a line of its own behind `- `"
	case isMapping, isList, v == nil:
		return ""
	case want == "a string":
		return fmt.Sprintf("put it in quotes: %q", fmt.Sprint(v))
	case isText:
		return unquoteHelp(text, want)
	}
	return ""
}

// unquoteHelp is the help for a string where another scalar is expected.
func unquoteHelp(s, want string) string {
	switch want {
	case "a whole number":
		if strings.Trim(s, "0123456789") == "" && s != "" {
			return "remove the quotes"
		}
	case "true or false":
		switch strings.ToLower(s) {
		case "true", "yes", "on", "y":
			return "write true"
		case "false", "no", "off", "n":
			return "write false"
		}
	}
	return ""
}

// nothing warns of a key without a value. An API server drops it.
func (c *checker) nothing(t reflect.Type, path string) {
	if c.invalid.covers(path) || c.report.full("type") {
		return
	}
	c.report.add(diagnostic.Diagnostic{
		Position: c.source.key(path), Severity: diagnostic.Warning, Rule: "type", Path: path,
		Message: fmt.Sprintf("%s is given without a value, and so ignored; %s is expected", path, expected(t)), Help: "write the value, or remove the line",
	})
}

// expected names what a type's JSON form is.
func expected(t reflect.Type) string {
	if t == reflect.TypeFor[metav1.Time]() {
		return "a time such as \"2026-01-31T12:00:00Z\""
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	}
	return "a string"
}
