package helm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestChartsNeedNoCluster has nothing that leads to one, and settings that a client refuses.
func TestChartsNeedNoCluster(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBECONFIG", "/nowhere/config")
	t.Setenv("HELM_DRIVER", "sql")
	charts := NewCharts(nil)
	c, err := charts.LoadChart(t.Context(), ChartRef{Location: chartDir(t, map[string]string{
		"templates/lookup.yaml": "kind: ConfigMap\ndata: {found: {{ lookup \"v1\" \"Secret\" \"\" \"\" | toJson | quote }}}\n",
	})})
	if err != nil {
		t.Fatal(err)
	}
	got, err := charts.RenderIn(t.Context(), "demo", Request{Release: "web", Chart: c})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.Manifest, `found: "{}"`) {
		t.Errorf("manifest:\n%s", got.Manifest)
	}
}

// TestChartsInParallel is for the race detector: Helm keeps much in global variables.
func TestChartsInParallel(t *testing.T) {
	h := newHarness(t)
	schema := map[string]string{"values.schema.json": `{"properties":{"colour":{"type":["string","object"]}}}`}
	shared := h.chart(t, schema)
	own := chartDir(t, schema)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			c := shared
			if i%2 == 0 {
				var err error
				if c, err = h.LoadChart(t.Context(), ChartRef{Location: own}); err != nil {
					t.Error(err)
					return
				}
			}
			// A mapping in place of a text makes Helm write to the standard logger.
			values := map[string]any{"colour": map[string]any{"n": fmt.Sprint(i)}}
			got, err := h.Charts.RenderIn(t.Context(), "demo", Request{Release: "web", Chart: c, Values: values})
			if err != nil || !strings.Contains(got.Manifest, fmt.Sprintf("n:%d", i)) {
				t.Errorf("%v\n%v", err, got)
			}
		})
	}
	group.Wait()
}

// TestCallsDoNotWaitForEachOther holds one call up in the middle of Helm's log while another goes through.
func TestCallsDoNotWaitForEachOther(t *testing.T) {
	held, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	slow := NewCharts(func(string, ...any) {
		once.Do(func() {
			close(held)
			<-release
		})
	})
	h := newHarness(t)
	c := h.chart(t, map[string]string{"templates/NOTES.txt": "hello"})
	done := make(chan error)
	go func() {
		_, err := slow.RenderIn(t.Context(), "demo", Request{Release: "slow", Chart: c, Values: map[string]any{"colour": map[string]any{"deep": true}}})
		done <- err
	}()
	<-held
	if _, err := h.Charts.RenderIn(t.Context(), "demo", Request{Release: "quick", Chart: c}); err != nil {
		t.Error(err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPanicOfHelmIsAnError(t *testing.T) {
	_, err := await(t.Context(), func() (int, error) { panic("odd chart") })
	if err == nil || err.Error() != "panic in Helm: odd chart" {
		t.Errorf("error %v", err)
	}
	_, err = await(t.Context(), func() (int, error) { return 0, context.Canceled })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
