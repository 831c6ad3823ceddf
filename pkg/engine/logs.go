package engine

import (
	"context"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/output"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// follow starts to follow the pods of an action's attempt, and reports what keeps
// them from starting.
func (r *run) follow(action v1.ActionStatus) {
	pods := r.watcher.podsOf(action.Job)
	for _, pod := range pods {
		if jobs.Started(pod) {
			r.logs.Add(pod, func(s *output.Stream) { r.stream(r.watcher.background, pod, action, s) })
		}
	}
	if why := r.trouble.look(action.Job, pods, r.watcher.refusal(action.Job)); why != "" && r.told.first(action.Job, why) {
		r.report(Event{Kind: ActionWaiting, Mode: action.Mode, Action: action.Name, Attempt: action.Attempt, Message: why})
	}
}

// stream reports a pod's output line by line until it ends, and keeps its end.
func (r *run) stream(ctx context.Context, pod *corev1.Pod, action v1.ActionStatus, s *output.Stream) {
	output.Read(ctx, r.engine.Kube, pod, &corev1.PodLogOptions{}, func(line string) {
		s.Keep(line)
		r.report(Event{Kind: ActionLog, Mode: action.Mode, Action: action.Name, Attempt: action.Attempt, Message: line})
	})
}

// keepLogs stores, beside the run, what an attempt that has ended printed last.
func (r *run) keepLogs(job string) {
	ends := r.logs.Ends(job)
	deployment := r.status.deployment()
	run := deployment.Status.Run.ID
	r.later.do(func(ctx context.Context) { _ = output.Store(ctx, r.engine.Kube, deployment, run, job, ends) })
}
