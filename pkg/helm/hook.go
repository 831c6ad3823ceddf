package helm

import (
	"fmt"
	"slices"

	rspb "helm.sh/helm/v3/pkg/release"
)

// Hook is an object of a chart that Helm runs at moments of its own.
type Hook struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Events are the moments, such as pre-upgrade.
	Events []string `json:"events"`
}

// HooksOf lists the hooks that Helm runs with an install or an upgrade, with those of
// their events that belong to it.
func (r *Rendered) HooksOf(install bool) ([]Hook, error) {
	moments := []string{string(rspb.HookPreUpgrade), string(rspb.HookPostUpgrade)}
	if install {
		moments = []string{string(rspb.HookPreInstall), string(rspb.HookPostInstall)}
	}
	objects, err := objectsOf(r.Hooks, "")
	if err != nil {
		return nil, fmt.Errorf("read the chart's hooks: %w", err)
	}
	hooks := []Hook{}
	for _, o := range objects {
		events := slices.DeleteFunc(o.hookEvents(), func(event string) bool { return !slices.Contains(moments, event) })
		if len(events) > 0 {
			hooks = append(hooks, Hook{Kind: o.Kind, Name: o.name, Events: events})
		}
	}
	return hooks, nil
}

// DefinitionNames lists the names of the chart's CustomResourceDefinitions.
func (r *Rendered) DefinitionNames() ([]string, error) {
	objects, err := objectsOf(r.Definitions, "")
	if err != nil {
		return nil, fmt.Errorf("read the chart's CustomResourceDefinitions: %w", err)
	}
	names := []string{}
	for _, o := range objects {
		names = append(names, o.name)
	}
	return names, nil
}
