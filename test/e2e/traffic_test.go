package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// traffic makes calls over and over and counts how they end, by what happened meanwhile.
type traffic struct {
	mu      sync.Mutex
	group   sync.WaitGroup
	strike  string
	strikes []string
	counts  map[string]map[outcome]int
	wrong   []string
}

// outcome is how a call ended.
type outcome string

const (
	succeeded outcome = "succeeded"
	heldBack  outcome = "held, denied"
	// byPolicy is what failurePolicy Fail demands while the webhook does not answer.
	byFailurePolicy outcome = "failure policy"
	// noServer: the API server was not there, or not ready yet.
	noServer outcome = "no API server"
	// wrongly is none of that, or a change that got in without evidence.
	wrongly outcome = "WRONG"
)

var outcomes = []outcome{succeeded, heldBack, byFailurePolicy, noServer, wrongly}

// noServerSigns are in the messages of clients whose API server restarts.
var noServerSigns = []string{
	"connection refused", "connection reset", "EOF", "apiserver not ready", "the server is currently unable to handle the request", "ServiceUnavailable",
	"http2: client connection lost", "TLS handshake timeout", "Kubernetes cluster unreachable", "shutting down", "RBAC: ", "i/o timeout",
	"apiserver is shutting down", "the server could not find the requested resource",
}

// during says what happens from now on.
func (f *traffic) during(strike string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.strike = strike
	if !slices.Contains(f.strikes, strike) {
		f.strikes = append(f.strikes, strike)
	}
}

// run makes a call over and over until the context ends.
func (f *traffic) run(ctx context.Context, name string, c repeated) {
	f.group.Go(func() {
		for ctx.Err() == nil {
			f.mu.Lock()
			strike := f.strike
			f.mu.Unlock()
			// A call that has begun is made to its end: a cut one would be an error of its own.
			f.note(strike, name, c, c.do(context.WithoutCancel(ctx)))
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
	})
}

func (f *traffic) wait() { f.group.Wait() }

// note counts a call under what happened when it began or, if that is later, ended.
func (f *traffic) note(strike, name string, c repeated, r result) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := c.judge(r, strike == theServerStrike || f.strike == theServerStrike)
	if o == wrongly {
		f.wrong = append(f.wrong, fmt.Sprintf("while %s, %s: %s", strike, name, r))
	}
	if f.counts == nil {
		f.counts = map[string]map[outcome]int{}
	}
	if f.counts[strike] == nil {
		f.counts[strike] = map[outcome]int{}
	}
	f.counts[strike][o]++
}

// theServerStrike is the only one that excuses an API server which is not there.
const theServerStrike = "the API server is restarted"

// judge tells how a call ended. What has to be held and gets in is the worst.
func (c repeated) judge(r result, serverAway bool) outcome {
	switch {
	case r.code == 0 && c.held:
		return wrongly
	case r.code == 0:
		return succeeded
	case strings.Contains(r.out, "could not decide"):
		// It cannot read then, and for no other reason.
		if c.judged && serverAway {
			return noServer
		}
		return wrongly
	case c.held && (strings.Contains(r.out, "held by styrmin") || strings.Contains(r.out, "denied the request")):
		return heldBack
	case c.judged && strings.Contains(r.out, "failed calling webhook"):
		return byFailurePolicy
	case serverAway && slices.ContainsFunc(noServerSigns, func(sign string) bool { return strings.Contains(r.out, sign) }):
		return noServer
	default:
		return wrongly
	}
}

func (f *traffic) problems() []string { return f.wrong }

// print shows the figures.
func (f *traffic) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprint(w, "\nCALLS WHILE\t")
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s\t", o)
	}
	for _, strike := range f.strikes {
		fmt.Fprintf(w, "\n%s\t", strike)
		for _, o := range outcomes {
			fmt.Fprintf(w, "%d\t", f.counts[strike][o])
		}
	}
	fmt.Fprintln(w)
}
