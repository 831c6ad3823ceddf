package recipe

import (
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"styrmin.local/test/cluster/internal/image"
)

// mariadbBase has MariaDB's programs.
const mariadbBase = "styrmin.local/mariadb-base:10.11"

// mariadbstrap is the command line that makes its only layer.
func mariadbstrap(target string) []string {
	args := []string{"mmdebstrap", "--mode=root", "--variant=minbase", "--include=mariadb-server"}
	for _, unneeded := range []string{"/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/mysql/mysql-test/*"} {
		args = append(args, "--dpkgopt=path-exclude="+unneeded)
	}
	return append(args, suite, target)
}

func (k *Kitchen) mariadbPrograms(recipe string) error {
	dir, err := os.MkdirTemp(string(k.Cache), "mariadb-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tarball := filepath.Join(dir, "root.tar")
	command := mariadbstrap(tarball)
	if err := run(command[0], command[1:]...); err != nil {
		return err
	}
	_, err = k.Store.Build(image.Spec{Tag: mariadbBase, Recipe: recipe, Layer: tarball})
	return err
}

func (k *Kitchen) mariadb(recipe string) error {
	dir, err := os.MkdirTemp(string(k.Cache), "mariadb-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "mariadb-entrypoint")
	if err := os.WriteFile(script, []byte(text("files/mariadb-entrypoint")[0]), 0o755); err != nil {
		return err
	}
	_, err = k.Store.Build(image.Spec{
		Tag: MariaDB, Base: mariadbBase, Recipe: recipe,
		Entries: []image.Entry{{Host: script, Dest: "/usr/local/bin/mariadb-entrypoint", Mode: 0o755}},
		Config: func(c *v1.Config) {
			c.Entrypoint = []string{"mariadb-entrypoint"}
			c.User = "999:999"
			c.Env = []string{"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin"}
			c.ExposedPorts = map[string]struct{}{"3306/tcp": {}}
		},
	})
	return err
}
