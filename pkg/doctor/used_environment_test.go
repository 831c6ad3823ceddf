package doctor_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/doctor"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// home is a namespace that has opted in. What lies in it was there before: nobody
// answers for the webhook here.
type home struct {
	*cluster
	name string
}

// home makes a namespace, prepares it, puts objects into it, and opts it in.
func (c *cluster) home(t *testing.T, name, gate string, objects ...client.Object) home {
	t.Helper()
	rendered, err := install.RenderNamespace(install.Namespace{Name: name})
	must(t, err)
	applier := install.Installer{Client: c.client, Report: func(string) {}}
	must(t, applier.Apply(t.Context(), rendered[:len(rendered)-1]))
	for _, o := range objects {
		o.SetNamespace(name)
		c.create(t, o)
	}
	c.label(t, name, gate)
	// Registered last, so done first: the gate would refuse to let the objects go.
	t.Cleanup(func() { c.label(t, name, "") })
	return home{c, name}
}

func (c *cluster) label(t *testing.T, namespace, gate string) {
	t.Helper()
	value := map[string]any{v1.LabelGate: gate}
	if gate == "" {
		value[v1.LabelGate] = nil
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": value}})
	must(t, err)
	must(t, c.client.Patch(context.Background(), &corev1.Namespace{ObjectMeta: meta("", namespace)}, client.RawPatch("application/merge-patch+json", patch)))
}

func deployment(name string) *v1.StyrminDeployment {
	return &v1.StyrminDeployment{ObjectMeta: meta("", name), Spec: v1.StyrminDeploymentSpec{Driver: "d", Version: "1"}}
}

// garbled asks for an amount that the CRD's pattern lets in, and that is none.
func garbled(name string) *unstructured.Unstructured {
	d := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"driver": "d", "version": "1", "jobs": map[string]any{"resources": map[string]any{"limits": map[string]any{"cpu": "1e1.5"}}},
	}}}
	d.SetGroupVersionKind(v1.GroupVersion.WithKind("StyrminDeployment"))
	d.SetName(name)
	return d
}

func opened(name, glass string) *v1.StyrminDeployment {
	d := deployment(name)
	d.Annotations = map[string]string{v1.AnnotationBreakGlass: glass}
	return d
}

// record is a release's first, as Helm stores it; releases lives in a namespace of its own.
func record(name, status, namespace string, labels map[string]string) *corev1.Secret {
	payload := fmt.Sprintf(`{"name":%q,"namespace":%q,"version":1,"chart":{"metadata":{"name":"c","version":"1"}},"info":{"status":%q}}`, name, namespace, status)
	s := &corev1.Secret{
		ObjectMeta: meta("", "sh.helm.release.v1."+name+".v1"), Type: "helm.sh/release.v1",
		Data: map[string][]byte{"release": []byte(base64.StdEncoding.EncodeToString([]byte(payload)))},
	}
	s.Labels = map[string]string{"owner": "helm", "name": name, "status": status, "version": strconv.Itoa(1)}
	for key, value := range labels {
		s.Labels[key] = value
	}
	return s
}

func lease(deployment, holder string) *coordinationv1.Lease {
	now := metav1.NowMicro()
	seconds := int32(15)
	return &coordinationv1.Lease{
		ObjectMeta: meta("", "styrmin-"+deployment),
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: &holder, AcquireTime: &now, RenewTime: &now, LeaseDurationSeconds: &seconds},
	}
}

func glassUntil(until time.Time) string {
	data, _ := json.Marshal(v1.BreakGlass{By: "mia", Reason: "the database is down", Until: until})
	return string(data)
}

var misuses = []damage{
	{name: "a namespace that holds nothing", check: "namespaces", level: doctor.Problem, words: []string{"namespace typo", `found "enforced", expected enforce or warn`, "prepare typo"},
		do: func(t *testing.T, c *cluster) { c.home(t, "typo", "enforced") }},
	{name: "a namespace that the gate excludes", check: "namespaces", level: doctor.Warning, words: []string{"namespace kube-system has the label"},
		do: func(t *testing.T, c *cluster) {
			c.label(t, "kube-system", "enforce")
			t.Cleanup(func() { c.label(t, "kube-system", "") })
		}},
	{name: "a namespace that trusts anything", check: "namespaces", level: doctor.Warning, words: []string{"namespace trusting", "styrmin.io/images=any"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "trusting", "warn")
			c.spoil(t, object("Namespace", "", "trusting"), set("any", "metadata", "annotations", v1.AnnotationImages))
		}},
	{name: "a namespace that the webhook cannot read", check: "namespaces", level: doctor.Problem, words: []string{"RoleBinding unread/styrmin-webhook is missing", "prepare unread"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "unread", "enforce")
			c.remove(t, object("RoleBinding", "unread", "styrmin-webhook"))
		}},
	{name: "a deployment that nobody guards", check: "namespaces", level: doctor.Warning, words: []string{"StyrminDeployment unguarded/app is in a namespace that did not opt in"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "unguarded", "enforce", deployment("app"))
			c.label(t, "unguarded", "")
		}},
	{name: "a webhook that refuses everything", check: "gate", level: doctor.Problem, words: []string{"in namespace stuck the record of a release that nobody governs is refused"},
		do: func(t *testing.T, c *cluster) { c.home(t, "stuck", "enforce") }},
	{name: "a deployment that nobody can read", check: "deployments", level: doctor.Problem, words: []string{"StyrminDeployment garbled/app cannot be read", "kubectl edit styrmindeployment app -n garbled"},
		do: func(t *testing.T, c *cluster) { c.home(t, "garbled", "enforce", garbled("app")) }},
	{name: "a gate that is not there", check: "gate", level: doctor.Problem, words: []string{"an unreadable record of release app, which StyrminDeployment open/app governs, is let in"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "open", "enforce", deployment("app"))
			c.remove(t, object("ValidatingWebhookConfiguration", "", gateName))
		}},
	{name: "actions that may do too little", check: "accounts", level: doctor.Problem, words: []string{"service account weak/styrmin-action lacks", "jobs.batch: list"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "weak", "enforce", deployment("app"))
			c.spoil(t, object("Role", "weak", "styrmin-action"), set([]any{}, "rules"))
		}},
	{name: "actions of another account", check: "accounts", level: doctor.Problem, words: []string{"service account own/saver lacks", "deployments.apps: list, patch"},
		do: func(t *testing.T, c *cluster) {
			d := deployment("app")
			d.Spec.Jobs.Actions = map[string]v1.ActionSettings{"back_up": {ServiceAccount: "saver"}}
			c.home(t, "own", "enforce", d)
		}},
	{name: "an engine that may do nothing", check: "accounts", level: doctor.Warning, words: []string{"service account idle/styrmin-engine lacks", "jobs.batch: get"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "idle", "enforce", deployment("app"))
			c.remove(t, object("RoleBinding", "idle", "styrmin-engine"))
		}},
	{name: "records that the gate does not see", check: "records", level: doctor.Problem, words: []string{"release seen/app is governed, and its records are in namespace default", "have the client store records in seen"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "seen", "enforce", deployment("app"))
			r := record("app", "deployed", "seen", nil)
			r.Namespace = "default"
			c.create(t, r)
		}},
	{name: "a release whose deployment is gone", check: "records", level: doctor.Warning, words: []string{"release orphaned/left was deployed by a run", "kubectl styrmin upgrade left -n orphaned"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "orphaned", "enforce", record("left", "deployed", "orphaned", map[string]string{v1.LabelRun: "r"}))
		}},
	{name: "a change that nobody ended", check: "pending-releases", level: doctor.Warning, words: []string{"release waiting/app has been pending-upgrade for 2h0m0s", "helm rollback app"}, later: 2 * time.Hour,
		do: func(t *testing.T, c *cluster) {
			c.home(t, "waiting", "enforce", record("app", "pending-upgrade", "waiting", nil))
		}},
	{name: "an open gate", check: "break-glass", level: doctor.Warning, words: []string{"the gate of broken/app is open until", "by mia: the database is down", "release app -n broken --end"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "broken", "enforce", opened("app", glassUntil(time.Now().Add(time.Hour))))
		}},
	{name: "a gate that says it is open for ever", check: "break-glass", level: doctor.Warning, words: []string{"expires more than 4h0m0s from now"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "forever", "enforce", opened("app", glassUntil(time.Now().Add(1000*time.Hour))))
		}},
	{name: "an annotation that nobody can read", check: "break-glass", level: doctor.Warning, words: []string{"StyrminDeployment unreadable/app: annotation"},
		do: func(t *testing.T, c *cluster) { c.home(t, "unreadable", "enforce", opened("app", "yes please")) }},
	{name: "a lock without a living holder", check: "locks", level: doctor.Warning, words: []string{"StyrminDeployment dead/app is locked by host/1-x since", "no sign of life"},
		do: func(t *testing.T, c *cluster) {
			c.home(t, "dead", "enforce", deployment("app"), lease("app", "host/1-x"))
		}},
}

// TestMisusedInstallation: so is what those who use it do, forget, or leave behind.
func TestMisusedInstallation(t *testing.T) {
	c := healthy(t)
	for _, d := range misuses {
		t.Run(d.name, func(t *testing.T) { d.found(t, c) })
	}
}

// TestGateGivenBack: a broken glass that has expired by itself is nobody's business.
func TestGateGivenBack(t *testing.T) {
	c := healthy(t)
	c.home(t, "closed", "enforce", opened("app", glassUntil(time.Now().Add(time.Hour))))
	if report := c.examine(t, time.Now().Add(2*time.Hour)); !has(report, "break-glass", doctor.OK, "nobody has opened the gate") {
		t.Error(told(report))
	}
}

// TestEndingNamespace: what is gone from a namespace that is being deleted is not amiss.
func TestEndingNamespace(t *testing.T) {
	c := healthy(t)
	c.home(t, "ending", "enforce", deployment("app"))
	must(t, c.client.Delete(t.Context(), object("RoleBinding", "ending", "styrmin-webhook")))
	if report := c.examine(t, time.Now()); !has(report, "namespaces", doctor.Problem, "RoleBinding ending/styrmin-webhook is missing") {
		t.Fatal(told(report))
	}
	must(t, c.client.Delete(t.Context(), object("Namespace", "", "ending")))
	for _, f := range c.examine(t, time.Now()).Findings {
		if f.Level != doctor.OK && strings.Contains(f.Found, "ending") {
			t.Errorf("%s: %s: %s", f.Level, f.Check, f.Found)
		}
	}
}
