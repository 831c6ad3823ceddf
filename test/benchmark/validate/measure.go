//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// processors is how many the program may use, whatever the machine has.
const processors = 2

// sample is what some runs of one command took.
type sample struct {
	// walls are the runs' durations, cpus what all processors worked, sorted.
	walls, cpus []time.Duration
	// peak is the most memory that any of them had, in bytes.
	peak int64
}

func (s sample) median() time.Duration { return middle(s.walls) }

func middle(sorted []time.Duration) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

// run is what one run took.
type run struct {
	wall, cpu time.Duration
	peak      int64
}

// measure validates the tree several times, and makes sure that each time all
// drivers were checked and nothing was wrong with them.
func measure(program, dir string, drivers, runs int, flags ...string) (sample, error) {
	var s sample
	for i := range runs + 1 {
		r, err := once(program, dir, drivers, flags)
		if err != nil {
			return sample{}, err
		}
		if i == 0 { // the caches of the file system are cold
			continue
		}
		s.walls = append(s.walls, r.wall)
		s.cpus = append(s.cpus, r.cpu)
		s.peak = max(s.peak, r.peak)
	}
	slices.Sort(s.walls)
	slices.Sort(s.cpus)
	return s, nil
}

func once(program, dir string, drivers int, flags []string) (run, error) {
	var out bytes.Buffer
	cmd := exec.Command(program, append([]string{"validate", "-R", dir}, flags...)...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", processors))
	cmd.Stdout, cmd.Stderr = &out, &out
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	noun := "drivers"
	if drivers == 1 {
		noun = "driver"
	}
	if want := fmt.Sprintf("%d %s checked: 0 errors, 0 warnings\n", drivers, noun); err != nil || out.String() != want {
		return run{}, fmt.Errorf("%v: %w: found %.2000q, expected %q", cmd, err, out.String(), want)
	}
	ended := cmd.ProcessState
	return run{wall, ended.UserTime() + ended.SystemTime(), peakOf(ended)}, nil
}

// peakOf is the most memory that the process had, in bytes.
func peakOf(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
