package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/doctor"
)

// TestDoctor: with a webhook that runs, everything is fine; when it is taken away,
// what is said is what happens. It takes the webhook from everybody, so it does not
// run beside other tests.
func TestDoctor(t *testing.T) {
	needCluster(t)
	s := newNamedSpace(t, "doctor")
	s.newBoard()
	s.styrmin("setup", "app", "--driver", boardDriver(t, "small"), "--version", "1.0.0").expect(t, 0)

	report := s.doctor(0)
	for _, check := range []string{"webhook-answers", "replicas", "certificate", "versions", "gate", "accounts", "prefect"} {
		report.expect(t, check, doctor.OK)
	}

	s.run("kubectl", "-n", v1.SystemNamespace, "scale", "deployment/styrmin-webhook", "--replicas=0").expect(t, 0)
	t.Cleanup(func() {
		r := execute(cleanupContext(t), cluster.kubeconfig, "", installCommand("none")...)
		if r.code != 0 {
			t.Error(r)
		}
	})
	s.run("kubectl", "-n", v1.SystemNamespace, "wait", "pod", "-l", "app.kubernetes.io/name=styrmin-webhook", "--for=delete", "--timeout="+patience.String())
	report = s.doctor(1)
	report.expect(t, "replicas", doctor.Problem)
	report.expect(t, "webhook-answers", doctor.Problem)
	report.expect(t, "versions", doctor.Warning)
	report.expect(t, "gate", doctor.Problem)
	s.helm(helm3, "upgrade", "app", boardDriver(t, "small")+"/chart").expect(t, 1, "failed calling webhook")
}

// diagnosis is what `doctor` found.
type diagnosis doctor.Report

func (s *space) doctor(code int) (d diagnosis) {
	s.Helper()
	r := s.styrmin("doctor", "-o", "json")
	r.expect(s.T, code)
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
		s.Fatalf("%v:\n%s", err, r)
	}
	return d
}

// expect: the worst finding of a check is at that level.
func (d diagnosis) expect(t *testing.T, check string, level doctor.Level) {
	t.Helper()
	order := []doctor.Level{doctor.OK, doctor.Warning, doctor.Problem}
	worst := -1
	var told []string
	for _, f := range d.Findings {
		if f.Check == check {
			worst = max(worst, slices.Index(order, f.Level))
			told = append(told, f.Found)
		}
	}
	if worst < 0 || order[worst] != level {
		t.Errorf("check %s: expected %s, found: %s", check, level, strings.Join(told, "; "))
	}
}
