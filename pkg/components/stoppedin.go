package components

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// StoppedIn finds the workloads that Keep stopped in a manifest: those at a
// count of 0 that bear a record. Keep with the same ones makes another manifest
// comparable with it. Documents that cannot be read are passed over.
func StoppedIn(manifest []byte) (Stopped, error) {
	stopped := Stopped{}
	err := eachDocument(manifest, func(document []byte) error {
		object := unstructured.Unstructured{}
		if yaml.Unmarshal(document, &object.Object) != nil {
			return nil
		}
		k, known := kindOf(object.GetKind())
		if count, recorded := object.GetAnnotations()[traits[k].record]; known && recorded && atRest(&object, k) {
			stopped[string(k)+"/"+object.GetName()] = resting{kind: k, count: count}
		}
		return nil
	})
	return stopped, err
}

// atRest is true for what runs no pods of itself.
func atRest(object *unstructured.Unstructured, k kind) bool {
	switch k {
	case cronJob:
		suspended, _, err := unstructured.NestedBool(object.Object, "spec", "suspend")
		return err == nil && suspended
	case daemonSet:
		selector, _, err := unstructured.NestedMap(object.Object, pathOfNodes...)
		return err == nil && selector[v1.NodeSelectorStopped] != nil
	}
	replicas, set, err := unstructured.NestedNumberAsFloat64(object.Object, "spec", "replicas")
	return err == nil && set && replicas == 0
}

// StartCommands are what starts the workloads where there is no deployment any more that
// `component start` could be asked for: one kubectl command each.
func (s Stopped) StartCommands(namespace string) ([]string, error) {
	commands := make([]string, 0, len(s))
	for _, name := range slices.Sorted(maps.Keys(s)) {
		t, count := traits[s[name].kind], int64(1)
		if recorded, err := strconv.ParseInt(s[name].count, 10, 32); err == nil && t.counted {
			count = recorded
		}
		patch, err := json.Marshal(map[string]any{
			"metadata": map[string]any{"annotations": map[string]any{t.record: nil}},
			"spec":     t.spec(int32(count)),
		})
		if err != nil {
			return nil, err
		}
		commands = append(commands, fmt.Sprintf("kubectl patch %s -n %s --type merge -p '%s'", name, namespace, patch))
	}
	return commands, nil
}

// Describe lists the workloads for people, with the counts that are recorded for them.
func (s Stopped) Describe() []string {
	lines := make([]string, 0, len(s))
	for _, name := range slices.Sorted(maps.Keys(s)) {
		line := name
		if count, err := strconv.Atoi(s[name].count); err == nil && s[name].kind != cronJob && s[name].kind != daemonSet {
			line += fmt.Sprintf(" (had %d)", count)
		}
		lines = append(lines, line)
	}
	return lines
}
