package doctor

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
)

// ignored are fields that say nothing of how an object works: `kubectl rollout
// restart` notes the time there.
var ignored = []string{"spec.template.metadata.annotations"}

// differences names the fields in which what was found is not what was expected.
// Items of lists go by their names, if they have any.
func differences(path string, found, expected any) []string {
	if equality.Semantic.DeepEqual(found, expected) || slices.Contains(ignored, path) {
		return nil
	}
	f, fIsMap := found.(map[string]any)
	x, xIsMap := expected.(map[string]any)
	if fIsMap && xIsMap {
		return each(keysOf(f, x), func(key string) []string { return differences(path+"."+key, f[key], x[key]) })
	}
	fNamed, fIsNamed := byName(found)
	xNamed, xIsNamed := byName(expected)
	if fIsNamed && xIsNamed {
		return each(keysOf(fNamed, xNamed), func(key string) []string {
			return differences(path+"["+key+"]", fNamed[key], xNamed[key])
		})
	}
	return []string{fmt.Sprintf("%s: found %s, expected %s", path, shown(found), shown(expected))}
}

func each(keys []string, compare func(string) []string) (all []string) {
	for _, key := range keys {
		all = append(all, compare(key)...)
	}
	return all
}

func keysOf(a, b map[string]any) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// byName turns a list of objects that have different names into a map.
func byName(value any) (map[string]any, bool) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 {
		return nil, false
	}
	named := map[string]any{}
	for _, item := range list {
		object, _ := item.(map[string]any)
		name, ok := object["name"].(string)
		if !ok || named[name] != nil {
			return nil, false
		}
		named[name] = item
	}
	return named, true
}

// shown is a value as JSON, cut when it is long. None of the objects compared holds a secret.
func shown(value any) string {
	const most = 120
	if value == nil {
		return "nothing"
	}
	data, err := json.Marshal(value)
	if err != nil {
		return "what cannot be shown"
	}
	if text := []rune(string(data)); len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(data)
}
