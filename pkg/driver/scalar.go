package driver

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/internal/jsonvalue"
)

// scalar is the node's value as nil, bool, int64, float64 or string.
func (r *reader) scalar(n *yaml.Node, path string) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!str", "!!timestamp":
		// JSON has no dates; like kubectl, keep what was written.
		return n.Value
	case "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			r.problem(n, path, "yaml-type", fmt.Sprintf("%q is not of the type %s", n.Value, n.ShortTag()), "remove the type tag or correct the value")
			return nil
		}
		if number, ok := v.(float64); ok && (math.IsNaN(number) || math.IsInf(number, 0)) {
			r.problem(n, path, "yaml-type", fmt.Sprintf("%s is not a number that JSON, and so Kubernetes, can hold", n.Value), "put it in quotes if a string is meant")
			return nil
		}
		return jsonvalue.Number(v)
	}
	r.problem(n, path, "yaml-type", fmt.Sprintf("the type tag %s is not supported", n.Tag), "remove the tag")
	return nil
}

// extent is where the node stands: a scalar on one line as a whole, of all
// else the beginning.
func (r *reader) extent(n *yaml.Node) diagnostic.Position {
	switch n.Kind {
	case yaml.ScalarNode:
		return at(n.Line, n.Column, r.width(n))
	case yaml.AliasNode:
		return at(n.Line, n.Column, 1+utf8.RuneCountInString(n.Value))
	case yaml.MappingNode:
		if n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0 && n.Content[0].Kind == yaml.ScalarNode {
			return r.extent(n.Content[0])
		}
	}
	return at(n.Line, n.Column, 1)
}

// width is the number of characters a scalar takes on its first line.
func (r *reader) width(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(r.lines) {
		return 1
	}
	line := []rune(strings.TrimRight(r.lines[n.Line-1], "\r"))
	rest := line[min(max(n.Column-1, 0), len(line)):]
	switch {
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return quotedWidth(rest)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 1
	}
	return max(1, min(utf8.RuneCountInString(n.Value), len(rest)))
}

// quotedWidth counts up to the closing quote of the string the text begins with.
func quotedWidth(text []rune) int {
	// A tag or an anchor may precede the quote.
	open := strings.IndexAny(string(text), `"'`)
	if open < 0 {
		return 1
	}
	open = utf8.RuneCountInString(string(text)[:open])
	for i := open + 1; i < len(text); i++ {
		if text[i] == '\\' && text[open] == '"' {
			i++
			continue
		}
		if text[i] == text[open] {
			return i + 1
		}
	}
	return max(1, len(text))
}

func at(line, column, width int) diagnostic.Position {
	return diagnostic.Position{Line: line, Column: column, EndLine: line, EndColumn: column + width}
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
