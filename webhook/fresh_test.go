package webhook

import (
	"context"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// asking notes which versions lists asked for; it is behind the first one.
type asking struct {
	client.Reader
	behind bool
	asked  []string
}

// List implements client.Reader.
func (a *asking) List(_ context.Context, _ client.ObjectList, options ...client.ListOption) error {
	asked := (&client.ListOptions{}).ApplyOptions(options)
	version := "now"
	if asked.Raw != nil {
		version = asked.Raw.ResourceVersion + " " + string(asked.Raw.ResourceVersionMatch)
	}
	a.asked = append(a.asked, version)
	if a.behind && version != "now" {
		err := apierrors.NewTimeoutError("Too large resource version", 1)
		err.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: metav1.CauseTypeResourceVersionTooLarge}}
		return err
	}
	return nil
}

func TestFreshLists(t *testing.T) {
	for name, test := range map[string]struct {
		behind   bool
		list     client.ObjectList
		options  []client.ListOption
		expected []string
	}{
		"Secrets":                      {false, &corev1.SecretList{}, nil, []string{"7 NotOlderThan"}},
		"ConfigMaps":                   {false, &corev1.ConfigMapList{}, nil, []string{"8 NotOlderThan"}},
		"the next page":                {false, &corev1.SecretList{}, []client.ListOption{client.Continue("x")}, []string{"now"}},
		"what no version is of":        {false, &corev1.PodList{}, nil, []string{"now"}},
		"an API server that is behind": {true, &corev1.SecretList{}, nil, []string{"7 NotOlderThan", "now"}},
	} {
		t.Run(name, func(t *testing.T) {
			reader := &asking{behind: test.behind}
			f := &fresh{Reader: reader, secrets: "7", configMaps: "8"}
			if err := f.List(t.Context(), test.list, test.options...); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(reader.asked, test.expected) {
				t.Errorf("asked for %q, expected %q", reader.asked, test.expected)
			}
		})
	}
}
