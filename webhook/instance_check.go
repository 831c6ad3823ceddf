package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// checkPair checks the two objects of an instance against each other, against
// their digest and against the deployment. Its words carry no content.
func checkPair(configMap *corev1.ConfigMap, secret *corev1.Secret, deployment *v1.StyrminDeployment) string {
	i, err := instance.Read(configMap, secret)
	if err != nil {
		return "its content and its ConfigMap's are not the snapshot that label " + v1.LabelInstance + " names by its digest; instances are made by kubectl styrmin only"
	}
	_, expected, err := i.Objects(metav1.OwnerReference{})
	if err != nil {
		return "it cannot be rendered again from its context"
	}
	if !maps.EqualFunc(expected.Data, secret.Data, bytes.Equal) {
		return "its data is not what its context renders to; expected exactly the keys " + strings.Join(slices.Sorted(maps.Keys(expected.Data)), " and ") + " as kubectl styrmin writes them"
	}
	return notOf(i, deployment)
}

// notOf says why an instance is not one of the deployment's; empty when it is.
// Its context must be what its driver and its own version, parameters and
// configuration resolve to: a context of somebody's own making could pass
// another version off as the deployed one, and so need no pre actions.
func notOf(i *instance.Instance, deployment *v1.StyrminDeployment) string {
	if i.Driver.Object.Name != deployment.Spec.Driver {
		return fmt.Sprintf("its driver is %s, StyrminDeployment %s uses %s", i.Driver.Object.Name, deployment.Name, deployment.Spec.Driver)
	}
	if helm := i.Driver.Object.Spec.Helm; helm != nil && !pinned(helm.Main.Version, i.Context.App.Chart.Version) {
		return fmt.Sprintf("its chart has version %s, the driver pins %s", i.Context.App.Chart.Version, helm.Main.Version)
	}
	parameters, err := encoded(i.Context.Parameters)
	config, err2 := encoded(i.Context.Instance.Config)
	if errors.Join(err, err2) != nil {
		return "its parameters or its configuration cannot be read"
	}
	asked := deployment.DeepCopy()
	asked.Spec.Version, asked.Spec.Parameters, asked.Spec.Config = i.Context.App.Version, parameters, config
	resolved, err := instance.Resolve(i.Driver, asked, i.Context.App.Chart)
	if err != nil || resolved.Digest != i.Digest {
		return "its context is not what its driver and its parameters resolve to for StyrminDeployment " + deployment.Name
	}
	return ""
}

// pinned reads a chart version as Helm does: as a constraint, of which an exact
// version is one. Charts beside the driver need none.
func pinned(pin, version string) bool {
	if pin == "" || pin == version {
		return true
	}
	constraint, err := semver.NewConstraint(pin)
	if err != nil {
		return false
	}
	found, err := semver.NewVersion(version)
	return err == nil && constraint.Check(found)
}

func encoded(in map[string]any) (map[string]apiextensionsv1.JSON, error) {
	out := make(map[string]apiextensionsv1.JSON, len(in))
	for key, value := range in {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		out[key] = apiextensionsv1.JSON{Raw: raw}
	}
	return out, nil
}
