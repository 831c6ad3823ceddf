package jobs_test

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func condition(kind batchv1.JobConditionType, status corev1.ConditionStatus) batchv1.JobCondition {
	return batchv1.JobCondition{Type: kind, Status: status, Reason: "BackoffLimitExceeded", Message: "Job has reached the specified backoff limit"}
}

func TestStateOf(t *testing.T) {
	complete, failed := condition(batchv1.JobComplete, corev1.ConditionTrue), condition(batchv1.JobFailed, corev1.ConditionTrue)
	for name, tt := range map[string]struct {
		conditions []batchv1.JobCondition
		deleted    bool
		want       v1.ActionState
	}{
		"new":                     {nil, false, v1.ActionRunning},
		"complete":                {[]batchv1.JobCondition{complete}, false, v1.ActionSucceeded},
		"failed":                  {[]batchv1.JobCondition{failed}, false, v1.ActionFailed},
		"not complete":            {[]batchv1.JobCondition{condition(batchv1.JobComplete, corev1.ConditionFalse)}, false, v1.ActionRunning},
		"unknown":                 {[]batchv1.JobCondition{condition(batchv1.JobFailed, corev1.ConditionUnknown)}, false, v1.ActionRunning},
		"about to complete":       {[]batchv1.JobCondition{condition(batchv1.JobSuccessCriteriaMet, corev1.ConditionTrue)}, false, v1.ActionRunning},
		"about to fail":           {[]batchv1.JobCondition{condition(batchv1.JobFailureTarget, corev1.ConditionTrue)}, false, v1.ActionRunning},
		"failed after its target": {[]batchv1.JobCondition{condition(batchv1.JobFailureTarget, corev1.ConditionTrue), failed}, false, v1.ActionFailed},
		"suspended":               {[]batchv1.JobCondition{condition(batchv1.JobSuspended, corev1.ConditionTrue)}, false, v1.ActionRunning},
		"deleted":                 {nil, true, v1.ActionLost},
		"deleted when complete":   {[]batchv1.JobCondition{complete}, true, v1.ActionSucceeded},
		"deleted when failed":     {[]batchv1.JobCondition{failed}, true, v1.ActionFailed},
	} {
		job := jobs.Build(valid())
		job.Status.Conditions = tt.conditions
		if tt.deleted {
			job.DeletionTimestamp = ptr(metav1.Now())
		}
		if got := jobs.StateOf(job); got != tt.want {
			t.Errorf("%s: the state is %s, expected %s", name, got, tt.want)
		}
	}
}

func TestFailureOf(t *testing.T) {
	job := jobs.Build(valid())
	if got := jobs.FailureOf(job); got != "" {
		t.Errorf("a Job that did not fail says %q", got)
	}
	job.Status.Conditions = []batchv1.JobCondition{condition(batchv1.JobFailed, corev1.ConditionTrue)}
	if got, want := jobs.FailureOf(job), "BackoffLimitExceeded: Job has reached the specified backoff limit"; got != want {
		t.Errorf("found %q, expected %q", got, want)
	}
}

func TestFailureOfATimeOut(t *testing.T) {
	job := jobs.Build(custom())
	job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: batchv1.JobReasonDeadlineExceeded, Message: "m"}}
	if got, want := jobs.FailureOf(job), "it was not over after 1m0s, its time-out (DeadlineExceeded)"; got != want || !jobs.TimedOut(job) {
		t.Errorf("found %q, expected %q", got, want)
	}
}

func TestRefusal(t *testing.T) {
	for message, want := range map[string]string{
		`Error creating: pods "pre-a-x-1-abcde" is forbidden: exceeded quota: full, requested: pods=1`: "its pod cannot be made: exceeded quota: full, requested: pods=1",
		"Error creating: Internal error occurred: no leader":                                           "its pod cannot be made: Internal error occurred: no leader",
	} {
		if got := jobs.Refusal(&corev1.Event{Message: message}); got != want {
			t.Errorf("found %q, expected %q", got, want)
		}
	}
}

func TestEndOf(t *testing.T) {
	at := metav1.Unix(1700000000, 0)
	for name, tt := range map[string]struct {
		condition batchv1.JobCondition
		want      *metav1.Time
	}{
		"running":  {condition(batchv1.JobSuspended, corev1.ConditionTrue), nil},
		"complete": {condition(batchv1.JobComplete, corev1.ConditionTrue), &at},
		"failed":   {condition(batchv1.JobFailed, corev1.ConditionTrue), &at},
		"not yet":  {condition(batchv1.JobComplete, corev1.ConditionFalse), nil},
	} {
		job := jobs.Build(valid())
		tt.condition.LastTransitionTime = at
		job.Status.Conditions = []batchv1.JobCondition{tt.condition}
		if got := jobs.EndOf(job); !got.Equal(tt.want) {
			t.Errorf("%s: it ended at %v, expected %v", name, got, tt.want)
		}
	}
}

func TestResultOf(t *testing.T) {
	ended := func(container, message string) corev1.ContainerStatus {
		return corev1.ContainerStatus{Name: container, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: message}}}
	}
	for name, tt := range map[string]struct {
		status corev1.ContainerStatus
		want   jobs.Result
		ok     bool
	}{
		"succeeded":         {ended("action", `{"outcome":"succeeded","flowRunID":"f"}`), jobs.Result{Outcome: "succeeded", FlowRunID: "f"}, true},
		"failed":            {ended("action", `{"outcome":"failed","error":"no","new":1}`), jobs.Result{Outcome: "failed", Error: "no"}, true},
		"no message":        {ended("action", ""), jobs.Result{}, false},
		"no JSON":           {ended("action", "Killed"), jobs.Result{}, false},
		"cut off":           {ended("action", `{"outcome":"failed","error":"n`), jobs.Result{}, false},
		"no outcome":        {ended("action", `{"error":"no"}`), jobs.Result{}, false},
		"another container": {ended("sidecar", `{"outcome":"succeeded"}`), jobs.Result{}, false},
		"still running":     {corev1.ContainerStatus{Name: "action", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}, jobs.Result{}, false},
	} {
		pod := &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{tt.status}}}
		if got, ok := jobs.ResultOf(pod); got != tt.want || ok != tt.ok {
			t.Errorf("%s: found %+v, %t, expected %+v, %t", name, got, ok, tt.want, tt.ok)
		}
	}
}
