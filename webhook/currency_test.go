package webhook

import (
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// clocked is a currency with a clock of the test's.
type clocked struct {
	currency
	t    *testing.T
	time time.Time
}

func newClocked(t *testing.T) *clocked {
	c := &clocked{t: t, time: time.Unix(1000, 0)}
	c.now = func() time.Time { return c.time }
	return c
}

// later moves the clock.
func (c *clocked) later(d time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.time = c.time.Add(d)
}

// listening begins a watch whose events are read away.
func (c *clocked) listening() *watch.FakeWatcher {
	inner := watch.NewFake()
	outer := c.listen(inner)
	go func() {
		for range outer.ResultChan() {
		}
	}()
	return inner
}

func (c *clocked) expect(current bool, when string) {
	c.t.Helper()
	for range 500 {
		if c.isCurrent() == current {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.t.Errorf("%s: isCurrent is %t, expected %t", when, !current, current)
}

func TestCurrency(t *testing.T) {
	c := newClocked(t)
	c.expect(false, "before anything")
	c.relisted()
	c.expect(false, "listed, and not watched")
	inner := c.listening()
	c.expect(true, "watched")
	c.later(silence)
	c.expect(false, "a watch that says nothing")
	inner.Action(watch.Bookmark, &metav1.PartialObjectMetadata{})
	c.expect(true, "a bookmark")
	inner.Stop()
	c.expect(false, "the watch has ended")
	if err := c.lapsed(); err != nil {
		t.Errorf("right after the end: %v", err)
	}
	c.later(longestGap + 1)
	if err := c.lapsed(); !apierrors.IsResourceExpired(err) {
		t.Errorf("long after the end: %v, expected it to be listed again", err)
	}
	c.relisted()
	if err := c.lapsed(); err != nil {
		t.Errorf("after a list: %v", err)
	}
}

func TestCurrencyEndsWithAnError(t *testing.T) {
	c := newClocked(t)
	c.listening().Error(&metav1.Status{Code: 410})
	c.expect(false, "the watch failed")
}

// TestCurrencyOfABrokenWatch: what it said last is what counts, unless it lived as long as it was meant to.
func TestCurrencyOfABrokenWatch(t *testing.T) {
	for name, test := range map[string]struct {
		lived  time.Duration
		listed bool
	}{
		"broken off": {watchLife / 2, true},
		"at its end": {watchLife, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClocked(t)
			inner := c.listening()
			c.later(test.lived)
			inner.Stop()
			c.expect(false, "the watch has ended")
			if err := c.lapsed(); (err != nil) != test.listed {
				t.Errorf("%v, expected another list: %t", err, test.listed)
			}
		})
	}
}
