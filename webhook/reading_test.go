package webhook

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// answersAfter is an API server whose answer takes a while to begin, and a while to be read.
type answersAfter struct{ beginning, rest time.Duration }

func (a answersAfter) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(a.beginning)
	return &http.Response{Body: io.NopCloser(io.MultiReader(slow{a.rest}, strings.NewReader("{}")))}, nil
}

type slow struct{ time.Duration }

func (s slow) Read([]byte) (int, error) {
	time.Sleep(s.Duration)
	return 0, io.EOF
}

// TestReading: what is waited for the API server is from the request to the end of its
// answer, and counts once where several overlap. The clock is the test's own.
func TestReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := started(t.Context(), nil)
		read := func(server answersAfter) {
			request, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://server", nil)
			response, err := timed{server}.RoundTrip(request)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.ReadAll(response.Body)
			_ = response.Body.Close()
		}
		r := readingOf(ctx)
		expect := func(what string, want time.Duration) {
			t.Helper()
			if got := r.SoFar(); got != want {
				t.Errorf("%s: waited %s so far, expected %s", what, got, want)
			}
		}
		read(answersAfter{time.Second, 2 * time.Second})
		expect("one answer", 3*time.Second)
		time.Sleep(time.Minute)
		expect("nothing is asked", 3*time.Second)
		done := make(chan struct{})
		go func() { read(answersAfter{time.Second, 4 * time.Second}); close(done) }()
		read(answersAfter{2 * time.Second, 0})
		expect("one of two at a time", 5*time.Second)
		<-done
		expect("both", 8*time.Second)
	})
}

// TestReadingWithoutDecision: what is asked for no decision is nobody's, and the answer is left as it is.
func TestReadingWithoutDecision(t *testing.T) {
	given, err := answersAfter{}.RoundTrip(nil)
	if err != nil {
		t.Fatal(err)
	}
	body := given.Body
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://server", nil)
	if response, err := (timed{gives{given}}).RoundTrip(request); err != nil || response.Body != body {
		t.Errorf("found %v %v, expected the answer that the server gave", response, err)
	}
}

type gives struct{ *http.Response }

func (g gives) RoundTrip(*http.Request) (*http.Response, error) { return g.Response, nil }
