package detached

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// DefaultServiceAccount is made by `kubectl styrmin prepare`.
const DefaultServiceAccount = "styrmin-engine"

const (
	namePrefix = "styrmin-engine-"
	container  = "engine"
	requestDir = "/request"
	tmpDir     = "/tmp"
	// restarts is how often an engine whose pod dies is started again.
	restarts = 6
	// keptFor is how long a Job that has ended stays, with its log.
	keptFor = 24 * time.Hour
	// nonRoot is the user that the image is made for.
	nonRoot = 65532
)

// final are the exit codes after which another engine would end the same way: the run
// failed, the request was wrong, it was held, aborted, or another engine is at work.
// Anything else, a signal or an error of the cluster, is worth another start.
var final = []int32{1, 2, 4}

// JobName is the name of a deployment's engine. There is one possible name, so that two
// clients cannot both send an engine.
func JobName(deployment string) string {
	const room = 50 // the names of pods add a suffix, and have to stay labels
	if name := namePrefix + deployment; len(name) <= room {
		return name
	}
	digest := fmt.Sprintf("-%.4x", sha256.Sum256([]byte(deployment)))
	return strings.TrimRight((namePrefix + deployment)[:room-len(digest)], "-") + digest
}

// secretName is the name of a request's Secret. It has no form that could be an instance's.
func secretName(id string) string { return "styrmin-request-" + id }

// Spec is what decides how an engine's Job looks.
type Spec struct {
	// Deployment owns the Job.
	Deployment *v1.StyrminDeployment
	// Settings are the image, and where pods may run.
	Settings v1.JobSettings
	// ServiceAccount that the engine works as.
	ServiceAccount string
	// ID is the request's.
	ID string
	// Bound ends the engine at the latest.
	Bound time.Duration
	// HelmDriver is where Helm keeps its records; empty for Helm's default.
	HelmDriver string
}

// build renders the Job, suspended: it has to exist before what it owns.
func build(s Spec) *batchv1.Job {
	labels := map[string]string{v1.LabelDeployment: s.Deployment.Name}
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Name: JobName(s.Deployment.Name), Namespace: s.Deployment.Namespace, Labels: labels,
			Annotations:     map[string]string{v1.AnnotationRequest: s.ID},
			OwnerReferences: []metav1.OwnerReference{jobs.Owner(s.Deployment)},
		},
		Spec: batchv1.JobSpec{
			Suspend:                 new(true),
			BackoffLimit:            new(int32(restarts)),
			ActiveDeadlineSeconds:   new(int64(s.Bound.Seconds())),
			TTLSecondsAfterFinished: new(int32(keptFor.Seconds())),
			PodReplacementPolicy:    new(batchv1.Failed),
			PodFailurePolicy:        failurePolicy(),
			Template:                corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec(s)},
		},
	}
}

// failurePolicy: what is decided stays decided, and a pod that the cluster takes away does not count.
func failurePolicy() *batchv1.PodFailurePolicy {
	return &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
		{
			Action: batchv1.PodFailurePolicyActionFailJob,
			OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
				ContainerName: new(container), Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: final,
			},
		},
		{
			Action:          batchv1.PodFailurePolicyActionIgnore,
			OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}},
		},
	}}
}

func podSpec(s Spec) corev1.PodSpec {
	image := s.Settings.RunnerImage
	if image == "" {
		image = jobs.DefaultRunnerImage
	}
	return corev1.PodSpec{
		RestartPolicy:      corev1.RestartPolicyNever,
		ServiceAccountName: s.ServiceAccount,
		NodeSelector:       s.Settings.NodeSelector,
		Tolerations:        s.Settings.Tolerations,
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: new(true), RunAsUser: new(int64(nonRoot)), RunAsGroup: new(int64(nonRoot)), FSGroup: new(int64(nonRoot)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Containers: []corev1.Container{{
			Name:            container,
			Image:           image,
			ImagePullPolicy: s.Settings.ImagePullPolicy,
			Command:         []string{"/kubectl-styrmin", "engine", requestDir},
			Args:            []string{"--namespace", s.Deployment.Namespace},
			Env:             env(s),
			Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("50m"), corev1.ResourceMemory: resource.MustParse("128Mi")},
				Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")},
			},
			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
			VolumeMounts: []corev1.VolumeMount{
				{Name: "request", MountPath: requestDir, ReadOnly: true},
				{Name: "tmp", MountPath: tmpDir},
			},
		}},
		Volumes: []corev1.Volume{
			{Name: "request", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: secretName(s.ID)}}},
			{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		},
	}
}

// env gives Helm and client-go a place for their caches.
func env(s Spec) []corev1.EnvVar {
	vars := []corev1.EnvVar{{Name: "HOME", Value: tmpDir}}
	if s.HelmDriver != "" {
		vars = append(vars, corev1.EnvVar{Name: "HELM_DRIVER", Value: s.HelmDriver})
	}
	return vars
}
