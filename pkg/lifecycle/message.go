package lifecycle

import (
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Message is the denial for a held change: the deployment, the run, the actions
// still missing with their state, and the next command (G5).
func (v Verdict) Message(namespace string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "held by styrmin: this release is governed by StyrminDeployment %s/%s", namespace, v.Deployment)
	b.WriteString(v.why())
	b.WriteString(". Next: ")
	b.WriteString(v.nextCommand(namespace))
	return b.String()
}

func (v Verdict) why() string {
	switch v.Reason {
	case ReasonMissing:
		return fmt.Sprintf("; %s has pre actions that have not succeeded: %s", v.runName(), v.missingList())
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
