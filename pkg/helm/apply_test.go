package helm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	rspb "helm.sh/helm/v3/pkg/release"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// seed stores revisions with the statuses given, from 1 on.
func (h *harness) seed(t *testing.T, statuses ...rspb.Status) {
	t.Helper()
	for i, status := range statuses {
		r := &rspb.Release{
			Name: "web", Namespace: "demo", Version: i + 1,
			Info:   &rspb.Info{Status: status, Description: "seeded"},
			Chart:  &chart.Chart{Metadata: &chart.Metadata{Name: "old", Version: "0.1.0", APIVersion: "v2"}},
			Config: map[string]any{"colour": "old"},
		}
		if err := h.store.Create(release.Key("web", i+1), r); err != nil {
			t.Fatal(err)
		}
	}
}

// statuses lists what the history says, oldest first.
func (h *harness) statuses(t *testing.T) string {
	t.Helper()
	history, err := h.History(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range history {
		all = append(all, fmt.Sprintf("%d %s", r.Revision, r.Status))
	}
	return strings.Join(all, ", ")
}

func TestApplyPicksTheVerb(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before []rspb.Status
		after  string
	}{
		{"nothing there", nil, "1 deployed"},
		{"deployed", []rspb.Status{rspb.StatusDeployed}, "1 superseded, 2 deployed"},
		{"failed first install", []rspb.Status{rspb.StatusFailed}, "1 superseded, 2 deployed"},
		{"failed upgrade", []rspb.Status{rspb.StatusDeployed, rspb.StatusFailed}, "1 superseded, 2 failed, 3 deployed"},
		{"only superseded", []rspb.Status{rspb.StatusSuperseded}, "1 superseded, 2 deployed"},
		{"uninstalled, history kept", []rspb.Status{rspb.StatusUninstalled}, "1 superseded, 2 deployed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t)
			h.seed(t, tc.before...)
			got, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil), Wait: true, Description: "run r1"})
			if err != nil {
				t.Fatal(err)
			}
			if after := h.statuses(t); after != tc.after {
				t.Errorf("history %q, expected %q", after, tc.after)
			}
			if got.Status != release.StatusDeployed || got.Revision != len(tc.before)+1 || got.Description != "run r1" {
				t.Errorf("record %+v", got)
			}
		})
	}
}

func TestApplyRecord(t *testing.T) {
	h := newHarness(t)
	h.seed(t, rspb.StatusDeployed)
	c := h.chart(t, nil)
	values := map[string]any{"colour": "red", "n": 1}
	labels := map[string]string{"styrmin.io/run": "r1"}
	got, err := h.Apply(t.Context(), Request{Release: "web", Chart: c, Values: values, Labels: labels})
	if err != nil {
		t.Fatal(err)
	}
	want := c.Fingerprint
	if want.Values, err = release.ValuesDigest(values); err != nil {
		t.Fatal(err)
	}
	if got.Fingerprint != want {
		t.Errorf("fingerprint %+v, expected %+v", got.Fingerprint, want)
	}
	if got.Labels["styrmin.io/run"] != "r1" || got.AppVersion != "2.0.0" || got.Namespace != "demo" {
		t.Errorf("record %+v", got)
	}
	history, err := h.History(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	if last := history[len(history)-1]; last.Fingerprint != want || last.Labels["styrmin.io/run"] != "r1" {
		t.Errorf("history says %+v", last)
	}
}

func TestApplyWithoutValuesMeansNone(t *testing.T) {
	// Helm itself would take over the values of the revision before.
	h := newHarness(t)
	h.seed(t, rspb.StatusDeployed)
	got, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil)})
	if err != nil {
		t.Fatal(err)
	}
	none, err := release.ValuesDigest(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Fingerprint.Values != none {
		t.Error("values of revision 1 were reused")
	}
}

func TestApplyRefusesPending(t *testing.T) {
	for _, status := range []rspb.Status{
		rspb.StatusPendingInstall, rspb.StatusPendingUpgrade, rspb.StatusPendingRollback, rspb.StatusUninstalling,
	} {
		t.Run(status.String(), func(t *testing.T) {
			h := newHarness(t)
			h.seed(t, rspb.StatusSuperseded, status)
			_, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil)})
			var pending *PendingError
			if !errors.As(err, &pending) || pending.Revision != 2 || pending.Status != status.String() {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestApplyBeforeAnythingChanged(t *testing.T) {
	boom := errors.New("boom")
	for _, tc := range []struct {
		name  string
		alter func(*harness)
		files map[string]string
		kind  error
		want  string
	}{
		{"does not render", nil, map[string]string{"templates/x.yaml": `{{ fail "no" }}`}, ErrRender, "notes/templates/x.yaml:1:3: no"},
		{"refused by the schema", nil, map[string]string{"values.schema.json": `{"required":["x"]}`}, ErrRender, "values don't meet"},
		{"cluster gone", func(h *harness) { h.unreachable = errors.New("Kubernetes cluster unreachable: dial tcp") }, nil, ErrUnreachable, "dial tcp"},
		{"not objects", func(h *harness) { h.kube.BuildError = boom }, nil, boom, "boom"},
	} {
		for _, verb := range []string{"install", "upgrade"} {
			t.Run(verb+"/"+tc.name, func(t *testing.T) {
				h := newHarness(t)
				if verb == "upgrade" {
					h.seed(t, rspb.StatusDeployed)
				}
				before := h.statuses(t)
				if tc.alter != nil {
					tc.alter(h)
				}
				record, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, tc.files)})
				if !errors.Is(err, tc.kind) || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("error %v, expected %q", err, tc.want)
				}
				var failed *FailedError
				if errors.As(err, &failed) || record != nil {
					t.Errorf("claims that a revision was made: %v", err)
				}
				if after := h.statuses(t); after != before {
					t.Errorf("history %q, was %q", after, before)
				}
			})
		}
	}
}

func TestApplyFails(t *testing.T) {
	boom := errors.New("boom")
	for _, tc := range []struct {
		name     string
		before   []rspb.Status
		rollback bool
		after    string
		restored int
	}{
		{"install", nil, false, "1 failed", 0},
		{"install is not uninstalled", nil, true, "1 failed", 0},
		{"upgrade", []rspb.Status{rspb.StatusDeployed}, false, "1 deployed, 2 failed", 0},
		{"upgrade with rollback", []rspb.Status{rspb.StatusDeployed}, true, "1 superseded, 2 failed, 3 deployed", 1},
		{"rollback skips failed ones", []rspb.Status{rspb.StatusDeployed, rspb.StatusFailed}, true, "1 superseded, 2 failed, 3 failed, 4 deployed", 1},
		{"rollback to a superseded one", []rspb.Status{rspb.StatusSuperseded, rspb.StatusFailed}, true, "1 superseded, 2 failed, 3 failed, 4 deployed", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t)
			h.seed(t, tc.before...)
			h.kube.WaitError = boom
			h.store = &onceFailing{Driver: h.store, h: h}
			record, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil), Wait: true, RollbackOnFailure: tc.rollback})
			var failed *FailedError
			if !errors.As(err, &failed) || !errors.Is(err, boom) {
				t.Fatalf("error %v", err)
			}
			if failed.RolledBackTo != tc.restored || failed.RollbackErr != nil {
				t.Errorf("rolled back to %d, %v", failed.RolledBackTo, failed.RollbackErr)
			}
			if record == nil || record.Status != release.StatusFailed || record.Revision != failed.Revision {
				t.Errorf("record %+v", record)
			}
			if after := h.statuses(t); after != tc.after {
				t.Errorf("history %q, expected %q", after, tc.after)
			}
		})
	}
}

func TestRollbackThatCannotBe(t *testing.T) {
	h := newHarness(t)
	h.seed(t, rspb.StatusFailed)
	h.kube.UpdateError = errors.New("boom")
	_, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil), RollbackOnFailure: true})
	var failed *FailedError
	if !errors.As(err, &failed) || !errors.Is(failed.RollbackErr, errNothingToRollBackTo) {
		t.Fatalf("error %v", err)
	}
	if want := "it was not rolled back: no earlier revision was deployed"; !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, expected it to contain %q", err, want)
	}
}

func TestApplyNotReadyInTime(t *testing.T) {
	h := newHarness(t)
	h.kube.WaitError = context.DeadlineExceeded
	_, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil), Wait: true})
	var failed *FailedError
	if !errors.As(err, &failed) || !errors.Is(err, ErrNotReady) {
		t.Errorf("error %v", err)
	}
}

func TestNotReadySaysWhat(t *testing.T) {
	s := &session{log: &logbook{debug: func(string, ...any) {}}, records: &gatedDriver{created: true}}
	s.log.printf("creating 3 resource(s)")
	s.log.printf("Deployment is not ready: %s/%s. 0 out of 1 expected pods are ready", "demo", "web")
	s.log.printf("wait for resources failed after 5s")
	err := s.failure(t.Context(), context.DeadlineExceeded)
	if want := "not ready in time: Deployment is not ready: demo/web. 0 out of 1 expected pods are ready"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %q, expected %q", err, want)
	}
}

func TestApplyInterrupted(t *testing.T) {
	for _, verb := range []string{"install", "upgrade"} {
		t.Run(verb, func(t *testing.T) {
			h := newHarness(t)
			if verb == "upgrade" {
				h.seed(t, rspb.StatusDeployed)
			}
			c := h.chart(t, nil)
			h.kube.WaitDuration = 2 * time.Second
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(200*time.Millisecond, cancel)
			start := time.Now()
			_, err := h.Apply(ctx, Request{Release: "web", Chart: c, Wait: true, RollbackOnFailure: true})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v", err)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("returned after %v", took)
			}
			var failed *FailedError
			if !errors.As(err, &failed) || failed.RolledBackTo != 0 || failed.RollbackErr != nil {
				t.Errorf("error %#v", err)
			}
		})
	}
}

func TestApplyEndsBeforeItBegins(t *testing.T) {
	h := newHarness(t)
	c := h.chart(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Apply(ctx, Request{Release: "web", Chart: c}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if after := h.statuses(t); after != "" {
		t.Errorf("history %q", after)
	}
}

func TestWaitTime(t *testing.T) {
	short, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, tc := range []struct {
		name     string
		ctx      context.Context
		timeout  time.Duration
		min, max time.Duration
	}{
		{"default", t.Context(), 0, DefaultTimeout, DefaultTimeout},
		{"given", t.Context(), time.Second, time.Second, time.Second},
		{"deadline is earlier", short, time.Hour, 50 * time.Second, time.Minute},
		{"deadline is later", short, time.Second, time.Second, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := waitTime(tc.ctx, tc.timeout)
			if err != nil || got < tc.min || got > tc.max {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
