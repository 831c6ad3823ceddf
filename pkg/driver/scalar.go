package driver

import (
	"fmt"
	"math"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/internal/jsonvalue"
)

// scalar is the node's value as nil, bool, int64, float64 or string.
func (r *reader) scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!str", "!!timestamp":
		// JSON has no dates; like kubectl, keep what was written.
		return n.Value
	case "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			r.problem(n, "yaml-type", fmt.Sprintf("%q is not of the type %s", n.Value, n.ShortTag()), "remove the type tag or correct the value")
			return nil
		}
		if number, ok := v.(float64); ok && (math.IsNaN(number) || math.IsInf(number, 0)) {
			r.problem(n, "yaml-type", fmt.Sprintf("%s is not a number that JSON, and so Kubernetes, can hold", n.Value), "put it in quotes if a string is meant")
			return nil
		}
		return jsonvalue.Number(v)
	}
	r.problem(n, "yaml-type", fmt.Sprintf("the type tag %s is not supported", n.Tag), "remove the tag")
	return nil
}

// describe names a value in a message.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		if utf8.RuneCountInString(v) > 40 {
			return "a string"
		}
		return fmt.Sprintf("the string %q", v)
	case bool:
		return fmt.Sprintf("the boolean %t", v)
	case map[string]any:
		return "a mapping"
	case []any:
		return "a list"
	}
	return fmt.Sprintf("the number %v", v)
}
