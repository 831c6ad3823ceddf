package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

const (
	// steps is how many upgrades are measured.
	steps = 30
	// bound is what the 95th percentile should stay below.
	bound = 250 * time.Millisecond
)

// quickImage is one whose actions succeed at once, see testdata/quick.
var quickImage = fromEnv("STYRMIN_TEST_QUICK_IMAGE", "styrmin.local/quick:1")

// TestLatency measures how long a run stands still between two modes: from the
// moment at which a watch shows that the last Job of a mode is complete until one
// shows the first thing that the next mode makes. It is a benchmark: it prints the
// bound and does not fail when a slow machine misses it. `make bench-latency` runs it.
func TestLatency(t *testing.T) {
	if os.Getenv("STYRMIN_BENCH_LATENCY") == "" {
		t.Skip("STYRMIN_BENCH_LATENCY is not set; `make bench-latency` sets it")
	}
	needCluster(t)
	s := newNamedSpace(t, "latency")
	quick := []string{"app", "--driver", stepsDriver(t), "--job-image", quickImage, "--version"}
	s.styrmin(append(append([]string{"setup"}, quick...), "1.0.0")...).expect(t, 0)
	seen := s.timeline()
	for i := range steps {
		s.styrmin(append(append([]string{"upgrade"}, quick...), fmt.Sprintf("1.0.%d", i+1))...).expect(t, 0)
	}
	fmt.Printf("\n%-64s %4s %8s %8s %8s\n", "from the end of a mode's last Job", "n", "p50", "p95", "max")
	for _, transition := range []struct {
		name     string
		from, to string
	}{
		{"core's Job complete → post's Job created", "core_a complete", "post_a created"},
		{"pre's Job complete → Helm's revision recorded", "pre_a complete", "revision recorded"},
		{"Helm's revision recorded → core's Job created (Helm's own work)", "revision recorded", "core_a created"},
	} {
		took := seen.between(transition.from, transition.to)
		if len(took) != steps {
			t.Errorf("%s was seen %d times, expected %d", transition.name, len(took), steps)
			continue
		}
		fmt.Printf("%-64s %4d %8s %8s %8s\n", transition.name, len(took), took.round(0.5), took.round(0.95), took.round(1))
	}
	fmt.Printf("The bound for the first: p95 below %s.\n", bound)
}

// timeline is when what happened to a deployment was seen, in order.
type timeline struct {
	mu     sync.Mutex
	events []moment
	// complete holds the Jobs that were seen to have ended.
	complete map[string]bool
}

type moment struct {
	what string
	at   time.Time
}

// timeline begins to watch the Jobs and the release records of the namespace.
func (s *space) timeline() *timeline {
	s.Helper()
	seen := &timeline{complete: map[string]bool{}}
	begin := func(take func(watch.Event), w watch.Interface, err error) {
		s.Helper()
		if err != nil {
			s.Fatal(err)
		}
		s.Cleanup(w.Stop)
		go func() {
			for event := range w.ResultChan() {
				take(event)
			}
		}()
	}
	pods, err := cluster.kube.CoreV1().Pods(s.name).List(s.Context(), metav1.ListOptions{})
	if err != nil {
		s.Fatal(err)
	}
	since := metav1.ListOptions{ResourceVersion: pods.ResourceVersion}
	w, err := cluster.kube.BatchV1().Jobs(s.name).Watch(s.Context(), since)
	begin(seen.job, w, err)
	w, err = cluster.kube.CoreV1().Secrets(s.name).Watch(s.Context(), since)
	begin(seen.secret, w, err)
	return seen
}

func (l *timeline) note(what string) { l.events = append(l.events, moment{what, time.Now()}) }

func (l *timeline) job(event watch.Event) {
	job, ok := event.Object.(*batchv1.Job)
	if !ok || event.Type == watch.Deleted {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	action := job.Annotations[v1.AnnotationAction]
	switch {
	case event.Type == watch.Added:
		l.note(action + " created")
	case jobs.StateOf(job) == v1.ActionSucceeded && !l.complete[job.Name]:
		l.complete[job.Name] = true
		l.note(action + " complete")
	}
}

func (l *timeline) secret(event watch.Event) {
	object, ok := event.Object.(metav1.Object)
	if !ok || event.Type != watch.Added || !strings.HasPrefix(object.GetName(), "sh.helm.release.v1.") {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note("revision recorded")
}

// between is how long it took from one kind of event to the next of another.
func (l *timeline) between(from, to string) durations {
	l.mu.Lock()
	defer l.mu.Unlock()
	var took durations
	var began time.Time
	for _, event := range l.events {
		switch {
		case event.what == from:
			began = event.at
		case event.what == to && !began.IsZero():
			took = append(took, event.at.Sub(began))
			began = time.Time{}
		}
	}
	return took.sorted()
}

// durations are sorted.
type durations []time.Duration

func (d durations) sorted() durations { slices.Sort(d); return d }

// at is a quantile: the smallest one that so many are not above.
func (d durations) at(quantile float64) time.Duration {
	return d[max(0, int(float64(len(d))*quantile+0.999999)-1)]
}

func (d durations) round(quantile float64) string {
	return d.at(quantile).Round(100 * time.Microsecond).String()
}
