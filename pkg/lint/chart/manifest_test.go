package chart

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadManifest(t *testing.T) {
	web := workload{kind: "Deployment", name: "web", labels: map[string]string{"app": "web"}, containers: []container{{name: "a", ports: []int{80}}}}
	const text = "kind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}}}\n"
	for _, tc := range []struct {
		name, manifest string
		want           manifest
	}{
		{"nothing", "", manifest{}},
		{"one", text, manifest{workloads: []workload{web}}},
		{"among empty documents", "---\n# Source: a\n---\n\n---\n" + text + "---\n---\n", manifest{workloads: []workload{web}}},
		{"with Windows' line ends", "---\r\n" + strings.ReplaceAll(text, "\n", "\r\n") + "---\r\n", manifest{workloads: []workload{web}}},
		{"among what is no object", "- a list\n---\ntext\n---\n7\n---\n" + text, manifest{workloads: []workload{web}}},
		{"among what is no YAML", "a: b: c\n---\n" + text + "---\n\xff\xfe\n---\n{\n", manifest{workloads: []workload{web}}},
		{"a key given twice", "kind: Job\n" + text, manifest{workloads: []workload{web}}},
		{"in JSON", `{"kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","ports":[{"containerPort":80}]}]}}}}`, manifest{workloads: []workload{web}}},
		{"in a typed list", "kind: DeploymentList\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  "), manifest{workloads: []workload{web}}},
		{"items of something else", "kind: Menu\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  "), manifest{}},
		{"a custom kind", "apiVersion: example.org/v1\nkind: Thing\n", manifest{custom: true}},
		{"Kubernetes' own kinds", "apiVersion: networking.k8s.io/v1\nkind: Ingress\n---\napiVersion: apps/v1\nkind: ControllerRevision\n---\napiVersion: v1\nkind: Service\n", manifest{}},
		{"a text where a mapping is", "kind: Deployment\nspec: {template: {metadata: text, spec: {containers: text}}}\n", manifest{workloads: []workload{{kind: "Deployment", labels: map[string]string{}}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := readManifest(tc.manifest)
			if diff := cmp.Diff(&tc.want, got, cmp.AllowUnexported(manifest{}, workload{}, container{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestReadManifestTakesAnything breaks good manifests in many ways. It is no fuzz
// target: those are built anew with all that they import, and here that is Helm.
func TestReadManifestTakesAnything(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, text := range []string{
		"kind: List\nitems: [{kind: Pod, metadata: {labels: {a: b}}, spec: {containers: [{ports: [{containerPort: 1}]}]}}]\n---\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {}}}}}",
		"a: &a [b]\nc: *a\n---\n<<: {kind: Pod}\nspec: !!binary x\n---\nkind: DaemonSet\nspec:\n  template:\n    spec: {initContainers: [a, {name: b}]}\n",
	} {
		for range 3000 {
			broken := []byte(text)
			for range 1 + random.IntN(4) {
				from := random.IntN(len(broken))
				switch to := from + random.IntN(len(broken)-from); random.IntN(3) {
				case 0:
					broken[from] = "\n\t :-{}[],&*!'\"#~\x00\xff0"[random.IntN(20)]
				case 1:
					broken = slices.Concat(broken[:from], broken[to:])
				default:
					broken = slices.Concat(broken[:to], broken[from:])
				}
				broken = append(broken, '\n')
			}
			readManifest(string(broken))
		}
	}
}
