package main

import (
	"fmt"
	"math"
	"time"
)

// table prints the figures as they come.
type table struct{ missed int }

const row = "%-26s %7s %6s %6s  %9s %9s  %9s %9s  %10s %10s  %9s %9s  %s\n"

func (t *table) head() {
	fmt.Println("creates of Helm records, in milliseconds; the handler's time, and what of it is its own, without the API server's answers, are the upper bounds of histograms' buckets")
	fmt.Printf(row, "", "clients", "pairs", "failed", "with p50", "p99", "without", "p99", "handler p50", "p99", "own p50", "p99", "bound")
}

func (t *table) pair(k kind, clients int, s *sample) {
	bound := ""
	if clients == boundClients {
		bound = t.verdict("handler p99 ≤ "+handlerBound.String(), s.handler.quantile(.99) <= handlerBound)
	}
	fmt.Printf(row, k.name, fmt.Sprint(clients), fmt.Sprint(len(s.without)), fmt.Sprint(s.failed),
		milliseconds(percentile(s.with, 50)), milliseconds(percentile(s.with, 99)),
		milliseconds(percentile(s.without, 50)), milliseconds(percentile(s.without, 99)),
		milliseconds(s.handler.quantile(.5)), milliseconds(s.handler.quantile(.99)),
		milliseconds(s.own.quantile(.5)), milliseconds(s.own.quantile(.99)), bound)
}

func (t *table) line(what, found string, kept bool, bound string) {
	fmt.Printf("%-80s %10s  %s\n", what, found, t.verdict(bound, kept))
}

func (t *table) verdict(bound string, kept bool) string {
	if kept {
		return bound + ": ok"
	}
	t.missed++
	return bound + ": MISSED"
}

// percentile of sorted durations.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

func milliseconds(d time.Duration) string {
	if d == math.MaxInt64 {
		return "> 15000"
	}
	return fmt.Sprintf("%.1f", d.Seconds()*1000)
}
