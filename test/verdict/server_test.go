package verdict

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-logr/logr"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/test/environment"
	"github.com/styrmin/kubectl-styrmin/webhook"
)

// server is an API server with the CRDs, and without the webhook.
type server struct{ client client.Client }

func startServer(t *testing.T) *server {
	t.Helper()
	control := &envtest.Environment{
		BinaryAssetsDirectory: environment.Binaries(t),
		CRDDirectoryPaths:     []string{"../../manifests/crd"},
		ErrorIfCRDPathMissing: true,
	}
	config, err := control.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = control.Stop() })
	c, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &server{c}
}

// create asks the API server whether it would store the object.
func (s *server) create(t *testing.T, object map[string]any) error {
	t.Helper()
	return s.client.Create(t.Context(), &unstructured.Unstructured{Object: applicable(object)}, client.DryRunAll)
}

// applicable is a copy of the object with what validate warns of when it lacks
// and no API server takes an object without.
func applicable(object map[string]any) map[string]any {
	out := runtime.DeepCopyJSON(object)
	for field, value := range map[string]any{"apiVersion": v1.GroupVersion.String(), "kind": "ApplicationDriver", "metadata": map[string]any{}} {
		if out[field] == nil {
			out[field] = value
		}
	}
	if metadata, ok := out["metadata"].(map[string]any); ok && (metadata["name"] == nil || metadata["name"] == "") {
		metadata = maps.Clone(metadata)
		metadata["name"] = "nameless"
		out["metadata"] = metadata
	}
	return out
}

// review is what the webhook says to a client that creates the object; empty
// when it lets it through.
func review(t *testing.T, object map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(applicable(object))
	if err != nil {
		t.Fatal(err)
	}
	request := admissionv1.AdmissionReview{Request: &admissionv1.AdmissionRequest{
		UID: types.UID("test"), Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: raw},
	}}
	request.APIVersion, request.Kind = admissionv1.SchemeGroupVersion.String(), "AdmissionReview"
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, webhook.PathDriver, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	handler(t).ServeHTTP(answer, r)
	var reviewed admissionv1.AdmissionReview
	if err := json.Unmarshal(answer.Body.Bytes(), &reviewed); err != nil || reviewed.Response == nil {
		t.Fatalf("the webhook answers %s (%v)", answer.Body, err)
	}
	if reviewed.Response.Allowed {
		return ""
	}
	return reviewed.Response.Result.Message
}

// mux serves the webhook's handlers. The one for drivers reads no cluster.
type mux struct{ http.ServeMux }

// Register implements what webhook.Register asks for.
func (m *mux) Register(path string, handler http.Handler) { m.Handle(path, handler) }

func handler(t *testing.T) http.Handler {
	t.Helper()
	scheme, err := webhook.Scheme()
	if err != nil {
		t.Fatal(err)
	}
	m := &mux{}
	webhook.Register(t.Context(), m, scheme, nil, webhook.Remember(nil, logr.Discard()), logr.Discard(), webhook.Settings{})
	return m
}
