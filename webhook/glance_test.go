package webhook

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// knowing is a memory of the deployment that governs app in the namespace demo; flux is opted in, too.
func knowing(t testing.TB) *Memory {
	t.Helper()
	m := Remember(nil, logr.Discard())
	current := func(w *watched, objects ...any) *watched {
		if err := w.Replace(objects, ""); err != nil {
			t.Fatal(err)
		}
		w.begin(watch.NewFake())
		return w
	}
	app := anyDeployment()
	app.SetNamespace("demo")
	app.SetName("app")
	current(m.deployments, app)
	none := func(client.Object) []string { return nil }
	for _, namespace := range []string{"demo", "flux"} {
		m.records[namespace] = &remembered{storages: []*watched{current(&watched{words: none}), current(&watched{words: none})}}
	}
	return m
}

// review is what an API server sends for a record.
func review(t testing.TB, name string, size int) []byte {
	t.Helper()
	record, err := json.Marshal(&corev1.Secret{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, Type: release.SecretType,
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: release.Key(name, 1), Labels: map[string]string{"owner": "helm", "name": name}},
		Data:       map[string][]byte{"release": bytes.Repeat([]byte("x"), size)},
	})
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: "u1", Kind: metav1.GroupVersionKind{Version: "v1", Kind: "Secret"}, Name: release.Key(name, 1), Namespace: "demo",
			Operation: admissionv1.Create, UserInfo: authenticationv1.UserInfo{Username: "editor"}, Object: runtime.RawExtension{Raw: record},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// next takes what the glance hands on.
type next struct{ body []byte }

// ServeHTTP implements http.Handler.
func (n *next) ServeHTTP(_ http.ResponseWriter, r *http.Request) { n.body, _ = io.ReadAll(r.Body) }

func glanceAt(m *Memory, body []byte) (*next, *httptest.ResponseRecorder) {
	n, answered := &next{}, httptest.NewRecorder()
	g := &glance{rules: &rules{cluster: cluster{memory: m, log: logr.Discard()}}, next: n}
	g.ServeHTTP(answered, httptest.NewRequest(http.MethodPost, PathRelease, bytes.NewReader(body)))
	return n, answered
}

func TestGlanceAnswersWhatNobodyGoverns(t *testing.T) {
	n, answered := glanceAt(knowing(t), review(t, "other", 100_000))
	if n.body != nil {
		t.Fatal("it was handed on")
	}
	var got admissionv1.AdmissionReview
	if err := json.Unmarshal(answered.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.APIVersion != "admission.k8s.io/v1" || got.Kind != "AdmissionReview" || got.Response == nil || got.Response.UID != "u1" || !got.Response.Allowed {
		t.Errorf("answered %s", answered.Body)
	}
}

// TestGlanceHandsOn all else, as it came.
func TestGlanceHandsOn(t *testing.T) {
	unsure := knowing(t)
	unsure.deployments.end(unsure.deployments.open)
	for name, test := range map[string]struct {
		memory *Memory
		body   []byte
	}{
		"what may be governed":      {knowing(t), review(t, "app", 100_000)},
		"what is stored elsewhere":  {knowing(t), bytes.ReplaceAll(review(t, "app", 10), []byte(`"demo"`), []byte(`"flux"`))},
		"what is not known":         {unsure, review(t, "other", 100_000)},
		"no object":                 {knowing(t), []byte(`{"kind":"AdmissionReview","request":{"uid":"u1","namespace":"demo","object":null}}`)},
		"no metadata":               {knowing(t), []byte(`{"request":{"namespace":"demo","object":{"kind":"Secret"}}}`)},
		"no name":                   {knowing(t), []byte(`{"request":{"namespace":"demo","object":{"metadata":{}}}}`)},
		"a namespace not opted in":  {knowing(t), bytes.ReplaceAll(review(t, "other", 10), []byte(`"demo"`), []byte(`"else"`))},
		"no review":                 {knowing(t), []byte(`[]`)},
		"nothing":                   {knowing(t), nil},
		"something that breaks off": {knowing(t), review(t, "other", 10)[:120]},
	} {
		t.Run(name, func(t *testing.T) {
			n, answered := glanceAt(test.memory, test.body)
			if answered.Body.Len() > 0 || !bytes.Equal(n.body, test.body) {
				t.Errorf("answered %q and handed on %d bytes, expected to hand on all %d", answered.Body, len(n.body), len(test.body))
			}
		})
	}
}

// TestGlanceIsBounded: somebody else than an API server may send without end.
func TestGlanceIsBounded(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(`{"kind":"`), endlessly('x'))
	n := &next{}
	g := &glance{rules: &rules{cluster: cluster{memory: knowing(t), log: logr.Discard()}}, next: n}
	g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, PathRelease, endless))
	if len(n.body) != mostReview {
		t.Errorf("it handed on %d bytes, expected it to end at %d", len(n.body), mostReview)
	}
}

// endlessly is a reader of one letter.
type endlessly byte

// Read implements io.Reader.
func (e endlessly) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// TestGlanceReadsNoContent: it is over before the content of the object is read.
func TestGlanceReadsNoContent(t *testing.T) {
	body := review(t, "other", 1_000_000)
	reader := bytes.NewReader(body)
	seen, err := look(reader)
	if err != nil {
		t.Fatal(err)
	}
	if read := len(body) - reader.Len(); read > 10_000 {
		t.Errorf("it read %d bytes of %d", read, len(body))
	}
	if seen.request.UserInfo.Username != "editor" || !strings.Contains(seen.object.Name, "other") {
		t.Errorf("seen is %+v", seen)
	}
}

// BenchmarkReview is what a record of 1 MiB costs that nobody governs.
func BenchmarkReview(b *testing.B) {
	body := review(b, "other", 1_000_000)
	g := &glance{rules: &rules{cluster: cluster{memory: knowing(b), log: logr.Discard()}}, next: &next{}}
	for b.Loop() {
		g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, PathRelease, bytes.NewReader(body)))
	}
}
