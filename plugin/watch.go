package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// redraw is how often the times on a terminal move on. The cluster is not asked for it.
const redraw = time.Second

// viewer shows a deployment's record as it changes. run is the run that is
// followed: the record's, or what the history says of it.
type viewer interface {
	show(d *v1.StyrminDeployment, run *v1.Run) error
}

// follow shows a deployment's run until it ends. The error says how it ended.
func (s *statusOptions) follow(ctx context.Context, c *clients, d *v1.StyrminDeployment) error {
	run := d.Status.Run
	if run == nil || ended(run) {
		if err := s.show(ctx, c, d); err != nil {
			return err
		}
		return verdict(run)
	}
	if s.output == "" && c.undriven(ctx, d) {
		fmt.Fprintf(s.ErrOut, "run %s: %s\n", run.ID, undrivenNote)
	}
	watching, stop := context.WithCancel(ctx)
	states, failed := watchDeployment(watching, c, d.Name)
	defer func() { stop(); <-failed }()
	return s.loop(ctx, d, states, failed)
}

// loop shows states until the run has ended.
func (s *statusOptions) loop(ctx context.Context, d *v1.StyrminDeployment, states <-chan *v1.StyrminDeployment, failed <-chan error) error {
	view, run := s.viewer(), d.Status.Run
	var tick <-chan time.Time
	if _, moves := view.(*board); moves {
		ticker := time.NewTicker(redraw)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case now := <-states:
			if now == nil {
				return &problemsError{message: fmt.Sprintf("StyrminDeployment %s/%s was deleted", d.Namespace, d.Name)}
			}
			d, run = now, runOf(now, run)
		case <-tick:
		case err := <-failed:
			if ctx.Err() == nil {
				return err
			}
			return context.Cause(ctx)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := view.show(d, run); err != nil {
			return err
		}
		if ended(run) {
			return verdict(run)
		}
	}
}

// ended is true for a run that nothing happens to unless somebody asks for it.
func ended(run *v1.Run) bool { return run.Phase.Over() || run.Phase == v1.RunFailed }

// verdict is nil for a run that succeeded, or that there was none.
func verdict(run *v1.Run) error {
	if run == nil || run.Phase == v1.RunSucceeded {
		return nil
	}
	return &problemsError{message: fmt.Sprintf("run %s is %s", run.ID, run.Phase), shown: true}
}

// runOf is the followed run by a deployment's record. When another run has begun
// since, it is what the history says.
func runOf(d *v1.StyrminDeployment, followed *v1.Run) *v1.Run {
	if now := d.Status.Run; now != nil && now.ID == followed.ID {
		return now
	}
	run := followed.DeepCopy()
	run.Phase, run.Message = v1.RunFailed, "another run has begun"
	for _, past := range d.Status.History {
		if past.ID == run.ID && (past.Phase.Over() || past.Phase == v1.RunFailed) {
			run.Phase, run.Message, run.EndedAt, run.Revision, run.Abort = past.Phase, past.Message, past.EndedAt, past.Revision, past.Abort
		}
	}
	return run
}

// watchDeployment sends a deployment's states, nil for its end, until ctx ends.
// failed gives the error that makes watching impossible, and is closed at the end.
func watchDeployment(ctx context.Context, c *clients, name string) (states <-chan *v1.StyrminDeployment, failed <-chan error) {
	out, errs := make(chan *v1.StyrminDeployment), make(chan error, 1)
	send := func(d *v1.StyrminDeployment) {
		select {
		case out <- d:
		case <-ctx.Done():
		}
	}
	informer := engine.DeploymentInformer(c.client, c.namespace, name)
	err := informer.SetWatchErrorHandlerWithContext(func(_ context.Context, _ *cache.Reflector, err error) {
		// Anything else passes: the informer tries again.
		if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
			select {
			case errs <- fmt.Errorf("watch StyrminDeployment %s/%s: %w", c.namespace, name, err):
			default:
			}
		}
	})
	if err == nil {
		_, err = informer.AddEventHandler(engine.DeploymentHandler(send, func() { send(nil) }))
	}
	if err != nil {
		errs <- err
	}
	go func() { defer close(errs); informer.RunWithContext(ctx) }()
	return out, errs
}

// viewer is how the command line wants the run to be shown.
func (s *statusOptions) viewer() viewer {
	switch {
	case s.output != "":
		return &stream{out: s.Out, format: s.output}
	case s.terminal.Size != nil:
		return &board{progress.NewScreen(s.Out, s.terminal.Size)}
	}
	return &scroll{lines: progress.New(s.Out, progress.Options{Color: s.terminal.Color})}
}

// stream writes each record for a program: a line of JSON, or a document of YAML.
type stream struct {
	out    io.Writer
	format string
}

func (s *stream) show(d *v1.StyrminDeployment, _ *v1.Run) error {
	d = d.DeepCopy()
	d.SetGroupVersionKind(v1.GroupVersion.WithKind("StyrminDeployment"))
	d.ManagedFields = nil
	data, err := json.Marshal(d)
	if s.format == "yaml" && err == nil {
		data, err = yaml.JSONToYAML(data)
		data = append([]byte("---\n"), bytes.TrimSuffix(data, []byte("\n"))...)
	}
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(data, '\n'))
	return err
}

// scroll writes a line for everything that happens.
type scroll struct {
	lines *progress.Lines
	last  *v1.Run
}

func (s *scroll) show(_ *v1.StyrminDeployment, run *v1.Run) error {
	for _, event := range progress.Changes(s.last, run) {
		s.lines.Report(event)
	}
	s.last = run
	return nil
}

// board draws the run's actions on a terminal, over and over again.
type board struct{ screen *progress.Screen }

func (b *board) show(_ *v1.StyrminDeployment, run *v1.Run) error {
	text := b.text(run, len(run.Actions))
	if ended(run) {
		return b.screen.Finish(string(text))
	}
	if rows := b.screen.Rows(); bytes.Count(text, []byte("\n")) > rows {
		text = b.text(compact(run), len(run.Actions))
	}
	return b.screen.Draw(string(text))
}

func (b *board) text(run *v1.Run, actions int) []byte {
	var out bytes.Buffer
	printRun(&out, run)
	if left := actions - len(run.Actions); left > 0 {
		fmt.Fprintf(&out, "  %s not shown: pending or succeeded\n", count(left, "action"))
	}
	return bytes.TrimPrefix(out.Bytes(), []byte("\n"))
}

// compact leaves out the actions about which there is nothing to be seen.
func compact(run *v1.Run) *v1.Run {
	short := run.DeepCopy()
	short.Actions = nil
	for _, action := range run.Actions {
		if action.State != v1.ActionPending && action.State != v1.ActionSucceeded {
			short.Actions = append(short.Actions, action)
		}
	}
	return short
}
