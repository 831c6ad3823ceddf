package engine

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// aPod is a pod of an action that runs, but for what is altered.
func aPod(name string, alter func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}}
	pod.Status.Phase = corev1.PodRunning
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: jobs.ActionContainer, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
	alter(pod)
	return pod
}

func running(*corev1.Pod) {}

func deleted(pod *corev1.Pod) { pod.DeletionTimestamp = &metav1.Time{} }

func withoutImage(pod *corev1.Pod) {
	pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "no such image"}}
}

// endedUnstarted is how the kubelet tells of a container that it never made, when its pod ends.
func endedUnstarted(pod *corev1.Pod) {
	pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "ContainerStatusUnknown"}}
}

// TestTrouble: what is told of a Job that failed, by what was seen of its pods before.
func TestTrouble(t *testing.T) {
	type seen struct {
		refusal string
		pods    []*corev1.Pod
	}
	for name, tt := range map[string]struct {
		seen []seen
		// why is what the Job and its pods say.
		why string
		// reason is the Job controller's.
		reason string
		want   string
	}{
		"no trouble":           {[]seen{{pods: []*corev1.Pod{aPod("a", running)}}}, "BackoffLimitExceeded: m", "BackoffLimitExceeded", "BackoffLimitExceeded: m"},
		"the flow's own words": {[]seen{{pods: []*corev1.Pod{aPod("a", running)}}}, "no space", "BackoffLimitExceeded", "no space"},
		"no image":             {[]seen{{pods: []*corev1.Pod{aPod("a", withoutImage)}}, {}}, "", "DeadlineExceeded", "DeadlineExceeded: m; no pod of it has started: container action waits: ImagePullBackOff: no such image"},
		"no image to its end":  {[]seen{{pods: []*corev1.Pod{aPod("a", withoutImage)}}, {pods: []*corev1.Pod{aPod("a", endedUnstarted)}}}, "", "DeadlineExceeded", "DeadlineExceeded: m; no pod of it has started: container action waits: ImagePullBackOff: no such image"},
		"no quota":             {[]seen{{refusal: "no quota"}}, "", "DeadlineExceeded", "DeadlineExceeded: m; no pod of it has started: no quota"},
		"no quota at first":    {[]seen{{refusal: "no quota"}, {pods: []*corev1.Pod{aPod("a", running)}}}, "DeadlineExceeded: m", "DeadlineExceeded", "DeadlineExceeded: m"},
		"deleted":              {[]seen{{pods: []*corev1.Pod{aPod("a", deleted)}}, {}}, "killed by SIGTERM", "BackoffLimitExceeded", "its pod a was deleted before it ended"},
		"deleted, and another": {[]seen{{pods: []*corev1.Pod{aPod("a", deleted)}}, {pods: []*corev1.Pod{aPod("b", running)}}}, "no space", "BackoffLimitExceeded", "no space"},
		"ended in time":        {[]seen{{pods: []*corev1.Pod{aPod("a", deleted)}}}, "DeadlineExceeded: m", "DeadlineExceeded", "DeadlineExceeded: m"},
	} {
		job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "job"}}
		job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: tt.reason, Message: "m"}}
		var trouble trouble
		for _, s := range tt.seen {
			trouble.look(job.Name, s.pods, s.refusal)
		}
		if found := trouble.of(job, tt.why); found != tt.want {
			t.Errorf("%s: found %q, expected %q", name, found, tt.want)
		}
	}
}
