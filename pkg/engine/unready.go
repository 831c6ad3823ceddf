package engine

import (
	"context"
	"fmt"
	"strings"
)

// mostUnready bounds what a failure's message quotes: it becomes part of the record.
const mostUnready = 5

// unready says what of the release is not ready, and why, as far as that can be found out.
func (r *run) unready(ctx context.Context) []string {
	unready, err := r.engine.Components.ForRelease(r.prepared.Desired.ReleaseName()).Unready(ctx)
	if err != nil {
		return nil
	}
	var reasons []string
	for i, workload := range unready {
		if i == mostUnready {
			return append(reasons, fmt.Sprintf("and %d more", len(unready)-mostUnready))
		}
		reasons = append(reasons, strings.ReplaceAll(workload.String(), "\n", "\n  "))
	}
	return reasons
}
