// Command generate packs the plugin's programs for krew; make dist runs it.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/styrmin/kubectl-styrmin/krew"
)

func main() {
	var r krew.Release
	var epoch int64
	flag.StringVar(&r.Version, "version", "", "the release's version, such as v1.2.3")
	flag.StringVar(&r.Binaries, "binaries", "dist/bin", "directory with a directory of programs per platform")
	flag.StringVar(&r.Root, "root", ".", "the repository")
	flag.StringVar(&r.Out, "out", "dist", "directory for the archives and checksums.txt")
	flag.StringVar(&r.Manifest, "manifest", "krew/styrmin.yaml", "the plugin manifest to write")
	flag.Int64Var(&epoch, "epoch", 0, "modification time of the archives' files, in seconds since 1970")
	flag.Parse()
	r.Modified = time.Unix(epoch, 0)
	if err := r.Pack(); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}
