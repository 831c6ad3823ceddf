package components

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote"
)

// finished is what a script prints last, when all before it went well. It shows that
// nothing is missing, whatever the connection says of itself: what a WebSocket tells is
// the API server's opinion (see package remote).
const finished = "\nstyrmin: finished\n"

// runScript runs one of a dumper's scripts where its database is. Without an error it ran
// to its end, and all of its output has come.
func (c *Client) runScript(ctx context.Context, at Result, script string, stdin io.Reader, stdout io.Writer) error {
	output := &holdBack{to: stdout, size: len(finished)}
	script += "\nprintf '\\nstyrmin: finished\\n'"
	err := c.pipe(ctx, at, []string{"sh", "-c", script}, stdin, output)
	switch seen := string(output.last) == finished; {
	case seen && errors.Is(err, remote.ErrCutOff):
		return nil // the connection broke when all had been said
	case err == nil && !seen:
		return fmt.Errorf("%s: %w", at.where(), remote.ErrCutOff)
	}
	return err
}

// holdBack passes on all but the last of what is written.
type holdBack struct {
	to   io.Writer
	size int
	last []byte
}

func (w *holdBack) Write(p []byte) (int, error) {
	w.last = append(w.last, p...)
	if more := len(w.last) - w.size; more > 0 {
		if _, err := w.to.Write(w.last[:more]); err != nil {
			return 0, err
		}
		w.last = append(w.last[:0], w.last[more:]...)
	}
	return len(p), nil
}

// fromFile lets NAME_FILE stand for NAME, as the well-known images do.
const fromFile = `
secret() { eval "value=\${$1:-} file=\${$1_FILE:-}"; if [ -z "$value" ] && [ -n "$file" ]; then value=$(cat "$file"); fi; printf %s "$value"; }
`

// watched runs a program and ends it when standard input does: when whoever wants the
// dump is gone. Left alone, it would hold its locks, which a restore waits for. Nothing
// that it starts outlives it: an orphan becomes the child of the container's first
// process, and PostgreSQL takes the end of an unknown child for a crash of its own.
const watched = `
watched() {
  exec 3<&0
  "$@" </dev/null & program=$!
  ( while read -r _; do :; done; kill "$program" ) <&3 >/dev/null 2>&1 & watch=$!
  code=0; wait "$program" || code=$?
  kill "$watch" 2>/dev/null || :
  wait "$watch" 2>/dev/null || :
  return "$code"
}
`
