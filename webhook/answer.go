package webhook

import (
	"fmt"
	"net/http"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// The outcomes of a decision, as logs and metrics name them.
const (
	outcomeAllowed     = "allowed"
	outcomeHeld        = "held"
	outcomeDenied      = "denied"
	outcomeNotGoverned = "not governed"
	outcomeError       = "error"
	// outcomeWarned is what would have been stopped, were the gate not in mode warn.
	outcomeWarned = "warned"
)

// answer is one decision.
type answer struct {
	outcome string
	// reason is one word for logs and metrics.
	reason string
	// message is for the client.
	message  string
	warnings []string
	// letThrough allows a request although it would be held: gate mode warn.
	letThrough bool
	// original and current are the object before and after mutation; nil without one.
	original, current []byte
}

func allow(reason string, warnings ...string) answer {
	return answer{outcome: outcomeAllowed, reason: reason, warnings: warnings}
}

// deny refuses what the client sent; each problem says what was found and expected.
func deny(reason, what string, problems ...string) answer {
	return answer{outcome: outcomeDenied, reason: reason, message: listed(what, problems)}
}

// undecided is our own failure, never the client's.
func undecided(namespace string, err error) answer {
	next := "look at the webhook's log with `kubectl logs -n styrmin deploy/styrmin-webhook`"
	if namespace != "" {
		next = fmt.Sprintf("check that the namespace is prepared with `kubectl styrmin prepare %s`, and %s", namespace, next)
	}
	return answer{
		outcome: outcomeError,
		reason:  "Undecided",
		message: fmt.Sprintf("styrmin's gate could not decide: %v. Nothing was changed; %s, then try again", err, next),
	}
}

func listed(what string, problems []string) string {
	switch len(problems) {
	case 0:
		return "styrmin: " + what
	case 1:
		return fmt.Sprintf("styrmin: %s: %s", what, problems[0])
	}
	return fmt.Sprintf("styrmin: %s, %d problems:\n- %s", what, len(problems), strings.Join(problems, "\n- "))
}

// counted is the outcome for logs and metrics: what has become of the request.
func (a answer) counted() string {
	if a.letThrough {
		return outcomeWarned
	}
	return a.outcome
}

// warned lets a request through that would have been stopped, and says so.
func (a answer) warned() answer {
	if a.outcome == outcomeAllowed || a.outcome == outcomeNotGoverned {
		return a
	}
	a.warnings = append(a.warnings, "styrmin (warn only): "+a.message)
	a.letThrough = true
	return a
}

func (a answer) response() admission.Response {
	switch {
	case a.current != nil:
		return admission.PatchResponseFromRaw(a.original, a.current).WithWarnings(a.warnings...)
	case a.letThrough, a.outcome == outcomeAllowed, a.outcome == outcomeNotGoverned:
		return admission.Allowed("").WithWarnings(a.warnings...)
	case a.outcome == outcomeError:
		return admission.Errored(http.StatusInternalServerError, fmt.Errorf("%s", a.message))
	}
	return admission.Denied(a.message).WithWarnings(a.warnings...)
}
