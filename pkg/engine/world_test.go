package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// deploymentName is the deployment of every world.
const deploymentName = "app"

// world is a namespace that is ready for runs.
type world struct {
	*cluster
	t         *testing.T
	namespace string
}

var worlds atomic.Int64

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{cluster: sharedCluster(t), t: t, namespace: fmt.Sprintf("ns-%d", worlds.Add(1))}
	w.must(w.admin.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}))
	w.must(w.admin.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: jobs.DefaultServiceAccount}}))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// engine makes an engine whose every request goes through the given config.
func (w *world) engine(config *rest.Config) (*engine.Engine, *journal) {
	w.t.Helper()
	kube, err := kubernetes.NewForConfig(config)
	w.must(err)
	typed, err := client.NewWithWatch(config, client.Options{Scheme: w.scheme, Mapper: w.mapper})
	w.must(err)
	h, err := helm.New(getter{cluster: w.cluster, config: config, namespace: w.namespace}, w.namespace, nil, helm.WithStorage(helm.StorageSecret))
	w.must(err)
	parts, err := components.New(config, w.namespace, nil)
	w.must(err)
	events := &journal{}
	return &engine.Engine{Kube: kube, Client: typed, Helm: h, Components: parts, Reporter: events}, events
}

// driverWith is a driver of the chart in testdata with actions such as
// "upgrade/pre/migrate". Its digest changes with its content, as always.
func (w *world) driverWith(actions ...string) *driver.Driver {
	return w.driverText("def work(deployment_id: str) -> None:\n    pass\n", actions...)
}

func (w *world) driverText(source string, actions ...string) *driver.Driver {
	w.t.Helper()
	d, err := driver.FromObject(w.driverObject(source, actions...))
	w.must(err)
	return d
}

func (w *world) driverObject(source string, actions ...string) map[string]any {
	var declared []any
	for _, text := range actions {
		part := splitAction(text)
		declared = append(declared, map[string]any{"hook": part[0], "mode": part[1], "name": part[2], "location": "actions.py::work"})
	}
	return map[string]any{
		"apiVersion": "styrmin.io/v1", "kind": "ApplicationDriver",
		"metadata": map[string]any{"name": "driver-of-" + w.namespace},
		"spec": map[string]any{
			"version": "1", "default_version": "1.0",
			"helm":       map[string]any{"main": map[string]any{"location": "./chart"}},
			"parameters": []any{map[string]any{"name": "size", "kind": "integer", "default": int64(1)}},
			"actions":    declared,
		},
		"files": map[string]any{
			"actions.py":    "from prefect import flow\n\n\n@flow\n" + source,
			"values.j2.yml": "version: {{ app.version | tojson }}\nsize: {{ parameters.size }}\n",
		},
	}
}

// request asks for a version of the driver's application.
func (w *world) request(verb engine.Verb, d *driver.Driver, version string, alter ...func(*engine.Request)) engine.Request {
	r := engine.Request{
		Verb: verb, Driver: d, Register: true, ChartDir: "testdata", Timeout: 30 * time.Second,
		Desired: &v1.StyrminDeployment{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: deploymentName},
			Spec:       v1.StyrminDeploymentSpec{Driver: d.Object.Name, Version: version},
		},
	}
	for _, f := range alter {
		f(&r)
	}
	return r
}

func size(n int) func(*engine.Request) {
	return func(r *engine.Request) {
		r.Desired.Spec.Parameters = map[string]apiextensionsv1.JSON{"size": {Raw: []byte(strconv.Itoa(n))}}
	}
}

func until(mode v1.Mode) func(*engine.Request) {
	return func(r *engine.Request) { r.Until = mode }
}

// do carries a request out with an engine of its own.
func (w *world) do(ctx context.Context, request engine.Request) (engine.Outcome, *journal, error) {
	e, events := w.engine(w.config)
	p, err := e.Prepare(ctx, request)
	if err != nil {
		return engine.Outcome{}, events, err
	}
	outcome, err := e.Do(ctx, p)
	return outcome, events, err
}

// mustDo is do for a request that has to succeed.
func (w *world) mustDo(request engine.Request) (engine.Outcome, *journal) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	outcome, events, err := w.do(ctx, request)
	if err != nil {
		w.t.Fatalf("%v\nevents: %v", err, events.lines())
	}
	return outcome, events
}

// inBackground is do in a goroutine; the channel gives its error.
func (w *world) inBackground(ctx context.Context, request engine.Request) (*journal, chan error) {
	w.t.Helper()
	e, events := w.engine(w.config)
	p, err := e.Prepare(ctx, request)
	w.must(err)
	done := make(chan error, 1)
	go func() { _, err := e.Do(ctx, p); done <- err }()
	return events, done
}

func (w *world) deployment() *v1.StyrminDeployment {
	w.t.Helper()
	var d v1.StyrminDeployment
	w.must(w.admin.Get(w.t.Context(), client.ObjectKey{Namespace: w.namespace, Name: deploymentName}, &d))
	return &d
}

// jobs lists the Jobs of a run.
func (w *world) jobs(run string) []batchv1.Job {
	w.t.Helper()
	var list batchv1.JobList
	w.must(w.admin.List(w.t.Context(), &list, client.InNamespace(w.namespace), client.MatchingLabels{v1.LabelRun: run}))
	return list.Items
}

// history lists "REVISION STATUS" of the release, oldest first.
func (w *world) history() []string {
	w.t.Helper()
	var out []string
	for _, record := range w.records() {
		out = append(out, fmt.Sprintf("%d %s", record.Revision, record.Status))
	}
	return out
}

func (w *world) records() []release.Record {
	w.t.Helper()
	e, _ := w.engine(w.config)
	records, err := e.Helm.History(w.t.Context(), deploymentName)
	w.must(err)
	return records
}

// eventually tries until it works; what is waited for takes a second or two.
func (w *world) eventually(what string, try func() error) {
	w.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if err = try(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("%s: %v", what, err)
}

// patience bounds what takes seconds, on a machine that may be busy.
const patience = 2 * time.Minute

func within[T any](t *testing.T, limit time.Duration, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(limit):
		t.Fatalf("%s: nothing happened within %s", what, limit)
		panic("unreachable")
	}
}

func splitAction(text string) [3]string {
	var out [3]string
	part := 0
	for _, c := range text {
		if c == '/' {
			part++
			continue
		}
		out[part] += string(c)
	}
	return out
}

// journal is a Reporter that remembers.
type journal struct {
	mu     sync.Mutex
	events []engine.Event
}

// Report implements engine.Reporter.
func (j *journal) Report(e engine.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, e)
}

// lines lists the events as "KIND" or "KIND ACTION#ATTEMPT", log lines left out.
func (j *journal) lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, e := range j.events {
		line := string(e.Kind)
		switch {
		case e.Kind == engine.ActionLog:
			continue
		case e.Action != "":
			line += fmt.Sprintf(" %s#%d", e.Action, e.Attempt)
		case e.Kind == engine.ModeStarted:
			line += " " + string(e.Mode)
		}
		out = append(out, line)
	}
	return out
}

func (j *journal) has(line string) error {
	if lines := j.lines(); !slices.Contains(lines, line) {
		return fmt.Errorf("no %q among %q", line, lines)
	}
	return nil
}
