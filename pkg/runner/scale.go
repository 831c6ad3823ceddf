package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// several are the fields of a request about components.
type several struct {
	common
	Components []string `json:"components"`
}

// check tells a forgotten list from an empty one, for which there is nothing to do.
func (s *several) check() error {
	if s.Components == nil {
		return errors.New("components is missing; expected a list of the driver's components")
	}
	return nil
}

// each picks the components and does something to all of them.
func (s *several) each(c *call, do func(...components.Component) error) (any, error) {
	picked, err := c.declared.Pick(s.Components...)
	if err != nil {
		return nil, err
	}
	return nil, do(picked...)
}

type stopRequest struct{ several }

func (r *stopRequest) do(ctx context.Context, c *call) (any, error) {
	return r.each(c, func(picked ...components.Component) error { return c.client.Stop(ctx, picked...) })
}

type startRequest struct{ several }

func (r *startRequest) do(ctx context.Context, c *call) (any, error) {
	return r.each(c, func(picked ...components.Component) error { return c.client.Start(ctx, picked...) })
}

type restartRequest struct{ several }

func (r *restartRequest) do(ctx context.Context, c *call) (any, error) {
	return r.each(c, func(picked ...components.Component) error { return c.client.Restart(ctx, picked...) })
}

type scaleRequest struct {
	several
	Replicas *int32 `json:"replicas"`
}

func (r *scaleRequest) check() error {
	if r.Replicas == nil || *r.Replicas < 0 {
		return errors.New("replicas is missing or below 0")
	}
	return r.several.check()
}

func (r *scaleRequest) do(ctx context.Context, c *call) (any, error) {
	return r.each(c, func(picked ...components.Component) error { return c.client.Scale(ctx, *r.Replicas, picked...) })
}

type waitRequest struct {
	several
	For string `json:"for"`
}

func (r *waitRequest) check() error {
	if r.For != "" && r.For != "ready" && r.For != "stopped" {
		return fmt.Errorf("for is %q, expected ready or stopped", r.For)
	}
	return r.several.check()
}

func (r *waitRequest) do(ctx context.Context, c *call) (any, error) {
	wait := c.client.Ready
	if r.For == "stopped" {
		wait = c.client.Gone
	}
	return r.each(c, func(picked ...components.Component) error { return wait(ctx, picked...) })
}
