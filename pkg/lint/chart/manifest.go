package chart

import (
	"bufio"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// manifest is what is to be known of a chart's objects. Hooks are not among them.
type manifest struct {
	workloads []workload
	// custom is true when there are objects of kinds that are not Kubernetes' own:
	// their controllers may run pods that no template here shows.
	custom bool
}

// workload is an object that runs pods.
type workload struct {
	kind, name string
	labels     map[string]string // of its pods
	containers []container       // those that only prepare the pod, too
}

type container struct {
	name  string
	ports []int
}

func (w workload) String() string { return w.kind + " " + w.name }

// readManifest reads YAML documents. What is no object is left out: Helm has
// read them before, and Kubernetes has the last word.
func readManifest(text string) *manifest {
	m := &manifest{}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if err != nil {
			return m
		}
		var object map[string]any
		if err := yaml.Unmarshal(document, &object); err == nil {
			m.add(object)
		}
	}
}

func (m *manifest) add(object map[string]any) {
	u := unstructured.Unstructured{Object: object}
	kind := textAt(object, "kind")
	if items, ok := object["items"].([]any); ok && strings.HasSuffix(kind, "List") {
		for _, item := range items {
			if inner, ok := item.(map[string]any); ok {
				m.add(inner)
			}
		}
		return
	}
	m.custom = m.custom || isCustom(u.GetAPIVersion())
	template, ok := podTemplate(object, kind)
	if !ok {
		return
	}
	m.workloads = append(m.workloads, workload{
		kind: kind, name: textAt(object, "metadata", "name"),
		labels:     labelsOf(template),
		containers: append(containersAt(template, "initContainers"), containersAt(template, "containers")...),
	})
}

// isCustom tells the API groups of CRDs from those that Kubernetes comes with.
func isCustom(apiVersion string) bool {
	group, _, grouped := strings.Cut(apiVersion, "/")
	return grouped && strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
}

// podTemplate finds the pods of an object: those of Kubernetes' own kinds and of
// custom ones that are built like them.
func podTemplate(object map[string]any, kind string) (map[string]any, bool) {
	candidates := [][]string{{"spec", "template"}, {"spec", "jobTemplate", "spec", "template"}}
	if kind == "Pod" {
		candidates = [][]string{nil}
	}
	for _, path := range candidates {
		template, ok := mappingAt(object, path...)
		if !ok {
			continue
		}
		if _, ok := mappingAt(template, "spec"); ok {
			return template, true
		}
	}
	return nil, false
}

func labelsOf(template map[string]any) map[string]string {
	all, _ := mappingAt(template, "metadata", "labels")
	out := make(map[string]string, len(all))
	for key, value := range all {
		if text, ok := value.(string); ok {
			out[key] = text
		}
	}
	return out
}

func containersAt(template map[string]any, field string) []container {
	var out []container
	for _, item := range listAt(template, "spec", field) {
		fields, _ := item.(map[string]any)
		c := container{name: textAt(fields, "name")}
		for _, port := range listAt(fields, "ports") {
			fields, _ := port.(map[string]any)
			if number, ok := fields["containerPort"].(float64); ok {
				c.ports = append(c.ports, int(number))
			}
		}
		out = append(out, c)
	}
	return out
}

func mappingAt(object map[string]any, path ...string) (map[string]any, bool) {
	value, _, _ := unstructured.NestedFieldNoCopy(object, path...)
	mapping, ok := value.(map[string]any)
	return mapping, ok
}

func listAt(object map[string]any, path ...string) []any {
	value, _, _ := unstructured.NestedFieldNoCopy(object, path...)
	list, _ := value.([]any)
	return list
}

func textAt(object map[string]any, path ...string) string {
	value, _, _ := unstructured.NestedFieldNoCopy(object, path...)
	text, _ := value.(string)
	return text
}
