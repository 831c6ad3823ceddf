package webhook

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Memory knows which releases may be governed: those that a StyrminDeployment
// names, and those of which a deployed record bears a run's label. It answers one
// question only, whether nothing governs a release, and only while its watches work;
// what governs a release, and whether it may change, the API server is asked.
//
// It keeps names: of all StyrminDeployments, and of such records in the namespaces
// that opted in, the only ones where the webhook may read Secrets.
type Memory struct {
	client                  client.WithWatch
	log                     logr.Logger
	namespaces, deployments *watched
	ready                   atomic.Bool

	mu sync.RWMutex
	// records of a namespace that opted in, by its name.
	records map[string]*remembered
}

// remembered are the records of one namespace, in both storages, until stop.
type remembered struct {
	storages []*watched
	stop     context.CancelFunc
}

// Remember makes a Memory, which knows nothing before it is started.
func Remember(direct client.WithWatch, log logr.Logger) *Memory {
	m := &Memory{client: direct, log: log, records: map[string]*remembered{}}
	m.namespaces = &watched{
		name: "namespaces", log: log, client: direct, item: partial("Namespace"),
		list:     func() client.ObjectList { return partialList("Namespace") },
		selected: []client.ListOption{client.HasLabels{v1.LabelGate}},
		words:    func(o client.Object) []string { return []string{o.GetLabels()[v1.LabelGate]} },
		slim:     stripped,
	}
	m.deployments = &watched{
		name: "deployments", log: log, client: direct, item: anyDeployment(),
		list: func() client.ObjectList {
			list := &unstructured.UnstructuredList{}
			list.SetGroupVersionKind(v1.GroupVersion.WithKind("StyrminDeploymentList"))
			return list
		},
		words: func(o client.Object) []string {
			name := releaseOf(o)
			return []string{name, within(o.GetNamespace(), name)}
		},
		slim: func(o client.Object) {
			delete(o.(*unstructured.Unstructured).Object, "status")
			stripped(o)
		},
	}
	return m
}

// anyDeployment is read without its Go type: one field that cannot be read as what
// it is meant to be, in any namespace, would have nothing be known of all others.
func anyDeployment() *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1.GroupVersion.WithKind("StyrminDeployment"))
	return object
}

func releaseOf(o client.Object) string {
	named := v1.StyrminDeployment{}
	named.Name = o.GetName()
	named.Spec.Release, _, _ = unstructured.NestedString(o.(*unstructured.Unstructured).Object, "spec", "release")
	return named.ReleaseName()
}

// within is the word for a release of a namespace; no release's name has a slash.
func within(namespace, release string) string { return namespace + "/" + release }

// NeedLeaderElection is false: every replica remembers.
func (m *Memory) NeedLeaderElection() bool { return false }

// Start remembers until the context ends.
func (m *Memory) Start(ctx context.Context) error {
	m.namespaces.changed = func() { m.follow(ctx) }
	var group sync.WaitGroup
	group.Go(func() { m.namespaces.run(ctx) })
	group.Go(func() { m.deployments.run(ctx) })
	group.Wait()
	return nil
}

// follow remembers the records of the namespaces that are opted in by now, and forgets others.
func (m *Memory) follow(ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	in := m.namespaces.names()
	for name, records := range m.records {
		if !in[name] {
			records.stop()
			delete(m.records, name)
		}
	}
	for name := range in {
		if m.records[name] == nil {
			m.records[name] = m.remember(ctx, name)
		}
	}
}

// remember follows a namespace's deployed records that a run made.
func (m *Memory) remember(ctx context.Context, namespace string) *remembered {
	ctx, stop := context.WithCancel(ctx)
	r := &remembered{stop: stop}
	for _, kind := range []string{"Secret", "ConfigMap"} {
		storage := &watched{
			name: fmt.Sprintf("records (%ss) of namespace %s", kind, namespace), log: m.log, client: m.client, item: partial(kind),
			list: func() client.ObjectList { return partialList(kind) },
			selected: []client.ListOption{
				client.InNamespace(namespace),
				client.MatchingLabels{release.LabelOwner: release.OwnerHelm, release.LabelStatus: release.StatusDeployed},
				client.HasLabels{v1.LabelRun},
			},
			words: func(o client.Object) []string { return []string{o.GetLabels()[release.LabelName]} },
			slim:  stripped,
		}
		r.storages = append(r.storages, storage)
		go storage.run(ctx)
	}
	return r
}

// Ready is an error until all that is watched was listed once. What may not be
// listed in a namespace does not count: there, the API server is asked each time.
// So it is for namespaces that opt in later, and for watches that break: who was
// ready stays it.
func (m *Memory) Ready(*http.Request) error {
	if m.ready.Load() {
		return nil
	}
	for _, w := range []*watched{m.namespaces, m.deployments} {
		if !w.listedOnce() {
			return fmt.Errorf("the %s were not listed yet; the log says why, if that lasts", w.name)
		}
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, records := range m.records {
		for _, w := range records.storages {
			if !w.tried.Load() {
				return fmt.Errorf("the %s were not listed yet", w.name)
			}
		}
	}
	m.ready.Store(true)
	return nil
}

// nobodyGoverns is true when it is known that nothing governs a release of any of
// the names, whose records are in the namespace stored, and which is installed to
// one of homes; none stands for any namespace.
func (m *Memory) nobodyGoverns(stored string, homes, names []string) bool {
	for _, name := range names {
		words := []string{name}
		if len(homes) > 0 {
			words = words[:0]
		}
		for _, home := range homes {
			words = append(words, within(home, name))
		}
		for _, word := range words {
			if !m.nobodySays(m.deployments, word) {
				return false
			}
		}
		if !m.noneByRun(stored, name) {
			return false
		}
	}
	return len(names) > 0
}

// governors are the deployments that are known to govern a release, by name; none
// when that is not known, as things are now.
func (m *Memory) governors(namespace, releaseName string) (names []string) {
	word := within(namespace, releaseName)
	if governed, _ := m.deployments.knows(word); !governed {
		return nil
	}
	for _, key := range m.deployments.keys(word) {
		names = append(names, key.Name)
	}
	return names
}

// noneByRun is true when it is known that no deployed record of the release was made by a run.
func (m *Memory) noneByRun(namespace, name string) bool {
	m.mu.RLock()
	records := m.records[namespace]
	m.mu.RUnlock()
	if records == nil {
		uncertain.Inc()
		return false
	}
	for _, storage := range records.storages {
		if !m.nobodySays(storage, name) {
			return false
		}
	}
	return true
}

// nobodySays is true when it is known that no object of the collection says the word.
func (m *Memory) nobodySays(collection *watched, word string) bool {
	says, current := collection.knows(word)
	if !current {
		uncertain.Inc()
	}
	return current && !says
}

func partial(kind string) *metav1.PartialObjectMetadata {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind))
	return object
}

func partialList(kind string) *metav1.PartialObjectMetadataList {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind + "List"))
	return list
}
