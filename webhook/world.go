package webhook

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// world gathers what the gate looks at, all at a time: the API server makes sure of each
// list that it is current, which takes up to 100 ms. storage is the namespace that holds
// the release's records; Flux may keep them elsewhere than the deployment.
func (c cluster) world(ctx context.Context, deployment *v1.StyrminDeployment, storage string) (lifecycle.World, error) {
	world := lifecycle.World{Deployment: deployment}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { world.Evidence, err = c.evidence(ctx, deployment); return err })
	group.Go(func() (err error) { world.Instances, err = c.instances(ctx, deployment); return err })
	group.Go(func() (err error) {
		world.Revisions, err = c.records(ctx, storage, deployment.ReleaseName())
		return err
	})
	return world, group.Wait()
}

// instances reads a deployment's instances. A broken one is left out and
// logged: it is evidence of nothing.
func (c cluster) instances(ctx context.Context, deployment *v1.StyrminDeployment) ([]lifecycle.Instance, error) {
	list := partialList("ConfigMap")
	if err := c.client.List(ctx, list, client.InNamespace(deployment.Namespace), instance.Of(deployment.Name)); err != nil {
		return nil, fmt.Errorf("listing the instances of StyrminDeployment %s/%s: %w", deployment.Namespace, deployment.Name, err)
	}
	return readAll(ctx, list.Items, func(ctx context.Context, item *metav1.PartialObjectMetadata) (*lifecycle.Instance, error) {
		return c.instance(ctx, deployment, item.Name)
	})
}

// instance reads one of a deployment's instances; nil for one that is none.
func (c cluster) instance(ctx context.Context, deployment *v1.StyrminDeployment, name string) (*lifecycle.Instance, error) {
	if !c.reading.enter(ctx) {
		return nil, errBusy
	}
	defer c.reading.leave()
	read, broken, err := instance.Get(ctx, c.client, client.ObjectKey{Namespace: deployment.Namespace, Name: name})
	switch {
	case err != nil:
		return nil, err
	case broken != nil:
		// What exactly is wrong may quote the Secret, so it is not logged.
		c.log.Info("skipped a broken instance", "namespace", deployment.Namespace, "deployment", deployment.Name)
		return nil, nil
	}
	if problem := notOf(read, deployment); problem != "" {
		c.log.Info("skipped an instance", "namespace", deployment.Namespace, "deployment", deployment.Name, "instance", read.Digest, "problem", problem)
		return nil, nil
	}
	known, err := read.ForGate()
	if err != nil {
		return nil, fmt.Errorf("instance %s of StyrminDeployment %s/%s: %w", read.Digest, deployment.Namespace, deployment.Name, err)
	}
	return &known, nil
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
