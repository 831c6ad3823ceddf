package instance

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// Of selects the ConfigMaps of the instances of the deployment that it names.
type Of string

// ApplyToList implements client.ListOption.
func (deployment Of) ApplyToList(options *client.ListOptions) {
	client.MatchingLabels{v1.LabelDeployment: string(deployment)}.ApplyToList(options)
	client.HasLabels{v1.LabelInstance}.ApplyToList(options)
}

// List reads the instances of a deployment. One that is not what its digest
// says is left out and named in broken: it is evidence of nothing.
func List(ctx context.Context, reader client.Reader, namespace, deployment string) (instances []*Instance, broken []error, err error) {
	var configMaps corev1.ConfigMapList
	if err := reader.List(ctx, &configMaps, client.InNamespace(namespace), Of(deployment)); err != nil {
		return nil, nil, fmt.Errorf("list the instances of StyrminDeployment %s/%s: %w", namespace, deployment, err)
	}
	for i := range configMaps.Items {
		instance, flaw, err := complete(ctx, reader, &configMaps.Items[i])
		switch {
		case err != nil:
			return nil, nil, err
		case flaw != nil:
			broken = append(broken, flaw)
		default:
			instances = append(instances, instance)
		}
	}
	return instances, broken, nil
}

// Get reads one instance. broken says why it is none.
func Get(ctx context.Context, reader client.Reader, key client.ObjectKey) (instance *Instance, broken, err error) {
	var configMap corev1.ConfigMap
	err = reader.Get(ctx, key, &configMap)
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("instance %s has no ConfigMap", key), nil
	case err != nil:
		return nil, nil, fmt.Errorf("read the ConfigMap of instance %s: %w", key, err)
	}
	return complete(ctx, reader, &configMap)
}

// complete reads the Secret of an instance, too.
func complete(ctx context.Context, reader client.Reader, configMap *corev1.ConfigMap) (instance *Instance, broken, err error) {
	var secret corev1.Secret
	key := client.ObjectKeyFromObject(configMap)
	err = reader.Get(ctx, key, &secret)
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("instance %s has no Secret", key), nil
	case err != nil:
		return nil, nil, fmt.Errorf("read the Secret of instance %s: %w", key, err)
	}
	instance, broken = Read(configMap, &secret)
	return instance, broken, nil
}

// ForGate is what the gate needs to know of the instance.
func (i *Instance) ForGate() (lifecycle.Instance, error) {
	fingerprint, err := i.Fingerprint()
	return lifecycle.Instance{Target: i.Target(), Fingerprint: fingerprint, Actions: i.Driver.Object.Spec.Actions}, err
}
