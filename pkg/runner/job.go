package runner

import (
	"cmp"
	"context"
	"errors"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

type jobRequest struct {
	one
	judgement
	Command     []string          `json:"command"`
	Name        string            `json:"name"`
	Image       string            `json:"image"`
	Environment map[string]string `json:"environment"`
}

func (r *jobRequest) check() error {
	if len(r.Command) == 0 {
		return errors.New("command is missing or empty; expected a list of strings")
	}
	return errors.Join(r.one.check(), r.judgement.check())
}

func (r *jobRequest) do(ctx context.Context, c *call) (any, error) {
	component, err := r.pick(c)
	if err != nil {
		return nil, err
	}
	result, err := c.client.Job(ctx, component, components.JobOptions{
		Name: cmp.Or(r.Name, "main"), For: c.run, Command: r.Command, Image: r.Image, Container: r.Container,
		Environment: r.Environment, Output: c.log.stream(), Judgement: r.judged(),
	})
	if err != nil {
		return nil, err
	}
	return []components.Result{result}, nil
}
