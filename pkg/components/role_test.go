package components

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// byAnotherWay are permissions that only other surroundings need, and which.
var byAnotherWay = map[string]string{
	"get pods/exec": "a WebSocket, where no SPDY passes",
}

// TestRole: the actions' role grants what the primitives ask of the API server, as its
// audit log has it, and nothing else (A4).
func TestRole(t *testing.T) {
	ctx, admin := onServer(t)
	role := actionRole(t)
	user := "action-of-" + admin.namespace
	must(t, admin.grant(ctx, role, user))
	beyond := diskRestoreRole(t)
	must(t, admin.grantBeyond(ctx, t, beyond, user))
	config := rest.CopyConfig(shared.Get(t, startServer).config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user}
	action, err := New(config, admin.namespace, t.Logf)
	must(t, err)
	everyPrimitive(ctx, t, admin, action)

	granted, asked := map[string]bool{}, requests(t, user)
	for _, rule := range slices.Concat(role.Rules, beyond.Rules) {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				granted[strings.TrimSuffix(verb+" "+resource+"."+rule.APIGroups[0], ".")] = true
			}
		}
	}
	for request := range asked {
		if !granted[request] {
			t.Errorf("a primitive asks for %s, which neither manifests/namespace/action.yaml nor the ClusterRole %s grants", request, beyond.Name)
		}
	}
	for permission := range granted {
		if !asked[permission] && byAnotherWay[permission] == "" {
			t.Errorf("manifests/namespace/action.yaml or the ClusterRole %s grants %s, which no primitive asks for", beyond.Name, permission)
		}
	}
}

// actionRole is the role of the actions' service account.
func actionRole(t *testing.T) rbacv1.Role {
	t.Helper()
	return roleIn(t, "namespace/action.yaml", func(role rbacv1.Role) bool { return role.Kind == "Role" })
}

// diskRestoreRole is what a restore of disks needs of what belongs to no namespace. It is bound to nobody.
func diskRestoreRole(t *testing.T) rbacv1.ClusterRole {
	t.Helper()
	role := roleIn(t, "rbac/people.yaml", func(role rbacv1.Role) bool { return role.Name == "styrmin-disk-restore" })
	return rbacv1.ClusterRole{ObjectMeta: role.ObjectMeta, Rules: role.Rules}
}

func roleIn(t *testing.T, file string, is func(rbacv1.Role) bool) rbacv1.Role {
	t.Helper()
	manifest, err := os.ReadFile("../../manifests/" + file)
	must(t, err)
	for _, document := range strings.Split(string(manifest), "\n---\n") {
		var role rbacv1.Role
		if yaml.Unmarshal([]byte(document), &role) == nil && is(role) {
			return role
		}
	}
	t.Fatalf("%s has no such role", file)
	return rbacv1.Role{}
}

// grantBeyond gives a user a role in the cluster.
func (c *Client) grantBeyond(ctx context.Context, t *testing.T, role rbacv1.ClusterRole, user string) error {
	t.Helper()
	role.Name = user
	if _, err := c.kube.RbacV1().ClusterRoles().Create(ctx, &role, metav1.CreateOptions{}); err != nil {
		return err
	}
	_, err := c.kube.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: user},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}},
	}, metav1.CreateOptions{})
	return err
}

// grant gives a user a role in the namespace.
func (c *Client) grant(ctx context.Context, role rbacv1.Role, user string) error {
	if _, err := c.kube.RbacV1().Roles(c.namespace).Create(ctx, &role, metav1.CreateOptions{}); err != nil {
		return err
	}
	_, err := c.kube.RbacV1().RoleBindings(c.namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}},
	}, metav1.CreateOptions{})
	return err
}

// everyPrimitive calls each primitive, with everything there that one may touch. No
// node runs the pods, so that what reaches into one fails, having asked.
func everyPrimitive(ctx context.Context, t *testing.T, admin, action *Client) {
	t.Helper()
	for _, k := range kinds {
		pod := template("fine")
		pod.Labels["name"] = string(k)
		must(t, makers[k](ctx, admin, pod))
	}
	admin.autoscale(ctx, t, 0)
	_, err := admin.dynamic.Resource(scaledObject).Namespace(admin.namespace).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": map[string]any{"name": "w"},
		"spec": map[string]any{"scaleTargetRef": map[string]any{"name": "w"}},
	}}, metav1.CreateOptions{})
	must(t, err)
	for _, do := range []func(context.Context, ...Component) error{action.Ready, action.Restart, action.Stop, action.Start} {
		must(t, do(ctx, worker))
	}
	_, err = action.Exec(ctx, worker, ExecOptions{Commands: [][]string{{"true"}}})
	t.Log(err)
	_, err = action.CopyFrom(ctx, worker, CopyOptions{Path: "/data", To: t.TempDir()})
	t.Log(err)
	_, err = action.Logs(ctx, worker, LogsOptions{})
	t.Log(err)
	short, cut := action.until(ctx, "pod w-job-")
	_, err = cut.Job(short, worker, JobOptions{Command: []string{"true"}})
	t.Log(err)
	action.events(ctx, "w")
	vaulted := worker
	vaulted.Backup = &v1.Backup{Kind: "postgres"}
	_, err = action.Backup(ctx, vaulted, BackupOptions{Name: "b1", Vault: Vault{Deployment: "app", Image: "fine"}})
	t.Log(err)
	everyDisk(ctx, t, admin, action)
	admin.underway(ctx, t, map[string]any{"id": "run1"})
	short, cut = action.until(ctx, "asked the engine")
	_, err = cut.Upgrade(short, mine)
	t.Log(err)
}

// everyDisk backs disks up and restores them, on a storage that is played.
func everyDisk(ctx context.Context, t *testing.T, admin, action *Client) {
	t.Helper()
	files := Component{Name: "files", Labels: map[string]string{"component": "files"}, Backup: &v1.Backup{Kind: diskKind}}
	pod := template("fine")
	pod.Labels = map[string]string{"component": "files", "name": "files"}
	pod.Spec.Volumes = []corev1.Volume{{Name: "files", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "files"}}}}
	_, err := admin.kube.AppsV1().StatefulSets(admin.namespace).Create(ctx, &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "files"}, Spec: appsv1.StatefulSetSpec{Selector: selectorOf(pod), Template: pod},
	}, metav1.CreateOptions{})
	must(t, err)
	admin.makeStorageClass(ctx, t)
	admin.disks(ctx, t, "files", admin.snapshotClass(ctx, t))
	admin.answer(ctx, t, map[string]any{"readyToUse": true, "restoreSize": "1Gi"})
	_, err = action.Backup(ctx, files, stored)
	must(t, err)
	// No controller here takes its finalizer off a claim that goes.
	_, err = admin.kube.CoreV1().PersistentVolumeClaims(admin.namespace).Patch(ctx, "files", patching, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
	must(t, err)
	must(t, action.Restore(ctx, files, stored))
	must(t, action.DeleteBackups(ctx, stored.Vault, "files", stored.Name))
}

// requests are what a user asked of the API server, as "VERB RESOURCE.GROUP".
func requests(t *testing.T, user string) map[string]bool {
	t.Helper()
	file, err := os.Open(shared.Get(t, startServer).audit)
	must(t, err)
	defer file.Close()
	asked := map[string]bool{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var event struct {
			Verb             string
			ImpersonatedUser struct{ Username string }
			ObjectRef        *struct{ Resource, Subresource, APIGroup string }
		}
		must(t, json.Unmarshal(lines.Bytes(), &event))
		if event.ImpersonatedUser.Username == user && event.ObjectRef != nil {
			resource := strings.TrimSuffix(event.ObjectRef.Resource+"/"+event.ObjectRef.Subresource, "/")
			asked[strings.TrimSuffix(fmt.Sprintf("%s %s.%s", event.Verb, resource, event.ObjectRef.APIGroup), ".")] = true
		}
	}
	return asked
}
