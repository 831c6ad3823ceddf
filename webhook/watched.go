package webhook

import (
	"context"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// watched is a collection of objects, of which nothing is in memory but a few
// words each: client-go's reflector lists and watches it. It knows whether what it
// says is current (see currency), and says nothing else than that when it is not.
type watched struct {
	// name is for the log.
	name   string
	log    logr.Logger
	client client.WithWatch
	// list makes an empty list of the collection's kind, and item one of its objects.
	list func() client.ObjectList
	item client.Object
	// selected are the options that select the collection, at the server.
	selected []client.ListOption
	// words are what is remembered of an object.
	words func(client.Object) []string
	// slim takes off a listed object what no word is made of, so that a long list fits; nil for nothing.
	slim func(client.Object)
	// changed is called after every change; nil for nobody.
	changed func()

	currency
	mu    sync.RWMutex
	said  map[client.ObjectKey][]string
	count map[string]int
}

// listPage is how many objects of a list are decoded at a time.
const listPage = 100

// run keeps the collection until the context ends.
func (w *watched) run(ctx context.Context) {
	reflector := cache.NewReflectorWithOptions(listFirst{&cache.ListWatch{ListWithContextFunc: w.listed, WatchFuncWithContext: w.follow}}, w.item, w, cache.ReflectorOptions{Name: w.name, Logger: &w.log})
	reflector.WatchListPageSize = listPage
	reflector.RunWithContext(klog.NewContext(ctx, w.log))
}

// listFirst has the reflector list before it watches. It could have a watch begin
// with what there is instead, and then an open watch would not mean that all of
// it is known.
type listFirst struct{ *cache.ListWatch }

// IsWatchListSemanticsUnSupported is what the reflector asks.
func (listFirst) IsWatchListSemanticsUnSupported() bool { return true }

// knows tells whether an object says the word. current is false when it is not
// known, as things are now.
func (w *watched) knows(word string) (says, current bool) {
	if !w.isCurrent() {
		return false, false
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.count[word] > 0, true
}

// keys are the objects that say the word.
func (w *watched) keys(word string) (keys []client.ObjectKey) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for key, words := range w.said {
		for _, said := range words {
			if said == word {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// names are those of all objects of a collection without namespaces.
func (w *watched) names() map[string]bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	names := map[string]bool{}
	for key := range w.said {
		names[key.Name] = true
	}
	return names
}

// listedOnce is true from the first list on.
func (w *watched) listedOnce() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.said != nil
}

// listed is for the reflector: a page of the collection as it is now. A reflector
// by itself would begin with whatever the API server has at hand.
func (w *watched) listed(ctx context.Context, asked metav1.ListOptions) (runtime.Object, error) {
	defer w.tried.Store(true)
	asked.ResourceVersion, asked.ResourceVersionMatch = "", ""
	list := w.list()
	options := &client.ListOptions{Raw: &asked, Limit: asked.Limit, Continue: asked.Continue}
	if err := w.client.List(ctx, list, append([]client.ListOption{options}, w.selected...)...); err != nil {
		return nil, err
	}
	if w.slim == nil {
		return list, nil
	}
	return list, meta.EachListItem(list, func(item runtime.Object) error {
		w.slim(item.(client.Object))
		return nil
	})
}

// follow is for the reflector: a watch that is listened to.
func (w *watched) follow(ctx context.Context, asked metav1.ListOptions) (watch.Interface, error) {
	if err := w.lapsed(); err != nil {
		return nil, err
	}
	asked.TimeoutSeconds = new(int64(watchLife.Seconds()))
	inner, err := w.client.Watch(ctx, w.list(), append([]client.ListOption{&client.ListOptions{Raw: &asked}}, w.selected...)...)
	if err != nil {
		return nil, err
	}
	return w.listen(inner), nil
}

// Add, Update, Delete, Replace and Resync implement cache.ReflectorStore.

// Add remembers an object.
func (w *watched) Add(object any) error { return w.Update(object) }

// Update remembers an object anew.
func (w *watched) Update(object any) error {
	item := object.(client.Object)
	w.mu.Lock()
	w.remember(client.ObjectKeyFromObject(item), w.words(item))
	w.mu.Unlock()
	w.tell()
	return nil
}

// Delete forgets an object.
func (w *watched) Delete(object any) error {
	w.mu.Lock()
	w.remember(client.ObjectKeyFromObject(object.(client.Object)), nil)
	w.mu.Unlock()
	w.tell()
	return nil
}

// Replace remembers what was listed, and nothing else.
func (w *watched) Replace(objects []any, _ string) error {
	w.mu.Lock()
	w.said, w.count = map[client.ObjectKey][]string{}, map[string]int{}
	for _, object := range objects {
		item := object.(client.Object)
		w.remember(client.ObjectKeyFromObject(item), w.words(item))
	}
	w.mu.Unlock()
	w.relisted()
	w.tell()
	return nil
}

// Resync has nothing to do.
func (w *watched) Resync() error { return nil }

func (w *watched) remember(key client.ObjectKey, words []string) {
	for _, word := range w.said[key] {
		if w.count[word]--; w.count[word] == 0 {
			delete(w.count, word)
		}
	}
	delete(w.said, key)
	if len(words) == 0 {
		return
	}
	w.said[key] = words
	for _, word := range words {
		w.count[word]++
	}
}

func (w *watched) tell() {
	if w.changed != nil {
		w.changed()
	}
}

var _ cache.ReflectorStore = (*watched)(nil)

// stripped is all that is needed of an object's own metadata.
func stripped(object client.Object) {
	object.SetManagedFields(nil)
	object.SetAnnotations(nil)
}
