package components

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// BackupOptions say what a backup is called, and where it is kept.
type BackupOptions struct {
	// Name of the backup.
	Name string
	// Vault keeps it.
	Vault Vault
}

// Backup is a backup of one component.
type Backup struct {
	Component string `json:"component"`
	// Kind is the way it was made, as the driver names it.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Location is where it lies: pvc/CLAIM/COMPONENT/NAME, or snapshot/COMPONENT/NAME.
	Location string `json:"location"`
	// Bytes is the size of a dump, or of the volumes that snapshots are restored to.
	Bytes int64 `json:"bytes"`
	// SHA256 is a dump's; snapshots have none.
	SHA256 string    `json:"sha256,omitempty"`
	MadeAt time.Time `json:"madeAt"`
	// Damage is why nothing but the component and the name is known; empty for a sound one.
	Damage string `json:"damage,omitempty"`
}

// Backup backs a component up as its driver says: see way. A backup of that name which is
// there already is left as it is, and told; one that was not completed is none, and does
// not count.
func (c *Client) Backup(ctx context.Context, component Component, opts BackupOptions) (Backup, error) {
	made, err := withWay(component, opts, func(w way) (Backup, error) { return w.backup(ctx, c, component, opts) })
	if err != nil {
		return Backup{}, fmt.Errorf("component %s: back up as %s: %w", component.Name, opts.Name, err)
	}
	c.report("component %s: backup %s, made %s, has %d bytes, in %s", component.Name, made.Name, made.MadeAt.UTC().Format(time.RFC3339), made.Bytes, made.Location)
	return made, nil
}

// Restore brings a component back to a backup. What it has written since is lost, and
// told before it is.
func (c *Client) Restore(ctx context.Context, component Component, opts BackupOptions) error {
	_, err := withWay(component, opts, func(w way) (none struct{}, err error) { return none, w.restore(ctx, c, component, opts) })
	if err != nil {
		return fmt.Errorf("component %s: restore %s: %w", component.Name, opts.Name, err)
	}
	c.report("component %s: restored %s", component.Name, opts.Name)
	return nil
}

func withWay[T any](component Component, opts BackupOptions, do func(way) (T, error)) (none T, err error) {
	if err := checkNames(component.Name, opts.Name); err != nil {
		return none, err
	}
	w, err := wayOf(component)
	if err != nil {
		return none, err
	}
	return do(w)
}

func checkNames(component, name string) error {
	return errors.Join(vault.CheckName("name", name), vault.CheckName("component", component))
}
