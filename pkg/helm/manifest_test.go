package helm

import (
	"strings"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// TestManifest: a revision is read as it was applied, and differs in nothing from itself rendered anew.
func TestManifest(t *testing.T) {
	h := newHarness(t)
	c := h.chart(t, map[string]string{
		"templates/hook.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: check\n  annotations: {helm.sh/hook: test}\n",
		"templates/when.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: when}\ndata: {upgrade: {{ .Release.IsUpgrade | quote }}, install: {{ .Release.IsInstall | quote }}}\n",
		"crds/crd.yaml":       "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.org}\n",
	})
	for _, colour := range []string{"red", "green"} {
		if _, err := h.Apply(t.Context(), Request{Release: "web", Chart: c, Values: map[string]any{"colour": colour}}); err != nil {
			t.Fatal(err)
		}
	}
	for revision, colour := range map[int]string{1: "red", 2: "green"} {
		stored, err := h.Manifest(t.Context(), "web", revision)
		if err != nil {
			t.Fatal(err)
		}
		again, err := h.Render(t.Context(), Request{Release: "web", Chart: c, Values: map[string]any{"colour": colour}, Upgrade: revision > 1})
		if err != nil {
			t.Fatal(err)
		}
		changes, err := Compare(stored, again, "demo")
		if err != nil || len(changes) > 0 {
			t.Errorf("revision %d: found %v, %v, expected no difference", revision, changes, err)
		}
		if !strings.Contains(again.Definitions, "things.example.org") || strings.Contains(again.Manifest, "things.example.org") {
			t.Errorf("the definitions are not told from the manifest: %+v", again)
		}
	}
	if _, err := h.Manifest(t.Context(), "web", 3); err == nil || !strings.Contains(err.Error(), `revision 3 of release "web" in namespace "demo"`) {
		t.Errorf("a revision that is not there: found %v", err)
	}
}

func TestInstalls(t *testing.T) {
	revision := func(status string) release.Record { return release.Record{Status: status} }
	for name, tt := range map[string]struct {
		history []release.Record
		want    bool
	}{
		"nothing":     {nil, true},
		"deployed":    {[]release.Record{revision(release.StatusDeployed)}, false},
		"failed":      {[]release.Record{revision(release.StatusFailed)}, false},
		"uninstalled": {[]release.Record{revision(release.StatusSuperseded), revision(release.StatusUninstalled)}, true},
	} {
		if got := Installs(tt.history); got != tt.want {
			t.Errorf("%s: found %t, expected %t", name, got, tt.want)
		}
	}
}
