package runner

import (
	"context"
	"errors"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// backupRequest is either of the primitives about backups, which this version
// refuses: it says so at once, before an action relies on a backup that is none.
type backupRequest struct {
	several
	Name string `json:"name"`
}

func (r *backupRequest) check() error {
	if r.Name == "" {
		return errors.New("name is missing; expected what the backup is called")
	}
	return r.several.check()
}

func (r *backupRequest) do(context.Context, *call) (any, error) {
	return nil, &components.UnsupportedError{What: "backups are not supported by this version, and nothing was done: " +
		"let execute_commands or run_job run the application's own dump program instead"}
}
