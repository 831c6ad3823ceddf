package engine

import (
	"context"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// UnfinishedError means that the cluster failed while a run was under way. The run
// stays resumable.
type UnfinishedError struct {
	// Run is the run as recorded last.
	Run v1.Run
	// Command resumes the run; whoever knows the command line fills it in.
	Command string
	// Err is how the cluster failed.
	Err error
}

// Error says what failed and how to go on.
func (e *UnfinishedError) Error() string { return e.Err.Error() + "\n" + e.Next() }

// Next says how to go on.
func (e *UnfinishedError) Next() string {
	return "Run " + e.Run.ID + " is not over; when that is mended, " + resume(e.Command)
}

// Unwrap returns how the cluster failed.
func (e *UnfinishedError) Unwrap() error { return e.Err }

// orUnfinished is an UnfinishedError when the cluster failed while a run was under
// way, and else the error.
func (w *work) orUnfinished(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || !w.underWay() || decided(err) {
		return err
	}
	return &UnfinishedError{Run: *w.last.current(), Err: err}
}
