package components

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

var (
	// onDisk is a StatefulSet of two pods, each with a claim for its data and one for its logs.
	onDisk = Component{Name: "worker", Labels: worker.Labels, Backup: &v1.Backup{Kind: diskKind}}
	// onDiskID is the backup of these tests.
	onDiskID = snapshot.Backup{Deployment: stored.Vault.Deployment, Component: onDisk.Name, Name: stored.Name}
	// disksOf are its claims.
	disksOf = []string{"data-w-0", "data-w-1", "logs-w-0", "logs-w-1"}
)

// startOnDisk runs the component, whose disks are of a storage class.
func (c *Client) startOnDisk(ctx context.Context, t *testing.T, class string, alter ...func(*appsv1.StatefulSetSpec)) {
	t.Helper()
	pod := template(image)
	shell("sleep 3600")(&pod.Spec)
	pod.Spec.TerminationGracePeriodSeconds = new(int64(0))
	pod.Spec.Containers[0].ImagePullPolicy = corev1.PullIfNotPresent
	set := &appsv1.StatefulSet{ObjectMeta: named, Spec: appsv1.StatefulSetSpec{
		Replicas: new(int32(2)), Selector: selectorOf(pod), PodManagementPolicy: appsv1.ParallelPodManagement,
	}}
	for _, name := range []string{"data", "logs"} {
		pod.Spec.Containers[0].VolumeMounts = append(pod.Spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: name, MountPath: "/" + name})
		set.Spec.VolumeClaimTemplates = append(set.Spec.VolumeClaimTemplates, corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"of": "test"}},
			Spec: corev1.PersistentVolumeClaimSpec{
				StorageClassName: &class, AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("8Mi")}},
			},
		})
	}
	set.Spec.Template = pod
	for _, f := range alter {
		f(&set.Spec)
	}
	_, err := c.kube.AppsV1().StatefulSets(c.namespace).Create(ctx, set, metav1.CreateOptions{})
	must(t, err)
	t.Cleanup(func() { c.forgetVolumes(context.WithoutCancel(ctx), t) })
	must(t, c.Ready(ctx, onDisk))
}

// forgetVolumes lets the volumes that restores have kept go with their namespace.
func (c *Client) forgetVolumes(ctx context.Context, t *testing.T) {
	for _, volume := range c.replacedVolumes(ctx, t) {
		_, _ = c.kube.CoreV1().PersistentVolumes().Patch(ctx, volume.Name, patching, []byte(`{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}`), patchOptions)
	}
}

// replacedVolumes are those that restores have kept.
func (c *Client) replacedVolumes(ctx context.Context, t *testing.T) []corev1.PersistentVolume {
	t.Helper()
	list, err := c.kube.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{LabelSelector: v1.LabelReplaced + "=" + stored.Vault.Deployment})
	must(t, err)
	return slices.DeleteFunc(list.Items, func(volume corev1.PersistentVolume) bool {
		return volume.Spec.ClaimRef == nil || volume.Spec.ClaimRef.Namespace != c.namespace
	})
}

// onEach runs a command in each pod.
func (c *Client) onEach(ctx context.Context, t *testing.T, script string) string {
	t.Helper()
	results, err := c.Exec(ctx, onDisk, ExecOptions{AllPods: true, Commands: [][]string{{"sh", "-c", script}}})
	must(t, err)
	var all []string
	for _, r := range results {
		all = append(all, r.Pod+": "+r.Stdout)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// backUpDisks fills the disks, makes the backup of these tests, and returns what it has.
func (c *Client) backUpDisks(ctx context.Context, t *testing.T) (has string) {
	t.Helper()
	c.onEach(ctx, t, fillDisks)
	has = c.onEach(ctx, t, lookAtDisks)
	_, err := c.Backup(ctx, onDisk, stored)
	must(t, err)
	return has
}

// expectDisks compares what is on the disks with what was.
func (c *Client) expectDisks(ctx context.Context, t *testing.T, before string) {
	t.Helper()
	if after := c.onEach(ctx, t, lookAtDisks); after != before {
		t.Errorf("found\n%s\nexpected what there was before,\n%s", after, before)
	}
}

const (
	fillDisks    = `set -e; hostname > /data/name; seq 1 20000 > /data/numbers; mkdir -p /data/deep/er; ln -s ../name /data/deep/link; date +%N > /logs/log; chmod 640 /data/name; chown 7:8 /data/name; sync`
	destroyDisks = `set -e; rm -r /data/deep; echo since > /data/since; echo torn > /data/numbers; echo more >> /logs/log; sync`
	lookAtDisks  = `cd / && find data logs -printf '%p %y %m %U %G %l\n' | sort; cat data/name data/numbers logs/log | md5sum`
)

// disk is what the cluster has of a claim: its UID, whether it is bound, and what must outlast a restore.
func (c *Client) disk(ctx context.Context, t *testing.T, name string) *corev1.PersistentVolumeClaim {
	t.Helper()
	claim, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Get(ctx, name, metav1.GetOptions{})
	must(t, err)
	return claim
}

func (c *Client) setOnDisk(ctx context.Context, t *testing.T) snapshot.Set {
	t.Helper()
	set, err := c.setOf(ctx, onDiskID)
	must(t, err)
	return set
}

// TestDisk: what was on the disks when they were backed up is there after a restore, as often as it is restored, and
// what was there before it is kept.
func TestDisk(t *testing.T) {
	for _, class := range []string{"disk", "disk-at-once"} {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			ctx, c := onClusterFor(t, 5*time.Minute)
			c.startOnDisk(ctx, t, class)
			c.onEach(ctx, t, fillDisks)
			before := c.onEach(ctx, t, lookAtDisks)
			made, err := c.Backup(ctx, onDisk, stored)
			must(t, err)
			if made.Location != "snapshot/worker/b1" || made.Kind != diskKind || made.Bytes != 4*8<<20 || made.MadeAt.IsZero() {
				t.Errorf("%+v", made)
			}
			c.onEach(ctx, t, destroyDisks)
			if again, err := c.Backup(ctx, onDisk, stored); err != nil || again != made {
				t.Errorf("%+v, %v; expected the same backup, and not one of what there is now", again, err)
			}
			for round := range 2 {
				old := c.disk(ctx, t, "data-w-1")
				must(t, c.Restore(ctx, onDisk, stored))
				c.expectDisks(ctx, t, before)
				c.expectReplaced(ctx, t, old, round+1)
				c.onEach(ctx, t, destroyDisks)
			}
			c.listAndDelete(ctx, t, made)
		})
	}
}

// expectReplaced: another claim of the same name and labels, and all volumes of every round before are there.
func (c *Client) expectReplaced(ctx context.Context, t *testing.T, old *corev1.PersistentVolumeClaim, rounds int) {
	t.Helper()
	claim := c.disk(ctx, t, old.Name)
	if claim.UID == old.UID || claim.Labels["of"] != "test" || claim.Spec.VolumeName == old.Spec.VolumeName || *claim.Spec.StorageClassName != *old.Spec.StorageClassName {
		t.Errorf("the claim is %+v", claim)
	}
	kept := c.replacedVolumes(ctx, t)
	if len(kept) != rounds*len(disksOf) {
		t.Errorf("%d volumes are kept, expected %d in each of %d rounds", len(kept), len(disksOf), rounds)
	}
	for _, volume := range kept {
		if volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain {
			t.Errorf("volume %s is kept by nothing", volume.Name)
		}
	}
	if mark := c.setOnDisk(ctx, t).Mark(); mark != nil {
		t.Errorf("%+v is left of the restore", mark)
	}
}

// listAndDelete: the backup is in the list until it is deleted; then it cannot be restored, and another of its name can be made.
func (c *Client) listAndDelete(ctx context.Context, t *testing.T, made Backup) {
	t.Helper()
	all, err := c.Backups(ctx, stored.Vault)
	if err != nil || len(all) != 1 || all[0] != made {
		t.Errorf("the list is %+v, %v", all, err)
	}
	claims := len(c.setOnDisk(ctx, t).Snapshots)
	if n, err := c.BackupSnapshots(ctx, stored.Vault.Deployment); err != nil || n != claims {
		t.Errorf("%d snapshots, %v; expected the %d of the backup", n, err, claims)
	}
	must(t, c.DeleteBackups(ctx, stored.Vault, onDisk.Name, stored.Name))
	if err := c.Restore(ctx, onDisk, stored); !errors.Is(err, vault.ErrNone) {
		t.Errorf("error %v, expected that there is no such backup", err)
	}
	if err := c.DeleteBackups(ctx, stored.Vault, onDisk.Name, "nobodys"); !errors.Is(err, vault.ErrNone) {
		t.Errorf("error %v, expected that there is no such backup", err)
	}
	again, err := c.Backup(ctx, onDisk, stored)
	if err != nil || again.MadeAt.Before(made.MadeAt) {
		t.Errorf("%+v, %v: expected a new backup", again, err)
	}
}

// TestDiskStopped: a component that is stopped is backed up and restored, and stays stopped.
func TestDiskStopped(t *testing.T) {
	t.Parallel()
	ctx, c := onClusterFor(t, 4*time.Minute)
	c.startOnDisk(ctx, t, "disk")
	c.onEach(ctx, t, fillDisks)
	before := c.onEach(ctx, t, lookAtDisks)
	must(t, c.Stop(ctx, onDisk))
	_, err := c.Backup(ctx, onDisk, stored)
	must(t, err)
	must(t, c.Start(ctx, onDisk))
	c.onEach(ctx, t, destroyDisks)
	must(t, c.Stop(ctx, onDisk))

	must(t, c.Restore(ctx, onDisk, stored))
	if got := c.setState(ctx, t); got != `0 "2"` {
		t.Errorf("replicas and record are %s, expected it to be stopped still", got)
	}
	must(t, c.Start(ctx, onDisk))
	c.expectDisks(ctx, t, before)
}

// setState is the StatefulSet's replica count and record.
func (c *Client) setState(ctx context.Context, t *testing.T) string {
	t.Helper()
	set, err := c.kube.AppsV1().StatefulSets(c.namespace).Get(ctx, "w", metav1.GetOptions{})
	must(t, err)
	return fmt.Sprintf("%d %q", *set.Spec.Replicas, set.Annotations[v1.AnnotationReplicas])
}

// TestDiskPart: what a killed attempt has left is no backup. A part of the same claims is completed, one of others is
// made anew, and three attempts at once make one backup.
func TestDiskPart(t *testing.T) {
	t.Parallel()
	ctx, c := onClusterFor(t, 4*time.Minute)
	c.apart = time.Hour // how slow the machine is does not matter here
	c.startOnDisk(ctx, t, "disk")
	records, err := c.records(ctx, onDisk, onDiskID)
	must(t, err)
	fewer := records[1]
	fewer.Claims = []string{records[1].Claim.Name}
	for _, part := range []snapshot.Record{records[0], fewer} {
		wanted, err := snapshot.New(part)
		must(t, err)
		_, err = c.snapshots().Create(ctx, wanted)
		must(t, err)
	}
	all, err := c.Backups(ctx, stored.Vault)
	if err != nil || len(all) != 1 || !strings.Contains(all[0].Damage, "its snapshots are of several attempts") {
		t.Errorf("the list is %+v, %v", all, err)
	}
	if err := c.Restore(ctx, onDisk, stored); !errors.Is(err, vault.ErrNone) || !strings.Contains(err.Error(), "not whole") {
		t.Errorf("error %v, expected that a part is no backup", err)
	}
	first := c.setOnDisk(ctx, t)
	c.inParallelOnDisk(ctx, t)
	now := c.setOnDisk(ctx, t)
	if !now.Whole() || len(now.Snapshots) != len(disksOf) {
		t.Errorf("it lacks %q", now.Lacks())
	}
	for claim, stays := range map[string]bool{records[0].Claim.Name: true, records[1].Claim.Name: false} {
		if (first.Of(claim).UID == now.Of(claim).UID) != stays {
			t.Errorf("the snapshot of %s: expected that it stays: %v", claim, stays)
		}
	}
}

func (c *Client) inParallelOnDisk(ctx context.Context, t *testing.T) {
	t.Helper()
	made, errs := make(chan Backup, 3), make(chan error, 3)
	for range 3 {
		go func() {
			b, err := c.Backup(ctx, onDisk, stored)
			made <- b
			errs <- err
		}()
	}
	one := <-made
	must(t, <-errs)
	for range 2 {
		if other := <-made; other != one {
			t.Errorf("%+v and %+v: expected one backup", one, other)
		}
		must(t, <-errs)
	}
}

// TestDiskDeletedByStop: a StatefulSet may delete its claims when it is stopped. What a restore brings back is not lost
// by that, and neither is what was there before.
func TestDiskDeletedByStop(t *testing.T) {
	t.Parallel()
	ctx, c := onClusterFor(t, 4*time.Minute)
	c.startOnDisk(ctx, t, "disk", func(spec *appsv1.StatefulSetSpec) {
		spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenScaled: appsv1.DeletePersistentVolumeClaimRetentionPolicyType, WhenDeleted: appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
		}
	})
	before := c.backUpDisks(ctx, t)
	c.onEach(ctx, t, destroyDisks)
	old := c.disk(ctx, t, "data-w-1")
	must(t, c.Restore(ctx, onDisk, stored))
	c.expectDisks(ctx, t, before)
	c.expectReplaced(ctx, t, old, 1)
}
