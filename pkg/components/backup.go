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
	// Damage is why nothing but the component and the name is known; empty for a sound one.
	Damage string `json:"damage,omitempty"`
}

// Backup backs a component up as its driver says. The component's own program writes a
// dump, which is streamed to the vault. A backup of that name which is there already is
// left as it is, and told; one that was not completed is none, and does not count.
func (c *Client) Backup(ctx context.Context, component Component, opts BackupOptions) (Backup, error) {
	var made vault.Manifest
	err := c.withBackups(ctx, component, opts, (*Client).ensureClaim, func(d dumper, v *openVault) (err error) {
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
	return opts.Vault.backup(vault.Entry{Manifest: made}), nil
}

// backup is one that the vault has.
func (v Vault) backup(e vault.Entry) Backup {
	return Backup{
		Component: e.Component, Kind: e.Kind, Name: e.Name, Bytes: e.Bytes, SHA256: e.SHA256, MadeAt: e.MadeAt, Damage: e.Damage,
		Location: fmt.Sprintf("pvc/%s/%s/%s", v.claim(), e.Component, e.Name),
	}
}

// Restore brings a component back to a backup, whose checksum is compared first. What
// it has written since is lost, and told before it is.
func (c *Client) Restore(ctx context.Context, component Component, opts BackupOptions) error {
	err := c.withBackups(ctx, component, opts, (*Client).findClaim, func(d dumper, v *openVault) error {
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
func (c *Client) withBackups(ctx context.Context, component Component, opts BackupOptions, need needClaim, do func(dumper, *openVault) error) error {
	if err := checkNames(component.Name, opts.Name); err != nil {
		return err
	}
	d, err := dumperOf(component)
	if err != nil {
		return err
	}
	return c.withVault(ctx, opts.Vault, need, func(v *openVault) error { return do(d, v) })
}

func checkNames(component, name string) error {
	return errors.Join(vault.CheckName("name", name), vault.CheckName("component", component))
}

// withVault does something with the vault open, and deletes its pod.
func (c *Client) withVault(ctx context.Context, in Vault, need needClaim, do func(*openVault) error) (err error) {
	v, err := c.openVault(ctx, in, need)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.discard(ctx, v.pod)) }()
	return do(v)
}
