package plugin

import (
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
	client    client.Client
}

// connect makes the clients; it does not talk to the cluster yet.
func (o *options) connect() (*clients, error) {
	config, err := o.config.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	namespace, _, err := o.config.ToRawKubeConfigLoader().Namespace()
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
	typed, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	return &clients{config: config, namespace: namespace, kube: kube, client: typed}, nil
}

// helm makes the Helm client of the namespace.
func (o *options) helm(namespace string) (*helm.Client, error) {
	c, err := helm.New(o.config, namespace, nil)
	if err != nil {
		return nil, fmt.Errorf("set up Helm: %w", err)
	}
	return c, nil
}
