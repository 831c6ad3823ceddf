package jobs

import (
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Spec is everything that decides what an attempt's Job looks like.
type Spec struct {
	// Deployment owns the Job and holds its settings.
	Deployment *v1.StyrminDeployment
	// Instance is the digest of the instance.
	Instance string
	// InstanceName is the name of the instance's ConfigMap and Secret.
	InstanceName string
	// TargetVersion and DriverVersion are the instance's.
	TargetVersion, DriverVersion string
	// Run is the run's ID.
	Run string
	// CurrentVersion is the application version before the run; empty on setup.
	CurrentVersion string
	// BaseRevision is the release's newest revision.
	BaseRevision int
	// Action is what the Job runs.
	Action v1.Action
	// Attempt counts from 1.
	Attempt int32
}

// Build renders the Job of one attempt.
func Build(s Spec) *batchv1.Job {
	return &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: batchv1.SchemeGroupVersion.String(), Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			Name:            Name(s.Run, s.Action.Name, s.Attempt),
			Namespace:       s.Deployment.Namespace,
			Labels:          s.labels(),
			Annotations:     s.annotations(),
			OwnerReferences: []metav1.OwnerReference{Owner(s.Deployment)},
		},
		Spec: s.jobSpec(),
	}
}

// Owner is the reference by which a deployment owns its objects.
func Owner(d *v1.StyrminDeployment) metav1.OwnerReference {
	return *metav1.NewControllerRef(d, v1.GroupVersion.WithKind("StyrminDeployment"))
}

func (s Spec) labels() map[string]string {
	return map[string]string{
		v1.LabelDeployment: s.Deployment.Name,
		v1.LabelRun:        s.Run,
		v1.LabelInstance:   s.Instance,
		v1.LabelHook:       string(s.Action.Hook),
		v1.LabelMode:       string(s.Action.Mode),
		v1.LabelAction:     Slug(s.Action.Name),
	}
}

func (s Spec) annotations() map[string]string {
	return map[string]string{
		v1.AnnotationAction:        s.Action.Name,
		v1.AnnotationLocation:      s.Action.Location,
		v1.AnnotationAttempt:       strconv.Itoa(int(s.Attempt)),
		v1.AnnotationTargetVersion: s.TargetVersion,
		v1.AnnotationDriverVersion: s.DriverVersion,
		v1.AnnotationBaseRevision:  strconv.Itoa(s.BaseRevision),
	}
}

// jobSpec spells out every field that the API server would default, so that
// what was rendered and what is stored can be compared.
func (s Spec) jobSpec() batchv1.JobSpec {
	settings := Settings(s.Deployment, s.Action.Name)
	return batchv1.JobSpec{
		Parallelism:           ptr[int32](1),
		Completions:           ptr[int32](1),
		CompletionMode:        ptr(batchv1.NonIndexedCompletion),
		Suspend:               ptr(false),
		BackoffLimit:          &settings.Retries,
		ActiveDeadlineSeconds: &settings.TimeoutSeconds,
		PodReplacementPolicy:  ptr(batchv1.Failed),
		PodFailurePolicy:      podFailurePolicy(),
		Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: s.labels()},
			Spec:       s.podSpec(settings),
		},
	}
}

// podFailurePolicy: a flow that cannot be loaded will not load the next time
// either (A2); a pod taken away by the cluster is not the action's failure.
func podFailurePolicy() *batchv1.PodFailurePolicy {
	return &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
		{
			Action: batchv1.PodFailurePolicyActionFailJob,
			OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
				ContainerName: ptr(ActionContainer),
				Operator:      batchv1.PodFailurePolicyOnExitCodesOpIn,
				Values:        []int32{ExitUnloadable},
			},
		},
		{
			Action: batchv1.PodFailurePolicyActionIgnore,
			OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{
				{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue},
			},
		},
	}}
}

func ptr[T any](v T) *T { return &v }

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
