package install

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/manifests"
)

// The images as the manifests name them.
const (
	// DefaultImage carries the webhook and the runner.
	DefaultImage = "ghcr.io/styrmin/kubectl-styrmin:latest"
	// DefaultPrefectImage runs actions and the Prefect server.
	DefaultPrefectImage = "prefecthq/prefect:3-latest"
)

// Options say what is installed.
type Options struct {
	// Image carries the webhook and the runner; empty means DefaultImage.
	Image string
	// ActionImage runs actions where a StyrminDeployment names no image; empty
	// means DefaultPrefectImage. The webhook trusts it in every namespace.
	ActionImage string
	// Prefect adds a Prefect server, PrefectImage is its image.
	Prefect      bool
	PrefectImage string
	// PrefectStorage is the StorageClass of the Prefect server's data; empty means
	// the cluster's default one, NoStorage that the data goes with the pod.
	PrefectStorage string
	// Replicas of the webhook; 0 means what the manifests say.
	Replicas int
	// FailurePolicy is what the API server does with changes of releases while the
	// webhook is down: Fail or Ignore; empty means Fail. All else keeps its policy.
	FailurePolicy string
	// Monitoring adds what Prometheus' operator and Grafana read.
	Monitoring bool
}

// Render builds everything that is installed, in the order in which it is applied.
func Render(o Options) ([]*unstructured.Unstructured, error) {
	overlay, err := o.overlay()
	if err != nil {
		return nil, err
	}
	return build(overlay)
}

// overlay is the kustomization over the embedded ones that sets the options.
func (o Options) overlay() ([]byte, error) {
	image, actions := orDefault(o.Image, DefaultImage), orDefault(o.ActionImage, DefaultPrefectImage)
	k := types.Kustomization{
		TypeMeta:    types.TypeMeta{APIVersion: types.KustomizationVersion, Kind: types.KustomizationKind},
		Resources:   []string{manifestsDir},
		Images:      []types.Image{replacement(DefaultImage, image)},
		SortOptions: &types.SortOptions{Order: types.LegacySortOrder},
		Patches:     []types.Patch{{Patch: fmt.Sprintf(imagesPatch, actions, image)}},
	}
	if o.Replicas > 0 {
		k.Replicas = []types.Replica{{Name: WebhookName, Count: int64(o.Replicas)}}
	}
	if o.FailurePolicy != "" {
		k.Patches = append(k.Patches, types.Patch{Patch: fmt.Sprintf(failurePolicyPatch, o.FailurePolicy)})
	}
	if o.Monitoring {
		k.Resources = append(k.Resources, manifestsDir+"/monitoring")
	}
	if o.Prefect {
		k.Resources = append(k.Resources, manifestsDir+"/prefect")
		k.Images = append(k.Images, replacement(DefaultPrefectImage, orDefault(o.PrefectImage, DefaultPrefectImage)))
		k.Patches = append(k.Patches, o.storagePatches()...)
	}
	return yaml.Marshal(k)
}

const imagesPatch = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: styrmin-webhook
  namespace: styrmin
spec:
  template:
    spec:
      containers:
        - name: webhook
          env:
            - name: ACTION_IMAGE
              value: %q
            - name: RUNNER_IMAGE
              value: %q
`

const failurePolicyPatch = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: styrmin
webhooks:
  - name: releases.gate.styrmin.io
    failurePolicy: %q
`

// replacement exchanges a default image for another one.
func replacement(from, to string) types.Image {
	name, _ := splitImage(from)
	newName, tag := splitImage(to)
	image := types.Image{Name: name, NewName: newName, NewTag: tag}
	if at, digest, ok := strings.Cut(to, "@"); ok {
		image.NewName, image.NewTag, image.Digest = at, "", digest
	}
	return image
}

// splitImage splits off the tag; a colon before the last slash is a port.
func splitImage(image string) (name, tag string) {
	colon := strings.LastIndex(image, ":")
	if colon <= strings.LastIndex(image, "/") {
		return image, "latest"
	}
	return image[:colon], image[colon+1:]
}

// Where the kustomizations lie while they are built.
const (
	manifestsDir = "manifests"
	overlayDir   = "/"
)

// build runs kustomize on the embedded manifests under an overlay.
func build(overlay []byte) ([]*unstructured.Unstructured, error) {
	files := filesys.MakeFsInMemory()
	if err := copyTo(files); err != nil {
		return nil, err
	}
	if err := files.WriteFile(path.Join(overlayDir, "kustomization.yaml"), overlay); err != nil {
		return nil, err
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // the kustomization says it
	built, err := krusty.MakeKustomizer(options).Run(files, overlayDir)
	if err != nil {
		return nil, fmt.Errorf("building the manifests: %w", err)
	}
	objects := make([]*unstructured.Unstructured, 0, built.Size())
	for _, resource := range built.Resources() {
		data, err := resource.MarshalJSON()
		if err != nil {
			return nil, err
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(data); err != nil {
			return nil, fmt.Errorf("building the manifests: %w", err)
		}
		objects = append(objects, object)
	}
	return objects, nil
}

func copyTo(files filesys.FileSystem) error {
	return fs.WalkDir(manifests.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := manifests.Files.ReadFile(name)
		if err != nil {
			return err
		}
		return files.WriteFile(path.Join(overlayDir, manifestsDir, name), data)
	})
}

// YAML writes objects as kubectl would read them.
func YAML(objects []*unstructured.Unstructured) ([]byte, error) {
	var out bytes.Buffer
	for _, object := range objects {
		data, err := yaml.Marshal(object.Object)
		if err != nil {
			return nil, err
		}
		out.WriteString("---\n")
		out.Write(data)
	}
	return out.Bytes(), nil
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
