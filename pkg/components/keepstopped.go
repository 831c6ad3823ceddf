package components

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Stopped are the workloads that were stopped and not started again, by what kubectl calls them.
type Stopped map[string]resting

// resting is a workload that was stopped.
type resting struct {
	kind kind
	// count is what the stop recorded.
	count string
	// autoscaled is true when an autoscaler decides how many pods it has.
	autoscaled bool
}

// Stopped finds the namespace's stopped workloads: those at a count of 0 that bear a record.
func (c *Client) Stopped(ctx context.Context) (Stopped, error) {
	all, err := c.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("find what is stopped: %w", err)
	}
	stopped := Stopped{}
	for _, w := range all {
		if w.stopped() {
			count, _ := w.record()
			stopped[w.String()] = resting{kind: w.kind, count: count}
		}
	}
	if len(stopped) == 0 {
		return stopped, nil
	}
	scalers, err := c.autoscalers(ctx)
	// Roles that come with Kubernetes do not tell of KEDA's; then the count that was recorded has to do.
	if err != nil && !apierrors.IsForbidden(err) {
		return nil, fmt.Errorf("find what is stopped: %w", err)
	}
	for _, scaler := range scalers {
		if found, ok := stopped[scaler.target]; ok {
			found.autoscaled = true
			stopped[scaler.target] = found
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
	k, known := kindOf(object.GetKind())
	found, stopped := s[string(k)+"/"+object.GetName()]
	if !known || !stopped {
		return document, nil
	}
	changed, err := found.stop(&object)
	if err != nil {
		return nil, fmt.Errorf("keep %s/%s stopped: %w", k, object.GetName(), err)
	}
	if !changed {
		return document, nil
	}
	return yaml.Marshal(object.Object)
}

// stop writes into an object what Stop writes into the cluster. It returns false
// for what would not start anyway.
func (r resting) stop(object *unstructured.Unstructured) (bool, error) {
	path, value, record, err := r.rest(object)
	if err != nil || path == nil {
		return false, err
	}
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[traits[r.kind].record] = record
	object.SetAnnotations(annotations)
	return true, unstructured.SetNestedField(object.Object, value, path...)
}

// pathOfNodes is the field by which a DaemonSet chooses nodes.
var pathOfNodes = []string{"spec", "template", "spec", "nodeSelector"}

// rest finds the field to set, so that the object runs no pods, its value, and what
// to record; no field when there is nothing to set.
func (r resting) rest(object *unstructured.Unstructured) (path []string, value any, record string, err error) {
	switch r.kind {
	case daemonSet:
		return append(pathOfNodes[:len(pathOfNodes):len(pathOfNodes)], v1.NodeSelectorStopped), "true", "1", nil
	case cronJob:
		suspended, _, err := unstructured.NestedBool(object.Object, "spec", "suspend")
		if err != nil || suspended {
			return nil, nil, "", err // suspended in the new release anyway: nothing to restore
		}
		return []string{"spec", "suspend"}, true, "1", nil
	}
	replicas, set, err := unstructured.NestedNumberAsFloat64(object.Object, "spec", "replicas")
	switch {
	case err != nil || set && replicas < 1:
		return nil, nil, "", err
	case set:
		record = strconv.FormatInt(int64(replicas), 10)
	case r.autoscaled:
		// The chart leaves the count to the autoscaler, and Helm what is not set: a 0
		// set here would be removed by the next change, which makes it 1.
		return nil, nil, "", nil
	default:
		record = r.count
	}
	return []string{"spec", "replicas"}, int64(0), record, nil
}
