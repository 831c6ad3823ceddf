package helm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/repo"
)

// newRepository serves the notes chart as helm repo index would lay it out.
func newRepository(t *testing.T) *httptest.Server {
	t.Helper()
	dir := t.TempDir()
	archive, err := os.ReadFile(packageChart(t, chartDir(t, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes-1.2.0.tgz"), archive, 0o600); err != nil {
		t.Fatal(err)
	}
	index, err := repo.IndexDirectory(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := index.WriteFile(filepath.Join(dir, "index.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/stable/", http.StripPrefix("/stable", http.FileServer(http.Dir(dir))))
	mux.HandleFunc("/private/", func(w http.ResponseWriter, r *http.Request) {
		if user, pass, _ := r.BasicAuth(); user != "u" || pass != "p" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.StripPrefix("/private", http.FileServer(http.Dir(dir))).ServeHTTP(w, r)
	})
	mux.HandleFunc("/down/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestLoadChartFromHTTP(t *testing.T) {
	server := newRepository(t)
	h := newHarness(t)
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, tc := range []struct {
		name, location, version string
		kind                    error
	}{
		{"newest", server.URL + "/stable/notes", "", nil},
		{"trailing slash", server.URL + "/stable/notes/", "", nil},
		{"exact version", server.URL + "/stable/notes", "1.2.0", nil},
		{"constraint", server.URL + "/stable/notes", ">=1", nil},
		{"archive", server.URL + "/stable/notes-1.2.0.tgz", "1.2.0", nil},
		{"archive of another version", server.URL + "/stable/notes-1.2.0.tgz", "2.0.0", ErrChartVersion},
		{"no such version", server.URL + "/stable/notes", "9.9.9", ErrChartVersion},
		{"no such chart", server.URL + "/stable/other", "", ErrChartNotFound},
		{"no such repository", server.URL + "/nowhere/notes", "", ErrChartNotFound},
		{"no such archive", server.URL + "/stable/x.tgz", "", ErrChartNotFound},
		{"not ours to read", server.URL + "/private/notes", "", ErrUnreachable},
		{"out of order", server.URL + "/down/notes", "", ErrUnreachable},
		{"nobody listens", closed.URL + "/stable/notes", "", ErrUnreachable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := h.LoadChart(t.Context(), ChartRef{Location: tc.location, Version: tc.version})
			if !errors.Is(err, tc.kind) {
				t.Fatalf("error %v, expected %v", err, tc.kind)
			}
			if err == nil && c.Version != "1.2.0" {
				t.Errorf("version %q", c.Version)
			}
			if err != nil && !strings.Contains(err.Error(), tc.location) {
				t.Errorf("error %q does not name the location", err)
			}
		})
	}
}

func TestRepositoryCredentials(t *testing.T) {
	server := newRepository(t)
	h := newHarness(t)
	known := repo.NewFile()
	known.Add(&repo.Entry{Name: "mine", URL: server.URL + "/private", Username: "u", Password: "p"})
	if err := known.WriteFile(h.settings.RepositoryConfig, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.LoadChart(t.Context(), ChartRef{Location: server.URL + "/private/notes"}); err != nil {
		t.Error(err)
	}
}

// newRegistry is as much of an OCI registry as pulling one chart takes.
func newRegistry(t *testing.T) string {
	t.Helper()
	archive, err := os.ReadFile(packageChart(t, chartDir(t, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return newRegistryOf(t, archive, nil)
}

// newRegistryOf is a registry with one chart, which is unsigned without a provenance.
func newRegistryOf(t *testing.T, archive, provenance []byte) string {
	t.Helper()
	blobs := map[string][]byte{}
	add := func(mediaType string, data []byte) map[string]any {
		sum := sha256.Sum256(data)
		digest := "sha256:" + hex.EncodeToString(sum[:])
		blobs[digest] = data
		return map[string]any{"mediaType": mediaType, "digest": digest, "size": len(data)}
	}
	layers := []any{add("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive)}
	if provenance != nil {
		layers = append(layers, add("application/vnd.cncf.helm.chart.provenance.v1.prov", provenance))
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": add("application/vnd.cncf.helm.config.v1+json", []byte(`{"name":"notes","version":"1.2.0","apiVersion":"v2"}`)),
		"layers": layers,
	})
	if err != nil {
		t.Fatal(err)
	}
	digest := add(manifestType, manifest)["digest"].(string)
	mux := http.NewServeMux()
	serveManifest := func(w http.ResponseWriter, r *http.Request) {
		if ref := r.PathValue("ref"); ref != "1.2.0" && ref != digest {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", manifestType)
		w.Header().Set("Docker-Content-Digest", digest)
		w.Header().Set("Content-Length", fmt.Sprint(len(manifest)))
		_, _ = w.Write(manifest)
	}
	mux.HandleFunc("/v2/charts/notes/manifests/{ref}", serveManifest)
	mux.HandleFunc("/v2/charts/notes/blobs/{digest}", func(w http.ResponseWriter, r *http.Request) {
		data, ok := blobs[r.PathValue("digest")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	})
	mux.HandleFunc("/v2/charts/notes/tags/list", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"name":"charts/notes","tags":["1.2.0"]}`))
	})
	mux.HandleFunc("/v2/charts/private/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

const manifestType = "application/vnd.oci.image.manifest.v1+json"

func TestLoadChartFromOCI(t *testing.T) {
	host := newRegistry(t)
	h := newHarness(t)
	for _, tc := range []struct {
		name, location, version string
		kind                    error
	}{
		{"exact version", "oci://" + host + "/charts/notes", "1.2.0", nil},
		{"constraint", "oci://" + host + "/charts/notes", ">=1.0", nil},
		{"newest", "oci://" + host + "/charts/notes", "", nil},
		{"no such version", "oci://" + host + "/charts/notes", "9.9.9", ErrChartNotFound},
		{"no version fits", "oci://" + host + "/charts/notes", ">=2.0", ErrChartNotFound},
		{"no such chart", "oci://" + host + "/charts/other", "1.2.0", ErrChartNotFound},
		{"not ours to read", "oci://" + host + "/charts/private", "1.2.0", ErrUnreachable},
		{"nobody listens", "oci://127.0.0.1:1/charts/notes", "1.2.0", ErrUnreachable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := h.LoadChart(t.Context(), ChartRef{Location: tc.location, Version: tc.version, PlainHTTP: true})
			if !errors.Is(err, tc.kind) {
				t.Fatalf("error %v, expected %v", err, tc.kind)
			}
			if err == nil && c.Version != "1.2.0" {
				t.Errorf("version %q", c.Version)
			}
		})
	}
}
