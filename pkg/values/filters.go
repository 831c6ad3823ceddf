package values

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/styrmin/kubectl-styrmin/pkg/values/jinja"
)

// language is Jinja2 with Styrmin's filters.
var language = jinja.NewLanguage(map[string]jinja.Filter{
	"component_env_vars": ofComponent("component_env_vars", envVars),
	"component_command":  ofComponent("component_command", listField("command")),
	"component_args":     ofComponent("component_args", listField("args")),
})

// ofComponent makes the filter `components | FILTER("NAME")`.
func ofComponent(filter string, read func(component map[string]any) (any, error)) jinja.Filter {
	return jinja.Filter{TakesKey: true, Apply: func(in any, args []any) (any, error) {
		components, ok := in.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("`%s` applies to the components: write `components | %s(\"NAME\")`", filter, filter)
		}
		name, ok := onlyString(args)
		if !ok {
			return nil, fmt.Errorf("`%s` takes the component's name: write `components | %s(\"NAME\")`", filter, filter)
		}
		component, ok := components[name].(map[string]any)
		if !ok {
			// The name is not shown: it may be a parameter's value.
			return nil, fmt.Errorf("`%s`: the driver declares no component of that name, only %q", filter, slices.Sorted(maps.Keys(components)))
		}
		value, err := read(component)
		if err != nil {
			return nil, fmt.Errorf("`%s`: %w", filter, err)
		}
		return value, nil
	}}
}

func onlyString(args []any) (string, bool) {
	if len(args) != 1 {
		return "", false
	}
	text, ok := args[0].(string)
	return text, ok
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
		return nil, fmt.Errorf("the component's %s is no list", field)
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
	return nil, errors.New("the component's env_vars is neither a mapping nor a list")
}
