package recipe

import (
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"styrmin.local/test/cluster/internal/image"
)

func (k *Kitchen) postgres(recipe string) error {
	dir, err := os.MkdirTemp(string(k.Cache), "postgres-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "postgres-entrypoint")
	if err := os.WriteFile(script, []byte(text("files/postgres-entrypoint")[0]), 0o755); err != nil {
		return err
	}
	_, err = k.Store.Build(image.Spec{
		Tag: Postgres, Base: Base, Recipe: recipe,
		Entries: []image.Entry{{Host: script, Dest: "/usr/local/bin/postgres-entrypoint", Mode: 0o755}},
		Config: func(c *v1.Config) {
			c.Entrypoint = []string{"postgres-entrypoint"}
			c.User = "999:999"
			c.Env = []string{"PATH=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/bin:/bin", "PGDATA=/var/lib/postgresql/data"}
			c.ExposedPorts = map[string]struct{}{"5432/tcp": {}}
		},
	})
	return err
}
