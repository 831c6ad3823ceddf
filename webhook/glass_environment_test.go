package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// breakGlass sets the annotation on the deployment, or takes it away.
func (w *world) breakGlass(c client.Client, glass *v1.BreakGlass, options ...client.PatchOption) error {
	w.t.Helper()
	var value any
	if glass != nil {
		text, err := json.Marshal(glass)
		must(w.t, err)
		value = string(text)
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{v1.AnnotationBreakGlass: value}}})
	must(w.t, err)
	return c.Patch(w.t.Context(), w.deployment.DeepCopy(), client.RawPatch("application/merge-patch+json", patch), options...)
}

// breaker makes a client for an editor who may break the glass, too.
func (w *world) breaker() (client.Client, string) {
	w.t.Helper()
	user := "breaker-of-" + w.namespace
	for _, role := range []string{"edit", "styrmin-break-glass"} {
		must(w.t, w.admin.Create(w.t.Context(), &rbacv1.RoleBinding{
			ObjectMeta: objectMeta(w.namespace, user+"-"+role),
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}},
		}))
	}
	c, err := w.as(user, "system:authenticated")
	must(w.t, err)
	return c, user
}

func (w *world) events(reason string) []string {
	w.t.Helper()
	var list corev1.EventList
	must(w.t, w.admin.List(w.t.Context(), &list, client.InNamespace(w.namespace)))
	var messages []string
	for _, event := range list.Items {
		if event.Reason == reason && event.InvolvedObject.UID == w.deployment.UID {
			messages = append(messages, event.Message)
		}
	}
	return messages
}

// TestBreakGlass: who has the verb opens the gate in their own name, for a
// reason and a while; everybody passes then, and the Events tell.
func TestBreakGlass(t *testing.T) {
	w := newWorld(t, "enforce")
	breaker, user := w.breaker()
	install := w.record(1, release.StatusPendingInstall, "", w.resolve(w.driver, "1.0").Values)
	glass := v1.BreakGlass{By: user, Reason: "the disk is full", Until: time.Now().Add(15 * time.Minute).UTC()}

	err := w.breakGlass(w.editor, &v1.BreakGlass{By: "editor-of-" + w.namespace, Reason: glass.Reason, Until: glass.Until})
	refused(t, err, "needs the verb release", "styrmin-break-glass")
	for name, change := range map[string]func(*v1.BreakGlass){
		"by: ":     func(g *v1.BreakGlass) { g.By = "somebody else" },
		"reason: ": func(g *v1.BreakGlass) { g.Reason = " " },
		"line":     func(g *v1.BreakGlass) { g.Reason = "two\nlines" },
		"until: ":  func(g *v1.BreakGlass) { g.Until = time.Now().Add(-time.Minute) },
		"4h0m0s":   func(g *v1.BreakGlass) { g.Until = time.Now().Add(5 * time.Hour) },
	} {
		bad := glass
		change(&bad)
		refused(t, w.breakGlass(breaker, &bad), name)
	}
	must(t, w.breakGlass(breaker, &glass, client.DryRunAll))
	if found := w.events("BreakGlass"); len(found) > 0 {
		t.Errorf("what was refused, or a dry run, left Events: %q", found)
	}

	refused(t, w.editor.Create(t.Context(), install.DeepCopy()), "held by styrmin")
	err = breaker.Create(t.Context(), install.DeepCopy())
	refused(t, err, "As the last resort", "kubectl styrmin release app -n "+w.namespace+" --reason")
	if strings.Contains(w.editor.Create(t.Context(), install.DeepCopy()).Error(), "last resort") {
		t.Error("the last resort is offered to somebody who may not use it")
	}

	must(t, w.breakGlass(breaker, &glass))
	must(t, w.editor.Create(t.Context(), install.DeepCopy(), client.DryRunAll))
	must(t, w.editor.Create(t.Context(), install.DeepCopy()))
	if !strings.Contains(w.warnings.String(), "without that it would be held") || !strings.Contains(w.warnings.String(), user) {
		t.Errorf("found the warnings %q", w.warnings)
	}
	if opened := w.events("BreakGlass"); len(opened) != 1 || !strings.Contains(opened[0], user+" opened the gate until ") || !strings.Contains(opened[0], glass.Reason) {
		t.Errorf("found the Events %q", opened)
	}
	if used := w.events("BreakGlassUsed"); len(used) != 1 || !strings.Contains(used[0], "editor-of-"+w.namespace+" changed the release by record "+install.Name) {
		t.Errorf("found the Events %q", used)
	}

	must(t, w.breakGlass(w.editor, nil)) // everybody may close the gate
	refused(t, w.editor.Create(t.Context(), w.record(2, release.StatusPendingUpgrade, "", map[string]any{"x": 1})), "held by styrmin")
}

// TestOwnersAreRefused: the garbage collector would delete the deployment for who may not.
func TestOwnersAreRefused(t *testing.T) {
	w := newWorld(t, "enforce")
	owner := &corev1.ConfigMap{ObjectMeta: objectMeta(w.namespace, "owner")}
	must(t, w.editor.Create(t.Context(), owner))
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"ownerReferences": []any{map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "name": owner.Name, "uid": owner.UID,
	}}}})
	must(t, err)
	err = w.editor.Patch(t.Context(), w.deployment.DeepCopy(), client.RawPatch("application/merge-patch+json", patch))
	refused(t, err, "metadata.ownerReferences", "together with ConfigMap owner")
	must(t, w.editor.Patch(t.Context(), w.deployment.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"team":"a"}}}`))))
}
