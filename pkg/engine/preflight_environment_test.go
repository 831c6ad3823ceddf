package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// TestPermissions gives a user exactly what the preflight says is missing, and
// what the chart needs; with that a run has to work.
func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := rest.CopyConfig(w.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "operator-of-" + w.namespace, Groups: []string{"system:authenticated"}}
	e, events := w.engine(config)

	err := e.Preflight(t.Context(), w.namespace)
	var preflight *engine.PreflightError
	if !errors.As(err, &preflight) {
		t.Fatalf("expected the missing permissions, got %v", err)
	}
	rules := parsePermissions(t, err.Error())
	rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "create", "patch"}})
	w.grant(config.Impersonate.UserName, rules)
	w.eventually("the grant", func() error { return e.Preflight(t.Context(), w.namespace) })

	d := w.driverWith("setup/pre/a")
	w.must(engine.Register(t.Context(), w.admin, d))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := e.Prepare(ctx, w.request(engine.VerbSetup, d, "1.0", func(r *engine.Request) { r.Register = false }))
	w.must(err)
	if _, err := e.Do(ctx, p); err != nil {
		t.Errorf("%v\nevents: %q", err, events.lines())
	}
}

// parsePermissions reads the lines "  RESOURCE.GROUP/SUBRESOURCE: VERB, VERB".
func parsePermissions(t *testing.T, message string) (rules []rbacv1.PolicyRule) {
	t.Helper()
	for _, line := range strings.Split(message, "\n") {
		kind, verbs, found := strings.Cut(strings.TrimPrefix(line, "  "), ": ")
		if !strings.HasPrefix(line, "  ") || !found {
			continue
		}
		kind = strings.TrimSuffix(kind, " (cluster-wide)")
		name, subresource, _ := strings.Cut(kind, "/")
		resource, group, _ := strings.Cut(name, ".")
		if subresource != "" {
			resource += "/" + subresource
		}
		rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: strings.Split(verbs, ", ")})
	}
	if len(rules) < 5 {
		t.Fatalf("only %d permissions in: %s", len(rules), message)
	}
	return rules
}

// grant gives a user rights in the namespace, and to read drivers.
func (w *world) grant(user string, rules []rbacv1.PolicyRule) {
	w.t.Helper()
	ctx, subject := w.t.Context(), rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}
	meta := metav1.ObjectMeta{Namespace: w.namespace, Name: user}
	w.must(w.admin.Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: rules}))
	w.must(w.admin.Create(ctx, &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: []rbacv1.Subject{subject}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: user}}))
	meta = metav1.ObjectMeta{Name: user}
	w.must(w.admin.Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{APIGroups: []string{"styrmin.io"}, Resources: []string{"applicationdrivers"}, Verbs: []string{"get"}}}}))
	w.must(w.admin.Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: []rbacv1.Subject{subject}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user}}))
}

func TestPreflightRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e, _ := w.engine(w.config)
	var preflight *engine.PreflightError
	if err := e.Preflight(t.Context(), "no-such-namespace"); !errors.As(err, &preflight) || !strings.Contains(err.Error(), "no namespace no-such-namespace") {
		t.Errorf("expected the namespace to be missed, got %v", err)
	}
	w.must(w.admin.Delete(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "styrmin-action"}}))
	_, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, w.driverWith(), "1.0"))
	if !errors.As(err, &preflight) || !strings.Contains(err.Error(), "kubectl styrmin prepare "+w.namespace) {
		t.Errorf("expected the service account to be missed, got %v", err)
	}
}
