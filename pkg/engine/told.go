package engine

import "sync"

// told remembers what was reported as waiting, so that it is said once. Its zero
// value is ready, and safe for concurrent use.
type told struct {
	mu  sync.Mutex
	why map[string]string
}

// first is true the first time that something waits for this reason.
func (t *told) first(what, why string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.why == nil {
		t.why = map[string]string{}
	}
	if known, told := t.why[what]; told && known == why {
		return false
	}
	t.why[what] = why
	return true
}
