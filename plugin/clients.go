package plugin

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// clients reach the cluster as the operator.
type clients struct {
	config    *rest.Config
	namespace string
	kube      kubernetes.Interface
	client    client.WithWatch
}

// connect makes the clients; it does not talk to the cluster yet.
func (o *options) connect() (*clients, error) {
	config, namespace, err := o.cluster()
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	typed, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	return &clients{config: config, namespace: namespace, kube: kube, client: typed}, nil
}

// cluster is the cluster and the namespace that the flags and the kubeconfig name.
func (o *options) cluster() (*rest.Config, string, error) {
	kubeconfig := o.config.ToRawKubeConfigLoader()
	raw, err := kubeconfig.RawConfig()
	if err != nil {
		return nil, "", fmt.Errorf("read the kubeconfig: %w", err)
	}
	// Without this check localhost:8080 would be asked, and be said not to answer.
	if _, err := rest.InClusterConfig(); err != nil && len(raw.Clusters) == 0 && *o.config.APIServer == "" {
		return nil, "", errors.New("no cluster is configured: give --kubeconfig FILE or set KUBECONFIG")
	}
	config, err := o.config.ToRESTConfig()
	if err != nil {
		return nil, "", fmt.Errorf("read the kubeconfig: %w; `kubectl config get-contexts` lists what it has", err)
	}
	namespace, _, err := kubeconfig.Namespace()
	if err != nil {
		return nil, "", fmt.Errorf("read the kubeconfig: %w", err)
	}
	return config, namespace, checkName("--namespace", namespace)
}

// helm makes the Helm client of the namespace.
func (o *options) helm(namespace string) (*helm.Client, error) {
	c, err := helm.New(o.config, namespace, nil)
	if err != nil {
		return nil, fmt.Errorf("set up Helm: %w", err)
	}
	return c, nil
}
