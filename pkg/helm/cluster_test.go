package helm

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// awkward is a chart that shows where two readers could disagree.
func awkward(t *testing.T) string {
	t.Helper()
	return chartDir(t, map[string]string{
		"Chart.yaml":               chartYAML + "dependencies: [{name: sub, version: 0.1.0, condition: sub.enabled}]\n",
		"charts/sub/Chart.yaml":    "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
		"charts/sub/values.yaml":   "x: 1\n",
		"charts/sub/templates/a":   "",
		".helmignore":              "*.tmp\n",
		"left.tmp":                 "ignored",
		"templates/NOTES.txt":      "\ufeffhello\r\n",
		"templates/_helpers.tpl":   "{{/* nothing */}}\n",
		"templates/deeper/b.yaml":  "",
		"templates/tests/hook.txt": "",
		"README.md":                "# näher\n",
		"values.schema.json":       "{}",
	})
}

const awkwardValues = `
colour: red
sub: {enabled: false}
empty: {}
none: null
list: [1, 2.50, "3", true, null, {deep: [1e3]}]
count: 10
ratio: 0.10
big: 1234567890123
html: "<a>&amp;</a>"
text: |
  zwei
  Zeilen
`

// awkwardMap is awkwardValues as a program would hold them.
func awkwardMap() map[string]any {
	return map[string]any{
		"colour": "red", "sub": map[string]any{"enabled": false}, "empty": map[string]any{}, "none": nil,
		"list":  []any{1, 2.5, "3", true, nil, map[string]any{"deep": []any{1000}}},
		"count": int64(10), "ratio": 0.1, "big": 1234567890123, "html": "<a>&amp;</a>", "text": "zwei\nZeilen\n",
	}
}

func TestClusterFingerprintsOfHelmsOwnRecords(t *testing.T) {
	dir := awkward(t)
	archive := packageChart(t, dir)
	valuesFile := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(valuesFile, []byte(awkwardValues), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := newHarness(t).LoadChart(t.Context(), ChartRef{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	print := want.Fingerprint
	if print.Values, err = release.ValuesDigest(awkwardMap()); err != nil {
		t.Fatal(err)
	}
	none, err := release.ValuesDigest(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"helm3", "helm4"} {
		for _, storage := range []Storage{StorageSecret, StorageConfigMap} {
			t.Run(program+"/"+string(storage), func(t *testing.T) {
				c := newCluster(t)
				c.command(t, program, string(storage), "install", "web", dir, "-f", valuesFile, "--labels", "team=a")
				c.command(t, program, string(storage), "upgrade", "web", archive, "-f", valuesFile)
				c.command(t, program, string(storage), "upgrade", "web", dir, "--reset-values")
				c.command(t, program, string(storage), "rollback", "web", "1")
				bare := print
				bare.Values = none
				for i, expected := range []release.Fingerprint{print, print, bare, print} {
					r := c.stored(t, storage, i+1)
					if r.Fingerprint != expected {
						t.Errorf("revision %d: got %+v, expected %+v", i+1, r.Fingerprint, expected)
					}
					if r.IsRollback() != (i == 3) {
						t.Errorf("revision %d: rollback %t, description %q", i+1, r.IsRollback(), r.Description)
					}
					if r.Labels["team"] != "a" || len(r.Labels) != 1 {
						t.Errorf("revision %d: labels %v", i+1, r.Labels)
					}
				}
				c.interplay(t, program, storage, dir)
			})
		}
	}
}

// interplay changes the release by us and by Helm's program in turn.
func (c *cluster) interplay(t *testing.T, program string, storage Storage, dir string) {
	t.Helper()
	client := c.client(t, WithStorage(storage))
	loaded, err := client.LoadChart(t.Context(), ChartRef{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Apply(t.Context(), Request{
		Release: "web", Chart: loaded, Values: awkwardMap(), Labels: map[string]string{"styrmin.io/run": "r1"},
		Description: "run r1", Wait: true, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	stored := c.stored(t, storage, got.Revision)
	if stored.Fingerprint != got.Fingerprint || stored.Labels["styrmin.io/run"] != "r1" || stored.Description != "run r1" {
		t.Errorf("stored %+v, returned %+v", stored, got)
	}
	c.command(t, program, string(storage), "upgrade", "web", dir, "--set", "colour=green")
	history, err := client.History(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	if last := history[len(history)-1]; last.Revision != 6 || last.Status != release.StatusDeployed {
		t.Errorf("newest revision %+v", last)
	}
	c.command(t, program, string(storage), "uninstall", "web", "--keep-history")
	again, err := client.Apply(t.Context(), Request{Release: "web", Chart: loaded})
	if err != nil || again.Revision != 7 {
		t.Errorf("after an uninstall: %+v, %v", again, err)
	}
}

const neverReadyTpl = `{{ if .Values.broken }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: broken}
spec:
  selector: {matchLabels: {app: broken}}
  template:
    metadata: {labels: {app: broken}}
    spec:
      containers: [{name: c, image: styrmin.local/absent:1, imagePullPolicy: Never}]
{{ end }}
`

func TestClusterRollbackOnFailure(t *testing.T) {
	c := newCluster(t)
	client := c.client(t)
	loaded, err := client.LoadChart(t.Context(), ChartRef{Location: chartDir(t, map[string]string{"templates/broken.yaml": neverReadyTpl})})
	if err != nil {
		t.Fatal(err)
	}
	request := Request{Release: "web", Chart: loaded, Wait: true, Timeout: 5 * time.Second, RollbackOnFailure: true}
	if _, err := client.Apply(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	request.Values = map[string]any{"broken": true, "colour": "red"}
	_, err = client.Apply(t.Context(), request)
	var failed *FailedError
	if !errors.As(err, &failed) || !errors.Is(err, ErrNotReady) || failed.RolledBackTo != 1 {
		t.Fatalf("error %v", err)
	}
	if want := "Deployment is not ready: " + c.namespace + "/broken"; !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, expected it to contain %q", err, want)
	}
	cm, err := c.CoreV1().ConfigMaps(c.namespace).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil || cm.Data["colour"] != "blue" {
		t.Errorf("after the rollback: %v, %v", cm.Data, err)
	}
	if r := c.stored(t, StorageSecret, 3); !r.IsRollback() || r.Status != release.StatusDeployed {
		t.Errorf("record of the rollback: %+v", r)
	}
}

func TestClusterFailedFirstInstallIsUpgraded(t *testing.T) {
	c := newCluster(t)
	client := c.client(t)
	loaded, err := client.LoadChart(t.Context(), ChartRef{Location: chartDir(t, map[string]string{"templates/broken.yaml": neverReadyTpl})})
	if err != nil {
		t.Fatal(err)
	}
	request := Request{Release: "web", Chart: loaded, Wait: true, Timeout: 3 * time.Second, Values: map[string]any{"broken": true}}
	if _, err := client.Apply(t.Context(), request); !errors.Is(err, ErrNotReady) {
		t.Fatalf("error %v", err)
	}
	request.Values = nil
	got, err := client.Apply(t.Context(), request)
	if err != nil || got.Revision != 2 {
		t.Fatalf("record %+v, error %v", got, err)
	}
	left, err := c.AppsV1().Deployments(c.namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil || len(left.Items) != 0 {
		t.Errorf("the failed install's Deployment is still there: %v", err)
	}
}

func TestClusterHeldByWebhook(t *testing.T) {
	c := newCluster(t)
	c.hold(t, "action \"backup\" has not succeeded\nrun: kubectl styrmin upgrade web")
	client := c.client(t)
	loaded, err := client.LoadChart(t.Context(), ChartRef{Location: chartDir(t, nil)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Apply(t.Context(), Request{Release: "web", Chart: loaded})
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("error %v", err)
	}
	if held.Message != "action \"backup\" has not succeeded\nrun: kubectl styrmin upgrade web" {
		t.Errorf("message %q", held.Message)
	}
	if history, err := client.History(t.Context(), "web"); err != nil || len(history) != 0 {
		t.Errorf("history %v, %v", history, err)
	}
}

func TestUnreachableCluster(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	text := "apiVersion: v1\nkind: Config\ncurrent-context: c\n" +
		"clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\ncontexts: [{name: c, context: {cluster: c}}]\n"
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HELM_DRIVER", "")
	getter := genericclioptions.NewConfigFlags(false)
	getter.KubeConfig = &kubeconfig
	client, err := New(getter, "demo", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.History(t.Context(), "web"); !errors.Is(err, ErrUnreachable) {
		t.Errorf("History: %v", err)
	}
	_, err = client.Apply(t.Context(), Request{Release: "web", Chart: newHarness(t).chart(t, nil)})
	if !errors.Is(err, ErrUnreachable) {
		t.Errorf("Apply: %v", err)
	}
}
