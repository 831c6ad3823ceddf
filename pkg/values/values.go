// Package values renders values.j2.yml, a Jinja2 template of Helm values.
package values

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/pkg/internal/jsonvalue"
)

// maxOutput bounds the rendered text; a release record holds about 1 MiB.
const maxOutput = 4 << 20

// Render renders the template with the context's keys as variables and reads
// the result as a YAML mapping of JSON-compatible values, as Helm would. The
// name, usually values.j2.yml, begins every error's message. Rendering reads no
// file, knows no time and no chance: the same input gives the same output.
func Render(name, template string, context map[string]any) (map[string]any, error) {
	text, err := RenderText(name, template, context)
	if err != nil {
		return nil, err
	}
	return parse(name, text)
}

// RenderText renders the template and returns the text as it is.
func RenderText(name, template string, context map[string]any) (out string, err error) {
	variables, err := jsonvalue.Canonical(context)
	if err != nil {
		return "", fmt.Errorf("%s: the context: %w", name, err)
	}
	data, _ := variables.(map[string]any)
	if data == nil {
		data = map[string]any{}
	}
	defer func() {
		// The template engine panics on some malformed templates.
		if p := recover(); p != nil {
			out, err = "", &Error{Name: name, Message: fmt.Sprintf("the template cannot be rendered: %v", p)}
		}
	}()
	f := &failures{}
	t, err := compile(name, template, f)
	if err != nil {
		return "", err
	}
	w := &limited{}
	if err := t.Execute(w, exec.NewContext(data)); err != nil {
		return "", renderError(name, err, f.messages)
	}
	return w.String(), nil
}

// Check reports whether the template can be parsed.
func Check(name, template string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Error{Name: name, Message: fmt.Sprintf("the template cannot be read: %v", p)}
		}
	}()
	_, err = compile(name, template, &failures{})
	return err
}

func compile(name, template string, f *failures) (*exec.Template, error) {
	c := config.New()
	c.KeepTrailingNewline = true
	template = strings.ReplaceAll(template, "\r\n", "\n")
	t, err := exec.NewTemplate(name, c, &source{name: name, text: template}, environment(f))
	if err != nil {
		return nil, parseError(name, err)
	}
	return t, nil
}

// parse reads the rendered text.
func parse(name, text string) (map[string]any, error) {
	data, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		return nil, yamlError(name, err)
	}
	if trimmed := bytes.TrimSpace(data); bytes.Equal(trimmed, []byte("null")) || len(trimmed) == 0 {
		return map[string]any{}, nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, &Error{Name: name, Message: "the rendered template is no mapping, but Helm values are one"}
	}
	out, err := numbers(data)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the rendered values: %w", name, err)
	}
	return out, nil
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

// limited is a buffer that refuses to grow without bound.
type limited struct{ bytes.Buffer }

var errTooLong = errors.New("the rendered values are larger than 4 MiB")

// Write adds to the buffer while there is room.
func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxOutput {
		return 0, errTooLong
	}
	return l.Buffer.Write(p)
}

// WriteString is Write for strings; without it the buffer's own would serve.
func (l *limited) WriteString(s string) (int, error) { return l.Write([]byte(s)) }

var _ io.StringWriter = (*limited)(nil)
