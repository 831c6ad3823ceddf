package components

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestClaimsByVolume: a workload's claims are found by its rules of naming them, also when it is stopped.
func TestClaimsByVolume(t *testing.T) {
	there := []string{"data-w-0", "data-w-1", "data-w-x", "data-w-2-0", "data-other-0", "shared"}
	withClaim := func(volume, claim string) corev1.Volume {
		return corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim}}}
	}
	set := func(replicas, first int32, record string) workload {
		w := workload{kind: statefulSet, meta: metav1.ObjectMeta{Name: "w"}, claims: []string{"data"}, replicas: replicas, first: first}
		if record != "" {
			w.meta.Annotations = map[string]string{v1.AnnotationReplicas: record}
		}
		return w
	}
	plain := workload{kind: deployment, meta: metav1.ObjectMeta{Name: "w"}}
	plain.template.Spec.Volumes = []corev1.Volume{withClaim("files", "shared"), {Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
	hidden := set(1, 0, "")
	hidden.template.Spec.Volumes = []corev1.Volume{withClaim("data", "never-used")}
	for name, test := range map[string]struct {
		w    workload
		want string
	}{
		"a running set":               {set(3, 0, ""), "data-w-0 data-w-1 data-w-2"},
		"one that begins later":       {set(2, 5, ""), "data-w-5 data-w-6"},
		"a stopped one":               {set(0, 0, "1"), "data-w-0"},
		"at 0, and never stopped":     {set(0, 0, ""), "data-w-0 data-w-1"},
		"started since, by a count":   {set(1, 0, "3"), "data-w-0"},
		"a plain claim":               {plain, "shared"},
		"a template hides a volume":   {hidden, "data-w-0"},
		"a record that is no number":  {set(0, 0, "many"), "data-w-0 data-w-1"},
		"a deployment without claims": {workload{kind: deployment}, ""},
	} {
		var found []string
		for _, names := range test.w.claimsByVolume(there) {
			found = append(found, names...)
		}
		slices.Sort(found)
		if got := strings.Join(found, " "); got != test.want {
			t.Errorf("%s: found %q, expected %q", name, got, test.want)
		}
	}
}

// TestChosenClaims: those of the volumes that the driver names, each once; all when it names none.
func TestChosenClaims(t *testing.T) {
	volumes := map[string][]string{"data": {"data-w-1", "data-w-0"}, "logs": {"logs"}, "same": {"logs"}}
	for name, test := range map[string]struct {
		backup  v1.Backup
		volumes map[string][]string
		want    string
	}{
		"all":               {v1.Backup{}, volumes, "data-w-0 data-w-1 logs"},
		"one":               {v1.Backup{Volume: "data"}, volumes, "data-w-0 data-w-1"},
		"several":           {v1.Backup{Volumes: []string{"logs", "data"}}, volumes, "data-w-0 data-w-1 logs"},
		"one that is not":   {v1.Backup{Volume: "date"}, volumes, `names the volume "date", and no pod of the component has a claim as a volume of that name; it has data, logs, same`},
		"none there":        {v1.Backup{}, nil, "there is no disk to back up"},
		"of none that is":   {v1.Backup{Volume: "data"}, nil, "it has none"},
		"a volume of none ": {v1.Backup{}, map[string][]string{"data": nil}, "there is no disk to back up"},
	} {
		claims, err := chosenClaims(Component{Name: "w", Backup: &test.backup}, test.volumes)
		got := strings.Join(claims, " ")
		if err != nil {
			got = err.Error()
		}
		if got != test.want && (err == nil || !strings.Contains(got, test.want)) {
			t.Errorf("%s: found %q, expected %q", name, got, test.want)
		}
	}
}
