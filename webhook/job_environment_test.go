package webhook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

func roleBinding(r *corev1.ObjectReference) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{ObjectMeta: objectMeta(r.Namespace, r.Name)}
}

// contains is an error unless err has all words.
func contains(err error, words ...string) error {
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			return fmt.Errorf("expected %q in: %w", word, err)
		}
	}
	return nil
}

func ptr[T any](v T) *T { return &v }

// TestJobIsRenderedOnTheServer: whatever spec a client sends, the stored one is ours.
func TestJobIsRenderedOnTheServer(t *testing.T) {
	w := newWorld(t, "enforce")
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	forgeries := map[string]func(*batchv1.JobSpec){
		"completions 0": func(s *batchv1.JobSpec) { s.Completions, s.Parallelism = ptr[int32](0), ptr[int32](0) },
		"manualSelector": func(s *batchv1.JobSpec) {
			s.ManualSelector = ptr(true)
			s.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"x": "y"}}
			s.Template.Labels = map[string]string{"x": "y"}
		},
		"managedBy": func(s *batchv1.JobSpec) { s.ManagedBy = ptr("example.com/me") },
		"successPolicy": func(s *batchv1.JobSpec) {
			s.CompletionMode, s.Completions = ptr(batchv1.IndexedCompletion), ptr[int32](2)
			s.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededCount: ptr[int32](1)}}}
		},
		"suspend": func(s *batchv1.JobSpec) { s.Suspend = ptr(true) },
	}
	n := 0
	for name, forge := range forgeries {
		n++
		run := fmt.Sprintf("run%d", n)
		t.Run(name, func(t *testing.T) {
			job := w.job(i, run, "pre_setup")
			job.Annotations[v1.AnnotationBaseRevision] = "9999"
			job.Annotations[v1.AnnotationRequester] = "somebody-else"
			job.Labels[v1.LabelMode] = "post"
			forge(&job.Spec)
			must(t, w.editor.Create(t.Context(), job))
			checkRendered(t, w, job)
		})
	}
}

func checkRendered(t *testing.T, w *world, job *batchv1.Job) {
	t.Helper()
	s := job.Spec
	if *s.Completions != 1 || *s.Parallelism != 1 || *s.Suspend || s.ManagedBy != nil || s.SuccessPolicy != nil || s.ManualSelector != nil && *s.ManualSelector {
		t.Errorf("the spec is not the server's: %+v", s)
	}
	if got := s.Template.Spec.Containers[0]; got.Image != actionImage || got.Command[0] != "/styrmin/styrmin-runner" {
		t.Errorf("the container is not the server's: %s %q", got.Image, got.Command)
	}
	if got := s.Template.Spec.InitContainers[0].Image; got != runnerImage {
		t.Errorf("runner image: found %s, expected %s", got, runnerImage)
	}
	expected := map[string]string{v1.AnnotationBaseRevision: "0", v1.AnnotationRequester: "editor-of-" + w.namespace, v1.AnnotationTargetVersion: "1.0"}
	for key, value := range expected {
		if job.Annotations[key] != value {
			t.Errorf("%s: found %q, expected %q", key, job.Annotations[key], value)
		}
	}
	if job.Labels[v1.LabelMode] != "pre" || job.Labels["team"] != "a" {
		t.Errorf("labels: found %v", job.Labels)
	}
	if len(job.OwnerReferences) != 1 || job.OwnerReferences[0].UID != w.deployment.UID {
		t.Errorf("owners: found %v", job.OwnerReferences)
	}
}

func TestJobThatNamesNothingReal(t *testing.T) {
	w := newWorld(t, "enforce")
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	for name, c := range map[string]struct {
		change   func(*batchv1.Job)
		expected string
	}{
		"name":       {func(j *batchv1.Job) { j.Name = "other" }, "metadata.name"},
		"no action":  {func(j *batchv1.Job) { delete(j.Annotations, v1.AnnotationAction) }, v1.AnnotationAction},
		"attempt":    {func(j *batchv1.Job) { j.Annotations[v1.AnnotationAttempt] = "-1" }, v1.AnnotationAttempt},
		"deployment": {func(j *batchv1.Job) { j.Labels[v1.LabelDeployment] = "ghost" }, "ghost does not exist"},
		"instance":   {func(j *batchv1.Job) { j.Labels[v1.LabelInstance] = strings.Repeat("0", 32) }, "does not exist"},
		"action": {func(j *batchv1.Job) {
			j.Annotations[v1.AnnotationAction] = "pre_upgrade2"
			j.Name = "pre-upgrade2-run1-1"
		}, "the driver declares pre_setup, pre_upgrade"},
	} {
		t.Run(name, func(t *testing.T) {
			job := w.job(i, "run1", "pre_setup")
			c.change(job)
			refused(t, w.editor.Create(t.Context(), job), c.expected)
		})
	}
}

// TestJobDoesNotChange: neither its spec nor what it claims to be.
func TestJobDoesNotChange(t *testing.T) {
	w := newWorld(t, "enforce")
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	job := w.job(i, "run1", "pre_setup")
	must(t, w.editor.Create(t.Context(), job))
	for name, change := range map[string]string{
		"suspend":     `{"spec":{"suspend":true}}`,
		"parallelism": `{"spec":{"parallelism":0}}`,
		"label":       `{"metadata":{"labels":{"styrmin.io/run":"other"}}}`,
		"label gone":  `{"metadata":{"labels":{"styrmin.io/run":null}}}`,
		"annotation":  `{"metadata":{"annotations":{"styrmin.io/base-revision":"9999"}}}`,
		"owner":       `{"metadata":{"ownerReferences":null}}`,
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, w.editor.Patch(t.Context(), job.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(change))), "does not change after its creation")
		})
	}
	must(t, w.editor.Patch(t.Context(), job.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"annotations":{"note":"fine"}}}`))))
	refused(t, patchStatus(t.Context(), w.editor, job))
	refused(t, patchStatus(t.Context(), w.admin, job), "only the Job controller writes it")
	must(t, w.editor.Delete(t.Context(), job))
}

// TestForeignJobDoesNotBecomeEvidence: a Job gains the labels at its creation or never.
func TestForeignJobDoesNotBecomeEvidence(t *testing.T) {
	w := newWorld(t, "enforce")
	job := w.job(w.resolve(w.driver, "1.0"), "run1", "pre_setup")
	labels := job.Labels
	job.Labels = nil
	must(t, w.editor.Create(t.Context(), job))
	// A patch, because the Job controller is changing the Job meanwhile.
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": labels}})
	must(t, err)
	refused(t, w.editor.Patch(t.Context(), job, client.RawPatch(types.MergePatchType, patch)), "it would gain styrmin.io/run")
}

// TestPodsOfAnActionAreTheJobControllers: the ways in which a pod of somebody's
// own, or a changed one, could make a Job succeed.
func TestPodsOfAnActionAreTheJobControllers(t *testing.T) {
	w := newWorld(t, "enforce")
	ctx := t.Context()
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	job := w.job(i, "run1", "pre_setup")
	must(t, w.editor.Create(ctx, job))
	forged := func(name string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: objectMeta(w.namespace, name), Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "true:1"}}}}
	}
	labelled := forged("labelled")
	labelled.Labels = map[string]string{batchv1.ControllerUidLabel: string(job.UID)}
	refused(t, w.editor.Create(ctx, labelled), "made by the Job controller only")

	owned := forged("owned")
	owned.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))}
	refused(t, w.editor.Create(ctx, owned), "made by the Job controller only")

	plain := forged("plain")
	must(t, w.editor.Create(ctx, plain))
	plain.Labels = map[string]string{batchv1.ControllerUidLabel: string(job.UID)}
	refused(t, w.editor.Update(ctx, plain), "made by the Job controller only")

	var pod *corev1.Pod
	w.eventually("the Job's pod", func() (err error) { pod, err = w.podOf(job); return err })
	imaged := pod.DeepCopy()
	imaged.Spec.Containers[0].Image = "true:1"
	refused(t, w.editor.Update(ctx, imaged), "its images are fixed")
	unlabelled := pod.DeepCopy()
	delete(unlabelled.Labels, v1.LabelMode)
	refused(t, w.editor.Update(ctx, unlabelled), "labels styrmin.io/* are fixed")
	must(t, w.editor.Delete(ctx, pod))
}

// TestPreparingAgainLeavesNoGap: a namespace that is prepared already is not
// touched on the way, so that there is no moment in which it is not guarded.
func TestPreparingAgainLeavesNoGap(t *testing.T) {
	w := newWorld(t, "enforce")
	key := client.ObjectKey{Name: w.namespace}
	var before, after corev1.Namespace
	must(t, w.admin.Get(t.Context(), key, &before))
	w.prepare(install.Namespace{Name: w.namespace, Gate: "enforce"})
	must(t, w.admin.Get(t.Context(), key, &after))
	if before.ResourceVersion != after.ResourceVersion {
		t.Errorf("the namespace was changed, from %v to %v by way of something else", before.Labels, after.Labels)
	}
}

// TestVariablesMustBeTrusted: some variables make an action succeed that did nothing.
func TestVariablesMustBeTrusted(t *testing.T) {
	w := newWorld(t, "enforce")
	ctx := t.Context()
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	free := v1.Variable{Name: "ACTION_LEVEL", Value: "debug"}
	w.deployment.Spec.Jobs.Environment = []v1.Variable{free, {Name: "PREFECT_API_URL", Value: "http://mine/api"}}
	w.deployment.Spec.Jobs.Volumes = []v1.Volume{{Name: "dumps", PersistentVolumeClaim: "dumps"}, {Name: "keys", Secret: "keys"}, {Name: "ca", ConfigMap: "ca"}}
	w.deployment.Spec.Jobs.ImagePullSecrets = []string{"registry"}
	must(t, w.editor.Update(ctx, w.deployment))
	refused(t, w.editor.Create(ctx, w.job(i, "run1", "pre_setup")), "variable PREFECT_API_URL is not trusted", "--environment PREFECT_API_URL")
	w.prepare(install.Namespace{Name: w.namespace, Environment: "PREFECT_*"})
	job := w.job(i, "run1", "pre_setup")
	must(t, w.editor.Create(ctx, job))
	if env := job.Spec.Template.Spec.Containers[0].Env; env[0].Name != free.Name || env[0].Value != free.Value || env[1].Name != "PREFECT_API_URL" {
		t.Errorf("environment: found %v", env)
	}
	w.deployment.Spec.Jobs.Environment = nil
	w.deployment.Spec.Jobs.Actions = map[string]v1.ActionSettings{"pre_setup": {Environment: []v1.Variable{{Name: "LD_PRELOAD", Value: "/mnt/dumps/forge.so"}}}}
	must(t, w.editor.Update(ctx, w.deployment))
	refused(t, w.editor.Create(ctx, w.job(i, "run2", "pre_setup")), "variable LD_PRELOAD is not trusted")
}

// TestPodSettingsAreChecked: the schema keeps volumes and variables from hiding what is Styrmin's.
func TestPodSettingsAreChecked(t *testing.T) {
	w := newWorld(t, "enforce")
	for message, settings := range map[string]v1.JobSettings{
		"STYRMIN_ are Styrmin's own": {Environment: []v1.Variable{{Name: "STYRMIN_RUNNER", Value: "/mnt/mine"}}},
		"spec.jobs.volumes[0].name":  {Volumes: []v1.Volume{{Name: "../styrmin", Secret: "mine"}}},
		"expected one of secret":     {Volumes: []v1.Volume{{Name: "mine", Secret: "mine", ConfigMap: "mine"}}},
		"value or valueFrom": {Environment: []v1.Variable{{Name: "ACTION_A", Value: "x", ValueFrom: &v1.VariableSource{
			SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "k"},
		}}}},
		"expected secretKeyRef or configMapKeyRef": {Environment: []v1.Variable{{Name: "ACTION_A", ValueFrom: &v1.VariableSource{}}}},
		"spec.jobs.actions":                        {Actions: map[string]v1.ActionSettings{"pre_setup": {Volumes: []v1.Volume{{Name: "/etc", Secret: "mine"}}}}},
	} {
		changed := w.deployment.DeepCopy()
		changed.Spec.Jobs = settings
		refused(t, w.editor.Update(t.Context(), changed), message)
	}
}

// TestImagesMustBeTrusted: who chooses the image chooses what succeeds.
func TestImagesMustBeTrusted(t *testing.T) {
	w := newWorld(t, "enforce")
	ctx := t.Context()
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	w.deployment.Spec.Jobs.Image = "mine.example/python:1"
	must(t, w.editor.Update(ctx, w.deployment))
	refused(t, w.editor.Create(ctx, w.job(i, "run1", "pre_setup")), "image mine.example/python:1 is not trusted", "--images")
	w.prepare(install.Namespace{Name: w.namespace, Images: "mine.example/"})
	job := w.job(i, "run1", "pre_setup")
	must(t, w.editor.Create(ctx, job))
	if got := job.Spec.Template.Spec.Containers[0].Image; got != "mine.example/python:1" {
		t.Errorf("image: found %s", got)
	}
}
