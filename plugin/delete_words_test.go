package plugin

import (
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/removal"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// TestWhatIsLeft: whoever keeps a release is told what it takes to change it again.
func TestWhatIsLeft(t *testing.T) {
	t.Parallel()
	const ended = "end that with: helm "
	for name, tt := range map[string]struct {
		revisions   []release.Record
		uninstalled bool
		backups     string
		snapshots   int
		expected    string
		command     string
	}{
		"no release":   {expected: "gone with it: nothing else\n"},
		"uninstalled":  {revisions: []release.Record{{Name: "web", Revision: 1, Status: "deployed"}}, uninstalled: true, expected: "Helm release web is uninstalled\n"},
		"with backups": {backups: "web-backups", expected: "The backups in claim web-backups stay. Nothing deletes them but: kubectl delete pvc web-backups -n n\n"},
		"with snapshots": {
			snapshots: 3,
			expected:  "The backups by VolumeSnapshots stay, 3 in all. Nothing deletes them but: kubectl delete volumesnapshots -n n -l styrmin.io/backups-of=web\n",
		},
		"kept": {revisions: []release.Record{{Name: "web", Revision: 1, Status: "deployed"}}, expected: "Helm release web is kept, at revision 1 (deployed)\n"},
		"pending": {
			revisions: []release.Record{{Name: "web", Revision: 1, Status: "deployed"}, {Name: "web", Revision: 2, Status: "pending-upgrade"}},
			expected:  "Helm release web is kept, at revision 2 (pending-upgrade)\n", command: "rollback web -n n\n",
		},
		"pending from the start": {
			revisions: []release.Record{{Name: "web", Revision: 1, Status: "pending-install"}},
			expected:  "Helm release web is kept, at revision 1 (pending-install)\n", command: "uninstall web -n n\n",
		},
	} {
		f := &removal.Found{
			Deployment: &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "n"}},
			Revisions:  tt.revisions, Backups: tt.backups, Snapshots: tt.snapshots,
		}
		words, err := whatIsLeft(f, tt.uninstalled)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(words, tt.expected) {
			t.Errorf("%s: found %q, expected that it says %q", name, words, tt.expected)
		}
		if _, command, _ := strings.Cut(words, ended); command != tt.command {
			t.Errorf("%s: found the command %q in %q, expected %q", name, command, words, tt.command)
		}
	}
}

// TestWhatGoes: who has chosen is not told of the other choice.
func TestWhatGoes(t *testing.T) {
	t.Parallel()
	const uninstalled, kept = "Uninstalled, it goes", "Kept, it stays held"
	f := &removal.Found{
		Deployment: &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "n"}},
		Revisions:  []release.Record{{Name: "web", Revision: 1, Status: "deployed", Labels: map[string]string{v1.LabelRun: "r"}}},
		Gate:       engine.GateState{Mode: engine.GateUnknown},
	}
	for choice, expected := range map[string][]string{"": {uninstalled, kept}, releaseUninstall: {uninstalled}, releaseKeep: {kept}} {
		words := whatGoes(f, choice)
		for _, text := range []string{uninstalled, kept} {
			if found := strings.Contains(words, text); found != slices.Contains(expected, text) {
				t.Errorf("choice %q: that %q is said is %v in %q", choice, text, found, words)
			}
		}
	}
}
