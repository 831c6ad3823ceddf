package components

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestDiskRestoreKilled: kill -9 in the middle of a restore leaves the component stopped, with no empty disk, and every
// old volume; the same command goes on where it was, and starts the component. The next one restores again.
func TestDiskRestoreKilled(t *testing.T) {
	t.Parallel()
	ctx, c := onClusterFor(t, 6*time.Minute)
	c.startOnDisk(ctx, t, "disk")
	before := c.backUpDisks(ctx, t)
	c.onEach(ctx, t, destroyDisks)

	held := c.disk(ctx, t, "data-w-1")
	c.hangOn(ctx, t, held.Name, `["styrmin.io/test"]`)
	c.cut(ctx, t, errand{c.namespace, diskKind, "restore"}, endings["killed"], func(ctx context.Context) {
		c.await(ctx, t, "the restore waits for a claim to go", func() (string, bool) {
			claim := c.disk(ctx, t, held.Name)
			return fmt.Sprint(claim.DeletionTimestamp), claim.DeletionTimestamp != nil
		})
	})
	done := c.disk(ctx, t, "data-w-0")
	if done.Annotations[v1.AnnotationRestore] == "" {
		t.Errorf("the claim %+v is not restored, expected the restore to be midway", done)
	}
	c.hangOn(ctx, t, held.Name, `[]`)
	c.await(ctx, t, "the claim goes", func() (string, bool) {
		_, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Get(ctx, held.Name, metav1.GetOptions{})
		return fmt.Sprint(err), apierrors.IsNotFound(err)
	})
	if got := c.setState(ctx, t); got != `0 "2"` {
		t.Errorf("replicas and record are %s, expected the component to be stopped", got)
	}
	c.expectKept(ctx, t, held.Spec.VolumeName)

	must(t, c.Restore(ctx, onDisk, stored))
	c.expectDisks(ctx, t, before)
	if now := c.disk(ctx, t, done.Name); now.UID != done.UID {
		t.Error("what was done already was done again")
	}
	c.expectReplaced(ctx, t, held, 1)

	c.onEach(ctx, t, destroyDisks)
	must(t, c.Restore(ctx, onDisk, stored))
	c.expectDisks(ctx, t, before)
	c.expectReplaced(ctx, t, done, 2)
}

// hangOn sets a claim's finalizers beside Kubernetes' own.
func (c *Client) hangOn(ctx context.Context, t *testing.T, claim, finalizers string) {
	t.Helper()
	_, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Patch(ctx, claim, types.MergePatchType, []byte(`{"metadata":{"finalizers":`+finalizers+`}}`), metav1.PatchOptions{})
	must(t, err)
}

func (c *Client) expectKept(ctx context.Context, t *testing.T, volume string) {
	t.Helper()
	kept := c.replacedVolumes(ctx, t)
	at := slices.IndexFunc(kept, func(v corev1.PersistentVolume) bool { return v.Name == volume })
	if at < 0 || kept[at].Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain || kept[at].DeletionTimestamp != nil {
		t.Errorf("of %d volumes none is %s, or it is not kept", len(kept), volume)
	}
}

// TestDiskRestoreCut: wherever a restore is cut, the same command completes it, and what ran before runs again.
func TestDiskRestoreCut(t *testing.T) {
	for at, runs := range map[string]bool{
		"restoring the volumes of": true, "stopping statefulset/w": false, "deleting claim data-w-1": false,
		"claim data-w-1 is made from": false, "claim logs-w-1 is made from": false, "starting statefulset/w": true,
	} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			ctx, c := onClusterFor(t, 5*time.Minute)
			c.startOnDisk(ctx, t, "disk")
			before := c.backUpDisks(ctx, t)
			c.onEach(ctx, t, destroyDisks)

			short, cut := c.until(ctx, at)
			if err := cut.Restore(short, onDisk, stored); err == nil || short.Err() == nil {
				t.Errorf("error %v, expected it to be cut", err)
			}
			if state := c.setState(ctx, t); strings.HasPrefix(state, "2") != runs {
				t.Errorf("replicas and record are %s, expected that it runs: %v", state, runs)
			}
			must(t, c.Restore(ctx, onDisk, stored))
			c.expectDisks(ctx, t, before)
			if mark := c.setOnDisk(ctx, t).Mark(); mark != nil {
				t.Errorf("%+v is left of the restore", mark)
			}
		})
	}
}

// TestDiskWrittenSince: a restore that broke off is begun afresh when the component has run since, so that the same
// command never leaves what was written after the backup.
func TestDiskWrittenSince(t *testing.T) {
	t.Parallel()
	ctx, c := onClusterFor(t, 5*time.Minute)
	c.startOnDisk(ctx, t, "disk")
	before := c.backUpDisks(ctx, t)
	short, cut := c.until(ctx, "claim data-w-1 is made from")
	if err := cut.Restore(short, onDisk, stored); err == nil || short.Err() == nil {
		t.Errorf("error %v, expected it to be cut", err)
	}
	must(t, c.Start(ctx, onDisk)) // by hand, too early
	c.onEach(ctx, t, destroyDisks)
	must(t, c.Stop(ctx, onDisk))
	must(t, c.Restore(ctx, onDisk, stored))
	c.expectDisks(ctx, t, before)
}

// TestDiskInUse: a pod that no stop takes away keeps its disk, and that is said before anything is done.
func TestDiskInUse(t *testing.T) {
	t.Parallel()
	ctx, c := onCluster(t)
	c.startOnDisk(ctx, t, "disk")
	_, err := c.Backup(ctx, onDisk, stored)
	must(t, err)
	_, err = c.kube.CoreV1().Pods(c.namespace).Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "other"},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Command: []string{"true"}}},
			Volumes:       []corev1.Volume{{Name: "a", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-w-0"}}}},
		},
	}, metav1.CreateOptions{})
	must(t, err)
	err = c.Restore(ctx, onDisk, stored)
	var unsupported *UnsupportedError
	if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "pod other (") || !strings.Contains(err.Error(), "nothing was done") {
		t.Errorf("error %v, expected one that names the pod", err)
	}
	if got := c.setState(ctx, t); got != `2 ""` || len(c.replacedVolumes(ctx, t)) > 0 {
		t.Errorf("replicas and record are %s, expected nothing to be done", got)
	}
}
