package components

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// way is how a component's data is backed up, and brought back.
type way interface {
	// backup makes a backup, unless there is one of the name, and returns it.
	backup(context.Context, *Client, Component, BackupOptions) (Backup, error)
	// restore brings the data back; vault.ErrNone when there is no such backup.
	restore(context.Context, *Client, Component, BackupOptions) error
}

// ways are all of them, as drivers name them: dumps by a database's own program, which are
// kept in the vault, and snapshots of the component's volumes, which the cluster keeps.
var ways = map[string]way{"postgres": postgres, "mariadb": mariadb, diskKind: disks{}}

// wayOf is the one of the component's driver.
func wayOf(component Component) (way, error) {
	kinds := strings.Join(slices.Sorted(maps.Keys(ways)), ", ")
	if component.Backup == nil || component.Backup.Kind == "" {
		return nil, &UnsupportedError{What: fmt.Sprintf("the driver does not say how it is backed up: set spec.components.%s.backup.kind to one of %s", component.Name, kinds)}
	}
	kind := component.Backup.Kind
	w, known := ways[kind]
	if !known {
		return nil, &UnsupportedError{What: fmt.Sprintf("spec.components.%s.backup.kind is %q, and this version makes backups of the kinds %s; nothing was done. "+
			"For another kind, let an action call execute_commands or run_job with the application's own program", component.Name, kind, kinds)}
	}
	return w, nil
}
