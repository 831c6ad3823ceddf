package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
	"github.com/styrmin/kubectl-styrmin/plugin/preview"
)

func (r *runOptions) addYes(flags *pflag.FlagSet) {
	flags.BoolVarP(&r.yes, "yes", "y", false, "Begin without showing the plan and asking, as always without a terminal and with -o json.")
}

// agree shows the plan and asks whether to go on, where somebody is there to
// answer. What changes nothing, and what is refused anyway, is no question.
func (r *runOptions) agree(ctx context.Context, e *engine.Engine, prepared *engine.Prepared) (bool, error) {
	if r.yes || r.stream != nil || !r.terminal.Interactive {
		return true, nil
	}
	planned, err := plan.Make(ctx, e, prepared)
	if err != nil || !planned.Changes || len(planned.Refused) > 0 {
		return err == nil, err
	}
	if err := preview.Write(r.Out, planned, preview.Options{Color: r.terminal.Color, Short: true}); err != nil {
		return false, err
	}
	prepared.Agreed, err = confirm(ctx, r.In, r.Out)
	if err == nil && !prepared.Agreed {
		fmt.Fprintln(r.Out, "nothing was changed")
	}
	return prepared.Agreed, err
}

// confirm asks a question whose answer is no unless the user says yes.
func confirm(ctx context.Context, in io.Reader, out io.Writer) (bool, error) {
	fmt.Fprint(out, "\nGo on? [y/N] ")
	answer, err := newAsker(in, out).line(ctx)
	switch {
	case errors.Is(err, errNoAnswer):
		fmt.Fprintln(out)
		return false, nil
	case ctx.Err() != nil:
		fmt.Fprintln(out)
		return false, fmt.Errorf("%w; nothing was changed", errInterrupted)
	case err != nil:
		return false, fmt.Errorf("read the answer: %w; nothing was changed", err)
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", nil
}
