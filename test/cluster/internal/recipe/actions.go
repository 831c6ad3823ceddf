package recipe

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"styrmin.local/test/cluster/internal/image"
)

const (
	pythonVersion = "3.11" // of the suite
	sitePackages  = "usr/local/lib/python" + pythonVersion + "/dist-packages"
)

// platforms that the suite's C library can run. pip on the host would otherwise choose for the host.
var platforms = []string{"manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_5_x86_64", "manylinux1_x86_64"}

var actionsEnv = []string{
	"PATH=/usr/local/bin:/usr/bin:/bin", "PYTHONUNBUFFERED=1",
	// There is nobody to report to, and the attempts end in stack traces.
	"DO_NOT_TRACK=1", "PREFECT_SERVER_ANALYTICS_ENABLED=false",
}

// actions is the base with Prefect, compiled: the root file system is read-only when actions run, so that Python could
// never keep what it compiled.
func (k *Kitchen) actions(recipe string) error {
	dir, err := os.MkdirTemp(string(k.Cache), "actions-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	root := filepath.Join(dir, "root")
	if err := k.Store.Unpack(Base, root); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(root, "usr/local")); err != nil {
		return err
	}
	if err := pipInstall(dir, filepath.Join(root, sitePackages)); err != nil {
		return err
	}
	// pip puts the scripts beside the packages when it is given a target.
	err = os.Rename(filepath.Join(root, sitePackages, "bin"), filepath.Join(root, "usr/local/bin"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Bytecode that is never checked against its source: image layers carry no times to compare.
	if err := run("chroot", root, "python3", "-m", "compileall", "-q", "-j", "2",
		"--invalidation-mode=unchecked-hash", "/"+sitePackages); err != nil {
		return err
	}
	_, err = k.Store.Build(image.Spec{
		Tag: Actions, Base: Base, Recipe: recipe,
		Entries: []image.Entry{{Host: filepath.Join(root, "usr/local"), Dest: "/usr/local"}},
		Config: func(c *v1.Config) {
			c.User = "65532:65532"
			c.Env = actionsEnv
			c.Entrypoint = []string{"python3"}
		},
	})
	return err
}

func pipInstall(dir, target string) error {
	requirements := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(requirements, []byte(text("files/requirements.txt")[0]), 0o644); err != nil {
		return err
	}
	// Debian's own Python, so that the scripts name an interpreter that the image has.
	args := []string{"-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--only-binary=:all:",
		"--root-user-action=ignore", "--implementation=cp", "--python-version=" + pythonVersion,
		"--requirement", requirements, "--target", target}
	for _, p := range platforms {
		args = append(args, "--platform="+p)
	}
	return run("/usr/bin/python3", args...)
}
