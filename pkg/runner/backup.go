package runner

import (
	"context"
	"errors"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// backups are the fields of a request about backups of components.
type backups struct {
	several
	Name string `json:"name"`
}

func (r *backups) check() error {
	if r.Name == "" {
		return errors.New("name is missing; expected what the backup is called")
	}
	return r.several.check()
}

// each does something to one component after the other, with the deployment's vault.
func (r *backups) each(ctx context.Context, c *call, do func(components.Component, components.BackupOptions) error) error {
	picked, err := c.declared.Pick(r.Components...)
	if err != nil {
		return err
	}
	vault, err := c.client.VaultOf(ctx, c.action.upgrade.Deployment, c.action.upgrade.Pod)
	if err != nil {
		return err
	}
	for _, component := range picked {
		if err := do(component, components.BackupOptions{Name: r.Name, Vault: vault}); err != nil {
			return err
		}
	}
	return nil
}

type backupRequest struct{ backups }

func (r *backupRequest) do(ctx context.Context, c *call) (any, error) {
	var made []components.Backup
	err := r.each(ctx, c, func(component components.Component, opts components.BackupOptions) error {
		one, err := c.client.Backup(ctx, component, opts)
		if err == nil {
			made = append(made, one)
		}
		return err
	})
	return list(made, err)
}

type restoreRequest struct{ backups }

func (r *restoreRequest) do(ctx context.Context, c *call) (any, error) {
	return nil, r.each(ctx, c, func(component components.Component, opts components.BackupOptions) error {
		return c.client.Restore(ctx, component, opts)
	})
}
