package e2e

import (
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

var jobAttacks = []attack{
	{"a Job of pre_a that runs /bin/true", forging(func(s *batchv1.JobSpec) {}), rendered, ""},
	{"a Job with completions: 0", forging(func(s *batchv1.JobSpec) { s.Completions, s.Parallelism = ptr[int32](0), ptr[int32](0) }), rendered, ""},
	{"a Job with managedBy", forging(func(s *batchv1.JobSpec) { s.ManagedBy = ptr("example.com/mallory") }), rendered, ""},
	{"a Job with manualSelector, which counts other pods", forging(func(s *batchv1.JobSpec) {
		s.ManualSelector, s.Selector = ptr(true), &metav1.LabelSelector{MatchLabels: map[string]string{"e2e": "board"}}
		s.Template.Labels = map[string]string{"e2e": "board"}
	}), rendered, ""},
	{"a Job with a successPolicy", forging(func(s *batchv1.JobSpec) {
		s.CompletionMode, s.Completions = ptr(batchv1.IndexedCompletion), ptr[int32](2)
		s.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededCount: ptr[int32](1)}}}
	}), rendered, ""},
	{"a suspended Job, to be edited and resumed", forging(func(s *batchv1.JobSpec) { s.Suspend = ptr(true) }), rendered, ""},
	{"a Job whose stamps say that it is newer", func(a *attacker) result {
		job := a.forgedJob()
		job.Annotations[v1.AnnotationBaseRevision], job.Annotations[v1.AnnotationRequester] = "9999", "alice"
		return a.taken(job)
	}, rendered, ""},
	{"a Job of the instance that is deployed already", func(a *attacker) result {
		job := a.forgedJob()
		job.Labels[v1.LabelInstance] = a.done.Labels[v1.LabelInstance]
		return a.taken(job)
	}, inVain, ""},
	{"a Job of a run and action that its name does not tell", func(a *attacker) result {
		job := a.forgedJob()
		job.Name = "mine"
		return a.create(job)
	}, byWebhook, "by its run, action and attempt"},
	{"a Job of another deployment", func(a *attacker) result {
		job := a.forgedJob()
		job.Labels[v1.LabelDeployment] = "other"
		return a.create(job)
	}, byWebhook, "StyrminDeployment other does not exist"},
	{"a Job of an action that another driver declares", func(a *attacker) result {
		job := a.forgedJob()
		job.Annotations[v1.AnnotationAction] = "noop"
		job.Name = jobs.Name(job.Labels[v1.LabelRun], "noop", 1)
		return a.create(job)
	}, byWebhook, "the driver declares"},
	{"the Job in a namespace that did not opt in", jobElsewhere, inVain, ""},
	{"a Job that a CronJob makes", func(a *attacker) result {
		job := a.forgedJob()
		a.create(&batchv1.CronJob{
			TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"}, ObjectMeta: metav1.ObjectMeta{Name: "mine"},
			Spec: batchv1.CronJobSpec{Schedule: "0 0 1 1 *", JobTemplate: batchv1.JobTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: job.Labels, Annotations: job.Annotations}, Spec: job.Spec,
			}},
		}).expect(a.T, 0)
		return a.kubectl("create", "job", "of-cron", "--from=cronjob/mine")
	}, byWebhook, "by its run, action and attempt"},
	{"a Job of one's own, labelled as the action's", func(a *attacker) result {
		job := a.forgedJob()
		a.create(&batchv1.Job{TypeMeta: job.TypeMeta, ObjectMeta: metav1.ObjectMeta{Name: "own"}, Spec: job.Spec}).expect(a.T, 0)
		return a.kubectl("label", "job", "own", v1.LabelRun+"="+a.run(), v1.LabelDeployment+"=app")
	}, byWebhook, "Jobs bear it from their creation or never"},
	{"the setup's Job, relabelled as this run's", onDone("label", v1.LabelRun+"=RUN", "--overwrite"), byWebhook, "does not change after its creation"},
	{"the setup's Job, with this instance", onDone("label", v1.LabelInstance+"=other", "--overwrite"), byWebhook, "does not change after its creation"},
	{"the setup's Job, with a newer base revision", onDone("annotate", v1.AnnotationBaseRevision+"=9", "--overwrite"), byWebhook, "does not change after its creation"},
	{"the running Job, out of the gate's sight", onRunning("label", v1.LabelRun+"-"), byWebhook, "does not change after its creation"},
	{"the running Job suspended", onRunning("patch", "--type=merge", "-p", `{"spec":{"suspend":true}}`), byWebhook, "spec: it is fixed"},
	{"the running Job with parallelism 0", onRunning("patch", "--type=merge", "-p", `{"spec":{"parallelism":0}}`), byWebhook, "spec: it is fixed"},
	{"the running Job's status", onRunning("patch", "--subresource=status", "--type=merge", "-p", jobSucceeded), byRBAC, `cannot patch resource "jobs/status"`},
	{"the running Job's status, as the Job controller", onRunning("patch", "--subresource=status", "--type=merge", "-p", jobSucceeded,
		"--as=system:serviceaccount:kube-system:job-controller"), byRBAC, "cannot impersonate"},
}

const jobSucceeded = `{"status":{"conditions":[{"type":"SuccessCriteriaMet","status":"True","reason":"CompletionsReached","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`

func ptr[T any](v T) *T { return &v }

// run is the run that moves to the change.
func (a *attacker) run() string { return a.atWork.Labels[v1.LabelRun] }

// onRunning is a command of kubectl about the Job of pre_b.
func onRunning(verb string, arguments ...string) func(*attacker) result {
	return func(a *attacker) result {
		return a.kubectl(append([]string{verb, "job", a.atWork.Name}, arguments...)...)
	}
}

// onDone is a command of kubectl about the setup's Job; RUN stands for the run.
func onDone(verb string, arguments ...string) func(*attacker) result {
	return func(a *attacker) result {
		command := []string{verb, "job", a.done.Name}
		for _, argument := range arguments {
			command = append(command, strings.ReplaceAll(argument, "RUN", a.run()))
		}
		return a.kubectl(command...)
	}
}

// forgedJob says that it is pre_a of the change, in a run of its own, and runs true.
func (a *attacker) forgedJob() *batchv1.Job {
	run := "forged" + rand.String(4)
	return &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			Name: jobs.Name(run, "pre_a", 1),
			Labels: map[string]string{
				v1.LabelDeployment: "app", v1.LabelInstance: a.atWork.Labels[v1.LabelInstance], v1.LabelRun: run,
				v1.LabelHook: "upgrade", v1.LabelMode: "pre", v1.LabelAction: "pre-a",
			},
			Annotations: map[string]string{v1.AnnotationAction: "pre_a", v1.AnnotationAttempt: "1"},
		},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "action", Image: baseImage, Command: []string{"true"}}},
		}}},
	}
}

// forging creates that Job with a spec changed further.
func forging(forge func(*batchv1.JobSpec)) func(*attacker) result {
	return func(a *attacker) result {
		job := a.forgedJob()
		forge(&job.Spec)
		return a.taken(job)
	}
}

// taken creates a Job and checks that the server made its own of it.
func (a *attacker) taken(job *batchv1.Job) result {
	a.Helper()
	r := a.create(job)
	if r.code != 0 {
		return r
	}
	made, err := cluster.kube.BatchV1().Jobs(a.name).Get(a.Context(), job.Name, getOptions)
	if err != nil {
		a.Fatal(err)
	}
	spec := made.Spec
	forged := *spec.Completions != 1 || *spec.Parallelism != 1 || spec.ManagedBy != nil || spec.SuccessPolicy != nil ||
		spec.ManualSelector != nil && *spec.ManualSelector || spec.Suspend != nil && *spec.Suspend ||
		spec.Template.Spec.Containers[0].Command[0] == "true" || spec.Template.Spec.Containers[0].Image != actionImage ||
		made.Annotations[v1.AnnotationBaseRevision] != "1" || made.Annotations[v1.AnnotationRequester] != "mallory-"+a.name
	if forged {
		a.Fatalf("the Job was taken as it was: %s", fmt.Sprint(made.Annotations, spec))
	}
	// With its pod: while an action is at work, no run begins.
	a.afterwards("delete", "job", job.Name, "--cascade=foreground")
	return r
}

// jobElsewhere makes a success of the same labels where nobody looks.
func jobElsewhere(a *attacker) result {
	elsewhere := a.name + "-x"
	a.admin.run("kubectl", "create", "namespace", elsewhere).expect(a.T, 0)
	a.afterwards("delete", "namespace", elsewhere, "--wait=false")
	a.admin.run("kubectl", "-n", elsewhere, "create", "rolebinding", "editor", "--clusterrole=edit", "--user=mallory-"+a.name).expect(a.T, 0)
	other := &space{T: a.T, name: elsewhere, kubeconfig: a.kubeconfig}
	job := a.forgedJob()
	job.Spec.Completions = ptr[int32](0)
	other.create(job).expect(a.T, 0)
	return other.kubectl("wait", "job", job.Name, "--for=condition=Complete", "--timeout=60s")
}
