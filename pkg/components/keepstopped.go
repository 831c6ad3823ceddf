package components

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Stopped names the workloads that were stopped and not started again.
type Stopped map[string]kind

// kinds are the workloads' kinds as manifests name them.
var kinds = map[string]kind{"Deployment": deployment, "StatefulSet": statefulSet, "CronJob": cronJob}

// Stopped finds the namespace's stopped workloads: those at a count of 0 that bear a record.
func (c *Client) Stopped(ctx context.Context) (Stopped, error) {
	stopped := Stopped{}
	for _, list := range []func(context.Context) ([]candidate, error){c.deployments, c.statefulSets, c.cronJobs} {
		candidates, err := list(ctx)
		if err != nil {
			return nil, fmt.Errorf("find what is stopped in namespace %s: %w", c.namespace, err)
		}
		for _, found := range candidates {
			if _, recorded := found.meta.Annotations[recordOf(found.kind)]; recorded && found.replicas == 0 && !c.foreign(found.meta) {
				stopped[found.String()] = found.kind
			}
		}
	}
	return stopped, nil
}

// Keep changes a manifest so that applying it does not start what is stopped.
// Helm sets every field in which the cluster differs from the manifest, the
// replica count, too: a worker stopped for a migration would come back with
// the new release, before the migration. The manifest's own count becomes the
// record, so that starting the component brings the count of the new release.
func (s Stopped) Keep(manifest []byte) ([]byte, error) {
	if len(s) == 0 {
		return manifest, nil
	}
	var out bytes.Buffer
	err := eachDocument(manifest, func(document []byte) error {
		kept, err := s.keepOne(document)
		if err != nil {
			return err
		}
		out.WriteString("---\n")
		out.Write(kept)
		if !bytes.HasSuffix(kept, []byte("\n")) {
			out.WriteByte('\n')
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func eachDocument(manifest []byte, do func(document []byte) error) error {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifest)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the release's manifest: %w", err)
		}
		if err := do(document); err != nil {
			return err
		}
	}
}

// keepOne changes one document when it is a stopped workload; any other stays
// as it is to the byte.
func (s Stopped) keepOne(document []byte) ([]byte, error) {
	object := unstructured.Unstructured{}
	if err := yaml.Unmarshal(document, &object.Object); err != nil {
		return nil, fmt.Errorf("read the release's manifest: %w", err)
	}
	k, known := kinds[object.GetKind()]
	if !known || s[string(k)+"/"+object.GetName()] == "" {
		return document, nil
	}
	if err := stop(&object, k); err != nil {
		return nil, fmt.Errorf("keep %s/%s stopped: %w", k, object.GetName(), err)
	}
	return yaml.Marshal(object.Object)
}

// stop writes into an object what Stop writes into the cluster.
func stop(object *unstructured.Unstructured, k kind) error {
	record, path, value := "", []string{"spec", "replicas"}, any(int64(0))
	if k == cronJob {
		suspended, _, err := unstructured.NestedBool(object.Object, "spec", "suspend")
		if err != nil || suspended {
			return err // suspended in the new release anyway: nothing to restore
		}
		record, path, value = "1", []string{"spec", "suspend"}, true
	} else {
		replicas, set, err := unstructured.NestedNumberAsFloat64(object.Object, path...)
		if err != nil || set && replicas < 1 {
			return err
		}
		if !set {
			replicas = 1
		}
		record = strconv.FormatInt(int64(replicas), 10)
	}
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[recordOf(k)] = record
	object.SetAnnotations(annotations)
	return unstructured.SetNestedField(object.Object, value, path...)
}
