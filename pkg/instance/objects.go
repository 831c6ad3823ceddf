package instance

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// The keys of the stored objects, and so the file names in the pod.
const (
	driverKey  = "driver.json"
	contextKey = "context.json"
	valuesKey  = "values.yaml"
)

// Name is the name of both objects of an instance.
func Name(deployment, digest string) string {
	const room, short = 200, 12
	return fmt.Sprintf("styrmin-%.*s-%.*s", room, deployment, short, digest)
}

// Objects renders the ConfigMap with the driver and the Secret with the
// context and the values, both immutable.
func (i *Instance) Objects(owner metav1.OwnerReference) (*corev1.ConfigMap, *corev1.Secret, error) {
	object := i.Driver.ToObject()
	delete(object, "files")
	spec, err := json.Marshal(object)
	if err != nil {
		return nil, nil, err
	}
	files := maps.Clone(i.Driver.Files)
	if files == nil {
		files = map[string]string{}
	}
	files[driverKey] = string(spec)
	context, err := json.Marshal(i.Context)
	if err != nil {
		return nil, nil, err
	}
	rendered, err := yaml.Marshal(i.Values)
	if err != nil {
		return nil, nil, err
	}
	immutable := true
	configMap := &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: i.meta(owner),
		Immutable:  &immutable,
		Data:       files,
	}
	secret := &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: i.meta(owner),
		Immutable:  &immutable,
		Type:       corev1.SecretTypeOpaque,
		Data:       map[string][]byte{contextKey: context, valuesKey: rendered},
	}
	return configMap, secret, nil
}

func (i *Instance) meta(owner metav1.OwnerReference) metav1.ObjectMeta {
	deployment := i.Context.Deployment
	return metav1.ObjectMeta{
		Name:            Name(deployment.Name, i.Digest),
		Namespace:       deployment.Namespace,
		Labels:          map[string]string{v1.LabelDeployment: deployment.Name, v1.LabelInstance: i.Digest},
		Annotations:     map[string]string{v1.AnnotationDriverDigest: i.Driver.Digest()},
		OwnerReferences: []metav1.OwnerReference{owner},
	}
}

// ReadDriver reads the driver that an instance's ConfigMap holds.
func ReadDriver(configMap *corev1.ConfigMap) (*driver.Driver, error) {
	var object map[string]any
	if err := json.Unmarshal([]byte(configMap.Data[driverKey]), &object); err != nil {
		return nil, fmt.Errorf("ConfigMap %s/%s: %s is not a driver: %w", configMap.Namespace, configMap.Name, driverKey, err)
	}
	if object == nil {
		return nil, fmt.Errorf("ConfigMap %s/%s: %s is not a driver: it is null", configMap.Namespace, configMap.Name, driverKey)
	}
	files := map[string]any{}
	for name, content := range configMap.Data {
		if name != driverKey {
			files[name] = content
		}
	}
	if len(files) > 0 {
		object["files"] = files
	}
	d, err := driver.FromObject(object)
	if err != nil {
		return nil, fmt.Errorf("ConfigMap %s/%s: %w", configMap.Namespace, configMap.Name, err)
	}
	return d, nil
}

// Read puts an instance together from its two objects and checks that they are
// what their digest says: the values are rendered again from the context, so
// that neither can be exchanged for something else, nor can anything be added
// that a pod would find beside the driver.
func Read(configMap *corev1.ConfigMap, secret *corev1.Secret) (*Instance, error) {
	d, err := ReadDriver(configMap)
	if err != nil {
		return nil, err
	}
	var context Context
	if err := json.Unmarshal(secret.Data[contextKey], &context); err != nil {
		return nil, fmt.Errorf("Secret %s/%s: %s is not a context: %w", secret.Namespace, secret.Name, contextKey, err)
	}
	i, err := render(d, context)
	if err != nil {
		return nil, fmt.Errorf("instance %s/%s: %w", configMap.Namespace, configMap.Name, err)
	}
	if found := configMap.Labels[v1.LabelInstance]; found != i.Digest || secret.Labels[v1.LabelInstance] != i.Digest {
		return nil, fmt.Errorf("instance %s/%s: its content has the digest %s, its label says %s", configMap.Namespace, configMap.Name, i.Digest, found)
	}
	if len(configMap.BinaryData) > 0 {
		return nil, fmt.Errorf("instance %s/%s: its ConfigMap has binary data, which its digest does not cover", configMap.Namespace, configMap.Name)
	}
	if err := i.checkValues(secret); err != nil {
		return nil, fmt.Errorf("instance %s/%s: %w", configMap.Namespace, configMap.Name, err)
	}
	return i, nil
}

// checkValues makes sure that the stored values are those of the context. It
// compares what they mean: another version of ours may write YAML differently.
func (i *Instance) checkValues(secret *corev1.Secret) error {
	asJSON, err := yaml.YAMLToJSON(secret.Data[valuesKey])
	if err != nil {
		return fmt.Errorf("%s in its Secret is not YAML", valuesKey)
	}
	var stored map[string]any
	if err := json.Unmarshal(asJSON, &stored); err != nil {
		return fmt.Errorf("%s in its Secret is not a mapping", valuesKey)
	}
	found, err := release.ValuesDigest(stored)
	if err != nil {
		return err
	}
	expected, err := release.ValuesDigest(i.Values)
	if err != nil {
		return err
	}
	if found != expected {
		return fmt.Errorf("%s in its Secret is not what its driver renders from its context", valuesKey)
	}
	return nil
}
