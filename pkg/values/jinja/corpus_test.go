package jinja

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// listField is the filter that reads a list of a component.
func listField(field string) Filter {
	return Filter{Apply: func(in any, args []any) (any, error) {
		components, _ := in.(map[string]any)
		if component, ok := components[args[0].(string)].(map[string]any); ok {
			if list, ok := component[field].([]any); ok {
				return list, nil
			}
		}
		return []any{}, nil
	}}
}

// testLanguage has the filters of the oracle's Python.
var testLanguage = NewLanguage(map[string]Filter{
	"component_command": listField("command"),
	"component_args":    listField("args"),
	"component_env_vars": {Apply: func(_ any, args []any) (any, error) {
		if args[0] != "server" {
			return []any{}, nil
		}
		return []any{map[string]any{"name": "A", "value": "1"}, map[string]any{"name": "B", "value": "2"}}, nil
	}},
})

func testContext(t testing.TB) map[string]any {
	t.Helper()
	data, err := os.ReadFile("testdata/context.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var context map[string]any
	if err := decoder.Decode(&context); err != nil {
		t.Fatal(err)
	}
	return withNumbers(context).(map[string]any)
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
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	}
	return v
}

// expression is one `{{ … }}` of a line: an error of one must not hide the others.
var expression = regexp.MustCompile(`\{\{.*?\}\}`)

// corpus reads the templates of testdata/corpus by name: *.lines have one in
// a line, *.txtar one in a file.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	templates := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if filepath.Ext(file) == ".txtar" {
			for _, f := range txtar.Parse(data).Files {
				templates[name+"/"+f.Name] = string(f.Data)
			}
			continue
		}
		for _, line := range strings.Split(string(data), "\n") {
			if line == "" || strings.HasPrefix(line, "# ") {
				continue
			}
			templates[name+"/"+line] = line
			if !strings.Contains(line, "{%") {
				for _, part := range expression.FindAllString(line, -1) {
					templates[name+"/"+part] = part
				}
			}
		}
	}
	return templates
}

// render is what this package makes of a template.
func render(template string, context map[string]any) (string, error) {
	parsed, err := Parse(template)
	if err != nil {
		return "", err
	}
	out, err := parsed.Render(testLanguage, context)
	if err != nil {
		return "", err
	}
	return out.Text, nil
}

// TestAgainstJinja2 holds this package against the real Jinja2 on the whole
// corpus: the same text, or an error from both. Templates that Jinja2 renders
// and this package refuses are allowed in refused.lines only.
func TestAgainstJinja2(t *testing.T) {
	jinja2, context := newOracle(t), testContext(t)
	agree, fail, refused := 0, 0, map[string]string{}
	for name, template := range corpus(t) {
		want := jinja2.render(t, template, context)
		got, err := render(template, context)
		switch {
		case err != nil && want.Text == nil:
			fail++
		case err != nil:
			refused[name] = problem(t, err)
			if !strings.HasPrefix(name, "refused/") {
				t.Errorf("%s: refused: %v\nJinja2: %q", name, err, *want.Text)
			}
		case want.Text == nil:
			t.Errorf("%s: rendered as %q\nJinja2: %s", name, got, want.Error)
		case got != *want.Text:
			t.Errorf("%s: (-Jinja2 +this)\n%s", name, cmp.Diff(strings.Split(*want.Text, "\n"), strings.Split(got, "\n")))
		default:
			agree++
			if strings.HasPrefix(name, "refused/") {
				t.Errorf("%s: is not refused", name)
			}
		}
	}
	t.Logf("%d templates render the same, %d are errors of both, %d are refused:", agree, fail, len(refused))
	for name, reason := range refused {
		t.Logf("%s: %s", name, reason)
	}
}

func problem(t testing.TB, err error) string {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("not an *Error: %v", err)
	}
	return e.Message
}
