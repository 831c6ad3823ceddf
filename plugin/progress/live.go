package progress

import (
	"context"
	"io"
	"sync"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

const (
	// redraw is how often the times on a terminal move on.
	redraw = time.Second
	// pause is the least time between two pictures: an action may print thousands of
	// lines in a second.
	pause = 50 * time.Millisecond
)

// Live draws a run on a terminal, over and over, until it ends. It is safe for
// concurrent use.
type Live struct {
	mu     sync.Mutex
	model  model
	screen screen
	now    func() time.Time
	// begun is true once there is something to draw.
	begun, frozen bool
	changed       chan struct{}
	stop          context.CancelFunc
	drawing       sync.WaitGroup
}

// NewLive draws on out, which is a terminal of the given size; the size may change.
// When ctx ends, what is drawn stays as it is: others write to the terminal then.
// Close ends it.
func NewLive(ctx context.Context, out io.Writer, size func() (width, height int), options Options) *Live {
	ctx, stop := context.WithCancel(ctx)
	l := &Live{
		screen: screen{out: out, size: size, color: options.Color}, now: time.Now,
		changed: make(chan struct{}, 1), stop: stop,
	}
	l.drawing.Go(func() { l.loop(ctx) })
	return l
}

// Report implements engine.Reporter.
func (l *Live) Report(e engine.Event) {
	l.change(func(m *model) { m.take(e) })
}

// Show draws what a run's record says.
func (l *Live) Show(run v1.Run) {
	l.change(func(m *model) { m.show(run) })
}

func (l *Live) change(change func(*model)) {
	l.mu.Lock()
	change(&l.model)
	l.begun = true
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Close draws how the run is now, and leaves that standing.
func (l *Live) Close() {
	l.stop()
	l.drawing.Wait()
}

// Above returns a writer whose text stays on the terminal above what is drawn, or goes
// wherever to leads. Each call has to write whole lines.
func (l *Live) Above(to io.Writer) io.Writer { return above{l, to} }

type above struct {
	live *Live
	to   io.Writer
}

func (a above) Write(text []byte) (int, error) {
	l := a.live
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun || l.frozen {
		return a.to.Write(text)
	}
	l.screen.clear()
	n, err := a.to.Write(text)
	l.draw()
	return n, err
}

// loop draws when something changed, and each second.
func (l *Live) loop(ctx context.Context) {
	defer l.freeze()
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		case <-ticker.C:
		}
		l.mu.Lock()
		l.draw()
		l.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// draw draws the picture of now.
func (l *Live) draw() {
	if !l.begun || l.frozen {
		return
	}
	width, _ := l.screen.size()
	l.screen.draw(l.model.picture(l.now(), width, l.screen.rows()))
}

// freeze draws for the last time.
func (l *Live) freeze() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun || l.frozen {
		return
	}
	l.frozen = true
	width, _ := l.screen.size()
	l.screen.finish(l.model.picture(l.now(), width, l.screen.rows()))
}
