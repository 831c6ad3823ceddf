package helm

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	rspb "helm.sh/helm/v3/pkg/release"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// identity is what makes two objects the same to Helm: not the version of their API.
type identity struct {
	schema.GroupKind
	namespace, name string
	// nth tells apart what a manifest has twice.
	nth int
}

// object is one object of a manifest.
type object struct {
	identity
	body unstructured.Unstructured
}

// objectsOf reads the objects of a manifest in its order; a List counts as what
// is in it. namespace is for those that name none. Errors quote nothing of the
// manifest: it may be a Secret.
func objectsOf(manifest, namespace string) ([]object, error) {
	var objects []object
	times := map[identity]int{}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(manifest)))
	for number := 1; ; number++ {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		found, err := bodiesOf(document)
		if err != nil {
			return nil, fmt.Errorf("document %d %w", number, err)
		}
		for _, body := range found {
			id := identify(body, namespace)
			times[id]++
			id.nth = times[id]
			objects = append(objects, object{identity: id, body: body})
		}
	}
}

func identify(body unstructured.Unstructured, namespace string) identity {
	if own := body.GetNamespace(); own != "" {
		namespace = own
	}
	return identity{GroupKind: body.GroupVersionKind().GroupKind(), namespace: namespace, name: body.GetName()}
}

// bodiesOf reads one document; none of nothing but comments.
func bodiesOf(document []byte) ([]unstructured.Unstructured, error) {
	asJSON, err := yaml.YAMLToJSON(document)
	if err != nil {
		return nil, errors.New("is not YAML")
	}
	var body map[string]any
	if err := json.Unmarshal(asJSON, &body); err != nil {
		return nil, errors.New("is not a mapping")
	}
	if len(body) == 0 {
		return nil, nil
	}
	whole := unstructured.Unstructured{Object: body}
	if !whole.IsList() {
		return []unstructured.Unstructured{whole}, nil
	}
	list, err := whole.ToList()
	if err != nil {
		return nil, errors.New("is a List with something else than objects in it")
	}
	return list.Items, nil
}

// hookEvents are the moments at which Helm runs an object; none for one of the release's own.
func (o object) hookEvents() []string {
	annotation := o.body.GetAnnotations()[rspb.HookAnnotation]
	if annotation == "" {
		return nil
	}
	events := strings.Split(strings.ToLower(annotation), ",")
	for i, event := range events {
		events[i] = strings.TrimSpace(event)
	}
	return events
}
