package lifecycle

import (
	"fmt"
	"strings"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Message is the denial for a held change: the deployment, the run, the actions
// still missing with their state, and the next command (G5).
func (v Verdict) Message(namespace string) string {
	if v.Reason == ReasonOrphaned {
		return fmt.Sprintf(orphaned, v.Run, namespace)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "held by styrmin: this release is governed by StyrminDeployment %s/%s", namespace, v.Deployment)
	b.WriteString(v.why())
	b.WriteString(". Next: ")
	b.WriteString(v.nextCommand(namespace))
	return b.String()
}

// orphaned says how to govern the release again, and how to give it up for good.
const orphaned = "held by styrmin: run %[1]s deployed this release, and the StyrminDeployment that governed it is gone. " +
	"Next: kubectl styrmin upgrade NAME -n %[2]s --driver DRIVER, which adopts the release. " +
	"To leave it to Helm alone from now on, an admin removes the label styrmin.io/run from its newest record: kubectl -n %[2]s get secrets,configmaps -l owner=helm,styrmin.io/run"

func (v Verdict) why() string {
	switch v.Reason {
	case ReasonMissing:
		return fmt.Sprintf("; %s has pre actions that have not succeeded%s: %s", v.runName(), v.waited(), v.missingList())
	case ReasonSpent:
		return fmt.Sprintf("; the evidence of run %s has served a revision already and is not good for another change", v.Run)
	case ReasonAborted:
		return fmt.Sprintf("; run %s was aborted, so what its pre actions did is no evidence for this change", v.Run)
	case ReasonNoRun:
		return "; no run of this change is under way"
	default:
		return "; no run of this change (its chart, version and values) has been started"
	}
}

func (v Verdict) runName() string {
	what := string(v.Hook)
	if v.Version != "" {
		what += " to " + v.Version
	}
	if v.Run == "" {
		return fmt.Sprintf("its %s (no run under way)", what)
	}
	return fmt.Sprintf("run %s (%s)", v.Run, what)
}

func (v Verdict) waited() string {
	if v.Waited == 0 {
		return ""
	}
	return fmt.Sprintf(", after %s of waiting", v.Waited.Round(time.Second))
}

func (v Verdict) missingList() string {
	parts := make([]string, 0, len(v.Missing))
	for _, m := range v.Missing {
		parts = append(parts, fmt.Sprintf("%s (%s)", m.Name, m.State))
	}
	return strings.Join(parts, ", ")
}

func (v Verdict) nextCommand(namespace string) string {
	verb := "upgrade"
	if v.Hook == v1.RunHookSetup {
		verb = "setup"
	}
	command := fmt.Sprintf("kubectl styrmin %s %s -n %s", verb, v.Deployment, namespace)
	if v.Version != "" && v.Reason != ReasonNotDeclared {
		command += " --version " + v.Version
	}
	return command
}
