package plugin

import (
	"fmt"
	"io"
	"sync"
)

// warnings shows each of the API server's warnings once. It is safe for
// concurrent use.
type warnings struct {
	out  io.Writer
	mu   sync.Mutex
	seen map[string]bool
}

// HandleWarningHeader implements rest.WarningHandler.
func (w *warnings) HandleWarningHeader(code int, _ string, text string) {
	const miscellaneous = 299 // the only code that Kubernetes uses
	w.mu.Lock()
	defer w.mu.Unlock()
	if code != miscellaneous || text == "" || w.seen[text] {
		return
	}
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	w.seen[text] = true
	fmt.Fprintf(w.out, "warning: %s\n", text)
}

// redirect sends further warnings elsewhere.
func (w *warnings) redirect(out io.Writer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out = out
}
