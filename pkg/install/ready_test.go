package install

import (
	"errors"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func deployment(ready bool) *appsv1.Deployment {
	labels := map[string]string{"app": "x"}
	replicas := int32(1)
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "styrmin", Name: WebhookName},
		Spec:       appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels}},
	}
	if ready {
		d.Status = appsv1.DeploymentStatus{Replicas: 1, UpdatedReplicas: 1, AvailableReplicas: 1}
	}
	return d
}

func installer(objects ...client.Object) Installer {
	c := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(objects...).Build()
	return Installer{Client: c, Report: func(string) {}}
}

func TestWaitReady(t *testing.T) {
	if err := installer(deployment(true)).WaitReady(t.Context(), WebhookName, time.Second); err != nil {
		t.Error(err)
	}
}

// TestWaitReadySaysWhyNot: the report names what holds the pod up.
func TestWaitReadySaysWhyNot(t *testing.T) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "styrmin", Name: "p", Labels: map[string]string{"app": "x"}},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
			Name: "webhook", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "no such image"}},
		}}},
	}
	err := installer(deployment(false), pod).WaitReady(t.Context(), WebhookName, 50*time.Millisecond)
	var notReady *NotReadyError
	if !errors.As(err, &notReady) {
		t.Fatalf("found %v", err)
	}
	for _, word := range []string{"Deployment styrmin/styrmin-webhook is not ready", "pod p: container webhook waits: ImagePullBackOff: no such image", "kubectl -n styrmin get pods"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("expected %q in: %v", word, err)
		}
	}
}

func TestKeepWhatIsNotGiven(t *testing.T) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop",
		Labels: map[string]string{"styrmin.io/gate": "warn"}, Annotations: map[string]string{"styrmin.io/images": "reg/"}}}
	kept, err := Namespace{Name: "shop", Drivers: "any"}.Keep(t.Context(), installer(namespace).Client)
	if err != nil || kept != (Namespace{Name: "shop", Gate: "warn", Drivers: "any", Images: "reg/"}) {
		t.Errorf("found %+v %v", kept, err)
	}
	fresh, err := Namespace{Name: "new"}.Keep(t.Context(), installer().Client)
	if err != nil || fresh != (Namespace{Name: "new"}) {
		t.Errorf("found %+v %v", fresh, err)
	}
}
