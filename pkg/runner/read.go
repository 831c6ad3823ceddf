package runner

import (
	"context"
	"errors"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

type logsRequest struct {
	one
	Pod          string  `json:"pod"`
	AllPods      bool    `json:"allPods"`
	TailLines    int64   `json:"tailLines"`
	SinceSeconds float64 `json:"sinceSeconds"`
	Previous     bool    `json:"previous"`
}

func (r *logsRequest) check() error {
	if r.TailLines < 0 || r.SinceSeconds < 0 {
		return errors.New("tailLines or sinceSeconds is below 0")
	}
	return r.one.check()
}

func (r *logsRequest) do(ctx context.Context, c *call) (any, error) {
	component, err := r.pick(c)
	if err != nil {
		return nil, err
	}
	return list(c.client.Logs(ctx, component, components.LogsOptions{
		Pod: r.Pod, AllPods: r.AllPods, Container: r.Container, TailLines: r.TailLines,
		Since: time.Duration(r.SinceSeconds * float64(time.Second)), Previous: r.Previous, Output: c.log.stream(),
	}))
}

type copyRequest struct {
	one
	Path     string `json:"path"`
	To       string `json:"to"`
	Pod      string `json:"pod"`
	MaxBytes int64  `json:"maxBytes"`
}

func (r *copyRequest) check() error {
	if r.Path == "" || r.To == "" {
		return errors.New("path or to is missing")
	}
	if r.MaxBytes < 0 {
		return errors.New("maxBytes is below 0")
	}
	return r.one.check()
}

func (r *copyRequest) do(ctx context.Context, c *call) (any, error) {
	component, err := r.pick(c)
	if err != nil {
		return nil, err
	}
	copied, err := c.client.CopyFrom(ctx, component, components.CopyOptions{
		Path: r.Path, To: r.To, Pod: r.Pod, Container: r.Container, MaxBytes: r.MaxBytes,
	})
	if err != nil {
		return nil, err
	}
	return []components.Copy{copied}, nil
}
