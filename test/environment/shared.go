package environment

import (
	"slices"
	"sync"
	"testing"
)

// Shared is what the tests of a package have in common and is started when the first
// of them asks for it. The zero value is ready; it is safe for concurrent use.
type Shared[T any] struct {
	once  sync.Once
	value T
	err   error
	stop  []func()
}

// Get starts it, unless that was done, with the directory of the programs. It skips the
// test when there are none, and fails it when the start did.
func (s *Shared[T]) Get(t testing.TB, start func(binaries string) (T, error)) T {
	t.Helper()
	binaries := Binaries(t)
	s.once.Do(func() { s.value, s.err = start(binaries) })
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.value
}

// AtEnd is for start: it has a function called by Stop.
func (s *Shared[T]) AtEnd(stop func()) { s.stop = append(s.stop, stop) }

// Stop ends what was started, the last first. TestMain calls it.
func (s *Shared[T]) Stop() {
	for _, stop := range slices.Backward(s.stop) {
		stop()
	}
}
