package webhook

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// world gathers what the gate looks at. storage is the namespace that holds the
// release's records; Flux may keep them elsewhere than the deployment.
func (c cluster) world(ctx context.Context, deployment *v1.StyrminDeployment, storage string) (lifecycle.World, error) {
	world := lifecycle.World{Deployment: deployment}
	reader, stored := &fresh{}, &fresh{}
	// All at a time: the API server waits meanwhile.
	group, waiting := errgroup.WithContext(ctx)
	group.Go(func() (err error) { reader, err = c.asOfNow(waiting, deployment.Namespace); return err })
	group.Go(func() (err error) { world.Evidence, err = c.evidence(waiting, deployment); return err })
	if storage != deployment.Namespace {
		group.Go(func() (err error) { stored, err = c.asOfNow(waiting, storage); return err })
	}
	if err := group.Wait(); err != nil {
		return world, err
	}
	if storage == deployment.Namespace {
		stored = reader
	}
	if !c.decoding.enter(ctx) {
		return world, errors.New("too many records are being read at this moment")
	}
	defer c.decoding.leave()
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		world.Revisions, err = c.records(reading, stored, storage, deployment.ReleaseName())
		return err
	})
	group.Go(func() (err error) { world.Instances, err = c.instances(reading, reader, deployment); return err })
	return world, group.Wait()
}

// instances reads a deployment's instances. A broken one is left out and
// logged: it is evidence of nothing.
func (c cluster) instances(ctx context.Context, reader client.Reader, deployment *v1.StyrminDeployment) ([]lifecycle.Instance, error) {
	all, broken, err := instance.List(ctx, reader, deployment.Namespace, deployment.Name)
	if err != nil {
		return nil, err
	}
	for range broken {
		// What exactly is wrong may quote the Secret, so it is not logged.
		c.log.Info("skipped a broken instance", "namespace", deployment.Namespace, "deployment", deployment.Name)
	}
	var out []lifecycle.Instance
	for _, i := range all {
		if problem := notOf(i, deployment); problem != "" {
			c.log.Info("skipped an instance", "namespace", deployment.Namespace, "deployment", deployment.Name, "instance", i.Digest, "problem", problem)
			continue
		}
		known, err := i.ForGate()
		if err != nil {
			return nil, fmt.Errorf("instance %s of StyrminDeployment %s/%s: %w", i.Digest, deployment.Namespace, deployment.Name, err)
		}
		out = append(out, known)
	}
	return out, nil
}

// evidence reads the deployment's Jobs that admission has vouched for: those
// that bear its stamp. Jobs from before the namespace opted in have none.
func (c cluster) evidence(ctx context.Context, deployment *v1.StyrminDeployment) ([]lifecycle.Evidence, error) {
	var list batchv1.JobList
	if err := c.client.List(ctx, &list, client.InNamespace(deployment.Namespace), client.MatchingLabels{v1.LabelDeployment: deployment.Name}); err != nil {
		return nil, fmt.Errorf("listing the Jobs of namespace %s: %w", deployment.Namespace, err)
	}
	var evidence []lifecycle.Evidence
	for i := range list.Items {
		job := &list.Items[i]
		if job.Annotations[v1.AnnotationRequester] == "" {
			continue
		}
		e, err := jobs.Read(job)
		if err != nil {
			c.log.Info("skipped a Job", "problem", err.Error())
			continue
		}
		evidence = append(evidence, e)
	}
	return evidence, nil
}
