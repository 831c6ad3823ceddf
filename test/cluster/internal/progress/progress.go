// Package progress tells a person which step runs and how far it is.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// interval between two signs of life of one step.
const interval = 15 * time.Second

// Steps prints numbered steps: "[3/9] building kube-apiserver … 4m10s".
type Steps struct {
	out   io.Writer
	total int
	done  int
}

// New announces how many steps there will be.
func New(out io.Writer, total int) *Steps {
	return &Steps{out: out, total: total}
}

// Run runs one step. The step may say how far it is through its argument; what it said last is shown with the time.
func (s *Steps) Run(title string, step func(say func(string)) error) error {
	s.done++
	prefix := fmt.Sprintf("[%d/%d] %s", s.done, s.total, title)
	started := time.Now()
	fmt.Fprintln(s.out, prefix)

	var mu sync.Mutex
	var last string
	say := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		last = text
	}
	stop := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				mu.Lock()
				fmt.Fprintf(s.out, "%s … %s%s\n", prefix, elapsed(started), detail(last))
				mu.Unlock()
			}
		}
	})

	err := step(say)
	close(stop)
	ticking.Wait()
	if err != nil {
		return fmt.Errorf("%s (after %s): %w", title, elapsed(started), err)
	}
	fmt.Fprintf(s.out, "%s: done in %s%s\n", prefix, elapsed(started), detail(last))
	return nil
}

func detail(text string) string {
	if text == "" {
		return ""
	}
	return ", " + text
}

// elapsed is exact enough for a person: tenths below ten seconds, whole seconds above.
func elapsed(since time.Time) time.Duration {
	d := time.Since(since)
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
