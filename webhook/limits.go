package webhook

import "context"

// What happens at a time. A record of 1 MiB may unfold to 32 MiB, so unbounded
// decoding is a way to push the gate over; what was read waits for it, so that is
// bounded, too. A waiting request occupies a seat of the API server's, so waiting is a
// favour to few.
const (
	maxDecoding = 4
	maxReading  = 16
	maxWaiting  = 20
)

// limit lets a number of callers in.
type limit chan struct{}

// enter waits for its turn; false when the context ended before.
func (l limit) enter(ctx context.Context) bool {
	select {
	case l <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// tryEnter does not wait.
func (l limit) tryEnter() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l limit) leave() { <-l }
