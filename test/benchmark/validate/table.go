//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"time"
)

// table prints the figures as they come. After an error it does nothing more.
type table struct {
	program, root string
	missed        int
	err           error
}

// row is how a line looks.
const row = "%-24s %4s  %9s %9s %9s  %9s  %9s  %8s  %s\n"

func (t *table) head() {
	fmt.Printf("whole processes on %d processors; the first run of each is not counted\n", processors)
	fmt.Printf(row, "", "runs", "min ms", "median", "max", "cpu ms", "ms/driver", "peak MiB", "bound")
}

// one is a single large driver, with its chart.
func (t *table) one() {
	s := t.measure("large", 1, oneActions, 20)
	t.row(fmt.Sprintf("1 driver, %d actions", oneActions), s, 1, verdict{
		fmt.Sprintf("median < %v", oneBound), s.median() < oneBound,
	})
}

// many are drivers of ordinary size. Their charts are Helm's work, which has no bound.
func (t *table) many() {
	const runs = 7
	s := t.measure("many", manyDrivers, ordinaryActions, runs, "--no-chart")
	t.row(fmt.Sprintf("%d drivers", manyDrivers), s, manyDrivers,
		verdict{fmt.Sprintf("median < %v", manyBound), s.median() < manyBound},
		verdict{fmt.Sprintf("peak < %d MiB", manyMemory>>20), s.peak < manyMemory})
	s = t.measure("many", manyDrivers, ordinaryActions, runs)
	t.row(fmt.Sprintf("%d with their charts", manyDrivers), s, manyDrivers)
}

// growth shows that ten times the drivers take ten times the time.
func (t *table) growth() {
	var before time.Duration
	for _, drivers := range sizes {
		s := t.measure(fmt.Sprintf("growth-%d", drivers), drivers, ordinaryActions, 5, "--no-chart")
		var verdicts []verdict
		if before > 0 && t.err == nil {
			ratio := float64(s.median()) / float64(before)
			verdicts = append(verdicts, verdict{fmt.Sprintf("%.1f times the time of a tenth, < %.0f", ratio, tenfoldBound), ratio < tenfoldBound})
		}
		t.row(fmt.Sprintf("%d drivers", drivers), s, drivers, verdicts...)
		before = s.median()
	}
}

func (t *table) measure(name string, drivers, actions, runs int, flags ...string) sample {
	if t.err != nil {
		return sample{}
	}
	var s sample
	dir := filepath.Join(t.root, name)
	if t.err = writeTree(dir, drivers, actions); t.err == nil {
		s, t.err = measure(t.program, dir, drivers, runs, flags...)
	}
	return s
}

// verdict is a bound, and whether it was kept.
type verdict struct {
	bound string
	kept  bool
}

func (t *table) row(what string, s sample, drivers int, verdicts ...verdict) {
	if t.err != nil {
		return
	}
	bounds := ""
	for _, v := range verdicts {
		word := "ok"
		if !v.kept {
			word = "MISSED"
			t.missed++
		}
		bounds += fmt.Sprintf("%s: %s  ", v.bound, word)
	}
	fmt.Printf(row, what, fmt.Sprint(len(s.walls)), milliseconds(s.walls[0]), milliseconds(s.median()), milliseconds(s.walls[len(s.walls)-1]),
		milliseconds(middle(s.cpus)), milliseconds(s.median()/time.Duration(drivers)), fmt.Sprint(s.peak>>20), bounds)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1000) }
