package components

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func (c *Client) cronJobs(ctx context.Context) ([]workload, error) {
	list, err := c.kube.BatchV1().CronJobs(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	active, err := c.activeJobs(ctx)
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *batchv1.CronJob) (workload, error) {
		w := workload{
			kind: cronJob, meta: d.ObjectMeta, template: d.Spec.JobTemplate.Spec.Template, replicas: 1, active: active[d.UID], ready: true,
			progress: count(active[d.UID], "job") + " still running",
		}
		if d.Spec.Suspend != nil && *d.Spec.Suspend {
			w.replicas = 0
		}
		w.settled = w.replicas == 0 && w.active == 0
		return w, nil
	})
}

// activeJobs counts the Jobs that have not ended, by their controller. A CronJob's own
// list of them is written after they are made, and may lack one.
func (c *Client) activeJobs(ctx context.Context) (map[types.UID]int, error) {
	list, err := c.kube.BatchV1().Jobs(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	active := map[types.UID]int{}
	for _, job := range list.Items {
		if owner := metav1.GetControllerOf(&job); owner != nil && !ended(job) {
			active[owner.UID]++
		}
	}
	return active, nil
}

// ended is true for a Job that has failed or completed, or is suspended and runs nothing.
func ended(job batchv1.Job) bool {
	if job.Spec.Suspend != nil && *job.Spec.Suspend && job.Status.Active == 0 {
		return true
	}
	for _, condition := range job.Status.Conditions {
		if (condition.Type == batchv1.JobComplete || condition.Type == batchv1.JobFailed) && condition.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}

func (c *Client) patchCronJob(ctx context.Context, name string, patch []byte) error {
	_, err := c.kube.BatchV1().CronJobs(c.namespace).Patch(ctx, name, patching, patch, patchOptions)
	return err
}
