package plugin_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// drivers are those of testdata/drivers.
var drivers = []string{"tiny", "parts", "disks"}

// TestClusterScripts runs what needs a real API server: above all, that bad
// input of every kind is explained and changes nothing. Each script has a
// namespace of its own, $NS, with the service account that actions run as, and
// the drivers of testdata/drivers.
func TestClusterScripts(t *testing.T) {
	kubeconfig := os.Getenv("STYRMIN_TEST_KUBECONFIG")
	if kubeconfig == "" {
		t.Skip("STYRMIN_TEST_KUBECONFIG names no cluster's kubeconfig; `make cluster` starts one")
	}
	ensureInstalled(t, kubeconfig)
	bare := &bareServer{t: t}
	testscript.Run(t, testscript.Params{
		Dir:             "testdata/script/cluster",
		UpdateScripts:   *update,
		ContinueOnError: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "snapshot": snapshot, "unchanged": unchanged, "grant": grant, "foreign": foreign, "bare": bare.use,
			"prefect": prefect{t}.use,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("KUBECONFIG", kubeconfig)
			if err := ownNamespace(env, kubeconfig); err != nil {
				return err
			}
			return ownDrivers(env)
		},
	})
}

// connect makes a client of the cluster that a kubeconfig names.
func connect(kubeconfig string) (client.Client, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	return client.New(config, client.Options{})
}

// ensureInstalled adds the kinds and the roles where `kubectl styrmin install`
// was not run before. What is there already stays as it is.
func ensureInstalled(t *testing.T, kubeconfig string) {
	t.Helper()
	c, err := connect(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := install.Render(install.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var missing []*unstructured.Unstructured
	for _, object := range objects {
		switch object.GetKind() {
		case "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding":
			if apierrors.IsNotFound(c.Get(t.Context(), client.ObjectKeyFromObject(object), object.DeepCopy())) {
				missing = append(missing, object)
			}
		}
	}
	if err := (install.Installer{Client: c, Report: func(line string) { t.Log(line) }}).Apply(t.Context(), missing); err != nil {
		t.Fatal(err)
	}
}

// ownNamespace makes the script's namespace and deletes it when the script ends.
func ownNamespace(env *testscript.Env, kubeconfig string) error {
	ctx := context.Background()
	c, err := connect(kubeconfig)
	if err != nil {
		return err
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "cli-"}}
	if err := c.Create(ctx, namespace); err != nil {
		return err
	}
	env.Setenv("NS", namespace.Name)
	env.Defer(func() {
		for _, name := range drivers {
			driver := &unstructured.Unstructured{}
			driver.SetGroupVersionKind(v1.GroupVersion.WithKind("ApplicationDriver"))
			driver.SetName(namespace.Name + "-" + name)
			_ = c.Delete(ctx, driver)
		}
		_ = c.Delete(ctx, namespace)
	})
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: jobs.DefaultServiceAccount}}
	if err := c.Create(ctx, account); err != nil {
		return err
	}
	return settled(ctx, c, namespace.Name)
}

// ownDrivers copies the drivers and gives them names of their own: drivers are cluster-scoped.
func ownDrivers(env *testscript.Env) error {
	if err := os.CopyFS(env.WorkDir, os.DirFS("testdata/drivers")); err != nil {
		return err
	}
	for _, name := range drivers {
		path := filepath.Join(env.WorkDir, name, v1.DriverFile)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		named := bytes.Replace(data, []byte("name: "+name), []byte("name: "+env.Getenv("NS")+"-"+name), 1)
		if err := os.WriteFile(path, named, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// settled waits for what the controllers put into every namespace.
func settled(ctx context.Context, c client.Client, namespace string) error {
	return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		account := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "default"}, &corev1.ServiceAccount{})
		root := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "kube-root-ca.crt"}, &corev1.ConfigMap{})
		return account == nil && root == nil, nil
	})
}

// grant binds a user to a ClusterRole in the script's namespace: grant USER ROLE
func grant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: grant USER ROLE")
	}
	c, err := connect(ts.Getenv("KUBECONFIG"))
	ts.Check(err)
	ts.Check(c.Create(context.Background(), &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: ts.Getenv("NS"), Name: args[0]},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: args[1]},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: args[0]}},
	}))
}

// foreign installs a chart as any Helm client does: foreign RELEASE CHART OWNER
func foreign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: foreign RELEASE CHART OWNER")
	}
	ctx, kubeconfig, namespace := context.Background(), ts.Getenv("KUBECONFIG"), ts.Getenv("NS")
	flags := genericclioptions.NewConfigFlags(false)
	flags.KubeConfig, flags.Namespace = &kubeconfig, &namespace
	h, err := helm.New(flags, namespace, nil)
	ts.Check(err)
	chart, err := h.LoadChart(ctx, helm.ChartRef{Location: ts.MkAbs(args[1])})
	ts.Check(err)
	_, err = h.Apply(ctx, helm.Request{Release: args[0], Chart: chart, Values: map[string]any{"owner": args[2]}, Timeout: time.Minute})
	ts.Check(err)
}

// bareServer is an API server without any of our kinds, started when a script asks for it.
type bareServer struct {
	t          *testing.T
	kubeconfig []byte
}

// use points the script at the bare server: bare
func (b *bareServer) use(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: bare")
	}
	if b.kubeconfig == nil {
		control := &envtest.Environment{BinaryAssetsDirectory: assets()}
		_, err := control.Start()
		ts.Check(err)
		b.t.Cleanup(func() { _ = control.Stop() })
		b.kubeconfig = control.KubeConfig
	}
	path := ts.MkAbs("bare.kubeconfig")
	ts.Check(os.WriteFile(path, b.kubeconfig, 0o600))
	ts.Setenv("KUBECONFIG", path)
	// Not default, where a server that has just started still adds objects of its own.
	c, err := connect(path)
	ts.Check(err)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "bare-"}}
	ts.Check(c.Create(context.Background(), namespace))
	ts.Setenv("NS", namespace.Name)
}

// assets is the directory of etcd and kube-apiserver.
func assets() string {
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		return dir
	}
	cache := os.Getenv("STYRMIN_CACHE")
	if cache == "" {
		home, _ := os.UserHomeDir()
		cache = filepath.Join(home, ".cache", "kubectl-styrmin")
	}
	return filepath.Join(cache, "bin")
}
