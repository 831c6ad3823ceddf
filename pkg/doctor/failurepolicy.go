package doctor

import (
	"context"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
)

// failurePolicy says what an outage of the webhook means here.
func failurePolicy(_ context.Context, e *examination) ([]Finding, error) {
	switch e.options.FailurePolicy {
	case "":
		return []Finding{{
			Level: Problem, Found: "there is no webhook for releases, so no failure policy", Why: "No change of a release is held.", Next: e.reinstall(),
		}}, nil
	case string(admissionregistrationv1.Fail):
		return []Finding{{
			Level: OK, Found: "while the webhook is down, changes of releases fail (failurePolicy Fail)",
			Why: "An outage never lets a change through. To open one namespace by hand: kubectl label namespace NAMESPACE styrmin.io/gate-",
		}}, nil
	default:
		safe := e.options
		safe.FailurePolicy = ""
		return []Finding{{
			Level: Warning, Found: "while the webhook is down, changes of releases are let through (failurePolicy " + e.options.FailurePolicy + ")",
			Why:  "An outage never stops a deploy, and whoever can bring one about can deploy without pre actions.",
			Next: "if that is not meant: " + safe.Command(),
		}}, nil
	}
}
