package lock_test

import (
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

func TestTakenError(t *testing.T) {
	err := &lock.TakenError{Namespace: "demo", Name: "app", Holder: "host/1-x", Since: time.Unix(0, 0)}
	want := "StyrminDeployment demo/app is being driven by host/1-x since 1970-01-01T00:00:00Z; follow it with `kubectl styrmin status app -n demo --watch`, or end its run with `kubectl styrmin abort app -n demo`"
	if err.Error() != want {
		t.Errorf("found\n%s\nexpected\n%s", err, want)
	}
}
