package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// The images that tell when they do what, see test/benchmark/action.
var (
	timedActions = fromEnv("STYRMIN_TEST_TIMED_ACTION_IMAGE", "styrmin.local/timed-actions:1")
	timedRunner  = fromEnv("STYRMIN_TEST_TIMED_RUNNER_IMAGE", "styrmin.local/timed-runner:1")
)

const (
	// measured is how many pods are measured.
	measured = 25
	// wholeFlow is the line of testdata/overhead that is about a flow; the others are about primitives.
	wholeFlow = "container start to the flow's first line"
	// What is ours should stay below that, in the median.
	flowBound, primitiveBound = 300 * time.Millisecond, 50 * time.Millisecond
)

// TestOverhead measures an action from its container's start to its flow's first line, and the
// primitives that have nothing to wait for, and tells whose the time is. It is a benchmark: it prints the bounds
// and does not fail when a slow machine misses them. `make bench-action` runs it.
func TestOverhead(t *testing.T) {
	if os.Getenv("STYRMIN_BENCH_ACTION") == "" {
		t.Skip("STYRMIN_BENCH_ACTION is not set; `make bench-action` sets it")
	}
	needCluster(t)
	s := newNamedSpace(t, "overhead")
	driver, err := filepath.Abs("testdata/overhead")
	if err != nil {
		t.Fatal(err)
	}
	timed := []string{"app", "--driver", driver, "--job-image", timedActions, "--runner-image", timedRunner, "--version"}
	s.styrmin(append(append([]string{"setup"}, timed...), "1.0.0")...).expect(t, 0)
	found := overheads{}
	for i := range measured {
		s.styrmin(append(append([]string{"upgrade"}, timed...), fmt.Sprintf("1.0.%d", i+1))...).expect(t, 0)
		found.add(t, s.printed(jobs.ActionContainer, "overhead "))
	}
	found.print(t)
}

// printed is the rest of the line that the newest pod of an action has printed and that begins so.
func (s *space) printed(container, prefix string) string {
	s.Helper()
	pods, err := cluster.kube.CoreV1().Pods(s.name).List(s.Context(), metav1.ListOptions{LabelSelector: v1.LabelAction})
	if err != nil || len(pods.Items) == 0 {
		s.Fatalf("the pods of actions: %d, %v", len(pods.Items), err)
	}
	newest := slices.MaxFunc(pods.Items, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	log, err := cluster.kube.CoreV1().Pods(s.name).GetLogs(newest.Name, &corev1.PodLogOptions{Container: container}).DoRaw(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	_, after, ok := strings.Cut(string(log), prefix)
	if !ok {
		s.Fatalf("pod %s has not printed %q:\n%s", newest.Name, prefix, log)
	}
	line, _, _ := strings.Cut(after, "\n")
	return line
}

// overheads are how long the parts of a flow and of each primitive took, a duration for each pod.
type overheads map[string]map[string]durations

// add takes what one pod has printed: seconds, by what was done and by the part of it.
func (o overheads) add(t *testing.T, line string) {
	t.Helper()
	var seconds map[string]map[string]float64
	if err := json.Unmarshal([]byte(line), &seconds); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	for what, parts := range seconds {
		if o[what] == nil {
			o[what] = map[string]durations{}
		}
		var ours time.Duration
		for part, took := range parts {
			d := time.Duration(took * float64(time.Second))
			o[what][part] = append(o[what][part], d)
			if strings.HasPrefix(part, "ours: ") {
				ours += d
			}
		}
		o[what]["of it ours"] = append(o[what]["of it ours"], ours)
	}
}

// print prints a table for each of them, the flow's first, the largest parts first.
func (o overheads) print(t *testing.T) {
	for _, what := range slices.SortedFunc(maps.Keys(o), func(a, b string) int {
		return strings.Compare(strings.Replace(a, wholeFlow, "", 1), strings.Replace(b, wholeFlow, "", 1))
	}) {
		fmt.Printf("\n%-64s %4s %10s %10s %10s\n", what, "n", "p50", "p95", "max")
		parts := slices.SortedFunc(maps.Keys(o[what]), func(a, b string) int {
			return int(o[what][b].sorted().at(0.5) - o[what][a].sorted().at(0.5))
		})
		for _, part := range parts {
			took := o[what][part].sorted()
			if len(took) != measured {
				t.Errorf("%s, %s: seen %d times, expected %d", what, part, len(took), measured)
			}
			fmt.Printf("  %-62s %4d %10s %10s %10s\n", part, len(took), took.round(0.5), took.round(0.95), took.round(1))
		}
		bound := primitiveBound
		if what == wholeFlow {
			bound = flowBound
		}
		fmt.Printf("  The bound for what is ours: p50 below %s.\n", bound)
	}
	fmt.Println("\nWhen a process began is known to 10 ms: that of the container, and that of Python.")
}
