package jobs_test

import (
	"path"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// TestUntrusted: a variable that something else than the driver's own code reads needs consent.
func TestUntrusted(t *testing.T) {
	for _, tt := range []struct{ variable, patterns, want string }{
		{"ACTION_LEVEL", "", ""},
		{"ACTION", "", "ACTION"},
		{"PYTHONPATH", "", "PYTHONPATH"},
		{"LD_PRELOAD", "HTTP_*,PREFECT_API_URL", "LD_PRELOAD"},
		{"PREFECT_API_URL", "HTTP_*, PREFECT_API_URL", ""},
		{"PREFECT_API_URL_2", "PREFECT_API_URL", "PREFECT_API_URL_2"},
		{"HTTP_PROXY", "HTTP_*", ""},
		{"http_proxy", "HTTP_*", "http_proxy"},
		{"TZ", "*", ""},
		{"TZ", ",", "TZ"},
	} {
		settings := v1.JobSettings{Environment: []v1.Variable{{Name: "ACTION_FIRST"}, {Name: tt.variable}}}
		if got := jobs.Untrusted(settings, strings.Split(tt.patterns, ",")); got != tt.want {
			t.Errorf("%s with patterns %q: found %q, expected %q", tt.variable, tt.patterns, got, tt.want)
		}
	}
}

// TestOwnVariablesAreStronger: the container takes the last of two variables with one name.
func TestOwnVariablesAreStronger(t *testing.T) {
	env := jobs.Build(custom()).Spec.Template.Spec.Containers[0].Env
	if got := last(env, "HOME"); got != "/tmp" {
		t.Errorf("HOME is %q, expected /tmp", got)
	}
}

func last(env []corev1.EnvVar, name string) string {
	value := ""
	for _, v := range env {
		if v.Name == name {
			value = v.Value
		}
	}
	return value
}

// TestVolumesHideNothing: each lies alone in a directory of its own, away from
// what the image, Styrmin and the driver bring.
func TestVolumesHideNothing(t *testing.T) {
	pod := jobs.Build(custom()).Spec.Template.Spec
	extra := 0
	for _, mount := range pod.Containers[0].VolumeMounts {
		if strings.HasPrefix(mount.Name, "mnt-") {
			extra++
			if path.Dir(mount.MountPath) != "/mnt" {
				t.Errorf("volume %s is mounted at %s, expected a directory below /mnt", mount.Name, mount.MountPath)
			}
		}
	}
	if extra != len(custom().Deployment.Spec.Jobs.Volumes) {
		t.Errorf("%d volumes are mounted, expected %d", extra, len(custom().Deployment.Spec.Jobs.Volumes))
	}
	if mounts := pod.InitContainers[0].VolumeMounts; len(mounts) != 1 {
		t.Errorf("the container that brings the runner has mounts %v, expected its own only", mounts)
	}
}
