package preview

import (
	"fmt"
	"strings"
	"unicode/utf8"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// row is one step of a run.
type row struct {
	name, fate, description string
	skipped                 bool
}

// modes shows the steps of the run in their order.
func (v *view) modes() {
	p := v.plan
	if len(p.Modes) == 0 {
		return
	}
	fmt.Fprintln(&v.text)
	var all []row
	for _, mode := range p.Modes {
		all = append(all, v.rows(mode)...)
	}
	name, fate := 0, 0
	for _, r := range all {
		name, fate = max(name, utf8.RuneCountInString(r.name)), max(fate, utf8.RuneCountInString(r.fate))
	}
	for _, mode := range p.Modes {
		v.line(bold, "%s: %s", mode.Mode, v.shape(mode))
		for _, r := range v.rows(mode) {
			attributes := ""
			if r.skipped {
				attributes = dim
			}
			v.line(attributes, "  %-*s  %-*s  %s", name, r.name, fate, r.fate, r.description)
		}
	}
}

// shape says how a mode's steps hang together.
func (v *view) shape(mode plan.Mode) string {
	actions := count(len(mode.Actions), "action")
	if len(mode.Actions) > 1 {
		actions += " in parallel"
	}
	switch helm := mode.Helm != ""; {
	case mode.Later:
		return "not now, as asked by --until"
	case helm && len(mode.Actions) == 0:
		return "the Helm release"
	case helm:
		return "the Helm release, then " + actions
	case len(mode.Actions) == 0:
		return "nothing"
	case mode.Mode == v1.ModeCore && v.plan.Helm != nil && v.plan.Helm.InAction:
		return actions + "; one of them says when the Helm release is changed"
	default:
		return actions
	}
}

func (v *view) rows(mode plan.Mode) []row {
	if mode.Later {
		return nil
	}
	var rows []row
	if mode.Helm != "" {
		rows = append(rows, v.helmRow(mode.Helm))
	}
	for _, action := range mode.Actions {
		rows = append(rows, row{
			name: action.Name, fate: fateOf(action), description: firstLine(action.Description),
			skipped: action.Fate == lifecycle.FateSkip,
		})
	}
	return rows
}

func fateOf(action plan.Action) string {
	switch {
	case action.Fate == lifecycle.FateSkip:
		return "skipped: it succeeded before"
	case action.Fate == lifecycle.FateAdopt:
		return fmt.Sprintf("is waited for: attempt %d is under way", action.Attempt)
	case action.Fate == lifecycle.FateRetry && action.State == v1.ActionLost:
		return fmt.Sprintf("runs, attempt %d: the Job of the last one is gone", action.Attempt)
	case action.Fate == lifecycle.FateRetry:
		return fmt.Sprintf("runs, attempt %d: the last one failed", action.Attempt)
	case action.Attempt > 1:
		return fmt.Sprintf("runs again, attempt %d", action.Attempt)
	default:
		return "runs"
	}
}

func (v *view) helmRow(fate lifecycle.Fate) row {
	helm := v.plan.Helm
	if fate == lifecycle.FateSkip || helm == nil {
		return row{name: "helm", fate: "skipped: the release is there already", skipped: true}
	}
	what := fmt.Sprintf("release %s, chart %s %s", v.plan.Release, helm.Chart, move(helm.ChartVersion.From, helm.ChartVersion.To))
	if helm.Install {
		return row{name: "helm", fate: "installs", description: what}
	}
	return row{name: "helm", fate: "upgrades", description: fmt.Sprintf("%s, revision %d → %d", what, helm.Deployed, helm.Revision)}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
