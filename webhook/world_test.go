package webhook_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// secretValue is in every instance's Secret; no message may show it.
const secretValue = "hunter2-do-not-show"

// world is a namespace that opted in, a registered driver and a deployment.
type world struct {
	*environment
	t          *testing.T
	namespace  string
	editor     client.Client
	warnings   *warnings
	driver     *driver.Driver
	deployment *v1.StyrminDeployment
}

// newWorld prepares a namespace of its own and creates the deployment "app" as its editor.
func newWorld(t *testing.T, gate string) *world {
	t.Helper()
	e := cluster(t)
	w := &world{environment: e, t: t, namespace: "ns-" + strconv.FormatInt(time.Now().UnixNano(), 36)}
	w.prepare(install.Namespace{Name: w.namespace, Gate: gate})
	w.editor, w.warnings = e.editor(t, w.namespace)
	w.driver = w.register(driverObject("drv-" + w.namespace))
	w.deployment = &v1.StyrminDeployment{
		ObjectMeta: objectMeta(w.namespace, "app"),
		Spec: v1.StyrminDeploymentSpec{
			Driver: w.driver.Object.Name, Version: "1.0",
			Config: map[string]apiextensionsv1.JSON{"password": {Raw: []byte(strconv.Quote(secretValue))}},
		},
	}
	// The aggregation of our roles into edit takes the controller a moment.
	w.eventually("create the deployment", func() error { return w.editor.Create(t.Context(), w.deployment.DeepCopy()) })
	must(t, e.admin.Get(t.Context(), client.ObjectKeyFromObject(w.deployment), w.deployment))
	return w
}

func (w *world) prepare(n install.Namespace) {
	w.t.Helper()
	objects, err := install.RenderNamespace(n)
	must(w.t, err)
	must(w.t, install.Installer{Client: w.admin, Report: func(string) {}}.Apply(w.t.Context(), objects))
}

func driverObject(name string) map[string]any {
	return map[string]any{
		"apiVersion": "styrmin.io/v1", "kind": "ApplicationDriver",
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{
			"version": "1", "supported_versions": ">=1.0,<3.0", "default_version": "1.0",
			"helm":       map[string]any{"main": map[string]any{"location": "oci://registry.example/charts/app", "version": "0.1.0"}},
			"parameters": []any{map[string]any{"name": "size", "kind": "integer", "default": int64(1)}},
			"actions": []any{
				map[string]any{"name": "pre_setup", "hook": "setup", "mode": "pre", "location": "actions.py::work"},
				map[string]any{"name": "pre_upgrade", "hook": "upgrade", "mode": "pre", "location": "actions.py::work"},
			},
		},
		"files": map[string]any{
			"actions.py":    "from prefect import flow\n\n\n@flow\ndef work(deployment_id: str) -> None:\n    pass\n",
			"values.j2.yml": "version: {{ app.version | tojson }}\npassword: {{ instance.config.password | tojson }}\n",
		},
	}
}

// register applies a driver as an admin.
func (w *world) register(object map[string]any) *driver.Driver {
	w.t.Helper()
	d, err := driver.FromObject(object)
	must(w.t, err)
	u := &unstructured.Unstructured{Object: d.ToObject()}
	must(w.t, w.admin.Apply(w.t.Context(), client.ApplyConfigurationFromUnstructured(u), client.FieldOwner("test"), client.ForceOwnership))
	return d
}

// chart is the chart's content in the records of these tests.
var chart = map[string]any{
	"metadata":  map[string]any{"name": "app", "version": "0.1.0", "appVersion": "1.0"},
	"templates": []any{map[string]any{"name": "templates/a.yaml", "data": base64.StdEncoding.EncodeToString([]byte("kind: ConfigMap"))}},
}

// instance resolves the deployment at a version.
func (w *world) resolve(d *driver.Driver, version string) *instance.Instance {
	w.t.Helper()
	raw, err := json.Marshal(chart)
	must(w.t, err)
	print, err := release.ChartFingerprint(raw)
	must(w.t, err)
	asked := w.deployment.DeepCopy()
	asked.Spec.Version = version
	i, err := instance.Resolve(d, asked, instance.Chart{Name: "app", Version: "0.1.0", AppVersion: "1.0", Templates: print.Templates})
	must(w.t, err)
	return i
}

// store creates an instance's objects as the editor does.
func (w *world) store(i *instance.Instance) error {
	configMap, secret, err := i.Objects(jobs.Owner(w.deployment))
	must(w.t, err)
	if err := w.editor.Create(w.t.Context(), configMap); err != nil {
		return err
	}
	return w.editor.Create(w.t.Context(), secret)
}

// job is what a client has to say about an action's Job, and something that
// passes the schema for the rest.
func (w *world) job(i *instance.Instance, run, action string) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.namespace, Name: jobs.Name(run, action, 1),
			Labels:      map[string]string{v1.LabelDeployment: "app", v1.LabelInstance: i.Digest, v1.LabelRun: run, "team": "a"},
			Annotations: map[string]string{v1.AnnotationAction: action, v1.AnnotationAttempt: "1"},
		},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "c", Image: "evil.example/true:1"}},
		}}},
	}
}

// succeed plays the kubelet for a Job: its pod ends well, and the Job
// controller draws its conclusion.
func (w *world) succeed(job *batchv1.Job) {
	w.t.Helper()
	ctx := w.t.Context()
	w.eventually("the Job's pod", func() error {
		pod, err := w.podOf(job)
		if err != nil {
			return err
		}
		pod.Status.Phase = corev1.PodSucceeded
		return w.admin.Status().Update(ctx, pod)
	})
	w.eventually("the Job's success", func() error {
		if err := w.admin.Get(ctx, client.ObjectKeyFromObject(job), job); err != nil {
			return err
		}
		if jobs.StateOf(job) != v1.ActionSucceeded {
			return fmt.Errorf("it is %s", jobs.StateOf(job))
		}
		return nil
	})
}

func (w *world) podOf(job *batchv1.Job) (*corev1.Pod, error) {
	var pods corev1.PodList
	err := w.admin.List(w.t.Context(), &pods, client.InNamespace(w.namespace), client.MatchingLabels{batchv1.JobNameLabel: job.Name})
	if err != nil {
		return nil, err
	}
	if len(pods.Items) == 0 {
		return nil, fmt.Errorf("no pod of Job %s", job.Name)
	}
	return &pods.Items[0], nil
}

// record is a Helm release record as Helm 3 and 4 create it.
func (w *world) record(revision int, status, description string, values map[string]any) *corev1.Secret {
	w.t.Helper()
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.namespace, Name: release.Key("app", revision),
			Labels: map[string]string{"owner": "helm", "name": "app", "status": status, "version": strconv.Itoa(revision)},
		},
		Type: release.SecretType,
		Data: map[string][]byte{"release": encodeRelease(w.t, w.namespace, revision, status, description, values)},
	}
}

func encodeRelease(t *testing.T, namespace string, revision int, status, description string, values map[string]any) []byte {
	t.Helper()
	data, err := json.Marshal(map[string]any{
		"name": "app", "namespace": namespace, "version": revision, "chart": chart, "config": values,
		"info": map[string]any{"status": status, "description": description},
	})
	must(t, err)
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, err = zip.Write(data)
	must(t, err)
	must(t, zip.Close())
	return []byte(base64.StdEncoding.EncodeToString(packed.Bytes()))
}

func (w *world) eventually(what string, try func() error) {
	w.t.Helper()
	var err error
	for range 150 {
		if err = try(); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatalf("%s: %v", what, err)
}

// refused asserts a denial by one of ours that says what is expected of it and
// shows nothing of a Secret.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("it was let through, expected a denial with %q", words)
	}
	if !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
		t.Errorf("expected a 4xx, got: %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("expected %q in: %v", word, err)
		}
	}
	if strings.Contains(err.Error(), secretValue) {
		t.Errorf("the message shows a Secret's content: %v", err)
	}
}

func objectMeta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}

// patchStatus takes the first step to a forged completion, one that the API
// server's own checks of a Job's status allow.
func patchStatus(ctx context.Context, c client.Client, job *batchv1.Job) error {
	patch := `{"status":{"conditions":[{"type":"SuccessCriteriaMet","status":"True"}]}}`
	return c.Status().Patch(ctx, job.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(patch)))
}

func partialNamespace(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// webhookBinding lets the webhook read in a namespace.
func webhookBinding(namespace string) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{ObjectMeta: objectMeta(namespace, "styrmin-webhook")}
}

// stored is a record in the storage of that kind.
func (w *world) stored(kind string, record *corev1.Secret) client.Object {
	if kind == "Secret" {
		return record
	}
	return &corev1.ConfigMap{ObjectMeta: record.ObjectMeta, Data: map[string]string{"release": string(record.Data["release"])}}
}

// labelled are an object's labels with one more.
func labelled(object client.Object, key, value string) map[string]string {
	labels := maps.Clone(object.GetLabels())
	labels[key] = value
	return labels
}
