// Command gate measures what the gate costs, on the cluster that
// STYRMIN_TEST_KUBECONFIG names; make bench-gate runs it. The same Helm records are
// created where the webhook is asked and where it is not, turn by turn, on one API
// server in one run. Then the cluster is filled, and the webhook is started anew. It
// fails when a bound is missed, and takes away what it made.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// The bounds.
const (
	// handlerBound is for the 99th percentile of the handler's own time, at boundClients clients.
	handlerBound = 10 * time.Millisecond
	boundClients = 50
	// memoryBound is for the resident memory of a replica, in bytes, in a full cluster.
	memoryBound = 100 << 20
	// startBound is for a replica's way from the start of its process to being ready.
	startBound = 5 * time.Second
)

// limit ends a run that hangs.
const limit = 40 * time.Minute

func main() {
	image := flag.String("image", "styrmin.local/styrmin:dev", "image of the webhook")
	quick := flag.Bool("quick", false, "only the number of clients that has a bound, and no full cluster")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	missed, err := benchmark(ctx, *image, *quick)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(3)
	}
	if missed > 0 {
		fmt.Printf("%d of the bounds were missed\n", missed)
		os.Exit(1)
	}
	fmt.Println("every bound was kept")
}

// benchmark prints the figures and counts the bounds that were missed.
func benchmark(ctx context.Context, image string, quick bool) (missed int, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c, err := connect(os.Getenv("STYRMIN_TEST_KUBECONFIG"))
	if err != nil {
		return 0, err
	}
	defer c.clean()
	if err := c.install(ctx, image); err != nil {
		return 0, err
	}
	t := &table{}
	if quick {
		return t.missed, pairs(ctx, c, t, []int{boundClients})
	}
	if err := pairs(ctx, c, t, clients); err != nil {
		return t.missed, err
	}
	return t.missed, full(ctx, c, t)
}
