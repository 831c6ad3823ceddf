package webhook

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// refusal is the client's mistake; any other error is our own failure.
type refusal struct{ reason, problem string }

// Error says what was found and expected.
func (r *refusal) Error() string { return r.problem }

func refuse(reason, format string, args ...any) error {
	return &refusal{reason: reason, problem: fmt.Sprintf(format, args...)}
}

// identity is what a client may say about a Job; all else is rendered.
type identity struct {
	deployment, digest, run, action string
	attempt                         int32
}

// identityOf reads the identity, complaining about whatever is missing.
func identityOf(job *batchv1.Job) (identity, error) {
	id := identity{
		deployment: job.Labels[v1.LabelDeployment],
		digest:     job.Labels[v1.LabelInstance],
		run:        job.Labels[v1.LabelRun],
		action:     job.Annotations[v1.AnnotationAction],
	}
	var missing []string
	for _, part := range []struct{ name, value string }{
		{v1.LabelDeployment, id.deployment}, {v1.LabelInstance, id.digest}, {v1.LabelRun, id.run}, {v1.AnnotationAction, id.action},
	} {
		if part.value == "" {
			missing = append(missing, part.name)
		}
	}
	if len(missing) > 0 {
		return id, refuse("Incomplete", "expected %s, which an action's Job bears; Jobs with the label %s are made by kubectl styrmin only", strings.Join(missing, " and "), v1.LabelRun)
	}
	attempt, err := strconv.ParseInt(job.Annotations[v1.AnnotationAttempt], 10, 32)
	if err != nil || attempt < 1 {
		return id, refuse("Incomplete", "annotation %s: found %q, expected a number from 1", v1.AnnotationAttempt, job.Annotations[v1.AnnotationAttempt])
	}
	id.attempt = int32(attempt)
	if expected := jobs.Name(id.run, id.action, id.attempt); job.Name != expected {
		return id, refuse("WrongName", "metadata.name: found %q, expected %s by its run, action and attempt", job.Name, expected)
	}
	return id, nil
}

// render builds the Job that the identity names from what the cluster holds,
// taking nothing else from the client (G3).
func (r *rules) render(ctx context.Context, namespace string, id identity) (*batchv1.Job, error) {
	deployment, err := r.findDeployment(ctx, namespace, id.deployment)
	if err != nil {
		return nil, err
	}
	if deployment == nil {
		return nil, refuse("NoDeployment", "label %s: StyrminDeployment %s does not exist", v1.LabelDeployment, id.deployment)
	}
	if lifecycle.Aborted(id.run, deployment) {
		return nil, refuse("RunAborted", "label %s: run %s was aborted, so nothing more of it is started; the next run starts from the beginning", v1.LabelRun, id.run)
	}
	i, err := r.findInstance(ctx, deployment, id.digest)
	if err != nil {
		return nil, err
	}
	action, err := declared(i, id.action)
	if err != nil {
		return nil, err
	}
	if err := r.mayRun(ctx, deployment, i, action); err != nil {
		return nil, err
	}
	revision, err := r.newestRevision(ctx, namespace, deployment.ReleaseName())
	if err != nil {
		return nil, err
	}
	return jobs.Build(jobs.Spec{
		Deployment:     r.withImages(deployment),
		Instance:       i.Digest,
		InstanceName:   instance.Name(deployment.Name, i.Digest),
		TargetVersion:  i.Context.App.Version,
		DriverVersion:  i.Context.App.DriverVersion,
		Run:            id.run,
		CurrentVersion: currentVersion(deployment, id.run, action.Hook),
		BaseRevision:   revision,
		Action:         action,
		Attempt:        id.attempt,
	}), nil
}

// findInstance reads the instance by its name, as the pods will, and checks it
// once more: it may be older than the namespace's opting in.
func (r *rules) findInstance(ctx context.Context, deployment *v1.StyrminDeployment, digest string) (*instance.Instance, error) {
	key := client.ObjectKey{Namespace: deployment.Namespace, Name: instance.Name(deployment.Name, digest)}
	var configMap corev1.ConfigMap
	var secret corev1.Secret
	for kind, object := range map[string]client.Object{"ConfigMap": &configMap, "Secret": &secret} {
		err := r.client.Get(ctx, key, object)
		if apierrors.IsNotFound(err) {
			return nil, refuse("NoInstance", "label %s: the instance's %s %s does not exist", v1.LabelInstance, kind, key.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s %s: %w", kind, key, err)
		}
	}
	problems := append(checkMeta(&configMap.ObjectMeta, configMap.Immutable), checkMeta(&secret.ObjectMeta, secret.Immutable)...)
	if configMap.Labels[v1.LabelInstance] != digest || len(configMap.BinaryData) > 0 {
		problems = append(problems, "it is not the instance that the Job's label names")
	}
	if problem := checkPair(&configMap, &secret, deployment); problem != "" {
		problems = append(problems, problem)
	}
	if len(problems) > 0 {
		return nil, refuse("BrokenInstance", "instance %s: %s", key.Name, problems[0])
	}
	return instance.Read(&configMap, &secret)
}

func declared(i *instance.Instance, name string) (v1.Action, error) {
	names := make([]string, 0, len(i.Driver.Object.Spec.Actions))
	for _, action := range i.Driver.Object.Spec.Actions {
		if action.Name == name {
			return action, nil
		}
		names = append(names, action.Name)
	}
	return v1.Action{}, refuse("UnknownAction", "annotation %s: found %q, the driver declares %s", v1.AnnotationAction, name, strings.Join(names, ", "))
}

// mayRun checks what makes an action's success worth something: its driver is
// registered, if it is evidence, and its images and variables are trusted. Later actions of a
// run are let through when the driver was replaced meanwhile.
func (r *rules) mayRun(ctx context.Context, deployment *v1.StyrminDeployment, i *instance.Instance, action v1.Action) error {
	if action.Mode == v1.ModePre {
		problem, err := r.checkRegistered(ctx, deployment.Namespace, i.Driver)
		if err != nil {
			return err
		}
		if problem != "" {
			return refuse("NotRegistered", "%s", problem)
		}
	}
	namespace, err := r.namespace(ctx, deployment.Namespace)
	if err != nil {
		return err
	}
	trusted := strings.Split(namespace.Annotations[v1.AnnotationImages], ",")
	for _, image := range []struct{ field, name, own string }{
		{"spec.jobs.image", deployment.Spec.Jobs.Image, r.settings.ActionImage},
		{"spec.jobs.runnerImage", deployment.Spec.Jobs.RunnerImage, r.settings.RunnerImage},
	} {
		if image.name != "" && image.name != image.own && !trustedImage(image.name, trusted) {
			return refuse("UntrustedImage", "%s of StyrminDeployment %s: image %s is not trusted here, so its success would be no evidence; leave it out to use %s, or ask a platform admin for: kubectl styrmin prepare %s --images %s",
				image.field, deployment.Name, image.name, image.own, deployment.Namespace, image.name)
		}
	}
	return trustedEnvironment(deployment, namespace, action)
}

// trustedEnvironment refuses variables that could make an action succeed which did nothing:
// PYTHONPATH and LD_PRELOAD bring code, PREFECT_API_URL another judge.
func trustedEnvironment(deployment *v1.StyrminDeployment, namespace *corev1.Namespace, action v1.Action) error {
	patterns := strings.Split(namespace.Annotations[v1.AnnotationEnvironment], ",")
	if name := jobs.Untrusted(jobs.Settings(deployment, action.Name), patterns); name != "" {
		return refuse("UntrustedEnvironment", "spec.jobs.environment of StyrminDeployment %s: variable %s is not trusted here, since with some variables an action succeeds that did nothing; choose a name that begins with %s, or ask a platform admin for: kubectl styrmin prepare %s --environment %s",
			deployment.Name, name, jobs.FreeVariables, deployment.Namespace, name)
	}
	return nil
}

func trustedImage(image string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		prefix = strings.TrimSpace(prefix)
		return prefix == v1.ImagesAny || prefix != "" && strings.HasPrefix(image, prefix)
	})
}

// withImages fills in the webhook's own images where the deployment names none.
func (r *rules) withImages(deployment *v1.StyrminDeployment) *v1.StyrminDeployment {
	filled := deployment.DeepCopy()
	if filled.Spec.Jobs.Image == "" {
		filled.Spec.Jobs.Image = r.settings.ActionImage
	}
	if filled.Spec.Jobs.RunnerImage == "" {
		filled.Spec.Jobs.RunnerImage = r.settings.RunnerImage
	}
	return filled
}

// currentVersion is the application version before the run; empty on setup.
func currentVersion(deployment *v1.StyrminDeployment, run string, hook v1.Hook) string {
	status := deployment.Status
	switch {
	case hook == v1.HookSetup:
		return ""
	case status.Run != nil && status.Run.ID == run:
		return status.Run.FromVersion
	case status.Active != nil:
		return status.Active.Version
	}
	return ""
}
