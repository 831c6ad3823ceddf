package helm

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	rspb "helm.sh/helm/v3/pkg/release"
)

func TestPostRender(t *testing.T) {
	for _, verb := range []string{"install", "upgrade"} {
		t.Run(verb, func(t *testing.T) {
			h := newHarness(t)
			if verb == "upgrade" {
				h.seed(t, rspb.StatusDeployed)
			}
			_, err := h.Apply(t.Context(), Request{
				Release: "web", Chart: h.chart(t, nil),
				PostRender: func(manifest []byte) ([]byte, error) {
					return bytes.ReplaceAll(manifest, []byte("blue"), []byte("green")), nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			s, err := h.session()
			if err != nil {
				t.Fatal(err)
			}
			last, err := s.Releases.Last("web")
			if err != nil || !strings.Contains(last.Manifest, "colour: \"green\"") {
				t.Errorf("%v, manifest:\n%s", err, last.Manifest)
			}
		})
	}
}

func TestPostRenderFails(t *testing.T) {
	h := newHarness(t)
	boom := errors.New("boom")
	_, err := h.Apply(t.Context(), Request{
		Release: "web", Chart: h.chart(t, nil),
		PostRender: func([]byte) ([]byte, error) { return nil, boom },
	})
	if !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
	if after := h.statuses(t); after != "" {
		t.Errorf("history %q", after)
	}
}
