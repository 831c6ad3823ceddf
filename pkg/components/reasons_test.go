package components

import (
	"context"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/wait"
)

func TestContainerState(t *testing.T) {
	killed := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}}
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	waiting := func(reason, message string) corev1.ContainerState {
		return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	}
	for _, test := range []struct {
		name   string
		status corev1.ContainerStatus
		want   string
	}{
		{"ready", corev1.ContainerStatus{Ready: true, State: running, LastTerminationState: killed, RestartCount: 1}, ""},
		{"no image", corev1.ContainerStatus{State: waiting("ImagePullBackOff", "no such image")}, "waits: ImagePullBackOff: no such image"},
		{"created", corev1.ContainerStatus{State: waiting("ContainerCreating", "")}, "waits: ContainerCreating"},
		{"crashes", corev1.ContainerStatus{State: waiting("CrashLoopBackOff", "back-off 10s"), LastTerminationState: killed},
			"waits: CrashLoopBackOff: back-off 10s; before, it ended with exit code 137 (OOMKilled)"},
		{"killed", corev1.ContainerStatus{State: killed}, "ended with exit code 137 (OOMKilled)"},
		{"runs again", corev1.ContainerStatus{State: running, LastTerminationState: killed, RestartCount: 2},
			"is not ready after 2 restarts; before, it ended with exit code 137 (OOMKilled)"},
		{"starts", corev1.ContainerStatus{State: running}, "is not ready"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if found := containerState(test.status); found != test.want {
				t.Errorf("found %q, expected %q", found, test.want)
			}
		})
	}
}

func TestReplicaFailure(t *testing.T) {
	conditions := []appsv1.DeploymentCondition{
		{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionFalse, Message: "has no pods"},
		{Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue, Reason: "FailedCreate", Message: "exceeded quota"},
	}
	if found := replicaFailure(conditions); found != "FailedCreate: exceeded quota" {
		t.Errorf("found %q", found)
	}
	if found := replicaFailure(conditions[:1]); found != "" {
		t.Errorf("found %q, expected nothing", found)
	}
}

// TestUnreadyOnACluster: of what a release has, that which is not ready is told, each with its reason.
func TestUnreadyOnACluster(t *testing.T) {
	ctx, client := onCluster(t)
	of := func(name, image string, alter ...func(*corev1.PodSpec)) {
		t.Helper()
		client.deploy(ctx, t, name, image, 1, worker, alter...)
		patch := `{"metadata":{"annotations":{"` + helmRelease + `":"app"}}}`
		if _, err := client.kube.AppsV1().Deployments(client.namespace).Patch(ctx, name, "application/merge-patch+json", []byte(patch), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	of("fine", image)
	of("absent", "styrmin.local/absent:1")
	of("crashes", image, shell("echo cannot reach the database; exit 3"))
	of("unready", image, shell("echo waiting for the cache; sleep 3600"), func(pod *corev1.PodSpec) {
		pod.Containers[0].ReadinessProbe = &corev1.Probe{PeriodSeconds: 1, ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "echo no cache; exit 1"}}}}
	})
	of("greedy", image, func(pod *corev1.PodSpec) {
		pod.Containers[0].ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(1)}}}
		pod.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1000")}
	})
	client.deploy(ctx, t, "foreign", "styrmin.local/absent:1", 1, worker)
	want := map[string][]string{
		"deployment/absent":  {"0 of 1 pods available", "container main waits: ", "event Failed: "},
		"deployment/crashes": {"container main waits: CrashLoopBackOff: ", "before, it ended with exit code 3 (Error)", "event BackOff: ", "container main printed: cannot reach the database"},
		"deployment/unready": {"container main is not ready", "event Unhealthy: Readiness probe failed: no cache", "container main printed: waiting for the cache"},
		"deployment/greedy":  {"Pending", "Unschedulable: ", "event FailedScheduling: "},
	}
	client = client.ForRelease("app")
	var missing string
	err := wait.PollUntilContextTimeout(ctx, time.Second, 100*time.Second, true, func(ctx context.Context) (bool, error) {
		unready, err := client.Unready(ctx)
		missing = lacking(unready, want)
		return missing == "", err
	})
	if err != nil {
		t.Errorf("%v; %s", err, missing)
	}
}

// lacking says what is not told of what is not ready, or told too much.
func lacking(unready []Unfinished, want map[string][]string) string {
	if len(unready) != len(want) {
		return "found " + count(len(unready), "workload") + ", expected " + count(len(want), "workload")
	}
	for _, u := range unready {
		for _, text := range want[u.Workload] {
			if !strings.Contains(u.String(), text) {
				return "expected " + text + " in:\n" + u.String()
			}
		}
	}
	return ""
}
