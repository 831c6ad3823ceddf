package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// request is what a primitive is asked for. Its fields are those of the JSON document.
type request interface {
	shared() *common
	// check says what is wrong with the request itself.
	check() error
	// do carries it out. There may be results beside an error.
	do(ctx context.Context, c *call) (results any, err error)
}

// common are the fields of every request.
type common struct {
	Deployment     string  `json:"deployment"`
	TimeoutSeconds float64 `json:"timeoutSeconds"`
}

func (c *common) shared() *common { return c }

// primitives are the requests that there are, by the primitive's name.
var primitives = map[string]func() request{
	"stop_components":            func() request { return &stopRequest{} },
	"start_components":           func() request { return &startRequest{} },
	"restart_components":         func() request { return &restartRequest{} },
	"scale_components":           func() request { return &scaleRequest{} },
	"wait_for_components":        func() request { return &waitRequest{} },
	"execute_commands":           func() request { return &execRequest{} },
	"run_job":                    func() request { return &jobRequest{} },
	"get_logs":                   func() request { return &logsRequest{} },
	"copy_from":                  func() request { return &copyRequest{} },
	"upgrade_deployment_version": func() request { return &upgradeRequest{} },
	"backup_components":          func() request { return &backupRequest{} },
	"restore_components":         func() request { return &restoreRequest{} },
}

// call is one primitive at work.
type call struct {
	client   *components.Client
	declared components.Set
	// run is the run and the action that the primitive is called for.
	run string
	// action is what the primitive's surroundings are: an action's, or empty.
	action action
	// log takes lines for people.
	log *log
}

// action is what an action's own pod knows of its run.
type action struct {
	// target is the application version that the run moves to.
	target  string
	upgrade components.Upgrade
}

func (r *Runner) callCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "call PRIMITIVE",
		Short: "Carry out a primitive: the request is JSON on standard input, the answer JSON on standard output",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			results, err := r.call(cmd.Context(), args[0])
			return r.answer(cmd.Context(), results, err)
		},
	}
}

// call reads the request and carries it out.
func (r *Runner) call(ctx context.Context, name string) (any, error) {
	request, err := readRequest(name, r.In)
	if err != nil {
		return nil, &usageError{fmt.Errorf("%s: %w", name, err)}
	}
	if timeout := request.shared().timeout(); timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	c, err := r.open(request.shared().Deployment)
	if err != nil {
		return nil, err
	}
	defer c.log.flush()
	return request.do(ctx, c)
}

// readRequest reads and checks a primitive's request.
func readRequest(name string, from io.Reader) (request, error) {
	fresh, known := primitives[name]
	if !known {
		return nil, fmt.Errorf("there is no such primitive; expected one of %s", strings.Join(slices.Sorted(maps.Keys(primitives)), ", "))
	}
	request := fresh()
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(request); err != nil {
		return nil, fmt.Errorf("read the request from standard input: %w", err)
	}
	if request.shared().TimeoutSeconds < 0 {
		return nil, errors.New("timeoutSeconds is below 0")
	}
	return request, request.check()
}

func (c *common) timeout() time.Duration {
	return time.Duration(c.TimeoutSeconds * float64(time.Second))
}
