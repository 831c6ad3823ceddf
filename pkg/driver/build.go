package driver

import (
	"encoding/json"
	"fmt"
	"reflect"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// build makes a driver of JSON-compatible values; problems of types and
// structure go to report. Without values nothing of the spec is known.
func build(raw map[string]any, files map[string]string, src *source, report reporter) *Driver {
	d := &Driver{Raw: raw, Files: files, source: src, invalid: invalid{}}
	if raw == nil {
		d.Raw = map[string]any{}
		d.invalid.add("")
		return d
	}
	if src != nil {
		for _, path := range src.invalid {
			d.invalid.add(path)
		}
	}
	c := &checker{report: report, source: src, invalid: d.invalid}
	fitted := c.fit(raw, reflect.TypeFor[v1.ApplicationDriver](), "")
	if err := decode(fitted, &d.Object); err != nil {
		report.add(diagnostic.Diagnostic{Rule: "type", Message: fmt.Sprintf("the driver cannot be read: %v", err)})
	}
	d.mergeActions(report)
	d.Object.Files = nil
	return d
}

func decode(v any, into any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("decoding: %w", err)
	}
	return nil
}

// mergeActions moves actions of the top level to the spec.
func (d *Driver) mergeActions(report reporter) {
	if d.Raw["actions"] != nil && d.hasSpecActions() {
		report.add(diagnostic.Diagnostic{
			Position: d.KeyPosition("actions"), Rule: "actions-twice", Path: "actions",
			Message: "actions are given both at the top level and under spec, but both mean the same",
			Help:    "keep the list under spec.actions and remove the other",
		})
	} else if d.Raw["actions"] != nil {
		d.Object.Spec.Actions = d.Object.Actions
	}
	d.Object.Actions = nil
}
