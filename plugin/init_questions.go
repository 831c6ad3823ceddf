package plugin

import (
	"context"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/scaffold"
)

// initQuestions are what init asks on a terminal. After the first error, such as
// an interruption, nothing more is asked.
type initQuestions struct {
	*initOptions
	*asker
	ctx   context.Context
	given func(flag string) bool
	err   error
}

// question asks unless a flag answers.
func (q *initQuestions) question(flag, text string, accept func(answer string) error) {
	if q.err == nil && !q.given(flag) {
		q.err = q.asker.ask(q.ctx, text, accept)
	}
}

func (q *initQuestions) askName(fallback string) {
	q.question("name", "Name ["+fallback+"]", func(answer string) error {
		if answer == "" {
			answer = fallback
		}
		q.application.Name = answer
		return scaffold.CheckName(answer)
	})
}

func (q *initQuestions) askChart() {
	q.question("chart", "Chart: ./DIRECTORY, oci://… or https://… [a new one in ./chart]", func(answer string) error {
		q.application.Chart = answer
		return scaffold.CheckChart(answer)
	})
	if !scaffold.IsRemote(q.application.Chart) {
		return
	}
	q.question("chart-version", "The chart's version, such as 1.4.2", func(answer string) error {
		q.application.ChartVersion = answer
		return q.application.CheckVersion()
	})
}

func (q *initQuestions) askComponents() {
	var names []string
	for _, c := range scaffold.DefaultComponents(q.application.Name, q.application.Chart) {
		names = append(names, c.Name)
	}
	text := "Component: NAME, or NAME=LABEL=VALUE,… with its pods' labels [" + strings.Join(names, " and ") + "]"
	for more := true; more && q.err == nil; text = "Another component [no]" {
		more = false
		q.question("component", text, func(answer string) error {
			if answer == "" {
				return nil
			}
			if _, err := scaffold.ParseComponent(answer); err != nil {
				return err
			}
			q.components, more = append(q.components, answer), true
			return nil
		})
	}
}

func (q *initQuestions) askHooks() {
	if q.err != nil || q.given("hooks") {
		return
	}
	q.hooks = nil
	for _, hook := range []struct {
		hook v1.Hook
		text string
	}{{v1.HookSetup, "Actions when it is set up"}, {v1.HookUpgrade, "Actions when it is upgraded"}} {
		wanted, err := q.yes(q.ctx, hook.text)
		if err != nil {
			q.err = err
			return
		}
		if wanted {
			q.hooks = append(q.hooks, string(hook.hook))
		}
	}
}
