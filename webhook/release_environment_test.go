package webhook_test

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// TestReleaseIsHeldUntilThePreActionsSucceeded walks a release through its life.
func TestReleaseIsHeldUntilThePreActionsSucceeded(t *testing.T) {
	w := newWorld(t, "enforce")
	ctx := t.Context()
	first := w.resolve(w.driver, "1.0")
	install := w.record(1, release.StatusPendingInstall, "Initial install underway", first.Values)

	refused(t, w.editor.Create(ctx, install.DeepCopy()), "StyrminDeployment "+w.namespace+"/app", "no run of this change", "kubectl styrmin")

	must(t, w.store(first))
	refused(t, w.editor.Create(ctx, install.DeepCopy()), "pre_setup (Pending)", "kubectl styrmin setup app")

	job := w.job(first, "run1", "pre_setup")
	must(t, w.editor.Create(ctx, job))
	refused(t, w.editor.Create(ctx, install.DeepCopy()), "run run1", "pre_setup (Running)")

	w.succeed(job)
	must(t, w.editor.Create(ctx, install.DeepCopy()))

	// G4: what was created may be updated and deleted.
	deployed := w.record(1, release.StatusDeployed, "Install complete", first.Values)
	must(t, w.editor.Update(ctx, deployed))

	// G2: the evidence has served.
	refused(t, w.editor.Create(ctx, w.record(2, release.StatusPendingUpgrade, "Preparing upgrade", first.Values)), "kubectl styrmin upgrade app")
	second := w.resolve(w.driver, "2.0")
	must(t, w.store(second))
	refused(t, w.editor.Create(ctx, w.record(2, release.StatusPendingUpgrade, "Preparing upgrade", second.Values)), "pre_upgrade (Pending)", "--version 2.0")

	upgrade := w.job(second, "run2", "pre_upgrade")
	must(t, w.editor.Create(ctx, upgrade))
	w.succeed(upgrade)
	must(t, w.editor.Create(ctx, w.record(2, release.StatusPendingUpgrade, "Preparing upgrade", second.Values)))
	must(t, w.editor.Update(ctx, w.record(2, release.StatusDeployed, "Upgrade complete", second.Values)))

	// G6: a real rollback passes with a warning.
	must(t, w.editor.Create(ctx, w.record(3, release.StatusPendingRollback, "Rollback to 1", first.Values)))
	if !strings.Contains(w.warnings.String(), "rollback restores the Helm release only") {
		t.Errorf("expected a warning about the rollback, got %q", w.warnings)
	}
	must(t, w.editor.Delete(ctx, deployed))
}

func TestReleaseWithOtherValuesIsHeld(t *testing.T) {
	w := newWorld(t, "enforce")
	first := w.resolve(w.driver, "1.0")
	must(t, w.store(first))
	job := w.job(first, "run1", "pre_setup")
	must(t, w.editor.Create(t.Context(), job))
	w.succeed(job)
	other := w.record(1, release.StatusPendingInstall, "", map[string]any{"version": "1.0", "password": secretValue, "extra": true})
	refused(t, w.editor.Create(t.Context(), other), "no run of this change")
}

func TestReleaseThatNobodyGovernsPasses(t *testing.T) {
	w := newWorld(t, "enforce")
	record := w.record(1, release.StatusPendingInstall, "", nil)
	record.Name = release.Key("other", 1)
	record.Labels["name"] = "other"
	must(t, w.editor.Create(t.Context(), record))
}

func TestUnreadableRecordOfAGovernedReleaseIsRefused(t *testing.T) {
	w := newWorld(t, "enforce")
	for name, change := range map[string]func(*corev1.Secret){
		"no payload":          func(s *corev1.Secret) { s.Data = nil },
		"not a release":       func(s *corev1.Secret) { s.Data["release"] = []byte("eHl6") },
		"by name, no labels":  func(s *corev1.Secret) { s.Labels = nil; s.Data = nil },
		"by label, odd name":  func(s *corev1.Secret) { s.Name = "something" },
		"another kind of key": func(s *corev1.Secret) { s.Name = release.Key("app", 9999) },
	} {
		t.Run(name, func(t *testing.T) {
			record := w.record(1, release.StatusPendingInstall, "", nil)
			change(record)
			refused(t, w.editor.Create(t.Context(), record), "governed by StyrminDeployment "+w.namespace+"/app", "cannot be judged")
		})
	}
}

func TestConfigMapRecordsAreHeldToo(t *testing.T) {
	w := newWorld(t, "enforce")
	secret := w.record(1, release.StatusPendingInstall, "", w.resolve(w.driver, "1.0").Values)
	record := &corev1.ConfigMap{ObjectMeta: secret.ObjectMeta, Data: map[string]string{"release": string(secret.Data["release"])}}
	refused(t, w.editor.Create(t.Context(), record), "held by styrmin")
}

func TestGateModeWarn(t *testing.T) {
	w := newWorld(t, "warn")
	must(t, w.editor.Create(t.Context(), w.record(1, release.StatusPendingInstall, "", w.resolve(w.driver, "1.0").Values)))
	if !strings.Contains(w.warnings.String(), "held by styrmin") {
		t.Errorf("expected the denial as a warning, got %q", w.warnings)
	}
}

// TestUndecidedWhereItWarns: what cannot be read is in nobody's way there either.
func TestUndecidedWhereItWarns(t *testing.T) {
	w := newWorld(t, "warn")
	must(t, w.admin.Delete(t.Context(), roleBinding(&corev1.ObjectReference{Namespace: w.namespace, Name: "styrmin-webhook"})))
	revision := 0
	w.eventually("the warning says that the gate could not decide", func() error {
		revision++
		must(t, w.editor.Create(t.Context(), w.record(revision, release.StatusPendingInstall, "", nil)))
		return contains(errors.New(w.warnings.String()), "warn only", "could not decide", "kubectl styrmin prepare "+w.namespace)
	})
}

func TestNamespaceThatDidNotOptInIsNotTouched(t *testing.T) {
	w := newWorld(t, "enforce")
	var namespace corev1.Namespace
	must(t, w.admin.Get(t.Context(), client.ObjectKey{Name: w.namespace}, &namespace))
	delete(namespace.Labels, "styrmin.io/gate")
	must(t, w.admin.Update(t.Context(), &namespace))
	w.eventually("the gate is out of the way", func() error {
		return w.editor.Create(t.Context(), w.record(1, release.StatusPendingInstall, "", nil))
	})
}

// TestUnpreparedNamespace: the webhook may not read there, and says so.
func TestUnpreparedNamespace(t *testing.T) {
	w := newWorld(t, "enforce")
	binding := &corev1.ObjectReference{Namespace: w.namespace, Name: "styrmin-webhook"}
	must(t, w.admin.Delete(t.Context(), roleBinding(binding)))
	w.eventually("the denial says what to check", func() error {
		err := w.editor.Create(t.Context(), w.record(1, release.StatusPendingInstall, "", nil))
		return contains(err, "could not decide", "kubectl styrmin prepare "+w.namespace)
	})
}
