package engine_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/test/environment"
)

// cluster is a real API server with a real Job controller; the kubelet is ours.
type cluster struct {
	config    *rest.Config
	scheme    *runtime.Scheme
	mapper    meta.RESTMapper
	discovery discovery.CachedDiscoveryInterface
	kube      kubernetes.Interface
	admin     client.Client
	kubelet   *kubelet
}

var shared environment.Shared[*cluster]

func TestMain(m *testing.M) {
	klog.SetLogger(logr.Discard()) // as the programs do
	log.SetLogger(logr.Discard())
	flag.Parse()
	// The tests wait for the Job controller most of the time, so a pair of
	// processors is enough for many.
	_ = flag.Set("test.parallel", "24")
	code := m.Run()
	shared.Stop()
	os.Exit(code)
}

// sharedCluster starts the cluster once, or skips the test.
func sharedCluster(t *testing.T) *cluster {
	t.Helper()
	return shared.Get(t, startCluster)
}

func startCluster(binaries string) (*cluster, error) {
	control := &envtest.Environment{
		BinaryAssetsDirectory: binaries,
		CRDDirectoryPaths:     []string{"../../manifests/crd"},
		ErrorIfCRDPathMissing: true,
	}
	config, err := control.Start()
	if err != nil {
		return nil, fmt.Errorf("start the API server: %w", err)
	}
	shared.AtEnd(func() { _ = control.Stop() })
	stop, err := environment.Controllers(control, binaries, "job-controller", "garbage-collector-controller")
	if err != nil {
		return nil, err
	}
	shared.AtEnd(stop)
	config.QPS, config.Burst = 1000, 2000
	c := &cluster{config: config, scheme: runtime.NewScheme()}
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1.AddToScheme} {
		if err := add(c.scheme); err != nil {
			return nil, err
		}
	}
	return c, c.connect()
}

func (c *cluster) connect() (err error) {
	if c.kube, err = kubernetes.NewForConfig(c.config); err != nil {
		return err
	}
	c.discovery = memory.NewMemCacheClient(c.kube.Discovery())
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(c.discovery)
	if c.admin, err = client.New(c.config, client.Options{Scheme: c.scheme, Mapper: c.mapper}); err != nil {
		return err
	}
	var stop func()
	c.kubelet, stop = startKubelet(c.kube)
	shared.AtEnd(stop)
	return nil
}

// getter is a genericclioptions.RESTClientGetter for one namespace.
type getter struct {
	*cluster
	config    *rest.Config
	namespace string
}

func (g getter) ToRESTConfig() (*rest.Config, error) { return rest.CopyConfig(g.config), nil }

func (g getter) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	return g.discovery, nil
}

func (g getter) ToRESTMapper() (meta.RESTMapper, error) { return g.mapper, nil }

func (g getter) ToRawKubeConfigLoader() clientcmd.ClientConfig {
	return clientcmd.NewDefaultClientConfig(clientcmdapi.Config{}, &clientcmd.ConfigOverrides{
		Context: clientcmdapi.Context{Namespace: g.namespace},
	})
}
