package jobs_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestBuildGolden(t *testing.T) {
	for name, spec := range map[string]jobs.Spec{"defaults": valid(), "custom": custom()} {
		t.Run(name, func(t *testing.T) {
			got, err := yaml.Marshal(jobs.Build(spec))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".yaml")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("the Job is not that of %s; if it shall differ, run go test ./pkg/jobs -update. Found:\n%s", file, got)
			}
		})
	}
}

// TestBuildIsPure: the webhook renders the same Job again and compares.
func TestBuildIsPure(t *testing.T) {
	spec := custom()
	first := jobs.Build(spec)
	first.Labels["x"], first.Spec.Template.Labels["x"] = "y", "y"
	*first.Spec.BackoffLimit = 9
	if second := jobs.Build(spec); second.Labels["x"] != "" || second.Spec.Template.Labels["x"] != "" || *second.Spec.BackoffLimit != 2 {
		t.Error("two Jobs share parts")
	}
	if !equality.Semantic.DeepEqual(jobs.Build(spec), jobs.Build(spec)) {
		t.Error("building twice gives two Jobs")
	}
}

// TestPodIsRestricted (A4): the Pod Security Standard "restricted", and a
// read-only root file system besides.
func TestPodIsRestricted(t *testing.T) {
	for name, spec := range map[string]jobs.Spec{"defaults": valid(), "custom": custom()} {
		pod := jobs.Build(spec).Spec.Template.Spec
		if c := pod.SecurityContext; c == nil || !is(c.RunAsNonRoot, true) || c.RunAsUser == nil || *c.RunAsUser == 0 ||
			c.SeccompProfile == nil || c.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
			t.Errorf("%s: the pod is not restricted: %+v", name, pod.SecurityContext)
		}
		if pod.HostNetwork || pod.HostPID || pod.HostIPC {
			t.Errorf("%s: the pod shares the host's namespaces", name)
		}
		containers := append(append([]corev1.Container{}, pod.InitContainers...), pod.Containers...)
		if len(containers) != 2 {
			t.Errorf("%s: %d containers", name, len(containers))
		}
		for _, container := range containers {
			c := container.SecurityContext
			if c == nil || !is(c.AllowPrivilegeEscalation, false) || !is(c.ReadOnlyRootFilesystem, true) || c.Privileged != nil || c.RunAsUser != nil || c.RunAsNonRoot != nil || c.SeccompProfile != nil ||
				c.Capabilities == nil || len(c.Capabilities.Add) != 0 || len(c.Capabilities.Drop) != 1 || c.Capabilities.Drop[0] != "ALL" {
				t.Errorf("%s: container %s is not restricted: %+v", name, container.Name, c)
			}
		}
		for _, volume := range pod.Volumes {
			if volume.HostPath != nil {
				t.Errorf("%s: volume %s is of the host", name, volume.Name)
			}
		}
	}
}

func is(b *bool, want bool) bool { return b != nil && *b == want }

// TestReadOnlyMounts: an action cannot change its own instance.
func TestReadOnlyMounts(t *testing.T) {
	writable := map[string]bool{"/tmp": true}
	for _, mount := range jobs.Build(valid()).Spec.Template.Spec.Containers[0].VolumeMounts {
		if mount.ReadOnly == writable[mount.MountPath] {
			t.Errorf("mount %s: read-only is %t", mount.MountPath, mount.ReadOnly)
		}
	}
}

// TestDeadline (E5): every Job ends by itself.
func TestDeadline(t *testing.T) {
	for spec, want := range map[*jobs.Spec]int64{ptr(valid()): jobs.DefaultTimeoutSeconds, ptr(custom()): 60} {
		if got := jobs.Build(*spec).Spec.ActiveDeadlineSeconds; got == nil || *got != want {
			t.Errorf("the deadline is %v, expected %d", got, want)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestReadIsTheInverseOfBuild(t *testing.T) {
	for _, action := range []v1.Action{
		{Name: "a", Hook: v1.HookSetup, Mode: v1.ModePost, Location: "actions.py::a"},
		{Name: "Stop_Writers-now", Hook: v1.HookUpgrade, Mode: v1.ModePre, Location: "actions.py::b"},
	} {
		spec := valid()
		spec.Action = action
		got, err := jobs.Read(jobs.Build(spec))
		want := lifecycle.Evidence{
			Run: spec.Run, Instance: spec.Instance, Hook: v1.RunHook(action.Hook), Mode: action.Mode, Action: action.Name,
			Attempt: lifecycle.Attempt{Number: 2, State: v1.ActionRunning}, BaseRevision: 4,
		}
		if err != nil || got != want {
			t.Errorf("read %+v, %v, expected %+v", got, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, alter := range map[string]func(*batchv1.Job){
		"no attempt":       func(j *batchv1.Job) { delete(j.Annotations, v1.AnnotationAttempt) },
		"no base":          func(j *batchv1.Job) { delete(j.Annotations, v1.AnnotationBaseRevision) },
		"negative attempt": func(j *batchv1.Job) { j.Annotations[v1.AnnotationAttempt] = "-1" },
		"huge base":        func(j *batchv1.Job) { j.Annotations[v1.AnnotationBaseRevision] = "99999999999" },
		"words":            func(j *batchv1.Job) { j.Annotations[v1.AnnotationAttempt] = "first" },
		"no annotations":   func(j *batchv1.Job) { j.Annotations = nil },
	} {
		job := jobs.Build(valid())
		alter(job)
		if evidence, err := jobs.Read(job); err == nil {
			t.Errorf("%s: read as %+v", name, evidence)
		}
	}
}
