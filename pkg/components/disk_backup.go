package components

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
)

// disks is the way by VolumeSnapshots: one of each claim. A backup is as if the power had
// failed (crash-consistent), unless the component is stopped while it is made.
type disks struct{}

// snapshotsApart is how much time may lie between the first and the last snapshot that a
// backup asks for. What an earlier attempt has left is older, and replaced.
const snapshotsApart = 30 * time.Second

func (disks) backup(ctx context.Context, c *Client, component Component, opts BackupOptions) (Backup, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	id := snapshot.Backup{Deployment: opts.Vault.Deployment, Component: component.Name, Name: opts.Name}
	set, err := c.setOf(ctx, id)
	if err != nil {
		return Backup{}, served(err)
	}
	if set.Whole() {
		return diskBackup(set), nil
	}
	records, err := c.records(ctx, component, id)
	if err != nil {
		return Backup{}, err
	}
	for _, failed := range set.Snapshots {
		if failed.Trouble() != "" && failed.DeletionTimestamp == nil { // the cause may be gone, and the controller in no hurry
			if err := c.dropSnapshot(ctx, failed, "an earlier attempt failed: "+failed.Trouble()); err != nil {
				return Backup{}, err
			}
		}
	}
	if set, err = c.snapshotAll(ctx, id, records); err != nil {
		return Backup{}, err
	}
	return diskBackup(set), nil
}

// served explains what is missing in a cluster without snapshots.
func served(err error) error {
	if !errors.Is(err, snapshot.ErrNotServed) {
		return err
	}
	return &UnsupportedError{What: fmt.Sprintf("%v, which backups of the kind %s are made of; nothing was done. "+
		"Install the CRDs and the snapshot controller of kubernetes-csi/external-snapshotter, and a CSI driver that can make snapshots", err, diskKind)}
}

// records are what the snapshots of a backup say, one of each claim.
func (c *Client) records(ctx context.Context, component Component, id snapshot.Backup) ([]snapshot.Record, error) {
	names, err := c.claimsOf(ctx, component)
	if err != nil {
		return nil, err
	}
	claims, err := c.boundClaims(ctx, names)
	if err != nil {
		return nil, err
	}
	var records []snapshot.Record
	for i := range claims {
		if err := c.checkSource(ctx, &claims[i]); err != nil {
			return nil, err
		}
		records = append(records, snapshot.Record{Backup: id, Claims: names, Claim: snapshot.ClaimOf(&claims[i])})
	}
	return records, nil
}

// snapshotAll makes what is missing of the set, and waits until it is whole. Others may be
// at the same: what they have made serves as well.
func (c *Client) snapshotAll(ctx context.Context, id snapshot.Backup, records []snapshot.Record) (snapshot.Set, error) {
	said := ""
	for {
		set, err := c.setOf(ctx, id)
		if err == nil {
			err = c.completeSet(ctx, set, records)
		}
		switch lacks := set.Lacks(); {
		case err != nil && (ctx.Err() != nil || !transient(err)):
			return set, err
		case err == nil && lacks == "" && len(set.Obsolete(records, c.apart)) == 0:
			return set, nil
		case err == nil && lacks != said:
			c.report("%s", lacks)
			said = lacks
		}
		if c.sleep(ctx, c.poll) != nil {
			return set, fmt.Errorf("it is not whole: %s: %w\nThe same command completes it. `kubectl describe volumesnapshots -n %s` says more", said, context.Cause(ctx), c.namespace)
		}
	}
}

// completeSet asks for the snapshots that are missing, and deletes those that do not fit.
func (c *Client) completeSet(ctx context.Context, set snapshot.Set, records []snapshot.Record) error {
	for _, obsolete := range set.Obsolete(records, c.apart) {
		if err := c.dropSnapshot(ctx, obsolete, "it is of an earlier attempt"); err != nil {
			return err
		}
	}
	for _, record := range records {
		there := set.Of(record.Claim.Name)
		if there == nil {
			if err := c.makeSnapshot(ctx, record); err != nil {
				return err
			}
			continue
		}
		if why := there.Trouble(); why != "" && there.Spec.Class == nil && there.DeletionTimestamp == nil {
			// Without a class the controller has not even begun, and nothing is left behind.
			for _, made := range set.Snapshots {
				if err := c.snapshots().Delete(ctx, made); err != nil {
					return err
				}
			}
			return &UnsupportedError{What: fmt.Sprintf("claim %s/%s: %s. Its CSI driver needs one default VolumeSnapshotClass: `kubectl get volumesnapshotclasses`; nothing was done", c.namespace, record.Claim.Name, why)}
		}
	}
	return nil
}

func (c *Client) makeSnapshot(ctx context.Context, record snapshot.Record) error {
	wanted, err := snapshot.New(record)
	if err != nil {
		return err
	}
	made, err := c.snapshots().Create(ctx, wanted)
	if err != nil {
		return err
	}
	if made {
		c.report("asked for snapshot %s of claim %s", wanted.Name, record.Claim.Name)
		return nil
	}
	// Another attempt made it since, or it is none of ours.
	set, err := c.setOf(ctx, record.Backup)
	if err != nil || set.Of(record.Claim.Name) != nil {
		return err
	}
	return fmt.Errorf("there is a VolumeSnapshot %s/%s already that does not say that it is a part of this backup: its annotation or its labels were altered; rename or delete it", c.namespace, wanted.Name)
}

func (c *Client) dropSnapshot(ctx context.Context, gone snapshot.Snapshot, why string) error {
	c.report("snapshot %s of claim %s is made anew: %s", gone.Name, gone.Spec.Source.Claim, why)
	return c.snapshots().Delete(ctx, gone)
}
