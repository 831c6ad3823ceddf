package helm

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"helm.sh/helm/v3/pkg/provenance"
	"helm.sh/helm/v3/pkg/repo"
)

// signer signs charts; its public key is in the keyring.
type signer struct {
	entity  *openpgp.Entity
	keyring string
}

func newSigner(t *testing.T, name string) signer {
	t.Helper()
	entity, err := openpgp.NewEntity(name, "", name+"@example.org", nil)
	if err != nil {
		t.Fatal(err)
	}
	keyring, err := os.Create(filepath.Join(t.TempDir(), "pubring.gpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer keyring.Close()
	if err := entity.Serialize(keyring); err != nil {
		t.Fatal(err)
	}
	return signer{entity, keyring.Name()}
}

// signed is a packed chart, and the signature that lies beside it; none when nobody signed.
type signed struct{ archive, signature []byte }

// sign packs the notes chart and signs it as `helm package --sign` does.
func (s signer) sign(t *testing.T, colour string) signed {
	t.Helper()
	path := packageChart(t, chartDir(t, map[string]string{"values.yaml": "colour: " + colour + "\n"}))
	signature, err := (&provenance.Signatory{Entity: s.entity}).ClearSign(path)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return signed{archive, []byte(signature)}
}

// places are where a chart can be.
var places = map[string]func(*testing.T, signed) string{
	"path":       func(t *testing.T, chart signed) string { return filepath.Join(chart.lay(t), "notes-1.2.0.tgz") },
	"archive":    func(t *testing.T, chart signed) string { return chart.serve(t) + "/notes-1.2.0.tgz" },
	"repository": func(t *testing.T, chart signed) string { return chart.serve(t) + "/notes" },
	"registry": func(t *testing.T, chart signed) string {
		return "oci://" + newRegistryOf(t, chart.archive, chart.signature) + "/charts/notes"
	},
}

// lay writes the chart, and an index, into a directory.
func (c signed) lay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "notes-1.2.0.tgz")
	if err := os.WriteFile(path, c.archive, 0o600); err != nil {
		t.Fatal(err)
	}
	if c.signature != nil {
		if err := os.WriteFile(path+".prov", c.signature, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	index, err := repo.IndexDirectory(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := index.WriteFile(filepath.Join(dir, "index.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (c signed) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.FileServer(http.Dir(c.lay(t))))
	t.Cleanup(server.Close)
	return server.URL
}

// TestProvenance: a signed chart is loaded from everywhere, and every other one is refused with the reason.
func TestProvenance(t *testing.T) {
	h := newHarness(t)
	alice, mallory := newSigner(t, "alice"), newSigner(t, "mallory")
	good := alice.sign(t, "blue")
	absent := filepath.Join(t.TempDir(), "absent.gpg")
	for _, tc := range []struct {
		name    string
		chart   signed
		keyring string
		want    string
	}{
		{"signed", good, alice.keyring, ""},
		{"not asked for", signed{archive: good.archive}, "", ""},
		{"unsigned", signed{archive: good.archive}, alice.keyring, "it is not signed: there is no provenance file notes-1.2.0.tgz.prov with it"},
		{"tampered", signed{alice.sign(t, "red").archive, good.signature}, alice.keyring, "it is not what was signed: sha256 sum does not match"},
		{"forged", signed{good.archive, []byte(strings.Replace(string(good.signature), "2.0.0", "3.0.0", 1))}, alice.keyring, "it is not what was signed: openpgp: invalid signature"},
		{"no signature", signed{good.archive, []byte("hello")}, alice.keyring, "it is not what was signed: failed to decode signature"},
		{"wrong key", good, mallory.keyring, "it is signed, but by none of the keys in keyring " + mallory.keyring},
		{"no keyring", good, absent, "keyring " + absent + ": open"},
	} {
		for place, put := range places {
			t.Run(tc.name+"/"+place, func(t *testing.T) {
				ref := ChartRef{Location: put(t, tc.chart), Keyring: tc.keyring, PlainHTTP: true}
				_, err := h.LoadChart(t.Context(), ref)
				if tc.want == "" {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				if !errors.Is(err, ErrUnverified) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), ref.Location) {
					t.Errorf("error %v, expected %q", err, tc.want)
				}
			})
		}
	}
}

func TestProvenanceOfDirectory(t *testing.T) {
	_, err := newHarness(t).LoadChart(t.Context(), ChartRef{Location: chartDir(t, nil), Keyring: newSigner(t, "alice").keyring})
	if !errors.Is(err, ErrUnverified) || !strings.Contains(err.Error(), "it is a directory, and only an archive can be signed") {
		t.Errorf("error %v", err)
	}
}

func TestDefaultKeyring(t *testing.T) {
	t.Setenv("GNUPGHOME", "/keys")
	if found := DefaultKeyring(); found != "/keys/pubring.gpg" {
		t.Errorf("found %s", found)
	}
	os.Unsetenv("GNUPGHOME")
	t.Setenv("HOME", "/home/ops")
	if found := DefaultKeyring(); found != "/home/ops/.gnupg/pubring.gpg" {
		t.Errorf("found %s", found)
	}
}
