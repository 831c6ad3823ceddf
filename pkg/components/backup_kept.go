package components

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// Backups lists the backups of a deployment, of each component the newest first, also of
// those that its driver does not declare any more: those in the vault, and those that are
// snapshots. Where there is no claim, there are none in the vault.
func (c *Client) Backups(ctx context.Context, in Vault) ([]Backup, error) {
	backups, err := c.snapshotBackups(ctx, in.Deployment)
	if err != nil {
		return nil, fmt.Errorf("list the backups of %s: %w", in.Deployment, err)
	}
	var found []vault.Entry
	err = c.withVault(ctx, in, (*Client).findClaim, func(v *openVault) (err error) {
		found, err = v.list(ctx)
		return err
	})
	if err != nil && !errors.Is(err, vault.ErrNone) {
		return nil, fmt.Errorf("list the backups in claim %s: %w", in.claim(), err)
	}
	for _, entry := range found {
		backups = append(backups, in.backup(entry))
	}
	slices.SortStableFunc(backups, func(a, b Backup) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), b.MadeAt.Compare(a.MadeAt))
	})
	return backups, nil
}

// DeleteBackups deletes backups of a component, by the component's name: the driver need
// not declare it any more. When one cannot be deleted, those before it are gone. Snapshots
// go first; where the vault has a backup of the same name, it is there afterwards.
func (c *Client) DeleteBackups(ctx context.Context, in Vault, component string, names ...string) error {
	for _, name := range names {
		if err := checkNames(component, name); err != nil {
			return err
		}
	}
	at := strings.Join(names, ", ")
	failed := func(err error) error { return fmt.Errorf("component %s: delete backup %s: %w", component, at, err) }
	var dumps []string
	for _, name := range names {
		deleted, err := c.deleteSnapshots(ctx, in.Deployment, component, name)
		switch {
		case err != nil:
			at = name
			return failed(err)
		case deleted:
			c.report("component %s: deleted backup %s", component, name)
		default:
			dumps = append(dumps, name)
		}
	}
	if len(dumps) == 0 {
		return nil
	}
	at = strings.Join(dumps, ", ")
	err := c.withVault(ctx, in, (*Client).findClaim, func(v *openVault) error {
		for _, name := range dumps {
			at = name
			if err := v.delete(ctx, component, name); err != nil {
				return err
			}
			c.report("component %s: deleted backup %s", component, name)
		}
		return nil
	})
	if err != nil {
		return failed(err)
	}
	return nil
}

// delete deletes one; vault.ErrNone when it is not there.
func (v *openVault) delete(ctx context.Context, component, name string) error {
	var removed bool
	if err := v.ask(ctx, nil, &removed, "remove", component, name); err != nil || removed {
		return err
	}
	return fmt.Errorf("%w in the claim", vault.ErrNone)
}
