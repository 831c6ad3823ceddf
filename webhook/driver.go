package webhook

import (
	"context"
	"encoding/json"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// driver checks an ApplicationDriver with the rules of `kubectl styrmin validate`.
func (r *rules) driver(_ context.Context, req admission.Request) answer {
	var object map[string]any
	if err := json.Unmarshal(req.Object.Raw, &object); err != nil {
		return deny("Malformed", "the object is not JSON", err.Error())
	}
	if isBeingDeleted(object) {
		return allow("Deleting")
	}
	return judgeDriver(object)
}

// judgeDriver reports all problems of a driver. An object without files is
// driver.styrmin.yml applied by plain kubectl: a partial driver, of whose Python
// and template nothing is known.
func judgeDriver(object map[string]any) answer {
	d, found, err := driver.LoadObject(object)
	if err != nil {
		return deny("Malformed", "the driver cannot be read", err.Error())
	}
	var problems, warnings []string
	for _, p := range append(found, lint.Check(d, lint.Inputs{})...) {
		switch p.Severity {
		case diagnostic.Note:
		case diagnostic.Error:
			problems = append(problems, located(p))
		default:
			warnings = append(warnings, located(p))
		}
	}
	if len(problems) > 0 {
		a := deny("Invalid", fmt.Sprintf("ApplicationDriver %s is not valid", d.Object.Name), problems...)
		a.warnings = warnings
		return a
	}
	return allow("Valid", warnings...)
}

func located(p diagnostic.Diagnostic) string {
	where := p.Path
	if where == "" {
		where = p.File
		if !p.IsZero() {
			where = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
		}
	}
	text := p.Message
	if where != "" {
		text = where + ": " + text
	}
	if p.Help != "" {
		text += " (" + p.Help + ")"
	}
	return text
}

// isBeingDeleted is true for an update of an object that only waits for its
// finalizers: refusing it would keep it from going away.
func isBeingDeleted(object map[string]any) bool {
	metadata, _ := object["metadata"].(map[string]any)
	return metadata["deletionTimestamp"] != nil
}
