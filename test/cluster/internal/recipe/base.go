package recipe

import (
	"os"
	"path/filepath"
	"strings"

	"styrmin.local/test/cluster/internal/image"
)

// suite is the Debian of the images. Its Python is what requirements.txt was resolved for.
const suite = "bookworm"

var packages = []string{"python3", "python3-psycopg2", "postgresql-15", "ca-certificates", "tzdata"}

// mmdebstrap is the command line that makes the base image's only layer.
func mmdebstrap(target string) []string {
	args := []string{"mmdebstrap", "--mode=root", "--variant=minbase", "--include=" + strings.Join(packages, ",")}
	for _, unneeded := range []string{
		"/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*",
		"/usr/lib/*/libLLVM*", "/usr/lib/postgresql/*/lib/bitcode/*", "/usr/lib/postgresql/*/lib/llvmjit*", // PostgreSQL's JIT: 120 MB
	} {
		args = append(args, "--dpkgopt=path-exclude="+unneeded)
	}
	return append(args,
		// A user id that manifests can rely on, made before the package makes one.
		`--essential-hook=echo postgres:x:999: >> "$1/etc/group"`,
		`--essential-hook=echo postgres:x:999:999::/var/lib/postgresql:/bin/sh >> "$1/etc/passwd"`,
		// No database in the image: the entrypoint makes it.
		`--essential-hook=mkdir -p "$1/etc/postgresql-common"`,
		`--essential-hook=echo create_main_cluster=false > "$1/etc/postgresql-common/createcluster.conf"`,
		suite, target)
}

func (k *Kitchen) base(recipe string) error {
	dir, err := os.MkdirTemp(string(k.Cache), "base-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tarball := filepath.Join(dir, "root.tar")
	command := mmdebstrap(tarball)
	if err := run(command[0], command[1:]...); err != nil {
		return err
	}
	_, err = k.Store.Build(image.Spec{Tag: Base, Recipe: recipe, Layer: tarball})
	return err
}
