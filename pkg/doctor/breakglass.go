package doctor

import (
	"context"
	"fmt"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// breakGlass lists the gates that somebody has opened.
func breakGlass(_ context.Context, e *examination) ([]Finding, error) {
	var findings []Finding
	for i := range e.deployments {
		d := &e.deployments[i]
		end := fmt.Sprintf("kubectl styrmin release %s -n %s --end", d.Name, d.Namespace)
		glass, err := d.BreakGlass()
		switch {
		case err != nil:
			findings = append(findings, Finding{
				Level: Warning, Found: fmt.Sprintf("StyrminDeployment %s/%s: %v", d.Namespace, d.Name, err),
				Why: "It opens nothing. Somebody has meant it to, and not by `kubectl styrmin release`.", Next: end,
			})
		case glass.InForce(e.now):
			findings = append(findings, Finding{
				Level: Warning, Found: fmt.Sprintf("the gate of %s/%s is open until %s, by %s: %s", d.Namespace, d.Name, glass.Until.UTC().Format(time.RFC3339), glass.By, glass.Reason),
				Why: "Every change of its release is let through without its pre actions, from any client.", Next: "once the emergency is over: " + end,
			})
		case glass != nil && glass.Until.Sub(e.now) > v1.LongestBreakGlass:
			findings = append(findings, Finding{
				Level: Warning, Found: fmt.Sprintf("StyrminDeployment %s/%s: the annotation %s expires more than %s from now", d.Namespace, d.Name, v1.AnnotationBreakGlass, v1.LongestBreakGlass),
				Why: "It was written while the webhook did not look, and opens nothing.", Next: end,
			})
		}
	}
	return orFine(findings, "nobody has opened the gate of any of %s", plural(len(e.deployments), "deployment")), nil
}
