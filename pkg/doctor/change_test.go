package doctor_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// groups are those of the kinds that the tests break.
var groups = map[string]string{
	"Secret": "v1", "Pod": "v1", "Service": "v1", "ServiceAccount": "v1", "Namespace": "v1", "ConfigMap": "v1",
	"Deployment": "apps/v1", "PodDisruptionBudget": "policy/v1",
	"ClusterRole": "rbac.authorization.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1", "Role": "rbac.authorization.k8s.io/v1",
	"MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
	"ValidatingAdmissionPolicy": "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding": "admissionregistration.k8s.io/v1",
	"CustomResourceDefinition": "apiextensions.k8s.io/v1",
}

func meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}

func object(kind, namespace, name string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(schema.FromAPIVersionAndKind(groups[kind], kind))
	o.SetNamespace(namespace)
	o.SetName(name)
	return o
}

// edit changes an object's content in place.
type edit func(content map[string]any)

// set sets a field; bytes become base64, as the API writes them.
func set(value any, path ...string) edit {
	return func(content map[string]any) { _ = unstructured.SetNestedField(content, plain(value), path...) }
}

func plain(value any) any {
	switch v := value.(type) {
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return value
}

// everyWebhook makes an edit in each webhook of a configuration; oneWebhook in the named one.
func everyWebhook(e edit) edit { return oneWebhook("", e) }

func oneWebhook(name string, e edit) edit {
	return func(content map[string]any) {
		webhooks, _ := content["webhooks"].([]any)
		for _, w := range webhooks {
			if webhook := w.(map[string]any); name == "" || webhook["name"] == name {
				e(webhook)
			}
		}
	}
}

// change makes an edit in the cluster.
func (c *cluster) change(ctx context.Context, o *unstructured.Unstructured, e edit) error {
	if err := c.client.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
		return err
	}
	e(o.Object)
	return c.client.Update(ctx, o)
}

// spoil makes an edit for the length of a test.
func (c *cluster) spoil(t *testing.T, o *unstructured.Unstructured, e edit) {
	t.Helper()
	must(t, c.client.Get(t.Context(), client.ObjectKeyFromObject(o), o))
	before := o.DeepCopy()
	must(t, c.change(t.Context(), o, e))
	t.Cleanup(func() {
		must(t, c.client.Get(context.Background(), client.ObjectKeyFromObject(o), o))
		before.SetResourceVersion(o.GetResourceVersion())
		must(t, c.client.Update(context.Background(), before))
	})
}

// remove deletes an object for the length of a test.
func (c *cluster) remove(t *testing.T, o *unstructured.Unstructured) {
	t.Helper()
	must(t, c.client.Get(t.Context(), client.ObjectKeyFromObject(o), o))
	before := o.DeepCopy()
	must(t, c.client.Delete(t.Context(), o, client.GracePeriodSeconds(0)))
	// A CRD stays until what is of its kind is gone.
	must(t, wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		err := c.client.Get(ctx, client.ObjectKeyFromObject(o), o)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}))
	t.Cleanup(func() {
		before.SetResourceVersion("")
		before.SetUID("")
		must(t, c.client.Create(context.Background(), before))
	})
}

// ready says of the webhook's Deployment how many replicas are.
func (c *cluster) ready(ctx context.Context, replicas int32) error {
	var d appsv1.Deployment
	if err := c.client.Get(ctx, client.ObjectKey{Namespace: "styrmin", Name: "styrmin-webhook"}, &d); err != nil {
		return err
	}
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: 2, UpdatedReplicas: 2, ReadyReplicas: replicas, AvailableReplicas: replicas}
	return c.client.Status().Update(ctx, &d)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// create makes an object for the length of a test.
func (c *cluster) create(t *testing.T, o client.Object) {
	t.Helper()
	if err := c.client.Create(t.Context(), o); err != nil {
		t.Fatal(fmt.Errorf("create %s: %w", o.GetName(), err))
	}
	t.Cleanup(func() { _ = c.client.Delete(context.Background(), o) })
}

// notReady says for the length of a test that so many replicas are ready.
func (c *cluster) notReady(t *testing.T, replicas int32) {
	t.Helper()
	must(t, c.ready(t.Context(), replicas))
	t.Cleanup(func() { must(t, c.ready(context.Background(), 2)) })
}

// arguments adds one to the webhook's container.
func arguments(more string) edit {
	return func(content map[string]any) {
		path := []string{"spec", "template", "spec", "containers"}
		containers, _, _ := unstructured.NestedSlice(content, path...)
		container := containers[0].(map[string]any)
		container["args"] = append(container["args"].([]any), more)
		_ = unstructured.SetNestedSlice(content, containers, path...)
	}
}
