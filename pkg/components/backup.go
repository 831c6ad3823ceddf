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
	// Location is where it lies: pvc/CLAIM/COMPONENT/NAME.
	Location string    `json:"location"`
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"`
	MadeAt   time.Time `json:"madeAt"`
}

// Backup backs a component up as its driver says. The component's own program writes a
// dump, which is streamed to the vault. A backup of that name which is there already is
// left as it is, and told; one that was not completed is none, and does not count.
func (c *Client) Backup(ctx context.Context, component Component, opts BackupOptions) (Backup, error) {
	var made vault.Manifest
	err := c.withBackups(ctx, component, opts, func(d dumper, v *openVault) (err error) {
		if made, err = v.find(ctx, "find", component.Name, opts.Name); !errors.Is(err, vault.ErrNone) {
			return err
		}
		made, err = c.dumpInto(ctx, component, opts.Name, d, v)
		return err
	})
	if err != nil {
		return Backup{}, fmt.Errorf("component %s: back up as %s: %w", component.Name, opts.Name, err)
	}
	c.report("component %s: backup %s, made %s, has %d bytes, in claim %s", component.Name, made.Name, made.MadeAt.UTC().Format(time.RFC3339), made.Bytes, opts.Vault.claim())
	return Backup{
		Component: made.Component, Kind: made.Kind, Name: made.Name, Bytes: made.Bytes, SHA256: made.SHA256, MadeAt: made.MadeAt,
		Location: fmt.Sprintf("pvc/%s/%s/%s", opts.Vault.claim(), made.Component, made.Name),
	}, nil
}

// Restore brings a component back to a backup, whose checksum is compared first. What
// it has written since is lost, and told before it is.
func (c *Client) Restore(ctx context.Context, component Component, opts BackupOptions) error {
	err := c.withBackups(ctx, component, opts, func(d dumper, v *openVault) error {
		found, err := v.find(ctx, "check", component.Name, opts.Name)
		if errors.Is(err, vault.ErrNone) {
			return fmt.Errorf("%w in claim %s", err, opts.Vault.claim())
		}
		if err != nil {
			return err
		}
		if found.Kind != d.kind {
			return fmt.Errorf("the backup is one of the kind %s, and the driver's is %s: restore it with the driver that made it", found.Kind, d.kind)
		}
		return c.restoreFrom(ctx, component, found, d, v)
	})
	if err != nil {
		return fmt.Errorf("component %s: restore %s: %w", component.Name, opts.Name, err)
	}
	c.report("component %s: restored %s", component.Name, opts.Name)
	return nil
}

// withBackups does something with the vault open.
func (c *Client) withBackups(ctx context.Context, component Component, opts BackupOptions, do func(dumper, *openVault) error) (err error) {
	if err := errors.Join(vault.CheckName("name", opts.Name), vault.CheckName("component", component.Name)); err != nil {
		return err
	}
	d, err := dumperOf(component)
	if err != nil {
		return err
	}
	v, err := c.openVault(ctx, opts.Vault)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.discard(ctx, v.pod)) }()
	return do(d, v)
}
