package components

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// unfinished is a workload that is not yet as it shall be, with the pods that show it.
type unfinished struct {
	workload
	pods []corev1.Pod
}

// goal is what a wait waits for.
type goal struct {
	verb  string // in messages
	check func(context.Context, workload) (*unfinished, error)
	// gone is true when a component whose workloads disappear is done, too.
	gone bool
}

// wait looks at the components until nothing is unfinished. At the deadline it
// returns a *TimeoutError that says what is not done and why.
func (c *Client) wait(ctx context.Context, g goal, components []Component) error {
	var last []unfinished
	var lastErr error
	for {
		left, err := c.checkAll(ctx, g, components)
		switch {
		case err == nil && len(left) == 0:
			return nil
		case err == nil:
			c.reportProgress(last, left)
			last, lastErr = left, nil
		case ctx.Err() == nil && !transient(err):
			return err
		case ctx.Err() == nil:
			lastErr = err
		}
		if c.sleep(ctx, c.poll) != nil {
			return c.giveUp(ctx, g.verb, last, lastErr)
		}
	}
}

func (c *Client) checkAll(ctx context.Context, g goal, components []Component) ([]unfinished, error) {
	workloads, err := c.workloads(ctx, components...)
	var missing *MissingError
	for g.gone && errors.As(err, &missing) {
		components = slices.DeleteFunc(slices.Clone(components), func(other Component) bool { return other.Name == missing.Component.Name })
		workloads, err = c.workloads(ctx, components...)
	}
	if err != nil {
		return nil, err
	}
	var left []unfinished
	for _, w := range workloads {
		u, err := g.check(ctx, w)
		if err != nil {
			return nil, err
		}
		if u != nil {
			left = append(left, *u)
		}
	}
	return left, nil
}

// reportProgress reports what is new since the last look.
func (c *Client) reportProgress(before, now []unfinished) {
	said := map[string]string{}
	for _, u := range before {
		said[u.String()] = u.progress
	}
	for _, u := range now {
		if said[u.String()] != u.progress {
			c.report("%s: %s", u.workload, u.progress)
		}
	}
}

// giveUp explains the end of a wait. The reasons are looked up now, with time of their own.
func (c *Client) giveUp(ctx context.Context, verb string, left []unfinished, lastErr error) error {
	if !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return fmt.Errorf("%s components: %w", verb, context.Cause(ctx))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	timeout := &TimeoutError{Verb: verb, cause: lastErr}
	for _, u := range left {
		timeout.Unfinished = append(timeout.Unfinished, Unfinished{
			Component: u.component, Workload: u.String(), Progress: u.progress, Reasons: c.reasons(ctx, u),
		})
	}
	return timeout
}

// TimeoutError says what was not done at the deadline, and why.
type TimeoutError struct {
	Verb       string // what was waited for: "stop", "start", "wait for", …
	Unfinished []Unfinished
	cause      error
}

// Unfinished is a workload that was not as it should be at the deadline. Component is
// empty where it does not matter whose it is.
type Unfinished struct {
	Component string   `json:"component"`
	Workload  string   `json:"workload"`
	Progress  string   `json:"progress"`
	Reasons   []string `json:"reasons,omitempty"`
}

// String says how far the workload is, and, indented, one reason a line.
func (u Unfinished) String() string {
	head := fmt.Sprintf("%s: %s", u.Workload, u.Progress)
	if u.Component != "" {
		head = fmt.Sprintf("component %s: %s", u.Component, head)
	}
	return strings.Join(append([]string{head}, u.Reasons...), "\n    ")
}

func (e *TimeoutError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s components: not done at the deadline", e.Verb)
	for _, u := range e.Unfinished {
		b.WriteString("\n  " + u.String())
	}
	if e.cause != nil {
		fmt.Fprintf(&b, "\n  the last look at the cluster failed: %v", e.cause)
	}
	return b.String()
}

// Unwrap makes the error a deadline exceeded.
func (e *TimeoutError) Unwrap() []error {
	return []error{context.DeadlineExceeded, e.cause}
}
