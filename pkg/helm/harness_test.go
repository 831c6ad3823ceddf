package helm

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	kubefake "helm.sh/helm/v3/pkg/kube/fake"
	"helm.sh/helm/v3/pkg/storage"
	"helm.sh/helm/v3/pkg/storage/driver"
)

// harness is a client over Helm's memory storage and its fake of a cluster.
type harness struct {
	*Client
	kube  *kubefake.FailingKubeClient
	store driver.Driver
	log   *lineLog
	// unreachable is what asking for the cluster answers.
	unreachable error
}

// kubeOf overrides what the fake has no error to set for.
type kubeOf struct {
	*kubefake.FailingKubeClient
	h *harness
}

func (k kubeOf) IsReachable() error { return k.h.unreachable }

func newHarness(t *testing.T) *harness {
	t.Helper()
	mem := driver.NewMemory()
	mem.SetNamespace("demo")
	h := &harness{
		kube:  &kubefake.FailingKubeClient{PrintingKubeClient: kubefake.PrintingKubeClient{Out: io.Discard}},
		store: mem,
		log:   new(lineLog),
	}
	settings := cli.New()
	settings.RegistryConfig = filepath.Join(t.TempDir(), "registry.json")
	settings.RepositoryConfig = filepath.Join(t.TempDir(), "repositories.yaml")
	h.Client = &Client{
		Charts:    &Charts{settings: settings, debug: h.log.printf},
		namespace: "demo",
		configure: func(log func(string, ...any)) (*action.Configuration, error) {
			return &action.Configuration{
				Releases:     storage.Init(h.store),
				KubeClient:   kubeOf{h.kube, h},
				Capabilities: chartutil.DefaultCapabilities,
				Log:          log,
			}, nil
		},
	}
	return h
}

// chart loads a chart made of the files given and a minimal Chart.yaml.
func (h *harness) chart(t *testing.T, files map[string]string) *Chart {
	t.Helper()
	c, err := h.LoadChart(t.Context(), ChartRef{Location: chartDir(t, files)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	chartYAML    = "apiVersion: v2\nname: notes\nversion: 1.2.0\nappVersion: 2.0.0\n"
	configMapTpl = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  colour: {{ .Values.colour | quote }}\n"
)

// chartDir writes a chart and returns its directory.
func chartDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "notes")
	all := map[string]string{
		"Chart.yaml":            chartYAML,
		"values.yaml":           "colour: blue\n",
		"templates/config.yaml": configMapTpl,
		"notes.conf":            "level=info\n",
	}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

type lineLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lineLog) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.text, format+"\n", args...)
}

func (l *lineLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
