package install

import (
	"context"
	"slices"
	"testing"

	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// TestRemoveOpensTheGateFirst: with everything that `install` can have made, the
// configurations are the first to go. Were it the Deployment, whatever fails closed
// would stand still from then on, the uninstall's own changes perhaps included.
func TestRemoveOpensTheGateFirst(t *testing.T) {
	var deleted []string
	c := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithInterceptorFuncs(interceptor.Funcs{
		Delete: func(_ context.Context, _ client.WithWatch, object client.Object, _ ...client.DeleteOption) error {
			deleted = append(deleted, object.GetObjectKind().GroupVersionKind().Kind)
			return nil
		},
	}).Build()
	objects := render(t, Options{Prefect: true, Monitoring: true})
	if err := (Installer{Client: c, Report: func(string) {}}).Remove(t.Context(), objects); err != nil {
		t.Fatal(err)
	}
	if len(deleted) != len(objects) {
		t.Errorf("deleted %d of %d objects", len(deleted), len(objects))
	}
	first := slices.Sorted(slices.Values(deleted[:2]))
	if !slices.Equal(first, []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}) {
		t.Errorf("the first to go are %v, expected both webhook configurations: %v", first, deleted)
	}
}
