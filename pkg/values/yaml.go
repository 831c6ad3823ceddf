package values

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	places "go.yaml.in/yaml/v4"
	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/internal/jsonvalue"
)

// Values reads the text as a YAML mapping, as Helm would. What is wrong with it
// is an [*Error] at the place in the template that the text comes from.
func (r *Rendered) Values() (map[string]any, error) {
	text := r.out.Text
	data, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil && strings.Contains(err.Error(), "Unicode character escape") {
		data, err = yaml.YAMLToJSONStrict([]byte(withoutSurrogates(text)))
	}
	if err != nil {
		return nil, r.invalid(err)
	}
	if trimmed := bytes.TrimSpace(data); bytes.Equal(trimmed, []byte("null")) || len(trimmed) == 0 {
		return map[string]any{}, nil
	}
	var raw any
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, r.problem(1, "its values cannot be read", "")
	}
	if _, ok := raw.(map[string]any); !ok {
		return nil, r.problem(firstLine(text), fmt.Sprintf("the rendered template is %s; Helm values are a mapping", kindOf(raw)), "write `NAME: VALUE` lines")
	}
	out, err := numbers(data)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the rendered values: %w", r.name, err)
	}
	return out, nil
}

var surrogates = regexp.MustCompile(`\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})`)

// withoutSurrogates writes characters such as 😀 as they are: tojson writes two
// escapes, as JSON has them, which YAML refuses.
func withoutSurrogates(text string) string {
	return surrogates.ReplaceAllStringFunc(text, func(pair string) string {
		high, _ := strconv.ParseUint(pair[2:6], 16, 32)
		low, _ := strconv.ParseUint(pair[8:12], 16, 32)
		return string(utf16.DecodeRune(rune(high), rune(low)))
	})
}

func kindOf(v any) string {
	switch v.(type) {
	case []any:
		return "a list"
	case string:
		return "a text"
	case bool:
		return "a boolean"
	}
	return "a number"
}

// firstLine is the first line that is neither empty nor a comment.
func firstLine(text string) int {
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line != "---" {
			return i + 1
		}
	}
	return 1
}

// causes are what the YAML library says, in words of ours: its own may show values.
var causes = []struct{ said, cause, help string }{
	{"already set in map", "the mapping has this key already", "remove one of the two"},
	{"mapping values are not allowed", "there is a `: ` where no mapping can begin", "`| tojson` quotes a value that is text; else check the indentation"},
	{"cannot start any token", "a value begins with a character that YAML reserves, or a line with a tab", "`| tojson` quotes a value that is text; indent with spaces"},
	{"violates indentation", "a tab cannot indent", "indent with spaces"},
	{"unexpected end of stream", "a quote is never closed", "`| tojson` quotes a value that is text"},
	{"did not find expected ','", "a bracket is never closed, or a comma is missing", "`| tojson` prints lists and mappings"},
	{"did not find expected key", "this line does not continue the mapping", "check the indentation, and what `{%-` removes before it"},
	{"'-' indicator", "this line does not continue the list", "check the indentation, and what `{%-` removes before it"},
	{"could not find expected ':'", "a key is not followed by `: `", "check the indentation of the lines above, too; the filter `indent` indents a text of several lines"},
	{"unknown anchor", "a value begins with `*`, which refers to an anchor that is not there", "`| tojson` quotes a value that is text"},
	{"alphabetic or numeric", "a value begins with `*` or `&`, but no name follows", "`| tojson` quotes a value that is text"},
	{"escape character", "a text in double quotes has an escape that YAML does not know", "`| tojson` quotes and escapes a value that is text"},
	{"block sequence entries", "a list begins on the line of its key", "begin it on the next line"},
	{"node content", "a value is missing", ""},
	{"control characters", "there is a control character", "`| tojson` escapes a value that is text"},
	{"cannot decode", "a value is not of the type that its tag says", "remove the tag, which begins with `!!`"},
	{"invalid map key", "a list or mapping stands where a key is expected", "an expression that is a mapping is printed by `{{ … }}`, with both braces"},
	{"unsupported map key", "a key is empty", "print a key that may be empty only under an `if`"},
	{"unsupported value", "a number is infinite, or none", ""},
	{"aliasing", "anchors and references make too much of little", "write it out"},
	{"max depth", "it is nested too deeply", ""},
	{"merge", "`<<` is not followed by a mapping", ""},
}

// invalid says why the text is no YAML, and where.
func (r *Rendered) invalid(err error) error {
	line, said := locate(r.out.Text, err)
	for _, c := range causes {
		if strings.Contains(said, c.said) {
			return r.problem(line, "the rendered text is not valid YAML: "+c.cause, c.help)
		}
	}
	return r.problem(line, "the rendered text is not valid YAML", "print it with `kubectl styrmin render --text` and look at the line")
}

var lineOf = regexp.MustCompile(`line (\d+): `)

// maxLocated bounds the text that is read a second time to find the place: a
// hostile one costs the library that knows places more than the other.
const maxLocated = 64 << 10

// locate finds the line of a YAML error, 0 when unknown, and what was said. The
// library leaves out the number of the first line.
func locate(text string, err error) (line int, said string) {
	said = err.Error()
	if m := lineOf.FindStringSubmatch(said); m != nil {
		line, _ = strconv.Atoi(m[1])
	} else if strings.Contains(said, "did not find") || strings.Contains(said, "found") {
		line = 1
	}
	if len(text) > maxLocated {
		return line, said
	}
	var where *places.LoadError
	var node places.Node
	if !errors.As(places.Load([]byte(text), &node, places.WithV3Defaults()), &where) || where.Mark.Line < 1 {
		return line, said
	}
	if strings.Contains(where.Message, "end of stream") && where.ContextMark.Line > 0 {
		return where.ContextMark.Line, where.Message
	}
	return where.Mark.Line, where.Message
}

// problem is one about a line of the rendered text, at the template's line that it comes from.
func (r *Rendered) problem(line int, message, help string) *Error {
	e := &Error{Name: r.name, Message: message, Help: help}
	lines := strings.SplitAfter(r.out.Text, "\n")
	if line < 1 || line > len(lines) {
		return e
	}
	offset := len(strings.Join(lines[:line-1], ""))
	text := strings.TrimRight(lines[line-1], "\n")
	offset += len(text) - len(strings.TrimLeft(text, " \t"))
	span, at := r.out.Origin(offset)
	e.span, e.Position = span, diagnostic.Position(at)
	e.Message += fmt.Sprintf(" (line %d of the rendered text)", line)
	return e
}

// numbers decodes a JSON object with whole numbers as int64. Null stays: in
// Helm's values it removes a chart's default.
func numbers(data []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	out := map[string]any{}
	if err := dec.Decode(&out); err != nil {
		return nil, err
	}
	for k, v := range out {
		out[k] = withNumbers(v)
	}
	return out, nil
}

func withNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = withNumbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = withNumbers(v[i])
		}
	default:
		return jsonvalue.Number(v)
	}
	return v
}
