package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// TestOrder: three actions in every mode. Every pre action ends before the
// release's new revision is recorded and before any core action begins, every
// core action ends before any post action begins; those of one mode overlap.
func TestOrder(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "wide")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	seen := s.record()

	b.hold("pre_a", "pre_b", "pre_c")
	upgrade := s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	b.await("begin pre_a", "begin pre_b", "begin pre_c") // all at once: none can end yet
	s.styrmin("status", "app").expect(t, 0, "upgrade to 2.0.0, Pre", "Running")
	b.release("pre_a", "pre_b", "pre_c")
	upgrade.wait().expect(t, 0)

	s.expectJobs(v1.HookUpgrade, map[string]int{
		"pre_a": 1, "pre_b": 1, "pre_c": 1, "core_a": 1, "core_b": 1, "core_c": 1, "post_a": 1, "post_b": 1, "post_c": 1,
	})
	record, err := cluster.kube.CoreV1().Secrets(s.name).Get(t.Context(), "sh.helm.release.v1.app.v2", getOptions)
	if err != nil {
		t.Fatal(err)
	}
	byMode := s.jobsByMode()
	for _, pre := range byMode[v1.ModePre] {
		if pre.Status.CompletionTime.After(record.CreationTimestamp.Time) {
			t.Errorf("Job %s was completed at %s, after revision 2 was recorded at %s", pre.Name, pre.Status.CompletionTime, record.CreationTimestamp)
		}
		if seen.ended(t, pre.Name) > seen.created(t, record.Name) {
			t.Errorf("Job %s was completed after revision 2 was recorded", pre.Name)
		}
	}
	seen.oneAfterTheOther(t, byMode[v1.ModePre], byMode[v1.ModeCore])
	seen.oneAfterTheOther(t, byMode[v1.ModeCore], byMode[v1.ModePost])
	for _, mode := range v1.Modes() {
		seen.together(t, byMode[mode])
	}
	s.overlap(byMode[v1.ModePre])
	boardOrder(t, b.log())
}

// overlap checks that the action containers of Jobs all ran at one time.
func (s *space) overlap(mode []batchv1.Job) {
	s.Helper()
	var lastStart, firstEnd time.Time
	for _, job := range mode {
		from, to := s.runningTime(job.Name)
		if lastStart.Before(from) {
			lastStart = from
		}
		if firstEnd.IsZero() || to.Before(firstEnd) {
			firstEnd = to
		}
	}
	if lastStart.After(firstEnd) {
		s.Errorf("the last container started at %s, after the first had ended at %s", lastStart, firstEnd)
	}
}

// jobsByMode lists the Jobs of the upgrade by mode.
func (s *space) jobsByMode() map[v1.Mode][]batchv1.Job {
	s.Helper()
	byMode := map[v1.Mode][]batchv1.Job{}
	for _, list := range s.jobs(v1.HookUpgrade) {
		for _, job := range list {
			mode := v1.Mode(job.Labels[v1.LabelMode])
			byMode[mode] = append(byMode[mode], job)
		}
	}
	return byMode
}

// boardOrder checks the same by what the actions wrote themselves.
func boardOrder(t *testing.T, log []string) {
	t.Helper()
	last := -1
	for _, line := range log {
		mode := slices.Index([]string{"pre", "core", "post"}, strings.Split(strings.Fields(line)[1], "_")[0])
		if mode < last {
			t.Fatalf("%q came too late: %s", line, strings.Join(log, ", "))
		}
		last = mode
	}
}

// oneAfterTheOther checks that every Job of one mode ended before any of the next was created.
func (r *recording) oneAfterTheOther(t *testing.T, before, after []batchv1.Job) {
	t.Helper()
	for _, first := range before {
		for _, next := range after {
			if first.Status.CompletionTime.After(next.CreationTimestamp.Time) || r.ended(t, first.Name) > r.created(t, next.Name) {
				t.Errorf("Job %s was created at %s, before %s was completed at %s", next.Name, next.CreationTimestamp, first.Name, first.Status.CompletionTime)
			}
		}
	}
}

// together checks that every Job of a mode was created before any of them ended.
func (r *recording) together(t *testing.T, mode []batchv1.Job) {
	t.Helper()
	for _, one := range mode {
		for _, other := range mode {
			if r.created(t, one.Name) > r.ended(t, other.Name) {
				t.Errorf("Job %s was created after %s had ended: they did not run in parallel", one.Name, other.Name)
			}
			if one.Status.StartTime.After(other.Status.CompletionTime.Time) {
				t.Errorf("Job %s started at %s, after %s was completed at %s", one.Name, one.Status.StartTime, other.Name, other.Status.CompletionTime)
			}
		}
	}
}

// runningTime is when the action's container of a Job's pod ran.
func (s *space) runningTime(job string) (from, to time.Time) {
	s.Helper()
	pods, err := cluster.kube.CoreV1().Pods(s.name).List(s.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
	if err != nil || len(pods.Items) != 1 {
		s.Fatalf("the pods of Job %s: %v, %d of them, expected one", job, err, len(pods.Items))
	}
	for _, status := range pods.Items[0].Status.ContainerStatuses {
		if ended := status.State.Terminated; status.Name == jobs.ActionContainer && ended != nil {
			return ended.StartedAt.Time, ended.FinishedAt.Time
		}
	}
	s.Fatalf("pod %s has not ended: it is %s", pods.Items[0].Name, pods.Items[0].Status.Phase)
	return from, to
}
