package engine

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// trouble remembers what befell the pods of each Job: when the Job has ended, they
// may be gone. Its zero value is ready; it belongs to the run's loop.
type trouble struct {
	// stuck is why no pod has started, deleted the pod that somebody deleted.
	stuck, deleted map[string]string
}

// look takes note of how a Job's pods are, and returns why none has started.
// refusal is why none could be made, if one could not.
func (t *trouble) look(job string, pods []*corev1.Pod, refusal string) string {
	if t.stuck == nil {
		t.stuck, t.deleted = map[string]string{}, map[string]string{}
	}
	why := ""
	if len(pods) == 0 {
		why = refusal
	}
	for _, pod := range pods {
		switch {
		case pod.DeletionTimestamp != nil && !podEnded(pod):
			t.deleted[job] = pod.Name
		case jobs.Started(pod):
			delete(t.stuck, job)
			if !podEnded(pod) {
				delete(t.deleted, job)
			}
		default:
			why = jobs.Stuck(pod)
		}
	}
	if why != "" {
		t.stuck[job] = why
	}
	return why
}

// of says what befell the pods of a Job that failed; why is what the Job and the
// pods that are left say.
func (t *trouble) of(job *batchv1.Job, why string) string {
	pod, deleted := t.deleted[job.Name]
	switch {
	case t.stuck[job.Name] != "":
		return fmt.Sprintf("%s; no pod of it has started: %s", jobs.FailureOf(job), t.stuck[job.Name])
	case deleted && !jobs.TimedOut(job):
		return fmt.Sprintf("its pod %s was deleted before it ended", pod)
	default:
		return why
	}
}
