package components

import (
	"context"
	"errors"
	"fmt"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// backup lets the component's own program write a dump, which is streamed to the vault.
func (d dumper) backup(ctx context.Context, c *Client, component Component, opts BackupOptions) (Backup, error) {
	var made vault.Manifest
	err := c.withVault(ctx, opts.Vault, (*Client).ensureClaim, func(v *openVault) (err error) {
		if made, err = v.find(ctx, "find", component.Name, opts.Name); !errors.Is(err, vault.ErrNone) {
			return err
		}
		made, err = c.dumpInto(ctx, component, opts.Name, d, v)
		return err
	})
	return opts.Vault.backup(vault.Entry{Manifest: made}), err
}

// restore compares the checksum of the dump before anything is touched.
func (d dumper) restore(ctx context.Context, c *Client, component Component, opts BackupOptions) error {
	return c.withVault(ctx, opts.Vault, (*Client).findClaim, func(v *openVault) error {
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
}

// backup is one that the vault has.
func (v Vault) backup(e vault.Entry) Backup {
	return Backup{
		Component: e.Component, Kind: e.Kind, Name: e.Name, Bytes: e.Bytes, SHA256: e.SHA256, MadeAt: e.MadeAt, Damage: e.Damage,
		Location: fmt.Sprintf("pvc/%s/%s/%s", v.claim(), e.Component, e.Name),
	}
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
