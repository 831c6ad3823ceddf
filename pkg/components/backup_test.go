package components

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// backed is a component of the tests with a backup of a kind.
func backed(kind string) Component {
	component := worker
	component.Backup = &v1.Backup{Kind: kind}
	return component
}

// TestBackupSituations: what cannot be backed up says why, and leaves nothing behind.
func TestBackupSituations(t *testing.T) {
	unsupported := func(err error) bool { var u *UnsupportedError; return errors.As(err, &u) }
	any := func(error) bool { return true }
	for _, test := range []struct {
		name      string
		component Component
		backup    string
		image     string
		is        func(error) bool
		want      string
		claim     bool
	}{
		{"no kind", worker, "b1", "fine", unsupported, "set spec.components.worker.backup.kind to one of disk, mariadb, postgres", false},
		{"a kind that there is not", backed("volume"), "b1", "fine", unsupported, `kind is "volume", and this version makes backups of the kinds disk, mariadb, postgres; nothing was done`, false},
		{"a name that is a path", backed("postgres"), "../b1", "fine", any, `name is "../b1", expected 1 to 63 letters`, false},
		{"no pod for the volume", backed("postgres"), "b1", neverReady, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) },
			"It needs the claim app-backups. Where the namespace has no default storage class", true},
		{"no database", backed("postgres"), "b1", "fine", any, "component worker: ", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, c := onServer(t)
			opts := BackupOptions{Name: test.backup, Vault: Vault{Deployment: "app", Image: test.image}}
			for _, do := range []func(context.Context, *Client) error{
				func(ctx context.Context, c *Client) error { _, err := c.Backup(ctx, test.component, opts); return err },
				func(ctx context.Context, c *Client) error { return c.Restore(ctx, test.component, opts) },
			} {
				short, cut := ctx, c
				if test.image == neverReady {
					canceled, cancel := context.WithCancelCause(ctx)
					short = canceled
					go func() {
						for pods := c.vaults(ctx); len(pods) == 0; pods = c.vaults(ctx) {
							_ = c.sleep(ctx, c.poll)
						}
						cancel(context.DeadlineExceeded)
					}()
				}
				err := do(short, cut)
				if err == nil || !strings.Contains(err.Error(), test.want) || !test.is(err) {
					t.Errorf("error %v, expected %q", err, test.want)
				}
			}
			if _, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Get(ctx, "app-backups", metav1.GetOptions{}); (err == nil) != test.claim {
				t.Errorf("the claim: %v, expected it to be made: %v", err, test.claim)
			}
			c.expectNoVaults(ctx, t)
		})
	}
}

// vaults are the names of the pods that keep backups.
func (c *Client) vaults(ctx context.Context) []string {
	pods, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: v1.LabelVault})
	if err != nil {
		return nil
	}
	return names(pods.Items)
}

// TestClearVaults: the pods that have ended go with the next primitive; those that run, and another deployment's, stay.
func TestClearVaults(t *testing.T) {
	ctx, c := onServer(t)
	var made []string
	for _, deployment := range []string{"app", "app", "other"} {
		pod, err := c.createVault(ctx, Vault{Deployment: deployment, Image: neverReady})
		must(t, err)
		made = append(made, pod.Name)
	}
	for _, ended := range []string{made[0], made[2]} {
		_, err := c.kube.CoreV1().Pods(c.namespace).Patch(ctx, ended, types.MergePatchType, []byte(`{"status":{"phase":"Succeeded"}}`), metav1.PatchOptions{}, "status")
		must(t, err)
	}
	c.clearVaults(ctx, Vault{Deployment: "app"})
	slices.Sort(made[1:])
	if left := c.vaults(ctx); !slices.Equal(left, made[1:]) {
		t.Errorf("the pods %v are left, expected %v", left, made[1:])
	}
}

func TestBackupForbidden(t *testing.T) {
	ctx, c := onServer(t)
	config := rest.CopyConfig(shared.Get(t, startServer).config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "nobody"}
	nobody, err := New(config, c.namespace, t.Logf)
	must(t, err)
	_, err = nobody.Backup(ctx, backed("postgres"), BackupOptions{Name: "b1", Vault: Vault{Deployment: "app", Image: "fine"}})
	if !apierrors.IsForbidden(err) {
		t.Errorf("error %v, expected one about a permission", err)
	}
}

// TestBackupsOfNothing: without a claim there are no backups, and none is made in order to look.
func TestBackupsOfNothing(t *testing.T) {
	ctx, c := onServer(t)
	in := Vault{Deployment: "app", Image: "fine"}
	found, err := c.Backups(ctx, in)
	if err != nil || found == nil || len(found) > 0 {
		t.Errorf("%v, %v; expected an empty list", found, err)
	}
	for _, err := range []error{c.DeleteBackups(ctx, in, "worker", "b1"), c.Restore(ctx, backed("postgres"), BackupOptions{Name: "b1", Vault: in})} {
		if !errors.Is(err, vault.ErrNone) || !strings.Contains(err.Error(), "there is no claim app-backups") {
			t.Errorf("error %v, expected that there is no claim", err)
		}
	}
	if err := c.DeleteBackups(ctx, in, "worker", "b1", "../b2"); err == nil || errors.Is(err, vault.ErrNone) {
		t.Errorf("error %v, expected one about the name", err)
	}
	claims, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).List(ctx, metav1.ListOptions{})
	must(t, err)
	if pods := c.vaults(ctx); len(claims.Items) > 0 || len(pods) > 0 {
		t.Errorf("%d claims and the pods %v were made", len(claims.Items), pods)
	}
}

// TestVaultOf: an action's own pod tells which image keeps backups; another pod does not.
func TestVaultOf(t *testing.T) {
	ctx, c := onServer(t)
	c.underway(ctx, t, map[string]any{"id": "run1"})
	var unsupported *UnsupportedError
	if _, err := c.VaultOf(ctx, "app", "action"); !errors.As(err, &unsupported) {
		t.Errorf("error %v, expected one about the init container", err)
	}
}
