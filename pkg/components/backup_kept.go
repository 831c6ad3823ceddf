package components

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// Backups lists the backups of a deployment, of each component the newest first, also of
// those that its driver does not declare any more. Where there is no claim, there are none.
func (c *Client) Backups(ctx context.Context, in Vault) ([]Backup, error) {
	var found []vault.Entry
	err := c.withVault(ctx, in, (*Client).findClaim, func(v *openVault) (err error) {
		found, err = v.list(ctx)
		return err
	})
	if err != nil && !errors.Is(err, vault.ErrNone) {
		return nil, fmt.Errorf("list the backups in claim %s: %w", in.claim(), err)
	}
	backups := make([]Backup, 0, len(found))
	for _, entry := range found {
		backups = append(backups, in.backup(entry))
	}
	return backups, nil
}

// DeleteBackups deletes backups of a component, by the component's name: the driver need
// not declare it any more. When one cannot be deleted, those before it are gone.
func (c *Client) DeleteBackups(ctx context.Context, in Vault, component string, names ...string) error {
	for _, name := range names {
		if err := checkNames(component, name); err != nil {
			return err
		}
	}
	at := strings.Join(names, ", ")
	err := c.withVault(ctx, in, (*Client).findClaim, func(v *openVault) error {
		for _, name := range names {
			at = name
			if err := v.delete(ctx, component, name); err != nil {
				return err
			}
			c.report("component %s: deleted backup %s", component, name)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("component %s: delete backup %s: %w", component, at, err)
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
