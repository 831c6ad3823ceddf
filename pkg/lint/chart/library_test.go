package chart

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

func TestLibraryLoadsOnce(t *testing.T) {
	var fetched atomic.Int32
	l := newLibrary(func(_ context.Context, ref helm.ChartRef) (*helm.Chart, error) {
		fetched.Add(1)
		return &helm.Chart{Name: ref.Location}, nil
	})
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			location := fmt.Sprintf("/chart-%d", i%4)
			c, err := l.load(t.Context(), helm.ChartRef{Location: location})
			if err != nil || c.Name != location {
				t.Errorf("%v, %v", c, err)
			}
		})
	}
	group.Wait()
	if n := fetched.Load(); n != 4 {
		t.Errorf("4 charts were fetched %d times", n)
	}
}

func TestLibraryOutlivesACaller(t *testing.T) {
	proceed := make(chan struct{})
	l := newLibrary(func(ctx context.Context, _ helm.ChartRef) (*helm.Chart, error) {
		<-proceed
		return &helm.Chart{}, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.load(ctx, helm.ChartRef{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	close(proceed)
	if c, err := l.load(t.Context(), helm.ChartRef{}); c == nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
}

func TestLibraryEndsAWait(t *testing.T) {
	l := newLibrary(func(ctx context.Context, _ helm.ChartRef) (*helm.Chart, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	l.patience = time.Nanosecond
	if _, err := l.load(t.Context(), helm.ChartRef{Location: "oci://r.example/a"}); !away(err) {
		t.Errorf("error %v", err)
	}
}

func TestSilentHostIsAskedOnce(t *testing.T) {
	refused := &url.Error{Op: "Get", URL: "https://r.example/a", Err: syscall.ECONNREFUSED}
	for _, tc := range []struct {
		name string
		err  error
		then string // the second chart, after r.example/a
		want bool   // whether it is asked for
	}{
		{"refused", fmt.Errorf("%w: %w", helm.ErrUnreachable, refused), "oci://r.example/b", false},
		{"too slow", &helm.ChartError{Err: context.DeadlineExceeded}, "https://r.example/b", false},
		{"another host", refused, "oci://s.example/b", true},
		{"another port", refused, "oci://r.example:81/b", true},
		{"login needed", fmt.Errorf("%w: 401", helm.ErrUnreachable), "oci://r.example/b", true},
		{"not there", helm.ErrChartNotFound, "oci://r.example/b", true},
		{"on disk", &helm.ChartError{Err: context.DeadlineExceeded}, "/b", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			asked := map[string]bool{}
			l := newLibrary(func(_ context.Context, ref helm.ChartRef) (*helm.Chart, error) {
				asked[ref.Location] = true
				return nil, tc.err
			})
			for _, location := range []string{"oci://r.example/a", tc.then} {
				if _, err := l.load(t.Context(), helm.ChartRef{Location: location}); reason(err) != reason(tc.err) {
					t.Errorf("%s: error %v", location, err)
				}
			}
			if asked[tc.then] != tc.want {
				t.Errorf("asked: %v", asked)
			}
		})
	}
}

func TestReference(t *testing.T) {
	working, err := filepath.Abs("drivers")
	if err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		"./chart":                 working + "/notes/chart",
		"../chart":                working + "/chart",
		".":                       working + "/notes",
		"oci://r.example/c/n":     "oci://r.example/c/n",
		"https://r.example/n":     "https://r.example/n",
		"":                        "",
		"chart":                   "",
		"/etc":                    "",
		"ftp://r.example/n":       "",
		"oci://":                  "",
		"https://r.example":       "",
		"https://u:p@r.example/n": "",
		"oci://%zz/n":             "",
		"file:///etc":             "",
		"..\x00":                  "",
	} {
		d := &driver.Driver{Dir: "drivers/notes"}
		d.Object.Spec.Helm = &v1.Helm{Main: v1.Chart{Location: location, Version: "1"}}
		ref, ok := New("").reference(d)
		switch {
		case ok != (want != ""):
			t.Errorf("%q: %v", location, ok)
		case ok && ref != helm.ChartRef{Location: want, Version: "1"}:
			t.Errorf("%q: %+v", location, ref)
		}
	}
}
