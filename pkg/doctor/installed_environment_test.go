package doctor_test

import (
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/doctor"
)

// red are the checks that fail without nodes: nobody answers for the webhook.
var red = map[string]bool{"webhook-answers": true, "versions": true}

// TestHealthy: an installation has nothing to be said against it but what needs
// nodes, and that nobody uses it.
func TestHealthy(t *testing.T) {
	report := healthy(t).examine(t, time.Now())
	for _, f := range report.Findings {
		if f.Level != doctor.OK && !red[f.Check] && f.Check != "namespaces" {
			t.Errorf("%s: %s: %s", f.Level, f.Check, f.Found)
		}
	}
	if !has(report, "namespaces", doctor.Warning, "no namespace has opted in", "prepare NAMESPACE") {
		t.Error(told(report))
	}
	if !has(report, "webhook-answers", doctor.Problem, "does not answer") {
		t.Error(told(report))
	}
}

// damage is one thing that is broken, and what has to be said of it.
type damage struct {
	name  string
	do    func(*testing.T, *cluster)
	check string
	level doctor.Level
	words []string
	// later is how long after the damage the doctor comes.
	later time.Duration
}

const gateName = "styrmin"

var damages = []damage{
	{name: "a CRD is missing", check: "crds", level: doctor.Problem,
		words: []string{"CustomResourceDefinition styrmindeployments.styrmin.io is missing", "kubectl styrmin install"},
		do: func(t *testing.T, c *cluster) {
			c.remove(t, object("CustomResourceDefinition", "", "styrmindeployments.styrmin.io"))
		}},
	{name: "a CRD is another version's", check: "crds", level: doctor.Problem,
		words: []string{"spec.names.shortNames", "expected"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("CustomResourceDefinition", "", "styrmindeployments.styrmin.io"), set([]any{"old"}, "spec", "names", "shortNames"))
		}},
	{name: "a configuration is missing", check: "webhook-configurations", level: doctor.Problem,
		words: []string{"MutatingWebhookConfiguration styrmin is missing"},
		do:    func(t *testing.T, c *cluster) { c.remove(t, object("MutatingWebhookConfiguration", "", gateName)) }},
	{name: "a webhook was narrowed", check: "webhook-configurations", level: doctor.Problem,
		words: []string{"webhooks[jobs.gate.styrmin.io].failurePolicy", `found "Ignore", expected "Fail"`},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("ValidatingWebhookConfiguration", "", gateName), oneWebhook("jobs.gate.styrmin.io", set("Ignore", "failurePolicy")))
		}},
	{name: "somebody added a selector", check: "webhook-configurations", level: doctor.Problem,
		words: []string{"webhooks[releases.gate.styrmin.io].objectSelector.matchLabels", "expected nothing"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("ValidatingWebhookConfiguration", "", gateName), oneWebhook("releases.gate.styrmin.io", set(map[string]any{"a": "b"}, "objectSelector", "matchLabels")))
		}},
	{name: "the policy of pods is missing", check: "pod-policy", level: doctor.Problem,
		words: []string{"ValidatingAdmissionPolicyBinding styrmin-pods is missing"},
		do: func(t *testing.T, c *cluster) {
			c.remove(t, object("ValidatingAdmissionPolicyBinding", "", "styrmin-pods"))
		}},
	{name: "a role has less", check: "roles", level: doctor.Problem,
		words: []string{"ClusterRole styrmin-webhook is not as this version renders it: rules"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("ClusterRole", "", "styrmin-webhook"), set([]any{}, "rules"))
		}},
	{name: "a role is aggregated no more", check: "roles", level: doctor.Problem,
		words: []string{"ClusterRole styrmin-operator", "metadata.labels[rbac.authorization.k8s.io/aggregate-to-edit]: found nothing"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("ClusterRole", "", "styrmin-operator"), set(map[string]any{}, "metadata", "labels"))
		}},
	{name: "no disruption budget", check: "workload", level: doctor.Problem,
		words: []string{"PodDisruptionBudget styrmin/styrmin-webhook is missing"},
		do: func(t *testing.T, c *cluster) {
			c.remove(t, object("PodDisruptionBudget", "styrmin", "styrmin-webhook"))
		}},
	{name: "no anti-affinity", check: "workload", level: doctor.Warning,
		words: []string{"Deployment styrmin/styrmin-webhook", "affinity: found nothing"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("Deployment", "styrmin", "styrmin-webhook"), set(nil, "spec", "template", "spec", "affinity"))
		}},
	{name: "no replica is ready", check: "replicas", level: doctor.Problem, words: []string{"none of 2 replicas"},
		do: func(t *testing.T, c *cluster) { c.notReady(t, 0) }},
	{name: "a replica is not ready", check: "replicas", level: doctor.Warning, words: []string{"1 of 2 replicas"},
		do: func(t *testing.T, c *cluster) { c.notReady(t, 1) }},
	{name: "a single replica", check: "replicas", level: doctor.Warning, words: []string{"a single replica", "--replicas 2"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("Deployment", "styrmin", "styrmin-webhook"), set(int64(1), "spec", "replicas"))
		}},
	{name: "replicas on one node", check: "replicas", level: doctor.Warning, words: []string{"on one of 2 nodes"},
		do: func(t *testing.T, c *cluster) {
			c.remove(t, object("Pod", "styrmin", "webhook-1"))
		}},
	{name: "no certificate", check: "certificate", level: doctor.Problem, words: []string{"Secret styrmin/styrmin-webhook-cert: there is no certificate yet"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("Secret", "styrmin", "styrmin-webhook-cert"), set(map[string]any{}, "data"))
		}},
	{name: "a foreign caBundle", check: "certificate", level: doctor.Problem, words: []string{"caBundle does not vouch", "exec.gate.styrmin.io"},
		do: func(t *testing.T, c *cluster) {
			foreign, _, err := certificateFor("other", time.Hour)
			must(t, err)
			c.spoil(t, object("ValidatingWebhookConfiguration", "", gateName), oneWebhook("exec.gate.styrmin.io", set(foreign, "clientConfig", "caBundle")))
		}},
	{name: "a certificate about to expire", check: "certificate", level: doctor.Warning, words: []string{"expires on"}, later: 290 * 24 * time.Hour},
	{name: "an expired certificate", check: "certificate", level: doctor.Problem, words: []string{"expired on"}, later: 301 * 24 * time.Hour},
	{name: "the gate opens when it is down", check: "failure-policy", level: doctor.Warning, words: []string{"let through", "if that is not meant: kubectl styrmin install"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("ValidatingWebhookConfiguration", "", gateName), oneWebhook("releases.gate.styrmin.io", set("Ignore", "failurePolicy")))
		}},
	{name: "no gate", check: "failure-policy", level: doctor.Problem, words: []string{"no webhook for releases"},
		do: func(t *testing.T, c *cluster) { c.remove(t, object("ValidatingWebhookConfiguration", "", gateName)) }},
	{name: "two Job controllers", check: "job-controller", level: doctor.Problem, words: []string{"the policy of pods takes", "the webhook system:somebody"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("Deployment", "styrmin", "styrmin-webhook"), arguments("--job-controllers=system:somebody"))
		}},
	{name: "no real Job controller", check: "job-controller", level: doctor.Problem, words: []string{"none of the users"},
		do: func(t *testing.T, c *cluster) {
			c.spoil(t, object("Deployment", "styrmin", "styrmin-webhook"), arguments("--job-controllers=a,b"))
			c.spoil(t, object("ValidatingAdmissionPolicy", "", "styrmin-pods"), set([]any{map[string]any{"name": "x", "expression": "!(request.userInfo.username in ['a', 'b'])"}}, "spec", "matchConditions"))
		}},
}

// TestDamagedInstallation: what is broken is found, named, and explained.
func TestDamagedInstallation(t *testing.T) {
	c := healthy(t)
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) { d.found(t, c) })
	}
}

// found does the damage, and expects that the doctor sees it, and did not before.
func (d damage) found(t *testing.T, c *cluster) {
	t.Helper()
	if report := c.examine(t, time.Now()); has(report, d.check, d.level, d.words...) {
		t.Fatalf("it is found before it is there:\n%s", told(report))
	}
	if d.do != nil {
		d.do(t, c)
	}
	report := c.examine(t, time.Now().Add(d.later))
	if !has(report, d.check, d.level, d.words...) {
		t.Errorf("expected %s of %s with %q, found:\n%s", d.level, d.check, d.words, told(report))
	}
	for _, f := range report.Findings {
		if f.Level != doctor.OK && (f.Why == "" || f.Next == "") && f.Check == d.check {
			t.Errorf("%q does not say why it matters, or what to do next", f.Found)
		}
	}
}
