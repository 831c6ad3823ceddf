package chart

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// TestMain makes the certificate of httptest's servers a trusted one, and keeps
// the user's Helm settings out.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "chart")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		server := httptest.NewTLSServer(nil)
		server.Close()
		trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		if err := os.WriteFile(filepath.Join(dir, "ca.pem"), trusted, 0o600); err != nil {
			panic(err)
		}
		for name, value := range map[string]string{
			"HOME": dir, "KUBECONFIG": "/nowhere", "SSL_CERT_FILE": filepath.Join(dir, "ca.pem"),
			"HELM_REGISTRY_CONFIG": "", "HELM_REPOSITORY_CONFIG": "", "DOCKER_CONFIG": dir,
		} {
			if err := os.Setenv(name, value); err != nil {
				panic(err)
			}
		}
		return m.Run()
	}())
}

// packed is a chart of one workload as an archive.
func packed(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	files := tar.NewWriter(zipped)
	for name, text := range map[string]string{
		"notes/Chart.yaml":         "apiVersion: v2\nname: notes\nversion: 1.2.0\n",
		"notes/templates/web.yaml": "kind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: web}}, spec: {}}}\n",
	} {
		if err := files.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// repository serves the chart from /stable, as the helm command would lay it out.
func repository(t *testing.T) http.Handler {
	t.Helper()
	archive, mux := packed(t), http.NewServeMux()
	mux.HandleFunc("/stable/index.yaml", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "apiVersion: v1\nentries:\n  notes:\n    - {name: notes, version: 1.2.0, apiVersion: v2, urls: [notes-1.2.0.tgz]}\n")
	})
	mux.HandleFunc("/stable/notes-1.2.0.tgz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive) })
	mux.HandleFunc("/private/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	mux.HandleFunc("/down/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	return mux
}

// registry serves the chart as oci://HOST/charts/notes:1.2.0.
func registry(t *testing.T) http.Handler {
	t.Helper()
	blobs, mux := map[string][]byte{}, http.NewServeMux()
	add := func(mediaType string, data []byte) map[string]any {
		sum := sha256.Sum256(data)
		digest := "sha256:" + hex.EncodeToString(sum[:])
		blobs[digest] = data
		return map[string]any{"mediaType": mediaType, "digest": digest, "size": len(data)}
	}
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": add("application/vnd.cncf.helm.config.v1+json", []byte(`{"name":"notes","version":"1.2.0","apiVersion":"v2"}`)),
		"layers": []any{add("application/vnd.cncf.helm.chart.content.v1.tar+gzip", packed(t))},
	})
	if err != nil {
		t.Fatal(err)
	}
	digest, _ := add(manifestType, manifest)["digest"].(string)
	mux.HandleFunc("/v2/charts/notes/manifests/{ref}", func(w http.ResponseWriter, r *http.Request) {
		if ref := r.PathValue("ref"); ref != "1.2.0" && ref != digest {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", manifestType)
		w.Header().Set("Docker-Content-Digest", digest)
		w.Header().Set("Content-Length", fmt.Sprint(len(manifest)))
		_, _ = w.Write(manifest)
	})
	mux.HandleFunc("/v2/charts/notes/blobs/{digest}", func(w http.ResponseWriter, r *http.Request) {
		data, ok := blobs[r.PathValue("digest")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	})
	mux.HandleFunc("/v2/charts/private/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	return mux
}

// load makes a driver with the chart's location and version.
func load(t *testing.T, location, version string) *driver.Driver {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf("apiVersion: styrmin.io/v1\nkind: ApplicationDriver\nmetadata: {name: notes}\n"+
		"spec: {version: '1', default_version: 1.0.0, components: {web: {identifier: {label: {app: web}}}},"+
		" helm: {main: {location: %q, version: %q}}}\n", location, version)
	if err := os.WriteFile(filepath.Join(dir, "driver.styrmin.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, found := driver.LoadDir(dir)
	if d == nil || found.HasErrors() {
		t.Fatal(found)
	}
	return d
}

func TestRemoteCharts(t *testing.T) {
	web := httptest.NewServer(repository(t))
	t.Cleanup(web.Close)
	oci := httptest.NewTLSServer(registry(t))
	t.Cleanup(oci.Close)
	registry := strings.Replace(oci.URL, "https://", "oci://", 1)
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, tc := range []struct {
		name, location, version string
		want                    string // severity, rule and message
	}{
		{"HTTP", web.URL + "/stable/notes", "1.2.0", ""},
		{"archive", web.URL + "/stable/notes-1.2.0.tgz", "1.2.0", ""},
		{"HTTP, no such version", web.URL + "/stable/notes", "9.9.9", `error chart-invalid not found in this version: repository ` + web.URL + `/stable has no version "9.9.9" of "notes", only 1.2.0`},
		{"HTTP, no such chart", web.URL + "/stable/other", "1.2.0", `error chart-invalid not found: repository ` + web.URL + `/stable has no chart "other"`},
		{"HTTP, no such repository", web.URL + "/nowhere/notes", "1.2.0", "error chart-invalid 404 Not Found"},
		{"HTTP, private", web.URL + "/private/notes", "1.2.0", "note chart-unreachable 401 Unauthorized"},
		{"HTTP, out of order", web.URL + "/down/notes", "1.2.0", "note chart-unreachable 502 Bad Gateway"},
		{"HTTP, nobody listens", closed.URL + "/stable/notes", "1.2.0", "note chart-unreachable not checked: unreachable: dial tcp"},
		{"OCI", registry + "/charts/notes", "1.2.0", ""},
		{"OCI, no such version", registry + "/charts/notes", "9.9.9", "error chart-invalid not found"},
		{"OCI, private", registry + "/charts/private", "1.2.0", "note chart-unreachable 403"},
		{"OCI, nobody listens", strings.Replace(closed.URL, "http://", "oci://", 1) + "/charts/notes", "1.2.0", "note chart-unreachable not checked: unreachable: dial tcp"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found := New("").Check(t.Context(), load(t, tc.location, tc.version), lint.Inputs{})
			if tc.want == "" {
				if len(found) > 0 {
					t.Error(found)
				}
				return
			}
			words := strings.SplitN(tc.want, " ", 3)
			if len(found) != 1 || string(found[0].Severity) != words[0] || found[0].Rule != words[1] || !strings.Contains(found[0].Message, words[2]) {
				t.Errorf("found %v, expected %s", found, tc.want)
			}
		})
	}
}
