package install

import (
	"errors"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func class(name, isDefault string) *storagev1.StorageClass {
	return &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{defaultClass: isDefault}}}
}

func claim(class string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: v1.SystemNamespace, Name: PrefectName},
		Spec:       corev1.PersistentVolumeClaimSpec{StorageClassName: &class},
	}
}

func TestCheckStorage(t *testing.T) {
	for name, c := range map[string]struct {
		has     []client.Object
		options Options
		refused string
	}{
		"a default class":        {[]client.Object{class("slow", "false"), class("fast", "true")}, Options{Prefect: true}, ""},
		"no class":               {nil, Options{Prefect: true}, "it has none at all"},
		"no default class":       {[]client.Object{class("slow", "false")}, Options{Prefect: true}, "it has slow"},
		"claimed before":         {[]client.Object{claim("")}, Options{Prefect: true}, ""},
		"a class that is named":  {nil, Options{Prefect: true, PrefectStorage: "manual"}, ""},
		"none, as it was chosen": {nil, Options{Prefect: true, PrefectStorage: NoStorage}, ""},
		"no Prefect":             {nil, Options{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckStorage(t.Context(), fakeOf(c.has...), c.options)
			var none *NoDefaultClassError
			if c.refused == "" && err != nil || c.refused != "" && (!errors.As(err, &none) || !strings.Contains(err.Error(), c.refused)) {
				t.Errorf("found %v, expected %q", err, c.refused)
			}
		})
	}
}

// TestStorageIsObserved: what is rendered for a choice is recognised as that choice.
func TestStorageIsObserved(t *testing.T) {
	for _, choice := range []string{"", NoStorage, "fast"} {
		objects := render(t, Options{Prefect: true, PrefectStorage: choice})
		var server appsv1.Deployment
		convert(t, find(t, objects, "Deployment", PrefectName), &server)
		has := []client.Object{&server}
		for _, object := range objects {
			if object.GetKind() == kindClaim {
				has = append(has, object)
			}
		}
		if claims := len(has) - 1; (claims == 0) != (choice == NoStorage) {
			t.Errorf("%q: found %d claims", choice, claims)
		}
		observed, err := Observe(t.Context(), fakeOf(has...))
		if err != nil || observed.PrefectStorage != choice {
			t.Errorf("found %q (%v), expected %q", observed.PrefectStorage, err, choice)
		}
		if command := observed.Command(); (choice != "") != strings.HasSuffix(command, " --prefect-storage "+choice) {
			t.Errorf("%q: the command is %s", choice, command)
		}
	}
}

// TestClaimIsMadeOnce: a volume that was enlarged since is not asked to shrink.
func TestClaimIsMadeOnce(t *testing.T) {
	c := fakeOf(claim("enlarged"))
	objects := render(t, Options{Prefect: true, PrefectStorage: "other"})
	err := Installer{Client: c, Report: func(string) {}}.Apply(t.Context(), []*unstructured.Unstructured{find(t, objects, kindClaim, PrefectName)})
	var found corev1.PersistentVolumeClaim
	if getErr := c.Get(t.Context(), client.ObjectKeyFromObject(claim("")), &found); err != nil || getErr != nil || *found.Spec.StorageClassName != "enlarged" {
		t.Errorf("found class %v (%v, %v), expected the claim as it was", found.Spec.StorageClassName, err, getErr)
	}
}

func fakeOf(objects ...client.Object) client.WithWatch {
	return fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(objects...).Build()
}

func convert(t *testing.T, from *unstructured.Unstructured, to any) {
	t.Helper()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(from.Object, to); err != nil {
		t.Fatal(err)
	}
}
