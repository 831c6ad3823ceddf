package runner

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// one are the fields of a request about a container of a component.
type one struct {
	common
	Component string `json:"component"`
	Container string `json:"container"`
}

func (o *one) check() error {
	if o.Component == "" {
		return errors.New("component is missing; expected one of the driver's components")
	}
	return nil
}

// pick is the component.
func (o *one) pick(c *call) (components.Component, error) {
	picked, err := c.declared.Pick(o.Component)
	if err != nil {
		return components.Component{}, err
	}
	return picked[0], nil
}

// judgement are the fields by which a command's output is judged.
type judgement struct {
	Expect string `json:"expect"`
	Reject string `json:"reject"`

	expect, reject *regexp.Regexp
}

// check compiles the patterns.
func (j *judgement) check() error {
	for _, p := range []struct {
		field, text string
		to          **regexp.Regexp
	}{{"expect", j.Expect, &j.expect}, {"reject", j.Reject, &j.reject}} {
		if p.text == "" {
			continue
		}
		compiled, err := regexp.Compile(p.text)
		if err != nil {
			return fmt.Errorf("%s: found %q, expected a regular expression in RE2 syntax: %w", p.field, p.text, err)
		}
		*p.to = compiled
	}
	return nil
}

// judged is the judgement, once checked.
func (j *judgement) judged() components.Judgement {
	return components.Judgement{Expect: j.expect, Reject: j.reject}
}

type execRequest struct {
	one
	judgement
	Commands       [][]string        `json:"commands"`
	Pod            string            `json:"pod"`
	AllPods        bool              `json:"allPods"`
	PodWaitSeconds float64           `json:"podWaitSeconds"`
	Environment    map[string]string `json:"environment"`
	Stdin          string            `json:"stdin"`
}

func (r *execRequest) check() error {
	if len(r.Commands) == 0 {
		return errors.New("commands is missing or empty; expected a list of commands, each a list of strings")
	}
	if r.PodWaitSeconds < 0 {
		return errors.New("podWaitSeconds is below 0")
	}
	return errors.Join(r.one.check(), r.judgement.check())
}

func (r *execRequest) do(ctx context.Context, c *call) (any, error) {
	component, err := r.pick(c)
	if err != nil {
		return nil, err
	}
	return list(c.client.Exec(ctx, component, components.ExecOptions{
		Pod: r.Pod, AllPods: r.AllPods, PodWait: time.Duration(r.PodWaitSeconds * float64(time.Second)),
		Container: r.Container, Commands: r.Commands, Environment: r.Environment, Stdin: r.Stdin,
		Stdout: c.log.stream(), Stderr: c.log.stream(), Judgement: r.judged(),
	}))
}
