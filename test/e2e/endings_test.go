package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// endings of testdata/endings: why each Job failed, how many pods it took, and what the operator is told.
var endings = map[string]struct {
	reason, says string
	pods         int32
}{
	"returns_failed":     {batchv1.JobReasonBackoffLimitExceeded, "not today", 2},
	"raises":             {batchv1.JobReasonBackoffLimitExceeded, "RuntimeError: broken", 2},
	"is_cancelled":       {batchv1.JobReasonBackoffLimitExceeded, "the flow ended in state Cancelled: changed my mind", 2},
	"crashes":            {batchv1.JobReasonBackoffLimitExceeded, "killed by SIGSEGV", 2},
	"eats_memory":        {batchv1.JobReasonBackoffLimitExceeded, "its container used more memory than its limit of 256Mi; raise spec.jobs.resources.limits.memory", 2},
	"is_evicted":         {batchv1.JobReasonBackoffLimitExceeded, ": Evicted: it wrote more than it may", 1},
	"takes_too_long":     {batchv1.JobReasonDeadlineExceeded, "it was not over after 1m0s, its time-out (DeadlineExceeded)", 1},
	"cannot_be_imported": {batchv1.JobReasonPodFailurePolicy, "unlicensed.py cannot be imported: line 3: ImportError: there is no licence", 1},
	"is_no_flow":         {batchv1.JobReasonPodFailurePolicy, "actions.py::is_no_flow is a function, expected a Prefect flow: decorate it with @flow", 1},
	"cannot_be_called":   {batchv1.JobReasonPodFailurePolicy, "cannot_be_called: nothing is known to pass for parameter 'colour'", 1},
}

// ownSettings bound what some of the actions may use.
const ownSettings = `{"spec":{"jobs":{"retries":1,"actions":{
	"eats_memory":{"resources":{"limits":{"memory":"256Mi"}}},
	"is_evicted":{"retries":0},
	"takes_too_long":{"timeoutSeconds":60}}}}}`

// TestEndings: however an action ends, its Job has failed, for the right reason and after the right number of
// tries, and the operator is told what to know.
func TestEndings(t *testing.T) {
	s := newSpace(t)
	driver, err := filepath.Abs("testdata/endings")
	if err != nil {
		t.Fatal(err)
	}
	s.styrmin("setup", "app", "--driver", driver, "--version", "1.0.0").expect(t, 0)
	s.kubectl("patch", "styrmindeployment", "app", "--type=merge", "-p", ownSettings).expect(t, 0)

	upgrade := s.start("upgrade", "app", "--driver", driver, "--version", "1.0.1")
	s.evict("is-evicted")
	told := upgrade.wait().expect(t, 1)
	status := s.styrmin("status", "app").expect(t, 0)
	ended := s.jobs(v1.HookUpgrade)
	for action, want := range endings {
		if len(ended[action]) != 1 {
			t.Errorf("%s: %d Jobs, expected one", action, len(ended[action]))
			continue
		}
		job := ended[action][0]
		if reason := reasonOf(job); reason != want.reason || job.Status.Failed != want.pods || jobs.StateOf(&job) != v1.ActionFailed {
			t.Errorf("%s: failed with %s after %d pods, expected %s after %d", action, reason, job.Status.Failed, want.reason, want.pods)
		}
		for where, text := range map[string]string{"upgrade": told.out, "status": status.out} {
			if !strings.Contains(text, want.says) {
				t.Errorf("%s: %s does not say %q", action, where, want.says)
			}
		}
	}
	s.expectEndings("app")
}

// flowRunOfEnding is the state of an ended action's flow run in Prefect, where the action got as far as that.
var flowRunOfEnding = map[string]string{
	"returns_failed": "FAILED", "raises": "FAILED", "is_cancelled": "CANCELLED",
	"crashes":            "RUNNING", // for all that Prefect knows
	"cannot_be_imported": "", "cannot_be_called": "", "is_no_flow": "",
}

// expectEndings: the status leads to the flow runs of the actions that had one, and to none where there was none.
func (s *space) expectEndings(deployment string) {
	s.Helper()
	reported, looked := s.flowRuns(deployment), 0
	for _, action := range s.deployment(deployment).Status.Run.Actions {
		want, known := flowRunOfEnding[action.Name]
		if !known {
			continue
		}
		looked++
		if want == "" {
			if action.FlowRunURL != "" {
				s.Errorf("action %s has the flow run %s, expected none: it never began", action.Name, action.FlowRunURL)
			}
			continue
		}
		if found := reported[s.flowRunID(action)]; found.State != want || !slices.Contains(found.Tags, "action:"+action.Name) {
			s.Errorf("action %s: %s is %+v, expected its own flow run, %s", action.Name, action.FlowRunURL, found, want)
		}
	}
	if looked != len(flowRunOfEnding) {
		s.Errorf("looked at %d actions, expected all of %d", looked, len(flowRunOfEnding))
	}
}

// reasonOf is why a Job failed, in a word of its controller's.
func reasonOf(job batchv1.Job) string {
	for _, condition := range job.Status.Conditions {
		if condition.Type == batchv1.JobFailed && condition.Status == corev1.ConditionTrue {
			return condition.Reason
		}
	}
	return ""
}

// evict fails the pod of an action as a kubelet does when the pod has used more of the node than it may. This node's
// has no measure of it. An eviction that is asked for by the API, or for want of memory, is no failure: see TestFaults.
func (s *space) evict(action string) {
	s.Helper()
	s.eventually("the pod of "+action+" runs", func() (string, bool) {
		r := s.kubectl("get", "pods", "-l", v1.LabelAction+"="+action, "-o", "jsonpath={.items[*].status.phase}")
		return r.out, r.stdout == "Running"
	})
	pod := s.kubectl("get", "pods", "-l", v1.LabelAction+"="+action, "-o", "name").expect(s.T, 0)
	// The kubelet, who knows of no eviction, may write what it knows in between.
	s.eventually("the Job controller has seen that the pod of "+action+" is evicted", func() (string, bool) {
		s.kubectl("patch", strings.TrimSpace(pod.stdout), "--subresource=status", "--type=merge", "-p",
			`{"status":{"phase":"Failed","reason":"Evicted","message":"it wrote more than it may"}}`)
		r := s.kubectl("get", "jobs", "-l", v1.LabelAction+"="+action, "-o", "jsonpath={.items[*].status.failed}")
		return r.out, r.stdout == "1"
	})
}
