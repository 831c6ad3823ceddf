package helm

import (
	"context"
	"errors"
	"strings"
	"testing"

	rspb "helm.sh/helm/v3/pkg/release"
)

func TestHistory(t *testing.T) {
	h := newHarness(t)
	if got := h.statuses(t); got != "" {
		t.Errorf("history of nothing is %q", got)
	}
	var deny error
	withSecrets(h, &deny)
	// From ten revisions on the order of the objects' names is not that of the revisions.
	many := make([]rspb.Status, 11)
	for i := range many {
		many[i] = rspb.StatusSuperseded
	}
	h.seed(t, many...)
	if got := h.statuses(t); !strings.HasPrefix(got, "1 superseded, 2 ") || !strings.HasSuffix(got, "10 superseded, 11 superseded") {
		t.Errorf("history %q", got)
	}
}

func TestHistoryEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newHarness(t).History(ctx, "web"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestForget(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before []rspb.Status
		after  string
		want   string
	}{
		{"pending install", []rspb.Status{rspb.StatusPendingInstall}, "", ""},
		{"pending upgrade", []rspb.Status{rspb.StatusDeployed, rspb.StatusPendingUpgrade}, "1 deployed", ""},
		{"failed", []rspb.Status{rspb.StatusFailed}, "1 failed", "it is failed, expected a pending revision"},
		{"deployed", []rspb.Status{rspb.StatusDeployed}, "1 deployed", "it is deployed, expected a pending revision"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t)
			h.seed(t, tc.before...)
			err := h.Forget(t.Context(), "web", len(tc.before))
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, expected %q", err, tc.want)
			}
			if after := h.statuses(t); after != tc.after {
				t.Errorf("history %q, expected %q", after, tc.after)
			}
		})
	}
}

func TestForgetMissing(t *testing.T) {
	err := newHarness(t).Forget(t.Context(), "web", 7)
	if err == nil || !strings.Contains(err.Error(), `release "web" revision 7`) {
		t.Errorf("error %v", err)
	}
}

func TestForgetUnblocksApply(t *testing.T) {
	h := newHarness(t)
	h.seed(t, rspb.StatusDeployed, rspb.StatusPendingUpgrade)
	if err := h.Forget(t.Context(), "web", 2); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil)}); err != nil {
		t.Error(err)
	}
	if after := h.statuses(t); after != "1 superseded, 2 deployed" {
		t.Errorf("history %q, expected the number to be used again", after)
	}
}
