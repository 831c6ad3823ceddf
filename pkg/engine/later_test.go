package engine

import (
	"context"
	"slices"
	"testing"
)

func TestLaterKeepsTheOrderAndFinishes(t *testing.T) {
	var l later
	var done []int
	for i := range 50 {
		l.do(func(context.Context) { done = append(done, i) })
	}
	l.finish()
	if len(done) != 50 || !slices.IsSorted(done) {
		t.Errorf("done, in this order: %v", done)
	}
}

func TestLaterWithoutWork(t *testing.T) {
	var l later
	l.finish()
}

// TestLaterNeverBlocks: a cluster that does not answer holds up no run.
func TestLaterNeverBlocks(t *testing.T) {
	var l later
	answer := make(chan struct{})
	l.do(func(context.Context) { <-answer })
	for range 2 * laterQueue {
		l.do(func(context.Context) {})
	}
	close(answer)
	l.finish()
}
