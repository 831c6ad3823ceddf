package components

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

var (
	snapshotKind = schema.GroupVersionResource{Group: snapshot.Group, Version: "v1", Resource: "volumesnapshots"}
	classKind    = schema.GroupVersionResource{Group: snapshot.Group, Version: "v1", Resource: "volumesnapshotclasses"}
)

// files is a Deployment with a claim, whose volume is of a CSI driver, or of none.
func (c *Client) files(ctx context.Context, t *testing.T, driver string) Component {
	t.Helper()
	pod := template("fine")
	pod.Spec.Volumes = []corev1.Volume{{Name: "files", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "files"}}}}
	must(t, makers[deployment](ctx, c, pod))
	c.makeStorageClass(ctx, t)
	c.disks(ctx, t, "files", driver)
	return backed(diskKind)
}

// disks makes a claim and its volume, bound as the volume controller would.
func (c *Client) disks(ctx context.Context, t *testing.T, name, driver string) {
	t.Helper()
	modes := []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
	size := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
	volume := &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: c.namespace + "-" + name}, Spec: corev1.PersistentVolumeSpec{
		Capacity: size, AccessModes: modes, ClaimRef: &corev1.ObjectReference{Namespace: c.namespace, Name: name},
		PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: driver, VolumeHandle: name}},
	}}
	if driver == "" {
		volume.Spec.PersistentVolumeSource = corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/nowhere"}}
	}
	_, err := c.kube.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	must(t, err)
	t.Cleanup(func() {
		_ = c.kube.CoreV1().PersistentVolumes().Delete(context.WithoutCancel(ctx), volume.Name, metav1.DeleteOptions{})
	})
	claim, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Create(ctx, &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: modes, StorageClassName: new(c.namespace), VolumeName: volume.Name, Resources: corev1.VolumeResourceRequirements{Requests: size},
		},
	}, metav1.CreateOptions{})
	must(t, err)
	claim.Status.Phase = corev1.ClaimBound
	_, err = c.kube.CoreV1().PersistentVolumeClaims(c.namespace).UpdateStatus(ctx, claim, metav1.UpdateOptions{})
	must(t, err)
}

// makeStorageClass makes one for the claims of the namespace.
func (c *Client) makeStorageClass(ctx context.Context, t *testing.T) {
	t.Helper()
	_, err := c.kube.StorageV1().StorageClasses().Create(ctx, &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: c.namespace}, Provisioner: c.namespace + ".example.com", VolumeBindingMode: new(storagev1.VolumeBindingWaitForFirstConsumer),
	}, metav1.CreateOptions{})
	must(t, err)
}

// snapshotClass makes a class of a CSI driver of this test.
func (c *Client) snapshotClass(ctx context.Context, t *testing.T) (driver string) {
	t.Helper()
	driver = c.namespace + ".example.com"
	_, err := c.dynamic.Resource(classKind).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": snapshot.Group + "/v1", "kind": "VolumeSnapshotClass", "driver": driver, "deletionPolicy": "Delete",
		"metadata": map[string]any{"name": c.namespace, "annotations": map[string]any{"snapshot.storage.kubernetes.io/is-default-class": "true"}},
	}}, metav1.CreateOptions{})
	must(t, err)
	return driver
}

// answer plays the snapshot controller for all snapshots of the namespace, as soon as there are any.
func (c *Client) answer(ctx context.Context, t *testing.T, status map[string]any) {
	t.Helper()
	patch, err := json.Marshal(map[string]any{"status": status})
	must(t, err)
	store := c.dynamic.Resource(snapshotKind).Namespace(c.namespace)
	go func() {
		for c.sleep(ctx, c.poll) == nil {
			list, err := store.List(ctx, metav1.ListOptions{})
			for i := 0; err == nil && i < len(list.Items); i++ {
				if _, set, _ := unstructured.NestedMap(list.Items[i].Object, "status"); !set {
					_, _ = store.Patch(ctx, list.Items[i].GetName(), patching, patch, metav1.PatchOptions{}, "status")
				}
			}
		}
	}()
}

// TestDiskSituations: what cannot be backed up says why and what to do, and leaves nothing behind.
func TestDiskSituations(t *testing.T) {
	const class = "its own" // the driver that has a snapshot class
	for name, test := range map[string]struct {
		driver string
		status map[string]any
		alter  func(ctx context.Context, t *testing.T, c *Client, driver string) Component
		want   string
	}{
		"no class":              {driver: "classless.example.com", want: "claim %s/files: there is no VolumeSnapshotClass of the CSI driver classless.example.com; make one"},
		"no CSI":                {driver: "", want: "which is no CSI driver's, so that no snapshot can be made of it; nothing was done"},
		"a class that vanished": {driver: class, status: map[string]any{"readyToUse": false, "error": map[string]any{"message": "cannot find default snapshot class"}}, want: "cannot find default snapshot class. Its CSI driver needs one default VolumeSnapshotClass"},
		"no claims": {alter: func(ctx context.Context, t *testing.T, c *Client, driver string) Component {
			must(t, makers[deployment](ctx, c, template("fine")))
			return backed(diskKind)
		}, want: "no pod of the component has a claim as a volume"},
		"no such volume": {driver: class, alter: func(ctx context.Context, t *testing.T, c *Client, driver string) Component {
			component := c.files(ctx, t, driver)
			component.Backup.Volume = "file"
			return component
		}, want: `names the volume "file"`},
		"no workload": {alter: func(context.Context, *testing.T, *Client, string) Component { return backed(diskKind) }, want: "has no deployment, statefulset"},
		"a claim that is not there": {driver: class, alter: func(ctx context.Context, t *testing.T, c *Client, driver string) Component {
			component := c.files(ctx, t, driver)
			must(t, c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Delete(ctx, "files", metav1.DeleteOptions{}))
			_, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Patch(ctx, "files", patching, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
			must(t, err)
			return component
		}, want: "claim %s/files is not there yet: start the component first"},
		"no storage class": {driver: class, alter: func(ctx context.Context, t *testing.T, c *Client, driver string) Component {
			component := c.files(ctx, t, driver)
			must(t, c.kube.StorageV1().StorageClasses().Delete(ctx, c.namespace, metav1.DeleteOptions{}))
			return component
		}, want: "claim %s/files is of the storage class %s, which there is not"},
		"a claim without a volume": {driver: class, alter: func(ctx context.Context, t *testing.T, c *Client, driver string) Component {
			component := c.files(ctx, t, driver)
			_, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Patch(ctx, "files", patching, []byte(`{"status":{"phase":"Pending"}}`), metav1.PatchOptions{}, "status")
			must(t, err)
			return component
		}, want: "claim %s/files is Pending and has no volume yet, expected it to be Bound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, c := onServer(t)
			driver := test.driver
			if driver == class {
				driver = c.snapshotClass(ctx, t)
			}
			var component Component
			if test.alter != nil {
				component = test.alter(ctx, t, c, driver)
			} else {
				component = c.files(ctx, t, driver)
			}
			if test.status != nil {
				c.answer(ctx, t, test.status)
			}
			_, err := c.Backup(ctx, component, stored)
			if want := strings.ReplaceAll(test.want, "%s", c.namespace); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v\nexpected %q", err, want)
			}
			left, err := c.dynamic.Resource(snapshotKind).Namespace(c.namespace).List(ctx, metav1.ListOptions{})
			if err != nil || len(left.Items) > 0 {
				t.Errorf("%d snapshots are left, %v", len(left.Items), err)
			}
		})
	}
}

// TestDiskNotReady: at the deadline it is said which snapshot is not ready, and why. The next attempt does not wait for
// what has failed.
func TestDiskNotReady(t *testing.T) {
	ctx, c := onServer(t)
	component := c.files(ctx, t, c.snapshotClass(ctx, t))
	answering, stop := context.WithCancel(ctx)
	c.answer(answering, t, map[string]any{"readyToUse": false, "error": map[string]any{"message": "the disk is on fire"}})
	short, cut := c.until(ctx, "the disk is on fire")
	// The controller would have set the class by now.
	go func() {
		store := c.dynamic.Resource(snapshotKind).Namespace(c.namespace)
		for c.sleep(answering, c.poll/4) == nil {
			list, err := store.List(answering, metav1.ListOptions{})
			for i := 0; err == nil && i < len(list.Items); i++ {
				_, _ = store.Patch(answering, list.Items[i].GetName(), patching, []byte(`{"spec":{"volumeSnapshotClassName":"c"}}`), metav1.PatchOptions{})
			}
		}
	}()
	_, err := cut.Backup(short, component, stored)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "is not ready: the disk is on fire") || !strings.Contains(err.Error(), "The same command completes it") {
		t.Errorf("error %v", err)
	}
	stop()
	if err := c.Restore(ctx, component, stored); err == nil || !strings.Contains(err.Error(), "not whole") {
		t.Errorf("error %v, expected that a part is no backup", err)
	}
	c.answer(ctx, t, map[string]any{"readyToUse": true, "restoreSize": "1Gi"})
	made, err := c.Backup(ctx, component, stored)
	if err != nil || made.Bytes != 1<<30 {
		t.Errorf("%+v, %v", made, err)
	}
}

// TestDiskRestoreForbidden: who may not keep volumes replaces none, and is told what to do.
func TestDiskRestoreForbidden(t *testing.T) {
	ctx, c := onServer(t)
	component := c.files(ctx, t, c.snapshotClass(ctx, t))
	c.answer(ctx, t, map[string]any{"readyToUse": true, "restoreSize": "1Gi"})
	_, err := c.Backup(ctx, component, stored)
	must(t, err)
	must(t, c.grant(ctx, actionRole(t), "may-"+c.namespace))
	action := c.as(t, "may-"+c.namespace)
	if again, err := action.Backup(ctx, component, BackupOptions{Name: "b2", Vault: stored.Vault}); err != nil || again.Name != "b2" {
		t.Errorf("%+v, %v: expected that who may not look at classes leaves it to the controller", again, err)
	}
	err = action.Restore(ctx, component, stored)
	var unsupported *UnsupportedError
	if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "get and patch on persistentvolumes; nothing was done") {
		t.Errorf("error %v, expected one about the permission", err)
	}
	d, err := c.kube.AppsV1().Deployments(c.namespace).Get(ctx, "w", metav1.GetOptions{})
	if err != nil || *d.Spec.Replicas != 2 {
		t.Errorf("the component was stopped, %v", err)
	}
}

// TestDiskNotServed: a cluster without snapshots has none, which keeps nobody from the backups in the vault.
func TestDiskNotServed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := inNewNamespace(ctx, t, bare.Get(t, startBare))
	must(t, makers[deployment](ctx, c, template("fine")))
	component := backed(diskKind)
	_, err := c.Backup(ctx, component, stored)
	var unsupported *UnsupportedError
	if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "the cluster serves no VolumeSnapshots (snapshot.storage.k8s.io/v1)") ||
		!strings.Contains(err.Error(), "nothing was done. Install the CRDs and the snapshot controller") {
		t.Errorf("error %v, expected what to install", err)
	}
	if found, err := c.Backups(ctx, stored.Vault); err != nil || len(found) > 0 {
		t.Errorf("%v, %v; expected an empty list", found, err)
	}
	for _, err := range []error{c.Restore(ctx, component, stored), c.DeleteBackups(ctx, stored.Vault, component.Name, stored.Name)} {
		if !errors.Is(err, vault.ErrNone) {
			t.Errorf("error %v, expected that there is no such backup", err)
		}
	}
}
