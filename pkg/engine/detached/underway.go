package detached

import (
	"context"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

// UnderWay finds a deployment's engine that was sent and has not ended; nil when there is none.
func UnderWay(ctx context.Context, kube kubernetes.Interface, namespace, deployment string) (*batchv1.Job, error) {
	job, err := find(ctx, kube, namespace, deployment)
	if err != nil || job == nil || over(job) {
		return nil, err
	}
	return job, nil
}

// ending is how long a Job may take to end once its engine has.
const ending = 5 * time.Second

// Refuse is a *lock.TakenError while a deployment is driven from a terminal, or its engine
// is under way in the cluster, also one whose pod has not begun, or is to be started again.
func Refuse(ctx context.Context, kube kubernetes.Interface, namespace, deployment string) error {
	holder, err := lock.Read(ctx, kube, namespace, deployment)
	if err != nil {
		return err
	}
	if err := holder.Refuses(namespace, deployment); err != nil {
		return err
	}
	var job *batchv1.Job
	err = wait.PollUntilContextTimeout(ctx, awaitInterval, ending, true, func(context.Context) (bool, error) {
		var err error
		job, err = UnderWay(ctx, kube, namespace, deployment)
		return job == nil, err
	})
	if job != nil && wait.Interrupted(err) && ctx.Err() == nil {
		return taken(job, deployment)
	}
	return err
}

func taken(job *batchv1.Job, deployment string) error {
	return &lock.TakenError{Namespace: job.Namespace, Name: deployment, Holder: "Job " + job.Name, Since: job.CreationTimestamp.Time}
}

// find reads a deployment's engine; nil when there is none.
func find(ctx context.Context, kube kubernetes.Interface, namespace, deployment string) (*batchv1.Job, error) {
	job, err := kube.BatchV1().Jobs(namespace).Get(ctx, JobName(deployment), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read Job %s/%s: %w", namespace, JobName(deployment), err)
	}
	return job, nil
}

// over is true for an engine that has ended, and for one that never began: whoever sent
// it did not come to let it.
func over(job *batchv1.Job) bool {
	return job.Spec.Suspend != nil && *job.Spec.Suspend || has(job, batchv1.JobComplete) || has(job, batchv1.JobFailed)
}

func has(job *batchv1.Job, condition batchv1.JobConditionType) bool {
	return slices.ContainsFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Type == condition && c.Status == corev1.ConditionTrue
	})
}
