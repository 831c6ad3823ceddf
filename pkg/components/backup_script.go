package components

import (
	"context"
	"fmt"
	"io"
)

// finished is what a script prints last, when all before it went well. It shows that
// nothing is missing, whatever the connection says of itself: what a WebSocket tells is
// the API server's opinion (see stream).
const finished = "\nstyrmin: finished\n"

// runScript runs one of a dumper's scripts where its database is. Without an error it ran
// to its end, and all of its output has come.
func (c *Client) runScript(ctx context.Context, at Result, script string, stdin io.Reader, stdout io.Writer) error {
	output := &untilFinished{to: stdout}
	script += "\nprintf '\\nstyrmin: finished\\n'"
	if err := c.pipe(ctx, at, []string{"sh", "-c", script}, stdin, output); err != nil {
		return err
	}
	if string(output.last) != finished {
		return fmt.Errorf("%s: %w", at.where(), errCutOff)
	}
	return nil
}

// untilFinished passes on all but the last of what is written, which should be the mark.
type untilFinished struct {
	to   io.Writer
	last []byte
}

func (w *untilFinished) Write(p []byte) (int, error) {
	w.last = append(w.last, p...)
	if more := len(w.last) - len(finished); more > 0 {
		if _, err := w.to.Write(w.last[:more]); err != nil {
			return 0, err
		}
		w.last = append(w.last[:0], w.last[more:]...)
	}
	return len(p), nil
}
