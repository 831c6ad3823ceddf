package runner

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// vaultServe is the first process of the pod with the volume of backups. The primitive
// that has made the pod deletes it, unless it was killed.
func (r *Runner) vaultServe() *cobra.Command {
	var idle time.Duration
	cmd := &cobra.Command{Use: "serve", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if serveVault(cmd.Context(), idle, func() bool { return alone("/proc", os.Getpid()) }) {
			fmt.Fprintf(r.Err, "nothing was asked for %s: whoever needed this pod is gone\n", idle)
		}
		return nil
	}}
	cmd.Flags().DurationVar(&idle, "idle", time.Hour, "End when no other process has run in the container for as long.")
	return cmd
}

// look is how often serveVault looks for other processes.
const look = 50 * time.Millisecond

// serveVault waits until nothing runs beside it any more and the context has ended, or,
// which it returns, nothing has run for some time. With it all else in the container
// ends, and what is being put there would be left.
func serveVault(ctx context.Context, idle time.Duration, alone func() bool) bool {
	looks := time.NewTicker(min(look, max(idle/10, time.Millisecond)))
	defer looks.Stop()
	for busy := time.Now(); ; <-looks.C {
		switch {
		case !alone():
			busy = time.Now()
		case ctx.Err() != nil:
			return false
		case time.Since(busy) >= idle:
			return true
		}
	}
}

// alone is true when the process is the only one that proc has.
func alone(proc string, self int) bool {
	entries, err := os.ReadDir(proc)
	for _, entry := range entries {
		if id, notProcess := strconv.Atoi(entry.Name()); notProcess == nil && id != self {
			return false
		}
	}
	return err == nil
}
