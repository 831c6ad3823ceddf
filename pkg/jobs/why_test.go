package jobs_test

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func failedJob(reason string) *batchv1.Job {
	job := jobs.Build(custom())
	job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: reason, Message: "the controller's words"}}
	return job
}

// podEnding is a pod of a Job, older by age, whose action's container ended so.
func podEnding(age time.Duration, ended corev1.ContainerStateTerminated) corev1.Pod {
	pod := corev1.Pod{}
	pod.Name = "p"
	pod.CreationTimestamp = metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(-age))
	pod.Spec.Containers = []corev1.Container{{Name: jobs.ActionContainer, Resources: corev1.ResourceRequirements{
		Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("256Mi")},
	}}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: jobs.ActionContainer, State: corev1.ContainerState{Terminated: &ended}}}
	return pod
}

func TestWhy(t *testing.T) {
	said := func(text string) corev1.ContainerStateTerminated {
		return corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error", Message: `{"outcome":"failed","error":"` + text + `"}`}
	}
	evicted := corev1.Pod{}
	evicted.Name, evicted.Status.Phase = "p", corev1.PodFailed
	evicted.Status.Reason, evicted.Status.Message = "Evicted", "The node was low on resource: memory."
	told := podEnding(0, said("the flow's process was killed by SIGTERM"))
	told.Status.Phase, told.Status.Reason, told.Status.Message = corev1.PodFailed, evicted.Status.Reason, evicted.Status.Message
	noRunner := corev1.Pod{}
	noRunner.Name = "p"
	noRunner.Status.InitContainerStatuses = []corev1.ContainerStatus{{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 128, Reason: "StartError"}}}}
	for name, tt := range map[string]struct {
		reason string
		pods   []corev1.Pod
		want   string
	}{
		"the flow's words":       {"BackoffLimitExceeded", []corev1.Pod{podEnding(0, said("broken"))}, "broken"},
		"the newest pod's words": {"BackoffLimitExceeded", []corev1.Pod{podEnding(time.Hour, said("first")), podEnding(0, said("second"))}, "second"},
		"out of memory": {
			"BackoffLimitExceeded", []corev1.Pod{podEnding(0, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"})},
			"its container used more memory than its limit of 256Mi; raise spec.jobs.resources.limits.memory of the StyrminDeployment, or that of spec.jobs.actions for it alone",
		},
		"out of memory, as the flow saw it": {
			"BackoffLimitExceeded", []corev1.Pod{podEnding(0, corev1.ContainerStateTerminated{ExitCode: 1, Reason: "OOMKilled", Message: said("killed").Message})},
			"its container used more memory than its limit of 256Mi; raise spec.jobs.resources.limits.memory of the StyrminDeployment, or that of spec.jobs.actions for it alone",
		},
		"crashed": {
			"BackoffLimitExceeded", []corev1.Pod{podEnding(0, corev1.ContainerStateTerminated{ExitCode: 139, Reason: "Error"})},
			"its container ended with code 139 (Error) in pod p and left no result",
		},
		"evicted":                     {"BackoffLimitExceeded", []corev1.Pod{evicted}, "its pod p: Evicted: The node was low on resource: memory."},
		"evicted, as the flow saw it": {"BackoffLimitExceeded", []corev1.Pod{told}, "its pod p: Evicted: The node was low on resource: memory."},
		"no runner":                   {"BackoffLimitExceeded", []corev1.Pod{noRunner}, "the container that brings the runner ended with code 128 (StartError) in pod p; is --runner-image right?"},
		"too late":                    {"DeadlineExceeded", []corev1.Pod{podEnding(0, said("the flow crashed: TerminationSignal"))}, "it was not over after 1m0s, its time-out (DeadlineExceeded)"},
		"no pod is left":              {"BackoffLimitExceeded", nil, "BackoffLimitExceeded: the controller's words"},
		"nothing is known":            {"PodFailurePolicy", []corev1.Pod{podEnding(0, corev1.ContainerStateTerminated{})}, "PodFailurePolicy: the controller's words"},
	} {
		if got := jobs.Why(failedJob(tt.reason), tt.pods); got != tt.want {
			t.Errorf("%s: found %q, expected %q", name, got, tt.want)
		}
	}
}

func TestFlowRunOf(t *testing.T) {
	shown := func(url string) corev1.ContainerStateTerminated {
		return corev1.ContainerStateTerminated{Message: `{"outcome":"succeeded","flowRunURL":"` + url + `"}`}
	}
	pods := []corev1.Pod{podEnding(time.Hour, shown("old")), podEnding(0, shown("new"))}
	if got := jobs.FlowRunOf(pods); got != "new" {
		t.Errorf("found %q, expected that of the newest pod", got)
	}
	if got := jobs.FlowRunOf(nil); got != "" {
		t.Errorf("found %q without a pod", got)
	}
}
