package engine

import (
	"context"
	"sync"
	"time"
)

const (
	// laterTimeout bounds each piece of work that is done beside a run.
	laterTimeout = 5 * time.Second
	// laterQueue bounds the work that waits.
	laterQueue = 256
)

// later does, in order and beside the run's loop, what is of use to whoever looks
// afterwards and what a run must neither wait nor fail for: Events, the ends of
// outputs. Work that finds the queue full, or takes too long, is left undone.
type later struct {
	start sync.Once
	queue chan func(context.Context)
	done  chan struct{}
}

// do takes on a piece of work.
func (l *later) do(work func(context.Context)) {
	l.start.Do(func() {
		l.queue, l.done = make(chan func(context.Context), laterQueue), make(chan struct{})
		go l.work()
	})
	select {
	case l.queue <- work:
	default:
	}
}

// work goes on after the run's own context has ended: how a run ended, and what
// was printed until then, is what is looked for afterwards.
func (l *later) work() {
	defer close(l.done)
	for work := range l.queue {
		ctx, cancel := context.WithTimeout(context.Background(), laterTimeout)
		work(ctx)
		cancel()
	}
}

// finish waits for the work taken on so far, at most laterTimeout. No more may come.
func (l *later) finish() {
	if l.queue == nil {
		return
	}
	close(l.queue)
	select {
	case <-l.done:
	case <-time.After(laterTimeout):
	}
}
