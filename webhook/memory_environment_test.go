package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
	"github.com/styrmin/kubectl-styrmin/webhook"
)

// remembering starts a memory of its own that reads as the webhook does, by what
// calls may be intercepted.
func (w *world) remembering(calls interceptor.Funcs) *webhook.Memory {
	w.t.Helper()
	reader, err := w.as("system:serviceaccount:styrmin:styrmin-webhook", "system:serviceaccounts", "system:authenticated")
	must(w.t, err)
	memory := webhook.Remember(interceptor.NewClient(reader, calls), watchedLog())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- memory.Start(ctx) }()
	w.t.Cleanup(func() { cancel(); <-ended })
	return memory
}

// nobody waits for what the memory has to say of a release.
func (w *world) nobody(memory *webhook.Memory, release string, expected bool, when string) {
	w.t.Helper()
	w.eventually(when, func() error {
		if found := memory.NobodyGoverns(w.namespace, release); found != expected {
			return fmt.Errorf("nobody governs %s: %t, expected %t", release, found, expected)
		}
		return nil
	})
}

func TestMemoryOfDeployments(t *testing.T) {
	w := newWorld(t, "enforce")
	memory := w.remembering(interceptor.Funcs{})
	w.nobody(memory, "other", true, "a release without a deployment")
	w.nobody(memory, "app", false, "the deployment's release")

	other := &v1.StyrminDeployment{ObjectMeta: objectMeta(w.namespace, "dep"), Spec: v1.StyrminDeploymentSpec{Driver: w.driver.Object.Name, Version: "1.0", Release: "other"}}
	must(t, w.editor.Create(t.Context(), other))
	w.nobody(memory, "other", false, "a deployment was created")
	if memory.NobodyGovernsAnywhere("elsewhere", "other") {
		t.Error("the record may be stored elsewhere than the release is installed")
	}
	if found := memory.Governors(w.namespace, "other"); !slices.Equal(found, []string{"dep"}) {
		t.Errorf("governors are %q, expected dep", found)
	}
	w.nobody(memory, "dep", true, "the deployment's own name")
	must(t, w.admin.Delete(t.Context(), other))
	w.nobody(memory, "other", true, "the deployment was deleted")
}

// TestMemoryOfARenamedRelease: where nobody refuses it, a deployment may come to govern another release.
func TestMemoryOfARenamedRelease(t *testing.T) {
	w := newWorld(t, "enforce")
	memory := w.remembering(interceptor.Funcs{})
	w.nobody(memory, "app", false, "the deployment's release")
	w.label(v1.LabelGate, "")
	w.eventually("rename the release", func() error {
		must(t, w.admin.Get(t.Context(), client.ObjectKeyFromObject(w.deployment), w.deployment))
		w.deployment.Spec.Release = "renamed"
		return w.admin.Update(t.Context(), w.deployment)
	})
	w.label(v1.LabelGate, v1.GateEnforce)
	w.nobody(memory, "renamed", false, "the new name")
	w.nobody(memory, "app", true, "the old name")
}

// label sets a label of the world's namespace; none takes it away.
func (w *world) label(key, value string) {
	w.t.Helper()
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:null}}}`, key)
	if value != "" {
		patch = fmt.Sprintf(`{"metadata":{"labels":{%q:%q}}}`, key, value)
	}
	must(w.t, w.admin.Patch(w.t.Context(), partialNamespace(w.namespace), client.RawPatch("application/merge-patch+json", []byte(patch))))
}

// TestMemoryOfNamespaces: it vouches for namespaces that are opted in, and for no others.
func TestMemoryOfNamespaces(t *testing.T) {
	w := newWorld(t, "enforce")
	memory := w.remembering(interceptor.Funcs{})
	w.nobody(memory, "other", true, "the namespace is opted in")
	w.label(v1.LabelGate, "")
	w.nobody(memory, "other", false, "it opted out")
	w.label(v1.LabelGate, v1.GateWarn)
	w.nobody(memory, "other", true, "it opted in again")
}

// TestMemoryOfRecords: what a run deployed may be governed although no deployment is left.
func TestMemoryOfRecords(t *testing.T) {
	for _, kind := range []string{"Secret", "ConfigMap"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t, "enforce")
			memory := w.remembering(interceptor.Funcs{})
			must(t, w.admin.Delete(t.Context(), w.deployment.DeepCopy()))
			w.nobody(memory, "app", true, "no deployment, and no record")

			record := w.stored(kind, w.record(1, release.StatusDeployed, "", nil))
			must(t, w.editor.Create(t.Context(), record))
			w.nobody(memory, "app", true, "a record of somebody else's")
			record.SetLabels(labelled(record, v1.LabelRun, "run1"))
			must(t, w.editor.Update(t.Context(), record))
			w.nobody(memory, "app", false, "a record of a run")
			record.SetLabels(labelled(record, release.LabelStatus, release.StatusUninstalled))
			must(t, w.editor.Update(t.Context(), record))
			w.nobody(memory, "app", true, "it was uninstalled")
		})
	}
}

// TestMemoryOfWhatCannotBeRead: whoever may create a deployment somewhere can write what
// the schema lets pass and Go cannot read. All others are known all the same.
func TestMemoryOfWhatCannotBeRead(t *testing.T) {
	w := newWorld(t, "enforce")
	elsewhere := "free-" + w.namespace
	must(t, w.admin.Create(t.Context(), partialNamespace(elsewhere)))
	odd := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "styrmin.io/v1", "kind": "StyrminDeployment", "metadata": map[string]any{"namespace": elsewhere, "name": "odd"},
		"spec": map[string]any{"driver": "x", "version": "1.0", "jobs": map[string]any{"resources": map[string]any{"requests": map[string]any{"cpu": "1e1.5"}}}},
	}}
	must(t, w.admin.Create(t.Context(), odd))
	t.Cleanup(func() { must(t, w.admin.Delete(context.Background(), odd)) })
	var typed v1.StyrminDeployment
	if err := w.admin.Get(t.Context(), client.ObjectKeyFromObject(odd), &typed); err == nil {
		t.Fatal("it can be read, so nothing is shown")
	}
	memory := w.remembering(interceptor.Funcs{})
	w.eventually("ready", func() error { return memory.Ready(nil) })
	w.nobody(memory, "other", true, "a release without a deployment")
	w.nobody(memory, "app", false, "the deployment's release")
}

var errBroken = errors.New("broken on purpose")

// TestMemoryThatIsBroken: a watch that does not work is not believed, and what was
// listed once is not either. Decisions are right all the same: by TestSeveralReleases
// and others, whose webhook has a memory that works, and here.
func TestMemoryThatIsBroken(t *testing.T) {
	w := newWorld(t, "enforce")
	var broken atomic.Bool
	watches := make(chan watch.Interface, 1000)
	memory := w.remembering(interceptor.Funcs{Watch: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
		if broken.Load() {
			return nil, errBroken
		}
		watcher, err := c.Watch(ctx, list, options...)
		if err == nil {
			watches <- watcher
		}
		return watcher, err
	}})
	w.nobody(memory, "other", true, "it works")
	broken.Store(true)
	for len(watches) > 0 {
		(<-watches).Stop()
	}
	w.nobody(memory, "other", false, "the watches broke")
	must(t, w.admin.Delete(t.Context(), w.deployment.DeepCopy()))
	broken.Store(false)
	w.nobody(memory, "app", true, "they work again, and what happened meanwhile is known")
}

// TestMemoryThatIsNotReady: without a list it knows nothing, and says so.
func TestMemoryThatIsNotReady(t *testing.T) {
	w := newWorld(t, "enforce")
	var lists atomic.Bool
	memory := w.remembering(interceptor.Funcs{List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
		if list.GetObjectKind().GroupVersionKind().Kind == "StyrminDeploymentList" && !lists.Load() {
			return errBroken
		}
		return c.List(ctx, list, options...)
	}})
	if err := memory.Ready(nil); err == nil || !strings.Contains(err.Error(), "not listed yet") {
		t.Errorf("Ready says %v, expected that something was not listed yet", err)
	}
	w.eventually("the failing list", func() error {
		if err := memory.Ready(nil); err == nil || !strings.Contains(err.Error(), "deployments were not listed") {
			return fmt.Errorf("Ready says %w, expected that the deployments were not listed yet", err)
		}
		return nil
	})
	if memory.NobodyGoverns(w.namespace, "other") {
		t.Error("it vouches for a release without having listed the deployments")
	}
	lists.Store(true)
	w.eventually("ready", func() error { return memory.Ready(nil) })
	w.nobody(memory, "other", true, "it was listed")
}

// TestMemoryWhereItMayNotRead: a namespace that is labelled and not prepared is asked
// about each time, and keeps nobody from being ready.
func TestMemoryWhereItMayNotRead(t *testing.T) {
	w := newWorld(t, "enforce")
	memory := w.remembering(interceptor.Funcs{})
	w.nobody(memory, "other", true, "it may read")
	must(t, w.admin.Delete(t.Context(), webhookBinding(w.namespace)))
	memory = w.remembering(interceptor.Funcs{})
	w.eventually("ready", func() error { return memory.Ready(nil) })
	if memory.NobodyGoverns(w.namespace, "other") {
		t.Error("it vouches for a namespace in which it may not read")
	}
	w.prepare(install.Namespace{Name: w.namespace, Gate: "enforce"})
	w.nobody(memory, "other", true, "it may read again")
}

// TestRecordStoredElsewhere is held where the release is installed, although nobody
// governs its name where it is stored. Some clients (Flux) can do that.
func TestRecordStoredElsewhere(t *testing.T) {
	home, storage := newWorld(t, "enforce"), newWorld(t, "enforce")
	must(t, storage.admin.Delete(t.Context(), storage.deployment.DeepCopy()))
	storage.nobody(storage.memory, "app", true, "nobody governs it where it is stored")
	home.nobody(home.memory, "app", false, "it is governed where it is installed")

	record := home.record(1, release.StatusPendingInstall, "", nil)
	record.Namespace = storage.namespace
	refused(t, storage.editor.Create(t.Context(), record), "held by styrmin", home.namespace)
	must(t, storage.editor.Create(t.Context(), storage.record(1, release.StatusPendingInstall, "", nil)))
}
