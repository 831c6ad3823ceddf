package helm

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	rspb "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// onceFailing heals the fake cluster as soon as a failure was recorded, so that a rollback can succeed.
type onceFailing struct {
	driver.Driver
	h *harness
}

func (d *onceFailing) Update(key string, r *rspb.Release) error {
	if r.Info.Status == rspb.StatusFailed {
		d.h.kube.WaitError = nil
	}
	return d.Driver.Update(key, r)
}

// denied is what the API server answers when a webhook refuses.
func denied(message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: message,
	}}
}

const heldMessage = `admission webhook "gate.styrmin.io" denied the request: release "web" is held: action "backup" of run r1 has not succeeded
run: kubectl styrmin upgrade web`

// withSecrets stores records in a fake API server's Secrets, whose creation answers err while held.
func withSecrets(h *harness, held *error) {
	clients := fake.NewClientset()
	clients.PrependReactor("create", "secrets", func(clienttesting.Action) (bool, runtime.Object, error) {
		return *held != nil, nil, *held
	})
	secrets := driver.NewSecrets(clients.CoreV1().Secrets("demo"))
	secrets.Log = h.log.printf
	h.store = secrets
}

func TestHeld(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before []rspb.Status
		after  string
	}{
		{"install", nil, ""},
		{"upgrade", []rspb.Status{rspb.StatusDeployed}, "1 deployed"},
		{"after a failed install", []rspb.Status{rspb.StatusFailed}, "1 failed"},
		{"after an uninstall that kept the history", []rspb.Status{rspb.StatusUninstalled}, "1 uninstalled"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t)
			var deny error
			withSecrets(h, &deny)
			h.seed(t, tc.before...)
			deny = denied(heldMessage)
			record, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil), RollbackOnFailure: true})
			var held *HeldError
			if !errors.As(err, &held) || record != nil {
				t.Fatalf("record %v, error %v", record, err)
			}
			if !strings.HasPrefix(held.Message, `release "web" is held: action`) || !strings.HasSuffix(held.Message, "kubectl styrmin upgrade web") {
				t.Errorf("message %q", held.Message)
			}
			var failed *FailedError
			if errors.As(err, &failed) {
				t.Error("a held change counts as failed")
			}
			if after := h.statuses(t); after != tc.after {
				t.Errorf("history %q, expected %q", after, tc.after)
			}
			deny = nil
			if _, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil)}); err != nil {
				t.Errorf("after the hold was lifted: %v", err)
			}
		})
	}
}

func TestAsHeld(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"ours", denied(heldMessage), `release "web" is held`},
		{"without explanation", denied(`admission webhook "gate.styrmin.io" denied the request without explanation`), "without explanation"},
		{"somebody else's", denied(`admission webhook "policy.example.org" denied the request: no styrmin here`), ""},
		{"webhook down", denied(`Internal error occurred: failed calling webhook "gate.styrmin.io": connection refused`), ""},
		{"RBAC", denied(`secrets is forbidden: User "a" cannot create resource "secrets" in the namespace "styrmin"`), ""},
		{"not of the API server", errors.New(heldMessage), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			held := asHeld(tc.err)
			switch {
			case tc.want == "" && held != nil:
				t.Errorf("held: %v", held)
			case tc.want != "" && (held == nil || !strings.Contains(held.Message, tc.want)):
				t.Errorf("got %v, expected %q", held, tc.want)
			}
		})
	}
}

func TestHeldRollbackIsNoHeldChange(t *testing.T) {
	h := newHarness(t)
	var deny error
	withSecrets(h, &deny)
	h.seed(t, rspb.StatusDeployed)
	h.kube.WaitError = errors.New("boom")
	h.store = &holdAfterFailure{Driver: h.store, deny: &deny}
	_, err := h.Apply(t.Context(), Request{Release: "web", Chart: h.chart(t, nil), Wait: true, RollbackOnFailure: true})
	var failed *FailedError
	var held *HeldError
	if !errors.As(err, &failed) || errors.As(err, &held) {
		t.Fatalf("error %v", err)
	}
	if !errors.As(failed.RollbackErr, &held) {
		t.Errorf("rollback's error %v", failed.RollbackErr)
	}
}

// holdAfterFailure closes the gate once a revision has failed.
type holdAfterFailure struct {
	driver.Driver
	deny *error
}

func (d *holdAfterFailure) Update(key string, r *rspb.Release) error {
	if r.Info.Status == rspb.StatusFailed {
		*d.deny = denied(heldMessage)
	}
	return d.Driver.Update(key, r)
}
