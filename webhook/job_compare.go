package webhook

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/json"
)

// additions are what the API server adds to a Job that jobs.Build rendered:
// the field's path and the value it may have. Whatever else is found in a Job
// and not in its rendering was put there by somebody, and is refused.
// A new API server with a new default is refused, too, with the field's name.
var additions = map[string]func(value any, parent map[string]any) bool{
	"manualSelector":                          is(false),
	"selector":                                onlyControllerUID,
	"template.metadata.creationTimestamp":     is(nil),
	"template.metadata.labels.controller-uid": anything,
	"template.metadata.labels.job-name":       anything,
	"template.metadata.labels.batch.kubernetes.io/controller-uid": anything,
	"template.metadata.labels.batch.kubernetes.io/job-name":       anything,
	"template.spec.dnsPolicy":                                     is("ClusterFirst"),
	"template.spec.schedulerName":                                 is("default-scheduler"),
	"template.spec.serviceAccount":                                sameServiceAccount,
	"template.spec.volumes[].configMap.defaultMode":               is(int64(0o644)),
	"template.spec.volumes[].secret.defaultMode":                  is(int64(0o644)),
	"template.spec.containers[].terminationMessagePath":           is("/dev/termination-log"),
	"template.spec.containers[].terminationMessagePolicy":         is("File"),
	"template.spec.initContainers[].terminationMessagePath":       is("/dev/termination-log"),
	"template.spec.initContainers[].terminationMessagePolicy":     is("File"),
	"podFailurePolicy.rules[].onPodConditions":                    is(nil),
}

func is(expected any) func(any, map[string]any) bool {
	return func(value any, _ map[string]any) bool { return reflect.DeepEqual(value, expected) }
}

func anything(any, map[string]any) bool { return true }

func sameServiceAccount(value any, parent map[string]any) bool {
	return value == parent["serviceAccountName"]
}

// onlyControllerUID is the selector that the API server generates: pods of this
// Job's UID, which nobody can know beforehand.
func onlyControllerUID(value any, _ map[string]any) bool {
	selector, _ := value.(map[string]any)
	labels, _ := selector["matchLabels"].(map[string]any)
	uid, ok := labels["batch.kubernetes.io/controller-uid"].(string)
	return ok && uid != "" && len(labels) == 1 && len(selector) == 1
}

// specDifferences lists the fields in which a Job's spec is not its rendering.
// The Job is taken as it was sent, so that fields of a newer API server than
// this code knows are seen, too. It names paths, and shows no values.
func specDifferences(rendered *batchv1.JobSpec, raw []byte) []string {
	expected, err := runtime.DefaultUnstructuredConverter.ToUnstructured(rendered)
	if err != nil {
		return []string{"spec: the rendering cannot be compared: " + err.Error()}
	}
	var found struct {
		Spec map[string]any `json:"spec"`
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		return []string{"spec: it cannot be read"}
	}
	var c comparison
	c.maps("", expected, found.Spec)
	return c.problems
}

// comparison collects differences.
type comparison struct{ problems []string }

func (c *comparison) maps(path string, expected, actual map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(expected)) {
		value, ok := actual[key]
		if !ok {
			if !empty(expected[key]) {
				c.report(join(path, key), "is missing")
			}
			continue
		}
		c.values(join(path, key), expected[key], value)
	}
	for _, key := range slices.Sorted(maps.Keys(actual)) {
		if _, ok := expected[key]; ok || empty(actual[key]) {
			continue
		}
		if permitted := additions[indexes.ReplaceAllString(join(path, key), "[]")]; permitted == nil || !permitted(actual[key], actual) {
			c.report(join(path, key), "is not expected, or has another value than the API server's default")
		}
	}
}

func (c *comparison) values(path string, expected, actual any) {
	switch e := expected.(type) {
	case map[string]any:
		if a, ok := actual.(map[string]any); ok {
			c.maps(path, e, a)
			return
		}
	case []any:
		if a, ok := actual.([]any); ok && len(a) == len(e) {
			for i := range e {
				c.values(fmt.Sprintf("%s[%d]", path, i), e[i], a[i])
			}
			return
		}
	default:
		if reflect.DeepEqual(expected, actual) {
			return
		}
	}
	c.report(path, "differs")
}

func (c *comparison) report(path, what string) {
	c.problems = append(c.problems, "spec."+path+": "+what)
}

// indexes are the positions in a path, which additions does not care about.
var indexes = regexp.MustCompile(`\[\d+\]`)

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// empty values mean the same as absent ones. False is none of them: a field
// that is false by default may be added as such by additions only.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
