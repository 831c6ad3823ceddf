package components

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
)

// diskKind is how drivers, and lists, name a backup by snapshots.
const diskKind = "disk"

// snapshots are those of the namespace.
func (c *Client) snapshots() snapshot.Store {
	return snapshot.Store{Client: c.dynamic, Namespace: c.namespace}
}

// setOf is what there is of one backup.
func (c *Client) setOf(ctx context.Context, b snapshot.Backup) (snapshot.Set, error) {
	all, err := c.snapshots().List(ctx, b.Deployment)
	return snapshot.Find(b, all), err
}

// diskBackup is what a list says of a set.
func diskBackup(set snapshot.Set) Backup {
	b := Backup{Component: set.Component, Name: set.Name, Location: fmt.Sprintf("snapshot/%s/%s", set.Component, set.Name)}
	if b.Damage = set.Lacks(); b.Damage == "" {
		b.Kind, b.Bytes, b.MadeAt = diskKind, set.Bytes(), set.MadeAt()
	}
	return b
}

// snapshotBackups are the backups that are snapshots. Where the cluster has no snapshots
// there are none; who may not look is told so.
func (c *Client) snapshotBackups(ctx context.Context, deployment string) ([]Backup, error) {
	all, err := c.visibleSnapshots(ctx, deployment)
	backups := []Backup{}
	for _, set := range snapshot.Sets(deployment, all) {
		if !set.Gone() {
			backups = append(backups, diskBackup(set))
		}
	}
	return backups, err
}

// BackupSnapshots is how many VolumeSnapshots the backups of a deployment are made of; 0
// also where the cluster has none, or whoever asks may not look, which is told.
func (c *Client) BackupSnapshots(ctx context.Context, deployment string) (int, error) {
	all, err := c.visibleSnapshots(ctx, deployment)
	return len(all), err
}

func (c *Client) visibleSnapshots(ctx context.Context, deployment string) ([]snapshot.Snapshot, error) {
	all, err := c.snapshots().List(ctx, deployment)
	switch {
	case apierrors.IsForbidden(err):
		c.report("backups of the kind %s are left out: %v", diskKind, err)
		return nil, nil
	case errors.Is(err, snapshot.ErrNotServed):
		return nil, nil
	}
	return all, err
}

// deleteSnapshots deletes all that there is of a backup. It is none any more at once; its
// data goes when the storage has deleted it, and nothing is being restored from it.
func (c *Client) deleteSnapshots(ctx context.Context, deployment, component, name string) (bool, error) {
	all, err := c.visibleSnapshots(ctx, deployment)
	if err != nil {
		return false, err
	}
	set := snapshot.Find(snapshot.Backup{Deployment: deployment, Component: component, Name: name}, all)
	for _, one := range set.Snapshots {
		if err := c.snapshots().Delete(ctx, one); err != nil {
			return false, err
		}
	}
	return !set.Gone(), nil
}
