package helm

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"helm.sh/helm/v3/pkg/kube"
	"sigs.k8s.io/yaml"
)

// Change is what becomes of an object.
type Change string

const (
	// Added objects are new.
	Added Change = "added"
	// Changed objects differ.
	Changed Change = "changed"
	// Removed objects are not part of the release any more.
	Removed Change = "removed"
)

// ObjectChange is an object in which two states of a release differ.
type ObjectChange struct {
	Change     Change `json:"change"`
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Namespace is the release's for an object that names none, be its kind namespaced or not.
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Hook lists the moments at which Helm runs the object, such as pre-upgrade;
	// empty for an object of the release itself.
	Hook []string `json:"hook"`
	// Kept is true when the object stays in the cluster although it is removed from
	// the release: its resource policy says so.
	Kept bool `json:"kept"`
	// Diff has the hunks of a unified diff between the two objects as YAML with sorted
	// keys. What a Secret holds is hidden in it; which of its keys change is not.
	Diff string `json:"diff"`
}

// Compare lists the objects in which two states of a release differ, in the order of the new
// state and then those that are removed; hooks come last. nil stands for nothing. What differs
// in comments, in the order of keys or in the way of writing is the same.
func Compare(from, to *Rendered, namespace string) ([]ObjectChange, error) {
	if from == nil {
		from = &Rendered{}
	}
	if to == nil {
		to = &Rendered{}
	}
	changes, err := compare(from.Manifest, to.Manifest, namespace)
	if err != nil {
		return nil, fmt.Errorf("compare the manifests: %w", err)
	}
	hooks, err := compare(from.Hooks, to.Hooks, namespace)
	if err != nil {
		return nil, fmt.Errorf("compare the hooks: %w", err)
	}
	return append(changes, hooks...), nil
}

func compare(from, to, namespace string) ([]ObjectChange, error) {
	before, err := objectsOf(from, namespace)
	if err != nil {
		return nil, fmt.Errorf("the deployed revision: %w", err)
	}
	after, err := objectsOf(to, namespace)
	if err != nil {
		return nil, fmt.Errorf("what the chart renders to: %w", err)
	}
	gone := map[identity]object{}
	for _, o := range before {
		gone[o.identity] = o
	}
	var changes []ObjectChange
	for _, o := range after {
		old, known := gone[o.identity]
		delete(gone, o.identity)
		switch {
		case !known:
			changes = append(changes, change(Added, object{}, o))
		case !bytes.Equal(asYAML(old.body.Object), asYAML(o.body.Object)):
			changes = append(changes, change(Changed, old, o))
		}
	}
	for _, o := range before {
		if _, left := gone[o.identity]; left {
			changes = append(changes, change(Removed, o, object{}))
		}
	}
	return changes, nil
}

// change describes one object; the zero object stands for none.
func change(what Change, before, after object) ObjectChange {
	named := after
	if what == Removed {
		named = before
	}
	return ObjectChange{
		Change:     what,
		APIVersion: named.body.GetAPIVersion(),
		Kind:       named.Kind,
		Namespace:  named.namespace,
		Name:       named.name,
		Hook:       append([]string{}, named.hookEvents()...),
		Kept:       what == Removed && named.body.GetAnnotations()[kube.ResourcePolicyAnno] == kube.KeepPolicy,
		Diff:       unified(before.body.Object, after.body.Object),
	}
}

// headerLines are those that name the two files of a unified diff.
const headerLines = 3

func unified(before, after map[string]any) string {
	before, after = withoutSecrets(before, after)
	text := string(diff.Diff("before", asYAML(before), "after", asYAML(after)))
	return strings.Join(strings.SplitAfter(text, "\n")[min(headerLines, strings.Count(text, "\n")):], "")
}

// asYAML writes an object with its keys sorted; none is no text at all.
func asYAML(body map[string]any) []byte {
	if body == nil {
		return nil
	}
	text, err := yaml.Marshal(body)
	if err != nil {
		return []byte("# cannot be written as YAML\n")
	}
	return text
}
