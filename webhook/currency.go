package webhook

import (
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"
)

const (
	// watchLife is how long one watch lasts. Before its end, the API server sends a
	// bookmark when there was nothing else, and the next one follows at once; so a
	// watch that works is heard of at least as often.
	watchLife = 15 * time.Second
	// silence is after how long without a word a watch is taken for broken.
	silence = watchLife + 5*time.Second
	// longestGap is how much later than the last word of a watch the next one may begin.
	// After a longer one, the collection is listed again: what a new watch has yet to
	// tell of the time between would be missed for a moment.
	longestGap = time.Second
)

// currency is whether what a watch has told is what there is now: while a watch is
// open that began where a list, or the watch before, ended, and that is heard of.
type currency struct {
	// tried is true once a list was asked for, whatever the answer.
	tried atomic.Bool
	// now is the clock; nil for the real one.
	now func() time.Time

	lock sync.Mutex
	// open is the watch that is listened to; nil for none.
	open watch.Interface
	// opened is when it began, heard when it last said something, and left when the
	// one before did; zero after a list.
	opened, heard, left time.Time
}

func (c *currency) clock() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now()
}

func (c *currency) isCurrent() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.open != nil && c.clock().Sub(c.heard) < silence
}

// relisted: what is known is as new as a list.
func (c *currency) relisted() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.open, c.left = nil, time.Time{}
}

// lapsed is an error when it is too late to go on with a watch: it has the
// reflector list again.
func (c *currency) lapsed() error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if !c.left.IsZero() && c.clock().Sub(c.left) > longestGap {
		return apierrors.NewResourceExpired("the watch was interrupted, so what there is now is listed again")
	}
	return nil
}

// listen hands on what a watch says, and notes that it does.
func (c *currency) listen(inner watch.Interface) watch.Interface {
	events := make(chan watch.Event)
	outer := watch.NewProxyWatcher(events)
	c.begin(inner)
	go func() {
		defer close(events)
		defer inner.Stop()
		defer c.end(inner)
		for {
			select {
			case event, more := <-inner.ResultChan():
				if !more || !c.hand(outer, events, event) {
					return
				}
				c.note(inner)
			case <-time.After(silence):
				return
			case <-outer.StopChan():
				return
			}
		}
	}()
	return outer
}

// hand passes one event on; false when nothing after it can be relied on, or nobody listens.
func (c *currency) hand(outer *watch.ProxyWatcher, events chan<- watch.Event, event watch.Event) bool {
	select {
	case events <- event:
		return event.Type != watch.Error
	case <-outer.StopChan():
		return false
	}
}

func (c *currency) begin(inner watch.Interface) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.open, c.opened, c.heard = inner, c.clock(), c.clock()
}

func (c *currency) note(inner watch.Interface) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.open == inner {
		c.heard = c.clock()
	}
}

// end: a watch that lived as long as it was meant to has told all until now, and
// who knows about another.
func (c *currency) end(inner watch.Interface) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.open != inner {
		return
	}
	c.open, c.left = nil, c.heard
	if now := c.clock(); now.Sub(c.opened) >= watchLife-time.Second && now.Sub(c.heard) < silence {
		c.left = now
	}
}
