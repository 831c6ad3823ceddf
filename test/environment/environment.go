// Package environment gives tests a real API server and real controllers
// without nodes: nothing schedules or runs a pod, a test does that itself.
package environment

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// programs are what the environment is made of.
var programs = []string{"etcd", "kube-apiserver", "kube-controller-manager"}

// Binaries finds the programs, or skips the test and says where they come from.
func Binaries(t testing.TB) string {
	t.Helper()
	directory := binaryDirectory()
	for _, name := range programs {
		if _, err := os.Stat(filepath.Join(directory, name)); err != nil {
			t.Skipf("no %s: build it with test/cluster, or set KUBEBUILDER_ASSETS to a directory with %s", filepath.Join(directory, name), strings.Join(programs, ", "))
		}
	}
	return directory
}

func binaryDirectory() string {
	if assets := os.Getenv("KUBEBUILDER_ASSETS"); assets != "" {
		return assets
	}
	cache := os.Getenv("STYRMIN_CACHE")
	if cache == "" {
		home, _ := os.UserHomeDir()
		cache = filepath.Join(home, ".cache", "kubectl-styrmin")
	}
	return filepath.Join(cache, "bin")
}

// Controllers runs the named controllers of kube-controller-manager against a
// started API server. The returned function stops them.
func Controllers(control *envtest.Environment, binaries string, names ...string) (stop func(), err error) {
	user, err := control.AddUser(envtest.User{Name: "system:kube-controller-manager", Groups: []string{"system:masters"}}, nil)
	if err != nil {
		return nil, err
	}
	kubeconfig, err := user.KubeConfig()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "styrmin-controllers")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(directory, "kubeconfig")
	if err := os.WriteFile(file, kubeconfig, 0o600); err != nil {
		return nil, err
	}
	command := exec.Command(filepath.Join(binaries, "kube-controller-manager"),
		"--kubeconfig="+file, "--secure-port=0", "--leader-elect=false", "--use-service-account-credentials=true",
		"--kube-api-qps=500", "--kube-api-burst=1000", "--concurrent-job-syncs=20", "--horizontal-pod-autoscaler-sync-period=1s", "--controllers="+strings.Join(names, ","))
	if err := command.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = os.RemoveAll(directory)
	}, nil
}
