package helm

import (
	"errors"
	"strings"
	"testing"
	"time"

	rspb "helm.sh/helm/v3/pkg/release"
)

func TestUninstall(t *testing.T) {
	for name, statuses := range map[string][]rspb.Status{
		"nothing there": nil,
		"deployed":      {rspb.StatusSuperseded, rspb.StatusDeployed},
		"failed":        {rspb.StatusFailed},
		"cut short":     {rspb.StatusUninstalling},
		"pending":       {rspb.StatusDeployed, rspb.StatusPendingUpgrade},
		"history kept":  {rspb.StatusUninstalled},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.seed(t, statuses...)
			if err := h.Uninstall(t.Context(), "web", time.Minute); err != nil {
				t.Fatal(err)
			}
			if left := h.statuses(t); left != "" {
				t.Errorf("left: %s", left)
			}
		})
	}
}

func TestUninstallFails(t *testing.T) {
	h := newHarness(t)
	h.seed(t, rspb.StatusDeployed)
	h.unreachable = errors.New("Kubernetes cluster unreachable: no route")
	err := h.Uninstall(t.Context(), "web", time.Minute)
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), `uninstalling release "web" in namespace "demo"`) {
		t.Errorf("error %v", err)
	}
}
