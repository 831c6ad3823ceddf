// Package jsonschema makes the JSON Schema of driver.styrmin.yml, for editors.
//
// It is weaker than `kubectl styrmin validate`, which sees the whole driver, and
// never stricter: a file without findings there has none in an editor either.
package jsonschema

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/manifests"
	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// additions is what the schema of the file says beyond the stored object's; it
// is laid over that as a JSON merge patch.
//
//go:embed additions.yml
var additions []byte

// definition is the CRD of the ApplicationDriver.
const definition = "crd/styrmin.io_applicationdrivers.yaml"

// Driver is the JSON Schema of driver.styrmin.yml as indented JSON, made of the
// schema in the CRD of the ApplicationDriver. It is a draft-07 one, the newest
// that editors' YAML support knows in full.
func Driver() ([]byte, error) {
	stored, err := stored()
	if err != nil {
		return nil, err
	}
	schema, err := translate(stored)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", definition, err)
	}
	var patch map[string]any
	if err := yaml.Unmarshal(additions, &patch); err != nil {
		return nil, fmt.Errorf("additions.yml: %w", err)
	}
	merge(schema, patch)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(schema)
	return out.Bytes(), err
}

// stored is the schema of the version of the ApplicationDriver that this
// program knows, as the CRD has it.
func stored() (map[string]any, error) {
	data, err := manifests.Files.ReadFile(definition)
	if err != nil {
		return nil, err
	}
	var crd struct {
		Spec struct {
			Versions []struct {
				Name   string `json:"name"`
				Schema struct {
					OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(data, &crd); err != nil {
		return nil, fmt.Errorf("%s: %w", definition, err)
	}
	for _, version := range crd.Spec.Versions {
		if version.Name == v1.GroupVersion.Version {
			return version.Schema.OpenAPIV3Schema, nil
		}
	}
	return nil, fmt.Errorf("%s has no version %s", definition, v1.GroupVersion.Version)
}

// merge lays a JSON merge patch over a document, in place.
func merge(document, patch map[string]any) {
	for key, change := range patch {
		inner, changesMapping := change.(map[string]any)
		mapping, isMapping := document[key].(map[string]any)
		switch {
		case change == nil:
			delete(document, key)
		case changesMapping && isMapping:
			merge(mapping, inner)
		default:
			document[key] = change
		}
	}
}
