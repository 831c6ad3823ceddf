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

// List reads the instances of a deployment. One that is not what its digest
// says is left out and named in broken: it is evidence of nothing.
func List(ctx context.Context, reader client.Reader, namespace, deployment string) (instances []*Instance, broken []error, err error) {
	var configMaps corev1.ConfigMapList
	err = reader.List(ctx, &configMaps, client.InNamespace(namespace),
		client.MatchingLabels{v1.LabelDeployment: deployment}, client.HasLabels{v1.LabelInstance})
	if err != nil {
		return nil, nil, fmt.Errorf("list the instances of StyrminDeployment %s/%s: %w", namespace, deployment, err)
	}
	for i := range configMaps.Items {
		configMap := &configMaps.Items[i]
		var secret corev1.Secret
		err := reader.Get(ctx, client.ObjectKeyFromObject(configMap), &secret)
		if err != nil && !apierrors.IsNotFound(err) {
			return nil, nil, fmt.Errorf("read the Secret of instance %s/%s: %w", namespace, configMap.Name, err)
		}
		if err != nil {
			broken = append(broken, fmt.Errorf("instance %s/%s has no Secret", namespace, configMap.Name))
			continue
		}
		instance, err := Read(configMap, &secret)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		instances = append(instances, instance)
	}
	return instances, broken, nil
}

// ForGate is what the gate needs to know of the instance.
func (i *Instance) ForGate() (lifecycle.Instance, error) {
	fingerprint, err := i.Fingerprint()
	return lifecycle.Instance{Target: i.Target(), Fingerprint: fingerprint, Actions: i.Driver.Object.Spec.Actions}, err
}
