// Package recipe makes the images that the test cluster brings along.
package recipe

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"styrmin.local/test/cluster/internal/cache"
	"styrmin.local/test/cluster/internal/image"
	"styrmin.local/test/cluster/internal/node"
)

// Tags of the images that tests use.
const (
	Base     = "styrmin.local/base:1"
	Postgres = "styrmin.local/postgres:15"
	MariaDB  = "styrmin.local/mariadb:10.11"
	Actions  = "styrmin.local/actions:3"
)

//go:embed files
var files embed.FS

// Kitchen makes images from recipes.
type Kitchen struct {
	Cache  cache.Dir
	Store  *image.Store
	Source string // directory of this module
}

// Step makes one image.
type Step struct {
	Title string
	Run   func(say func(string)) error
}

// System makes the images without which no pod starts.
func (k *Kitchen) System() error {
	pause := k.Cache.Program("pause")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", pause, "./pause")
	build.Dir = k.Source
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build pause: %w\n%s", err, output)
	}
	if err := k.program(node.PauseImage, pause); err != nil {
		return err
	}
	return k.program(node.CoreDNSImage, k.Cache.Program("coredns"))
}

// program makes an image of one static program.
func (k *Kitchen) program(tag, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	recipe := hex.EncodeToString(sum.Sum(nil))
	if k.Store.Built(tag, recipe) {
		return nil
	}
	dest := "/" + filepath.Base(path)
	_, err = k.Store.Build(image.Spec{
		Tag: tag, Recipe: recipe,
		Entries: []image.Entry{{Host: path, Dest: dest, Mode: 0o755}},
		Config:  func(c *v1.Config) { c.Entrypoint = []string{dest} },
	})
	return err
}

// Steps of the work that is left for the images of tests.
func (k *Kitchen) Steps() ([]Step, error) {
	var steps []Step
	recipe := ""
	for _, r := range []struct {
		tag    string
		inputs []string
		make   func(recipe string) error
	}{
		{Base, mmdebstrap("TARGET"), k.base},
		{Postgres, text("files/postgres-entrypoint"), k.postgres},
		{mariadbBase, mariadbstrap("TARGET"), k.mariadbPrograms},
		{MariaDB, append(mariadbstrap(mariadbBase), text("files/mariadb-entrypoint")...), k.mariadb},
		{Actions, append(text("files/requirements.txt"), actionsEnv...), k.actions},
	} {
		// The first is the base of the others: their recipes contain its.
		own := digest(append(r.inputs, recipe)...)
		if r.tag == Base {
			recipe = own
		}
		if k.Store.Built(r.tag, own) {
			continue
		}
		steps = append(steps, Step{"building image " + r.tag, func(func(string)) error { return r.make(own) }})
	}
	return steps, nil
}

func digest(inputs ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(inputs, "\x00")))
	return hex.EncodeToString(sum[:])
}

func text(name string) []string {
	data, err := files.ReadFile(name)
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	return []string{string(data)}
}

func run(name string, args ...string) error {
	if output, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, output)
	}
	return nil
}

// IsSystem tells whether the cluster itself needs the image.
func IsSystem(tag string) bool { return tag == node.PauseImage || tag == node.CoreDNSImage }
