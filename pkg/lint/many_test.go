package lint

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// numbered yields as many targets as there are asked for, and counts them.
func numbered(n int, yielded *int) iter.Seq[Target] {
	return func(yield func(Target) bool) {
		for i := range n {
			*yielded++
			if !yield(Target{Path: fmt.Sprint(i)}) {
				return
			}
		}
	}
}

func saying(path string) diagnostic.List { return diagnostic.List{{Message: "found in " + path}} }

// TestEach: reports come in the order of the targets, whatever the checks take,
// and no more checks than processors run at once. Time is simulated.
func TestEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		check := func(_ context.Context, path string) diagnostic.List {
			if now := running.Add(1); now > most.Load() {
				most.Store(now)
			}
			defer running.Add(-1)
			n, _ := strconv.Atoi(path)
			time.Sleep(time.Duration(n*7919%13) * time.Second)
			return saying(path)
		}
		var got []string
		yielded := 0
		err := Each(t.Context(), numbered(1000, &yielded), check, func(target Target, found diagnostic.List) error {
			if found[0].Message != "found in "+target.Path {
				t.Errorf("%s: %s", target.Path, found[0].Message)
			}
			got = append(got, target.Path)
			return nil
		})
		if err != nil || len(got) != 1000 {
			t.Fatal(err, len(got))
		}
		for i, path := range got {
			if path != fmt.Sprint(i) {
				t.Fatalf("%s came as number %d", path, i)
			}
		}
		if int(most.Load()) != runtime.GOMAXPROCS(0) {
			t.Errorf("%d checks at once on %d processors", most.Load(), runtime.GOMAXPROCS(0))
		}
	})
}

// TestEachStreams: what is known is reported while later checks run, and a check
// that takes long does not let the others pile up what they found.
func TestEachStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		check := func(ctx context.Context, path string) diagnostic.List {
			if path == "3" {
				<-ctx.Done()
			}
			return saying(path)
		}
		var reported []string
		yielded := 0
		ended := make(chan error, 1)
		go func() {
			ended <- Each(ctx, numbered(100_000, &yielded), check, func(target Target, _ diagnostic.List) error {
				reported = append(reported, target.Path)
				return nil
			})
		}()
		synctest.Wait()
		if diff := cmp.Diff([]string{"0", "1", "2"}, reported); diff != "" {
			t.Error(diff)
		}
		if bound := (ahead+2)*runtime.GOMAXPROCS(0) + 4; yielded > bound {
			t.Errorf("%d targets were taken, at most %d are expected", yielded, bound)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
	})
}

// TestEachInterrupted: it ends although a check, or the search for drivers, does not.
func TestEachInterrupted(t *testing.T) {
	release := make(chan struct{})
	for name, test := range map[string]struct {
		targets iter.Seq[Target]
		check   func(context.Context, string) diagnostic.List
	}{
		"check":  {slices.Values([]Target{{Path: "a"}, {Path: "b"}}), func(context.Context, string) diagnostic.List { <-release; return nil }},
		"search": {func(func(Target) bool) { <-release }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release = make(chan struct{}) // of this bubble
				defer close(release)
				ctx, interrupt := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() {
					ended <- Each(ctx, test.targets, test.check, func(Target, diagnostic.List) error { t.Error("reported"); return nil })
				}()
				synctest.Wait()
				interrupt()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		})
	}
}

// TestEachReportFails: nothing is reported after the output broke.
func TestEachReportFails(t *testing.T) {
	broken := errors.New("broken")
	reports, yielded := 0, 0
	err := Each(t.Context(), numbered(100, &yielded), func(_ context.Context, path string) diagnostic.List { return saying(path) },
		func(Target, diagnostic.List) error { reports++; return broken })
	if !errors.Is(err, broken) || reports != 1 {
		t.Error(err, reports)
	}
}

// TestEachKnownProblems: a target that has its problems already is not checked.
func TestEachKnownProblems(t *testing.T) {
	targets := slices.Values([]Target{{Path: "a"}, {Path: "b", Problems: saying("tree")}})
	var got []string
	err := Each(t.Context(), targets, func(_ context.Context, path string) diagnostic.List { return saying(path) },
		func(_ Target, found diagnostic.List) error { got = append(got, found[0].Message); return nil })
	if diff := cmp.Diff([]string{"found in a", "found in tree"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
