package plugin_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/plugin"
	"github.com/styrmin/kubectl-styrmin/test/environment"
)

// onlooker looks at the records of a real API server, which the test writes.
type onlooker struct {
	*testing.T
	client     client.Client
	kubeconfig string
}

func newOnlooker(t *testing.T) *onlooker {
	t.Helper()
	control := &envtest.Environment{
		BinaryAssetsDirectory: environment.Binaries(t),
		CRDDirectoryPaths:     []string{"../manifests/crd"}, ErrorIfCRDPathMissing: true,
	}
	config, err := control.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = control.Stop() })
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	o := &onlooker{T: t, kubeconfig: filepath.Join(t.TempDir(), "kubeconfig")}
	if o.client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		t.Fatal(err)
	}
	o.must(os.WriteFile(o.kubeconfig, control.KubeConfig, 0o600))
	return o
}

func (o *onlooker) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// deploy makes a deployment with a run in a namespace of its own.
func (o *onlooker) deploy(namespace string, run *v1.Run) *v1.StyrminDeployment {
	o.Helper()
	o.must(o.client.Create(o.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}))
	d := &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "notes"}, Spec: v1.StyrminDeploymentSpec{Driver: "notes"}}
	o.must(o.client.Create(o.Context(), d))
	o.record(d, func(status *v1.StyrminDeploymentStatus) { status.Run = run })
	return d
}

func (o *onlooker) record(d *v1.StyrminDeployment, change func(*v1.StyrminDeploymentStatus)) {
	o.Helper()
	o.must(o.client.Get(o.Context(), client.ObjectKeyFromObject(d), d))
	change(&d.Status)
	o.must(o.client.Status().Update(o.Context(), d))
}

// aRun is under way in pre.
func aRun() *v1.Run {
	began := metav1.NewTime(time.Unix(1700000000, 0))
	return &v1.Run{
		ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, Phase: v1.RunPre, Instance: "i", FromVersion: "1.0", Version: "2.0", RequestedBy: "alice", StartedAt: began,
		Actions: []v1.ActionStatus{{Name: "back_up", Mode: v1.ModePre, State: v1.ActionRunning, Attempt: 1, StartedAt: &began}},
	}
}

// over ends a run.
func over(phase v1.RunPhase, message string) func(*v1.StyrminDeploymentStatus) {
	return func(status *v1.StyrminDeploymentStatus) {
		ended := metav1.NewTime(status.Run.StartedAt.Add(time.Minute))
		status.Run.Phase, status.Run.EndedAt, status.Run.Message = phase, &ended, message
	}
}

// verb is a verb at work, or one that has ended.
type verb struct {
	out, errOut buffer
	code        chan int
}

// buffer may be read while a verb writes to it.
type buffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

func (o *onlooker) start(ctx context.Context, namespace string, arguments ...string) *verb {
	v := &verb{code: make(chan int, 1)}
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: &v.out, ErrOut: &v.errOut}
	arguments = append(arguments, "-n", namespace, "--kubeconfig", o.kubeconfig)
	go func() { v.code <- plugin.Execute(ctx, streams, plugin.Terminal{}, arguments) }()
	return v
}

// ends waits for a verb's end.
func (o *onlooker) ends(v *verb, code int) *verb {
	o.Helper()
	select {
	case found := <-v.code:
		if found != code {
			o.Errorf("exit code %d, expected %d\nstdout: %s\nstderr: %s", found, code, &v.out, &v.errOut)
		}
	case <-time.After(time.Minute):
		o.Fatalf("it does not end\nstdout: %s\nstderr: %s", &v.out, &v.errOut)
	}
	return v
}

func (o *onlooker) run(namespace string, code int, arguments ...string) *verb {
	o.Helper()
	return o.ends(o.start(o.Context(), namespace, arguments...), code)
}

// says waits until a verb has said something.
func (o *onlooker) says(v *verb, words string) {
	o.Helper()
	o.saysOn(v, &v.out, words)
}

func (o *onlooker) saysOnStderr(v *verb, words string) {
	o.Helper()
	o.saysOn(v, &v.errOut, words)
}

func (o *onlooker) saysOn(v *verb, stream *buffer, words string) {
	o.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(stream.String(), words); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			o.Fatalf("it does not say %q\nstdout: %s\nstderr: %s", words, &v.out, &v.errOut)
		}
	}
}

func (o *onlooker) contains(text string, words ...string) {
	o.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			o.Errorf("expected %q in:\n%s", word, text)
		}
	}
}

// TestOnlooker: who did not begin a run follows it, aborts it, and looks at what it left.
func TestOnlooker(t *testing.T) {
	o := newOnlooker(t)
	for name, test := range map[string]func(*onlooker){
		"watch a success":     (*onlooker).watchSuccess,
		"watch a failure":     (*onlooker).watchFailure,
		"watch as JSON":       (*onlooker).watchJSON,
		"watch a deletion":    (*onlooker).watchDeletion,
		"stop to watch":       (*onlooker).stopToWatch,
		"watch without right": (*onlooker).watchWithoutRight,
		"watch no run":        (*onlooker).watchNoRun,
		"kept output":         (*onlooker).keptOutput,
		"follow output":       (*onlooker).followOutput,
		"abort":               (*onlooker).abort,
		"history":             (*onlooker).history,
		"sent engine":         (*onlooker).sentEngine,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(&onlooker{T: t, client: o.client, kubeconfig: o.kubeconfig})
		})
	}
}

func (o *onlooker) watchSuccess() {
	d := o.deploy("success", aRun())
	v := o.start(o.Context(), "success", "status", "notes", "--watch")
	o.says(v, "started")
	o.record(d, func(status *v1.StyrminDeploymentStatus) {
		status.Run.Actions[0].State, status.Run.Phase, status.Run.Revision = v1.ActionSucceeded, v1.RunCore, 2
	})
	o.says(v, "revision 2")
	o.record(d, over(v1.RunSucceeded, ""))
	o.ends(v, plugin.ExitOK)
	o.contains(v.out.String(), "22:13:20Z run x7k2m9qd: upgrade, version 1.0 → 2.0\n", " pre: begins\n", "Z pre back_up: started\n", "Z pre back_up: succeeded in 0s\n",
		" core: begins\n", " core helm: changed: revision 2\n", "22:14:20Z run x7k2m9qd: succeeded in 1m0s\n")
	o.contains(v.errOut.String(), "run x7k2m9qd: No engine is at work on it")
}

func (o *onlooker) watchFailure() {
	d := o.deploy("failure", aRun())
	v := o.start(o.Context(), "failure", "status", "notes", "-w")
	o.says(v, "started")
	o.record(d, over(v1.RunFailed, "the run failed in pre: action back_up: disk full"))
	o.ends(v, plugin.ExitProblems)
	o.contains(v.out.String(), "run x7k2m9qd: failed after 1m0s: the run failed in pre: action back_up: disk full")
	o.contains(o.run("failure", plugin.ExitProblems, "status", "notes", "-w").out.String(), "upgrade to 2.0, Failed, after 60s, asked for by alice")
}

func (o *onlooker) watchJSON() {
	d := o.deploy("json", aRun())
	v := o.start(o.Context(), "json", "status", "notes", "-w", "-o", "json")
	o.says(v, `"event":"RunStarted"`)
	o.record(d, over(v1.RunAborted, "aborted by bob"))
	o.ends(v, plugin.ExitProblems)
	o.contains(v.out.String(), `"event":"RunAborted","namespace":"json","deployment":"notes","run":"x7k2m9qd"`, `"message":"aborted by bob"`)
	o.endsWith(v, `"result":"aborted","exitCode":1}`)
	// Afterwards the same is told of what has happened.
	v = o.run("json", plugin.ExitProblems, "status", "notes", "-w", "-o", "json")
	o.contains(v.out.String(), `"event":"RunStarted"`, `"event":"RunAborted"`)
	o.endsWith(v, `"result":"aborted","exitCode":1}`)
	o.contains(o.run("json", plugin.ExitUsage, "status", "notes", "-w", "-o", "yaml").errOut.String(), "expected json with --watch")
}

// endsWith checks the end of the last line.
func (o *onlooker) endsWith(v *verb, words string) {
	o.Helper()
	if text := strings.TrimSuffix(v.out.String(), "\n"); !strings.HasSuffix(text, words) {
		o.Errorf("expected %q at the end of\n%s", words, text)
	}
}

func (o *onlooker) watchDeletion() {
	d := o.deploy("deletion", aRun())
	v := o.start(o.Context(), "deletion", "status", "notes", "-w")
	o.says(v, "started")
	o.must(o.client.Delete(o.Context(), d))
	o.ends(v, plugin.ExitProblems)
	o.contains(v.errOut.String(), "error: StyrminDeployment deletion/notes was deleted")
}

func (o *onlooker) stopToWatch() {
	o.deploy("stop", aRun())
	ctx, interrupt := context.WithCancel(o.Context())
	v := o.start(ctx, "stop", "status", "notes", "-w")
	o.says(v, "started")
	interrupt()
	o.ends(v, plugin.ExitInterrupted)
	o.contains(v.errOut.String(), "error: interrupted")
}

func (o *onlooker) watchWithoutRight() {
	o.deploy("right", aRun())
	meta := metav1.ObjectMeta{Namespace: "right", Name: "reader"}
	o.must(o.client.Create(o.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{APIGroups: []string{"styrmin.io"}, Resources: []string{"styrmindeployments"}, Verbs: []string{"get"}}}}))
	o.must(o.client.Create(o.Context(), &rbacv1.RoleBinding{
		ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "reader"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "reader"}},
	}))
	v := o.run("right", plugin.ExitCluster, "status", "notes", "-w", "--as", "reader")
	o.contains(v.errOut.String(), "watch StyrminDeployment right/notes: ", "You lack this permission; a platform admin can give it.")
}

func (o *onlooker) watchNoRun() {
	o.deploy("norun", nil)
	o.contains(o.run("norun", plugin.ExitOK, "status", "notes", "--watch").out.String(), "Deployed:    nothing yet")
}

func (o *onlooker) keptOutput() {
	run := aRun()
	run.Actions[0].State = v1.ActionSucceeded
	o.deploy("kept", run)
	o.must(o.client.Create(o.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "kept", Name: "styrmin-log-x7k2m9qd"},
		Data:       map[string]string{"0001.stop-x7k2m9qd-1": "stopping\n", "0002.back-up-x7k2m9qd-1": "disk full\n", "0003.back-up-x7k2m9qd-2": "12 notes\ndone\n"},
	}))
	v := o.run("kept", plugin.ExitOK, "logs", "notes")
	if found, want := v.out.String(), "stop | stopping\nback_up | disk full\nback_up (attempt 2) | 12 notes\nback_up (attempt 2) | done\n"; found != want {
		o.Errorf("found\n%s\nexpected\n%s", found, want)
	}
	o.contains(v.errOut.String(), "back_up (attempt 2): its pod is gone; this is the end of its output, which was kept\n")
	if found, want := o.run("kept", plugin.ExitOK, "logs", "notes", "stop").out.String(), "stop | stopping\n"; found != want {
		o.Errorf("of one action: found\n%s\nexpected\n%s", found, want)
	}
	if found, want := o.run("kept", plugin.ExitOK, "logs", "notes", "back_up", "--tail", "1").out.String(), "back_up | disk full\nback_up (attempt 2) | done\n"; found != want {
		o.Errorf("of the ends: found\n%s\nexpected\n%s", found, want)
	}
	o.contains(o.run("kept", plugin.ExitProblems, "logs", "notes", "--run", "other").errOut.String(), "run other has no output of any action")
}

// followOutput begins before there is a pod, and ends with the run.
func (o *onlooker) followOutput() {
	d := o.deploy("follow", aRun())
	v := o.start(o.Context(), "follow", "logs", "notes", "-f")
	o.saysOnStderr(v, "No engine is at work on it")
	o.record(d, over(v1.RunSucceeded, ""))
	o.ends(v, plugin.ExitOK)
	// Of a run that is over there is nothing to wait for.
	o.contains(o.run("follow", plugin.ExitProblems, "logs", "notes", "-f").errOut.String(), "run x7k2m9qd has no output of any action; `kubectl styrmin status notes -n follow` shows what ran")
}

func (o *onlooker) abort() {
	d := o.deploy("abort", nil)
	o.contains(o.run("abort", plugin.ExitProblems, "abort", "notes").errOut.String(), "error: StyrminDeployment abort/notes has had no run, so there is none to abort")
	o.contains(o.run("abort", plugin.ExitProblems, "abort", "nosuch").errOut.String(), "error: no StyrminDeployment nosuch in namespace abort")
	o.record(d, func(status *v1.StyrminDeploymentStatus) { status.Run = aRun() })
	v := o.run("abort", plugin.ExitOK, "abort", "notes", "--reason", "wrong window")
	o.contains(v.out.String(), "run x7k2m9qd: aborted by ", ": wrong window\n", "back_up: lost: it was stopped, because the run was aborted",
		"nothing of it is at work any more\nThe Helm release was not touched. What the actions did is not undone.\n",
		"The next run starts from the beginning: kubectl styrmin upgrade notes -n abort --version 2.0\n")
	o.contains(o.run("abort", plugin.ExitProblems, "abort", "notes").errOut.String(), "run x7k2m9qd of StyrminDeployment abort/notes is over: it was aborted by ")
	o.contains(o.run("abort", plugin.ExitOK, "status", "notes").out.String(), "upgrade to 2.0, Aborted", "wrong window")
}

func (o *onlooker) history() {
	d := o.deploy("history", aRun())
	o.record(d, func(status *v1.StyrminDeploymentStatus) {
		status.History = []v1.RunSummary{{ID: "old", Hook: v1.RunHookSetup, Phase: v1.RunSucceeded, Version: "1.0", StartedAt: status.Run.StartedAt, EndedAt: &status.Run.StartedAt}}
	})
	v := o.run("history", plugin.ExitOK, "history", "notes")
	o.contains(v.out.String(), "x7k2m9qd   upgrade   1.0 → 2.0", "alice", "not over, in pre", "old        setup     1.0")
	o.contains(o.run("history", plugin.ExitOK, "history", "notes", "-o", "json").out.String(), `"requestedBy": "alice"`, `"id": "old"`)
	o.contains(o.run("history", plugin.ExitProblems, "history", "nosuch").errOut.String(), "no StyrminDeployment nosuch in namespace history")
}

// sentEngine has the run before its pod has taken the lock.
func (o *onlooker) sentEngine() {
	const note = "No engine is at work on it"
	o.deploy("sent", aRun())
	o.contains(o.run("sent", plugin.ExitOK, "status", "notes").out.String(), note)
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "sent", Name: detached.JobName("notes")}}
	job.Spec.Template.Spec = corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "engine", Image: "engine"}}}
	o.must(o.client.Create(o.Context(), job))
	if said := o.run("sent", plugin.ExitOK, "status", "notes").out.String(); strings.Contains(said, note) {
		o.Errorf("an engine was sent, and status says\n%s", said)
	}
}
