package webhook_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
	"github.com/styrmin/kubectl-styrmin/webhook"
)

// reading reads the records of a release in a namespace where nothing is held, and counts what it reads by name.
type reading struct {
	*world
	webhook.Reading
	reads atomic.Int32
	// meanwhile is done before a read; nil for nothing.
	meanwhile func()
}

func newReading(t *testing.T) *reading {
	t.Helper()
	r := &reading{world: newWorld(t, "warn")}
	direct, err := client.NewWithWatch(r.config, client.Options{Scheme: r.scheme})
	must(t, err)
	r.Reading = webhook.NewReading(interceptor.NewClient(direct, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			r.reads.Add(1)
			if r.meanwhile != nil {
				r.meanwhile()
			}
			return c.Get(ctx, key, object, options...)
		},
	}))
	return r
}

// expect compares the records' statuses, in the order of their revisions, and how many were read by name for that.
func (r *reading) expect(why string, reads int, statuses ...string) {
	r.t.Helper()
	r.reads.Store(0)
	records, err := r.Records(r.t.Context(), r.namespace, "app")
	must(r.t, err)
	slices.SortFunc(records, func(a, b release.Record) int { return a.Revision - b.Revision })
	var found []string
	for _, record := range records {
		found = append(found, record.Status)
	}
	if !slices.Equal(found, statuses) || int(r.reads.Load()) != reads {
		r.t.Errorf("%s: found %q with %d reads, expected %q with %d", why, found, r.reads.Load(), statuses, reads)
	}
}

// TestContents: what a record says in a version is read once, in either storage, also when it says nothing; which there are, and in
// which version, is looked up each time.
func TestContents(t *testing.T) {
	r := newReading(t)
	first := r.record(1, release.StatusDeployed, "", nil)
	second := &corev1.ConfigMap{
		ObjectMeta: *r.record(2, release.StatusPendingUpgrade, "", nil).ObjectMeta.DeepCopy(),
		Data:       map[string]string{"release": string(r.record(2, release.StatusPendingUpgrade, "", nil).Data["release"])},
	}
	broken := r.record(3, release.StatusFailed, "", nil)
	broken.Data["release"] = []byte("eHl6")
	for _, object := range []client.Object{first, second, broken} {
		must(t, r.admin.Create(t.Context(), object))
	}
	r.expect("at first", 3, release.StatusDeployed, release.StatusPendingUpgrade)
	r.expect("again", 0, release.StatusDeployed, release.StatusPendingUpgrade)

	first.Data = r.record(1, release.StatusSuperseded, "", nil).Data
	must(t, r.admin.Update(t.Context(), first))
	r.expect("another version of one", 1, release.StatusSuperseded, release.StatusPendingUpgrade)

	must(t, r.admin.Delete(t.Context(), second))
	must(t, r.admin.Delete(t.Context(), broken))
	r.expect("two are gone", 0, release.StatusSuperseded)

	must(t, r.admin.Delete(t.Context(), first))
	must(t, r.admin.Create(t.Context(), r.record(1, release.StatusFailed, "", nil)))
	r.expect("another object of the name", 1, release.StatusFailed)
}

// TestContentGone: a record that goes while it is about to be read is none.
func TestContentGone(t *testing.T) {
	r := newReading(t)
	record := r.record(1, release.StatusDeployed, "", nil)
	must(t, r.admin.Create(t.Context(), record))
	r.meanwhile = func() {
		must(t, client.IgnoreNotFound(r.admin.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: record.Namespace, Name: record.Name}})))
	}
	r.expect("it goes", 1)
}

// TestInstancesOfTheDeployment: what is no instance of the deployment as it is counts for nothing.
func TestInstancesOfTheDeployment(t *testing.T) {
	r := newReading(t)
	must(t, r.store(r.resolve(r.driver, "1.0")))
	another := r.deployment.DeepCopy()
	another.Spec.Driver = "another"
	for deployment, expected := range map[*v1.StyrminDeployment]int{r.deployment: 1, another: 0} {
		found, err := r.Instances(t.Context(), deployment)
		if err != nil || len(found) != expected {
			t.Errorf("driver %s: found %d instances, %v; expected %d", deployment.Spec.Driver, len(found), err, expected)
		}
	}
}
