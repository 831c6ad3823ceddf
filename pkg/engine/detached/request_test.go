package detached_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

const notes = "../../../examples/notes"

// prepared is a request with something in every field.
func prepared(t *testing.T) *engine.Prepared {
	t.Helper()
	d, problems := driver.LoadDir(notes)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	desired := &v1.StyrminDeployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "notes"},
		Spec: v1.StyrminDeploymentSpec{
			Driver: "notes", Version: "2.0.0", Release: "web",
			Parameters: map[string]apiextensionsv1.JSON{"owner_email": {Raw: []byte(`"secret@example.org"`)}},
			Jobs:       v1.JobSettings{RunnerImage: "registry/styrmin:1", TimeoutSeconds: 60},
		},
	}
	return &engine.Prepared{
		Request: engine.Request{
			Verb: engine.VerbUpgrade, Driver: d, Register: true, Desired: desired, Again: lifecycle.Again{Actions: []string{"migrate"}},
			Until: v1.ModeCore, Timeout: time.Minute, RollbackOnFailure: true,
		},
		Chart: load(t, filepath.Join(notes, "chart")),
	}
}

func load(t *testing.T, location string) *helm.Chart {
	t.Helper()
	chart, err := helm.NewCharts(nil).LoadChart(t.Context(), helm.ChartRef{Location: location})
	if err != nil {
		t.Fatal(err)
	}
	return chart
}

// TestRequestIsTheSameInTheCluster: what an engine unpacks is what was packed, to the
// digest of the driver and of the chart, or its run would have other inputs.
func TestRequestIsTheSameInTheCluster(t *testing.T) {
	p := prepared(t)
	from := engine.Detached{ID: "q", RequestedBy: "alice", Expected: engine.Expectation{Hook: v1.RunHookUpgrade, Changed: true, Run: "r", Revision: 3, Instance: "d"}}
	data, err := detached.Pack(p, from, "kubectl styrmin upgrade notes")
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{}
	for name, content := range data {
		dir[name] = &fstest.MapFile{Data: content}
	}
	request, command, err := detached.Unpack(t.Context(), dir, helm.NewCharts(nil))
	if err != nil {
		t.Fatal(err)
	}
	if request.Driver.Digest() != p.Driver.Digest() || request.Loaded.Digest != p.Chart.Digest {
		t.Error("the driver or the chart became another one")
	}
	if command != "kubectl styrmin upgrade notes" {
		t.Errorf("the command is %q", command)
	}
	expected := p.Request
	expected.Detached, expected.Driver, request.Driver, request.Loaded = &from, nil, nil, nil
	if diff := cmp.Diff(expected, request); diff != "" {
		t.Errorf("-packed +unpacked:\n%s", diff)
	}
}

// large is a chart that no compression makes small.
func large(t *testing.T) *helm.Chart {
	t.Helper()
	dir, noise := t.TempDir(), make([]byte, 1<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"Chart.yaml": []byte("apiVersion: v2\nname: large\nversion: 1.0.0\n"), "noise": noise} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return load(t, dir)
}

func TestTooLarge(t *testing.T) {
	p := prepared(t)
	p.Chart = large(t)
	_, err := detached.Pack(p, engine.Detached{}, "")
	var tooLarge *detached.TooLargeError
	if !errors.As(err, &tooLarge) || tooLarge.Chart < 1<<20 || !strings.Contains(err.Error(), "Push the chart to a registry") {
		t.Errorf("error %v", err)
	}
	// The engine can fetch one that lies in a registry.
	p.Chart.Location = "oci://registry.example.org/large"
	data, err := detached.Pack(p, engine.Detached{}, "")
	if err != nil || data["chart.tgz"] != nil || data["driver.json"] == nil {
		t.Errorf("error %v, and the chart is %d bytes", err, len(data["chart.tgz"]))
	}
}

func TestUnpackRefuses(t *testing.T) {
	data, err := detached.Pack(prepared(t), engine.Detached{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"request.json": nil, "driver.json": []byte("{"), "chart.tgz": []byte("hello")} {
		dir := fstest.MapFS{}
		for known, right := range data {
			if known != name {
				dir[known] = &fstest.MapFile{Data: bytes.Clone(right)}
			} else if content != nil {
				dir[known] = &fstest.MapFile{Data: content}
			}
		}
		if _, _, err := detached.Unpack(t.Context(), dir, helm.NewCharts(nil)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestGoOn(t *testing.T) {
	for name, tt := range map[string]struct {
		run          *v1.Run
		over, failed bool
		again        bool
	}{
		"nothing began":  {nil, false, false, true},
		"another's run":  {&v1.Run{Request: "other", Phase: v1.RunSucceeded}, false, false, true},
		"at a terminal":  {&v1.Run{Phase: v1.RunFailed}, false, false, true},
		"its own":        {&v1.Run{Request: "q", Phase: v1.RunCore}, false, false, false},
		"it has done it": {&v1.Run{Request: "q", Phase: v1.RunSucceeded}, true, false, true},
		"it has failed":  {&v1.Run{Request: "q", Phase: v1.RunFailed}, false, true, true},
		"aborted":        {&v1.Run{Request: "q", Phase: v1.RunAborted}, false, true, true},
	} {
		request := engine.Request{Detached: &engine.Detached{ID: "q"}, Again: lifecycle.Again{From: v1.ModePost}}
		over, err := detached.GoOn(&request, tt.run)
		if over != tt.over || (err != nil) != tt.failed || request.Again.Asked() != tt.again {
			t.Errorf("%s: over %t, error %v, again %t", name, over, err, request.Again.Asked())
		}
	}
}
