package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// helmRelease is what docs/gitops.md recommends, but for the length of the pauses.
const helmRelease = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: %s}
spec:
  interval: 1s
  chart: {spec: {chart: chart, sourceRef: {kind: HelmRepository, name: charts}}}
  %s
  values:
%s
`

// What a HelmRelease says of failures.
const (
	retries   = "upgrade: {strategy: {name: RetryOnFailure, retryInterval: 1s}}"
	remediate = "upgrade: {remediation: {retries: 2}}"
)

// buildFlux builds test/gitops/flux, which is a module of its own.
func buildFlux(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "flux")
	execute(t.Context(), cluster.kubeconfig, "", "go", "-C", filepath.Join(cluster.root, "test/gitops/flux"), "build", "-o", program, ".").expect(t, 0)
	return program
}

// releaseFile writes a HelmRelease for a deployment's current run.
func (s *space) releaseFile(more string) string {
	s.Helper()
	values, err := os.ReadFile(s.valuesFile("app"))
	if err != nil {
		s.Fatal(err)
	}
	var indented strings.Builder
	for line := range strings.Lines(string(values)) {
		indented.WriteString("    " + line)
	}
	file := filepath.Join(s.TempDir(), "helmrelease.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, helmRelease, s.name, more, indented.String()), 0o600); err != nil {
		s.Fatal(err)
	}
	return file
}

// TestFlux: a held HelmRelease changes nothing, retries, and proceeds by itself once
// the pre actions have succeeded; and the run goes on from there.
func TestFlux(t *testing.T) {
	s := newSpace(t)
	b, dir, flux := s.newBoard(), boardDriver(t, "small"), buildFlux(t)
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)

	b.hold("pre_b")
	running := s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0", "--until", "pre")
	b.await("begin pre_b")
	s.awaitState("app", "pre_a", v1.ActionSucceeded)
	command := []string{flux, "--chart", filepath.Join(dir, "chart")}
	reconciling := launch(t.Context(), s.kubeconfig, "", append(command, s.releaseFile(retries))...)
	s.unchanged("app", func() {
		s.eventually("Flux has been held twice", func() (string, bool) {
			out := reconciling.out.String()
			return out, strings.Contains(out, "attempt 2: upgrade failed") && strings.Contains(out, "held by styrmin")
		})
		// With remediation, what was held is nothing to take back: no rollback, and an end.
		s.run(append(command, s.releaseFile(remediate))...).expect(t, 1, "the retries are exhausted").without(t, "remediation of the")
	})

	b.release("pre_b")
	running.wait().expect(t, 0, "paused after pre")
	reconciling.wait().expect(t, 0, "upgrade succeeded").without(t, "remediation of the")
	if statuses := s.statuses("app"); statuses != "superseded deployed" {
		t.Errorf("the revisions are %s", statuses)
	}
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0").expect(t, 0, "resumed: ", "release is there already: revision 2")
}

// TestFluxStoresElsewhere: a change is held where its records are, if that namespace
// opted in; where it did not, nobody asks, and the doctor says so.
func TestFluxStoresElsewhere(t *testing.T) {
	s := newSpace(t)
	s.newBoard()
	dir, flux := boardDriver(t, "small"), buildFlux(t)
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	storage := newNamedSpace(t, "flux-storage")
	file := s.releaseFile("storageNamespace: " + storage.name + "\n  install: {remediation: {retries: 1}}")
	command := []string{flux, "--chart", filepath.Join(dir, "chart"), file}

	s.run(command...).expect(t, 1, "held by styrmin", "the retries are exhausted")
	storage.kubectl("label", "namespace", storage.name, v1.LabelGate+"-").expect(t, 0)
	s.run(command...).expect(t, 0, "install succeeded")
	s.styrmin("doctor").expect(t, 1, "release "+s.name+"/app is governed, and its records are in namespace "+storage.name)
}
