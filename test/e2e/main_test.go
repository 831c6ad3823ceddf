package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// The images that the tests use.
var (
	productImage = fromEnv("STYRMIN_TEST_IMAGE", "styrmin.local/styrmin:dev")
	actionImage  = fromEnv("STYRMIN_TEST_ACTION_IMAGE", "styrmin.local/actions:3")
	baseImage    = fromEnv("STYRMIN_TEST_BASE_IMAGE", "styrmin.local/base:1")
)

// installTimeout bounds everything that happens before the first test.
const installTimeout = 4 * time.Minute

// cluster is the cluster under test; nil without STYRMIN_TEST_KUBECONFIG.
var cluster *connection

// connection reaches the cluster as its administrator. The tests look at it
// through clients and act on it through programs only.
type connection struct {
	kubeconfig string
	root       string
	kube       kubernetes.Interface
	client     client.Client
}

func fromEnv(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	kubeconfig := os.Getenv("STYRMIN_TEST_KUBECONFIG")
	if kubeconfig == "" {
		return m.Run()
	}
	ctx, cancel := context.WithTimeout(context.Background(), installTimeout)
	defer cancel()
	var err error
	if cluster, err = connect(kubeconfig); err == nil {
		err = install(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	before, err := drivers(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	code := m.Run()
	if code == 0 {
		forgetDrivers(before)
	}
	return code
}

// connect finds the programs and reaches the cluster.
func connect(kubeconfig string) (*connection, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return nil, err
	}
	cache := fromEnv("STYRMIN_CACHE", filepath.Join(fromEnv("XDG_CACHE_HOME", filepath.Join(os.Getenv("HOME"), ".cache")), "kubectl-styrmin"))
	path := []string{filepath.Join(root, "bin"), filepath.Join(cache, "bin"), os.Getenv("PATH")}
	if err := os.Setenv("PATH", strings.Join(path, string(os.PathListSeparator))); err != nil {
		return nil, err
	}
	for _, program := range []string{"kubectl", "kubectl-styrmin", "helm3", "helm4"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w; run: make build cluster", err)
		}
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("STYRMIN_TEST_KUBECONFIG: %w", err)
	}
	config.QPS, config.Burst = 50, 100
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	if err := v1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	c, err := client.New(config, client.Options{Scheme: scheme})
	return &connection{kubeconfig: kubeconfig, root: root, kube: kube, client: c}, err
}

// install installs what `kubectl styrmin install` installs, with a Prefect server:
// without one, every action spends ten seconds on starting Prefect's own. A webhook
// that runs already is restarted, since the image may be new under the old tag.
func install(ctx context.Context) error {
	began := time.Now()
	_, err := cluster.kube.AppsV1().Deployments(v1.SystemNamespace).Get(ctx, "styrmin-webhook", getOptions)
	running := err == nil
	arguments := [][]string{installCommand("none")}
	if running {
		arguments = append(arguments,
			[]string{"kubectl", "-n", v1.SystemNamespace, "rollout", "restart", "deployment/styrmin-webhook"},
			[]string{"kubectl", "-n", v1.SystemNamespace, "rollout", "status", "deployment/styrmin-webhook", "--timeout=2m"},
		)
	}
	for _, command := range arguments {
		if r := execute(ctx, cluster.kubeconfig, "", command...); r.code != 0 {
			return fmt.Errorf("%s", r)
		}
	}
	fmt.Printf("e2e: installed in %s\n", time.Since(began).Round(100*time.Millisecond))
	return nil
}

// installCommand installs all that the tests use, with the Prefect server's data where storage says.
func installCommand(storage string) []string {
	return []string{
		"kubectl", "styrmin", "install", "--image", productImage, "--action-image", actionImage,
		"--prefect", "--prefect-image", actionImage, "--prefect-storage", storage,
	}
}

// drivers are the names of the registered drivers.
func drivers(ctx context.Context) (map[string]bool, error) {
	var list v1.ApplicationDriverList
	if err := cluster.client.List(ctx, &list); err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, driver := range list.Items {
		names[driver.Name] = true
	}
	return names, nil
}

// forgetDrivers deletes the drivers that these tests registered, and testdata's
// that an earlier, failed run has left.
func forgetDrivers(before map[string]bool) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	now, err := drivers(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
	for name := range now {
		if !before[name] || strings.HasPrefix(name, "e2e-") {
			execute(ctx, cluster.kubeconfig, "", "kubectl", "delete", "applicationdriver", name)
		}
	}
}
