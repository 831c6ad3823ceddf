package lint

import (
	"context"
	"iter"
	"runtime"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// ahead is how many drivers per processor may be checked before the report of an
// earlier one. It bounds the memory, and a slow driver leaves others to do.
const ahead = 8

// Each checks the targets, as many at a time as there are processors, and
// reports what was found in each in the order of the targets, as soon as it is
// known. It ends early with the context's error, leaving running checks alone,
// or with the first error of report, which it never calls concurrently.
func Each(ctx context.Context, targets iter.Seq[Target], check func(ctx context.Context, path string) diagnostic.List, report func(Target, diagnostic.List) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue := start(ctx, targets, check)
	for {
		t, more := receive(ctx, queue)
		if !more {
			return ctx.Err()
		}
		found, known := receive(ctx, t.found)
		if !known {
			return ctx.Err()
		}
		if err := report(t.Target, found); err != nil {
			return err
		}
	}
}

// receive returns false when nothing comes any more: the channel was closed, or
// the context ended.
func receive[T any](ctx context.Context, from <-chan T) (got T, ok bool) {
	select {
	case <-ctx.Done():
		return got, false
	case got, ok = <-from:
		return got, ok
	}
}

// started is a target that is being checked.
type started struct {
	Target
	// found gets what was found, once.
	found chan diagnostic.List
}

// start checks the targets in the background, until the context ends.
func start(ctx context.Context, targets iter.Seq[Target], check func(context.Context, string) diagnostic.List) <-chan started {
	processors := runtime.GOMAXPROCS(0)
	queue := make(chan started, ahead*processors)
	busy := make(chan struct{}, processors)
	go func() {
		defer close(queue)
		for target := range targets {
			t := started{target, make(chan diagnostic.List, 1)}
			select {
			case queue <- t:
			case <-ctx.Done():
				return
			}
			if len(target.Problems) > 0 {
				t.found <- target.Problems
				continue
			}
			select {
			case busy <- struct{}{}:
			case <-ctx.Done():
				return
			}
			go func() {
				t.found <- check(ctx, target.Path)
				<-busy
			}()
		}
	}()
	return queue
}
