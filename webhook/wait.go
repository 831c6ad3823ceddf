package webhook

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// change is a change of a governed release.
type change struct {
	record     *release.Record
	deployment *v1.StyrminDeployment
	// storage is the namespace of the record.
	storage string
}

// verdict judges a change. When nothing but running actions holds it, it waits
// for their end: better a slow answer than a denial that is wrong a second later.
func (r *rules) verdict(ctx context.Context, c change, patience time.Duration) (lifecycle.Verdict, error) {
	verdict, err := r.judge(ctx, c)
	if err != nil || patience <= 0 || !verdict.Waitable() || !r.waiting.tryEnter() {
		return verdict, err
	}
	defer r.waiting.leave()
	holding.Inc()
	defer holding.Dec()
	return r.await(ctx, c, verdict, patience)
}

// judge gathers the world and judges the change by it.
func (r *rules) judge(ctx context.Context, c change) (lifecycle.Verdict, error) {
	world, err := r.world(ctx, c.deployment, c.storage)
	if err != nil {
		return lifecycle.Verdict{}, err
	}
	world.BreakGlass = r.brokenGlass(c.deployment)
	return lifecycle.Judge(*c.record, world), nil
}

// await judges again whenever a Job of the run has ended, until something else
// than running actions decides, or patience ends.
func (r *rules) await(ctx context.Context, c change, verdict lifecycle.Verdict, patience time.Duration) (lifecycle.Verdict, error) {
	began := r.now()
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var list batchv1.JobList
	var judgeErr error
	err := follow(waiting, r.client, &list, func() []*batchv1.Job { return pointers(list.Items) }, func(job *batchv1.Job, event watch.EventType) bool {
		if event != watch.Deleted && jobs.StateOf(job) == v1.ActionRunning {
			return false
		}
		verdict, judgeErr = r.judge(ctx, c)
		return judgeErr != nil || !verdict.Waitable()
	}, client.InNamespace(c.deployment.Namespace), client.MatchingLabels{v1.LabelDeployment: c.deployment.Name, v1.LabelRun: verdict.Run})
	if err != nil && waiting.Err() == nil {
		// To wait is a favour: without it, the verdict is what it was.
		r.log.Error(err, "a change is held without waiting", "namespace", c.deployment.Namespace, "deployment", c.deployment.Name, "run", verdict.Run)
	}
	verdict.Waited = r.now().Sub(began)
	return verdict, judgeErr
}
