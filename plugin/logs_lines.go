package plugin

import (
	"fmt"
	"io"
	"strings"
	"sync"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// logLines writes what the actions of a run print, each line behind its action. It is
// safe for concurrent use: lines come whole.
type logLines struct {
	run string
	// clean takes out what would rewrite what a terminal shows.
	clean bool

	mu  sync.Mutex
	out io.Writer
	// names are the actions' by the slugs in their Jobs' names.
	names map[string]string
}

// learn takes the actions' names from the run's record; Jobs have but their slugs.
func (w *logLines) learn(run *v1.Run) {
	w.names = map[string]string{}
	for _, action := range run.Actions {
		slug, _, ok := jobs.ParseName(jobs.Name(run.ID, action.Name, 1), run.ID)
		if ok {
			w.names[slug] = action.Name
		}
	}
}

// title is an attempt: its action and, from the second on, its number.
func (w *logLines) title(job string) string {
	slug, attempt, ok := jobs.ParseName(job, w.run)
	name, known := w.names[slug]
	switch {
	case !ok:
		return job
	case !known:
		name = slug
	}
	if attempt > 1 {
		return fmt.Sprintf("%s (attempt %d)", name, attempt)
	}
	return name
}

// write writes a line that an attempt printed.
func (w *logLines) write(job, line string) {
	line = strings.TrimSuffix(line, "\n")
	if w.clean {
		line = progress.Clean(line)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = fmt.Fprintf(w.out, "%s | %s\n", w.title(job), line)
}
