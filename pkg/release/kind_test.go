package release

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestIsRecord(t *testing.T) {
	owned := map[string]string{"owner": "helm", "name": "notes"}
	for _, tc := range []struct {
		name   string
		typ    corev1.SecretType
		meta   metav1.ObjectMeta
		secret bool
		config bool
	}{
		{"of Helm's type", SecretType, metav1.ObjectMeta{Name: "x"}, true, false},
		{"opaque, with Helm's labels", corev1.SecretTypeOpaque, metav1.ObjectMeta{Name: "x", Labels: owned}, true, true},
		{"opaque, with Helm's name", corev1.SecretTypeOpaque, metav1.ObjectMeta{Name: "sh.helm.release.v1.notes.v1"}, true, true},
		{"another owner", corev1.SecretTypeOpaque, metav1.ObjectMeta{Name: "x", Labels: map[string]string{"owner": "me"}}, false, false},
		{"plain", corev1.SecretTypeOpaque, metav1.ObjectMeta{Name: "helm"}, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := IsSecretRecord(&corev1.Secret{Type: tc.typ, ObjectMeta: tc.meta}); got != tc.secret {
				t.Errorf("Secret: %t", got)
			}
			if got := IsConfigMapRecord(&corev1.ConfigMap{ObjectMeta: tc.meta}); got != tc.config {
				t.Errorf("ConfigMap: %t", got)
			}
		})
	}
}

func TestUserLabels(t *testing.T) {
	got := UserLabels(map[string]string{
		"owner": "helm", "name": "n", "status": "s", "version": "1", "createdAt": "1", "modifiedAt": "2", "team": "a",
	})
	if diff := cmp.Diff(map[string]string{"team": "a"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestKey(t *testing.T) {
	if got := Key("notes", 12); got != "sh.helm.release.v1.notes.v12" {
		t.Errorf("got %q", got)
	}
}
