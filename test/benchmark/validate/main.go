//go:build unix

// Command validate measures how fast `kubectl styrmin validate` is, as whole
// processes on drivers that it makes up; make bench-validate runs it. It fails
// when a bound is missed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	program := flag.String("program", "bin/kubectl-styrmin", "the plugin to measure")
	flag.Parse()
	missed, err := benchmark(*program)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(3)
	}
	if missed > 0 {
		fmt.Printf("%d of the bounds were missed\n", missed)
		os.Exit(1)
	}
	fmt.Println("every bound was kept")
}

// What the bounds are, and what is measured.
const (
	oneActions  = 100
	oneBound    = 50 * time.Millisecond
	manyDrivers = 2000
	manyBound   = 3 * time.Second
	manyMemory  = 300 << 20
	// tenfoldBound leaves a fifth for noise: what grows faster than the drivers,
	// by their logarithm even, takes more.
	tenfoldBound = 12.0
)

// sizes are the trees for the growth, each ten times the one before.
var sizes = []int{100, 1000, 10_000}

// benchmark prints the figures and counts the bounds that were missed.
func benchmark(program string) (missed int, err error) {
	program, err = filepath.Abs(program)
	if err != nil {
		return 0, err
	}
	root, err := os.MkdirTemp("", "styrmin-validate-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(root)
	t := &table{program: program, root: root}
	t.head()
	t.one()
	t.many()
	t.growth()
	return t.missed, t.err
}
