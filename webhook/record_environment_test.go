package webhook_test

import (
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// deployed walks the deployment through its setup.
func (w *world) deployed() {
	w.t.Helper()
	first := w.resolve(w.driver, "1.0")
	must(w.t, w.store(first))
	job := w.job(first, "run1", "pre_setup")
	must(w.t, w.editor.Create(w.t.Context(), job))
	w.succeed(job)
	must(w.t, w.editor.Create(w.t.Context(), w.record(1, release.StatusPendingInstall, "", first.Values)))
	must(w.t, w.editor.Update(w.t.Context(), w.record(1, release.StatusDeployed, "Install complete", first.Values)))
}

// TestRecordsAreNotRewritten: a record keeps what it deploys, or one could roll
// back to what never was. Its status, and everything else, is Helm's.
func TestRecordsAreNotRewritten(t *testing.T) {
	w := newWorld(t, "enforce")
	w.deployed()
	first, second := w.resolve(w.driver, "1.0"), w.resolve(w.driver, "2.0")
	refused(t, w.editor.Update(t.Context(), w.record(1, release.StatusDeployed, "", second.Values)), "revision 1 of a release that StyrminDeployment "+w.namespace+"/app governs", "kubectl styrmin upgrade app")
	broken := w.record(1, release.StatusDeployed, "", first.Values)
	broken.Data["release"] = []byte("eHl6")
	refused(t, w.editor.Update(t.Context(), broken), "what a revision deploys is fixed")
	for _, status := range []string{release.StatusSuperseded, release.StatusFailed, release.StatusUninstalling, release.StatusDeployed} {
		must(t, w.editor.Update(t.Context(), w.record(1, status, status, first.Values)))
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": map[string]string{"team": "a"}}})
	must(t, err)
	must(t, w.editor.Patch(t.Context(), w.record(1, "", "", nil), client.RawPatch("application/merge-patch+json", patch)))
}

func TestRecordsOfOthersAreRewrittenAtWill(t *testing.T) {
	w := newWorld(t, "enforce")
	record := w.record(1, release.StatusDeployed, "", map[string]any{"a": 1})
	record.Name, record.Labels["name"] = release.Key("other", 1), "other"
	must(t, w.editor.Create(t.Context(), record.DeepCopy()))
	record.Data["release"] = []byte("eHl6")
	must(t, w.editor.Update(t.Context(), record))
}

// TestRetryAfterAFailedUpgrade: the evidence serves until a revision of its run is deployed.
func TestRetryAfterAFailedUpgrade(t *testing.T) {
	w := newWorld(t, "enforce")
	w.deployed()
	second := w.resolve(w.driver, "2.0")
	must(t, w.store(second))
	job := w.job(second, "run2", "pre_upgrade")
	must(t, w.editor.Create(t.Context(), job))
	w.succeed(job)
	must(t, w.editor.Create(t.Context(), w.record(2, release.StatusPendingUpgrade, "", second.Values)))
	must(t, w.editor.Update(t.Context(), w.record(2, release.StatusFailed, "timed out", second.Values)))
	must(t, w.editor.Create(t.Context(), w.record(3, release.StatusPendingUpgrade, "", second.Values), client.DryRunAll))
	must(t, w.editor.Create(t.Context(), w.record(3, release.StatusPendingUpgrade, "", second.Values)))
	must(t, w.editor.Update(t.Context(), w.record(3, release.StatusDeployed, "", second.Values)))
	refused(t, w.editor.Create(t.Context(), w.record(4, release.StatusPendingUpgrade, "", second.Values)), "held by styrmin")
}

// TestReleaseOfADeletedDeployment: what a run deployed stays governed, until
// Helm has uninstalled it or an admin gives it up.
func TestReleaseOfADeletedDeployment(t *testing.T) {
	w := newWorld(t, "enforce")
	record := w.record(1, release.StatusDeployed, "", map[string]any{"a": 1})
	other := w.record(2, release.StatusPendingUpgrade, "", map[string]any{"a": 2})
	must(t, w.admin.Delete(t.Context(), w.deployment.DeepCopy()))
	must(t, w.editor.Create(t.Context(), record.DeepCopy()))
	must(t, w.editor.Create(t.Context(), other.DeepCopy()))
	must(t, w.editor.Delete(t.Context(), other.DeepCopy()))
	record.Labels[v1.LabelRun] = "run1"
	must(t, w.editor.Update(t.Context(), record.DeepCopy()))
	refused(t, w.editor.Create(t.Context(), other.DeepCopy()), "run run1 deployed this release", "is gone", "kubectl styrmin upgrade NAME -n "+w.namespace)
	record.Labels["status"] = release.StatusUninstalled
	must(t, w.editor.Update(t.Context(), record.DeepCopy()))
	must(t, w.editor.Create(t.Context(), other.DeepCopy()))
}

// TestSeveralReleases: only the governed one of a namespace is held.
func TestSeveralReleases(t *testing.T) {
	w := newWorld(t, "enforce")
	for _, name := range []string{"b", "c"} {
		record := w.record(1, release.StatusPendingInstall, "", nil)
		record.Name, record.Labels["name"] = release.Key(name, 1), name
		must(t, w.editor.Create(t.Context(), record))
	}
	refused(t, w.editor.Create(t.Context(), w.record(1, release.StatusPendingInstall, "", nil)), "held by styrmin")
	must(t, w.editor.Create(t.Context(), &corev1.Secret{ObjectMeta: objectMeta(w.namespace, "no-record"), Data: map[string][]byte{"release": []byte("eHl6")}}))
}
