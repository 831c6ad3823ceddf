package instance

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// Changes names the inputs in which two instances differ, beside the driver and
// the application version. It holds no values: they may be secret.
type Changes struct {
	// Parameters are names; a parameter that only one driver declares counts, too.
	Parameters []string `json:"parameters"`
	// Config are the keys of the site configuration.
	Config []string `json:"config"`
	// Chart is true when the chart has another content.
	Chart bool `json:"chart"`
}

// None is true when nothing differs.
func (c Changes) None() bool { return len(c.Parameters)+len(c.Config) == 0 && !c.Chart }

// Changed compares two instances; nil for from compares with nothing, where
// every parameter and every key is new.
func Changed(from, to *Instance) Changes {
	if from == nil {
		from = &Instance{}
	}
	return Changes{
		Parameters: differing(from.Context.Parameters, to.Context.Parameters),
		Config:     differing(from.Context.Instance.Config, to.Context.Instance.Config),
		Chart:      from.Context.App.Chart != to.Context.App.Chart,
	}
}

// differing lists the sorted keys whose values are not the same.
func differing(from, to map[string]any) []string {
	all := maps.Clone(from)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, to)
	keys := []string{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		before, had := from[key]
		after, has := to[key]
		if had != has || !same(before, after) {
			keys = append(keys, key)
		}
	}
	return keys
}

// same compares two values as JSON: one that was stored may have come back as
// another of Go's types.
func same(a, b any) bool {
	left, err := json.Marshal(a)
	right, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(left, right)
}
