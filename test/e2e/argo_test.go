package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestArgo: the hook Job of docs/gitops.md upgrades with the rights that it has there,
// and finds nothing to do at the next sync. What Argo CD does by itself is not held.
func TestArgo(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("driver", "load", dir).expect(t, 0)
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)

	for _, name := range []string{"first-sync", "second-sync"} {
		job := s.hookJob(name, dir)
		s.create(job).expect(t, 0)
		s.kubectl("wait", "job/"+name, "--for=condition=Complete", "--timeout="+commandTimeout.String()).expect(t, 0)
	}
	b.expectOnce("pre_a", "pre_b", "core_a", "post_a", "post_b")
	s.expectJobs(v1.HookUpgrade, map[string]int{"pre_a": 1, "pre_b": 1, "core_a": 1, "post_a": 1, "post_b": 1})
	if statuses := s.statuses("app"); statuses != "superseded deployed" {
		t.Errorf("the revisions are %s", statuses)
	}
	s.kubectl("logs", "job/second-sync").expect(t, 0, "nothing to do")

	rendered := s.helm(helm3, "template", "app", filepath.Join(dir, "chart"), "--set", "greeting=Other").expect(t, 0)
	s.unchanged("app", func() { s.apply(rendered.stdout) })
}

// hookJob is the Job of the documentation, with our image, and the driver from a
// ConfigMap: its chart is in no registry.
func (s *space) hookJob(name, dir string) *batchv1.Job {
	s.Helper()
	document, err := os.ReadFile(filepath.Join(cluster.root, "docs", "gitops.md"))
	if err != nil {
		s.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "```yaml\napiVersion: batch/v1\n")
	text, _, found := strings.Cut(rest, "```")
	var job batchv1.Job
	if err := yaml.UnmarshalStrict([]byte("apiVersion: batch/v1\n"+text), &job); err != nil || !found {
		s.Fatalf("docs/gitops.md has no Job that can be read: %v", err)
	}
	job.Name, job.Namespace = name, s.name
	pod := &job.Spec.Template.Spec
	pod.Containers[0].Image = productImage
	pod.Containers[0].VolumeMounts = append(pod.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "driver", MountPath: "/driver"})
	pod.Volumes = append(pod.Volumes, s.driverVolume(name, dir))
	pod.Containers[0].Args = []string{
		"upgrade", "app", "--namespace", s.name, "--driver", "/driver", "--version", "2.0.0", "--yes",
		"--job-image", actionImage, "--runner-image", productImage,
	}
	return &job
}

// driverVolume puts a driver's directory into a ConfigMap.
func (s *space) driverVolume(name, dir string) corev1.Volume {
	s.Helper()
	files := map[string]string{}
	source := &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}}
	for _, path := range []string{v1.DriverFile, v1.ActionsFile, "values.j2.yml", "chart/Chart.yaml", "chart/values.yaml", "chart/templates/app.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			s.Fatal(err)
		}
		files[strings.ReplaceAll(path, "/", "_")] = string(data)
		source.Items = append(source.Items, corev1.KeyToPath{Key: strings.ReplaceAll(path, "/", "_"), Path: path})
	}
	object := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name}, "data": files}
	if r := s.create(object); r.code != 0 {
		s.Fatalf("%v: %s", slices.Sorted(maps.Keys(files)), r)
	}
	return corev1.Volume{Name: "driver", VolumeSource: corev1.VolumeSource{ConfigMap: source}}
}
