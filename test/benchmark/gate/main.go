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
	"strconv"
	"strings"
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
	clients := flag.String("clients", "1,10,50,200", "how many create at a time, in turn")
	fill := flag.Bool("full", true, "measure in a full cluster, too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	numbers, err := parse(*clients)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	missed, err := benchmark(ctx, *image, numbers, *fill)
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

// parse reads numbers with commas between.
func parse(text string) (numbers []int, err error) {
	for one := range strings.SplitSeq(text, ",") {
		number, err := strconv.Atoi(one)
		if err != nil || number < 1 {
			return nil, fmt.Errorf("--clients %s: %q is no number of clients, expected some like 1,10,50", text, one)
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}

// benchmark prints the figures and counts the bounds that were missed.
func benchmark(ctx context.Context, image string, clients []int, fill bool) (missed int, err error) {
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
	if err := pairs(ctx, c, t, clients); err != nil || !fill {
		return t.missed, err
	}
	err = full(ctx, c, t)
	return t.missed, err
}
