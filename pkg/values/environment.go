package values

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
)

// maxRange bounds range(), which would otherwise be an endless loop's easiest form.
const maxRange = 100_000

// environment is gonja's own without files and chance, and with Styrmin's filters.
func environment(f *failures) *exec.Environment {
	tojson, _ := builtins.Filters.Get("tojson")
	filters := exec.NewFilterSet(map[string]exec.FilterFunction{}).
		Update(builtins.Filters).
		Update(exec.NewFilterSet(map[string]exec.FilterFunction{
			"tojson":             f.definedOnly("tojson", tojson),
			"component_env_vars": f.ofComponent("component_env_vars", envVars),
			"component_command":  f.ofComponent("component_command", listField("command")),
			"component_args":     f.ofComponent("component_args", listField("args")),
			"random":             f.refused("random"),
		}))
	context := exec.EmptyContext().Update(builtins.GlobalFunctions).Update(exec.NewContext(map[string]any{
		"range":  boundedRange,
		"lipsum": nil,
	}))
	return &exec.Environment{
		Context: context, Filters: filters, Tests: builtins.Tests,
		ControlStructures: withoutFiles(), Methods: builtins.Methods,
	}
}

// withoutFiles are the statements, of which those that read files are refused.
func withoutFiles() *exec.ControlStructureSet {
	refused := map[string]parser.ControlStructureParser{}
	for _, name := range []string{"include", "import", "from", "extends"} {
		refused[name] = func(p, _ *parser.Parser) (nodes.ControlStructure, error) {
			return nil, p.Error(fmt.Sprintf("`%s` is not available: a values template cannot use other files", name), p.Current())
		}
	}
	return exec.NewControlStructureSet(map[string]parser.ControlStructureParser{}).
		Update(builtins.ControlStructures).
		Update(exec.NewControlStructureSet(refused))
}

func (f *failures) refused(name string) exec.FilterFunction {
	return func(*exec.Evaluator, *exec.Value, *exec.VarArgs) *exec.Value {
		return f.add("the filter `%s` is not available: the same input must always give the same values", name)
	}
}

// definedOnly refuses an undefined value: Jinja2 does for tojson, gonja does not.
func (f *failures) definedOnly(name string, filter exec.FilterFunction) exec.FilterFunction {
	return func(e *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
		if in.IsNil() {
			return f.add("the value before `| %s` is undefined; give one with `| default(…)` or test it with `{%% if … %%}`", name)
		}
		return filter(e, in, params)
	}
}

// boundedRange is range([start, ]stop[, step]).
func boundedRange(_ *exec.Evaluator, params *exec.VarArgs) ([]any, error) {
	bounds := []int{0, 0, 1}
	for i, a := range params.Args {
		if !a.IsInteger() || i > 2 {
			return nil, exec.ErrInvalidCall(fmt.Errorf("range takes one to three whole numbers"))
		}
		bounds[i] = a.Integer()
	}
	if len(params.Args) == 1 {
		bounds[0], bounds[1] = 0, bounds[0]
	}
	start, stop, step := bounds[0], bounds[1], bounds[2]
	if len(params.Args) == 0 || step == 0 {
		return nil, exec.ErrInvalidCall(fmt.Errorf("range takes one to three whole numbers, and its step is not 0"))
	}
	out := []any{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(out) == maxRange {
			return nil, exec.ErrInvalidCall(fmt.Errorf("range is limited to %d numbers", maxRange))
		}
		out = append(out, i)
	}
	return out, nil
}

// ofComponent makes the filter `components | FILTER("NAME")`.
func (f *failures) ofComponent(filter string, read func(component map[string]any) (any, error)) exec.FilterFunction {
	return func(_ *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
		components, ok := in.ToGoSimpleType(false).(map[string]any)
		if !ok {
			return f.add("`%s` applies to the components: write `components | %s(\"NAME\")`", filter, filter)
		}
		if len(params.Args) != 1 || len(params.KwArgs) > 0 || !params.Args[0].IsString() {
			return f.add("`%s` takes the component's name: write `components | %s(\"NAME\")`", filter, filter)
		}
		name := params.Args[0].String()
		component, ok := components[name].(map[string]any)
		if !ok {
			return f.add("`%s`: there is no component %q, only %q", filter, name, slices.Sorted(maps.Keys(components)))
		}
		value, err := read(component)
		if err != nil {
			return f.add("`%s`: component %q: %v", filter, name, err)
		}
		return exec.AsValue(value)
	}
}

// listField is a component's list, empty when unset.
func listField(field string) func(map[string]any) (any, error) {
	return func(component map[string]any) (any, error) {
		switch v := component[field].(type) {
		case nil:
			return []any{}, nil
		case []any:
			return v, nil
		}
		return nil, fmt.Errorf("its %s is no list", field)
	}
}

// envVars is a component's environment as a list of {name, value}, empty when unset.
func envVars(component map[string]any) (any, error) {
	switch v := component["env_vars"].(type) {
	case nil:
		return []any{}, nil
	case []any:
		return v, nil
	case map[string]any:
		out := make([]any, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out = append(out, map[string]any{"name": name, "value": fmt.Sprint(v[name])})
		}
		return out, nil
	}
	return nil, fmt.Errorf("its env_vars is neither a mapping nor a list")
}

// failures are what Styrmin's own filters said: the engine keeps only text of an error.
type failures struct{ messages []string }

func (f *failures) add(format string, args ...any) *exec.Value {
	message := fmt.Sprintf(format, args...)
	f.messages = append(f.messages, message)
	return exec.AsValue(errors.New(message))
}
