package release

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestFromSecret(t *testing.T) {
	got, err := FromSecret(validSecret(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	values, err := ValuesDigest(map[string]any{"replicas": 2})
	if err != nil {
		t.Fatal(err)
	}
	want := &Record{
		Name: "notes", Namespace: "demo", Revision: 3, Status: StatusDeployed, Description: "Upgrade complete",
		Labels:      map[string]string{"styrmin.io/run": "r1"},
		Fingerprint: Fingerprint{Chart: "notes", Version: "1.2.0", Templates: got.Fingerprint.Templates, Values: values},
		Manifest:    got.Manifest,
		AppVersion:  "2.0.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, digest := range map[string]string{"Templates": got.Fingerprint.Templates, "Manifest": got.Manifest} {
		if len(digest) != 64 {
			t.Errorf("%s = %q, expected a sha256 in hex", name, digest)
		}
	}
}

func TestFromConfigMapAgreesWithFromSecret(t *testing.T) {
	s := validSecret(t, nil)
	fromSecret, err := FromSecret(s)
	if err != nil {
		t.Fatal(err)
	}
	cm := &corev1.ConfigMap{ObjectMeta: s.ObjectMeta, Data: map[string]string{"release": string(s.Data["release"])}}
	fromConfigMap, err := FromConfigMap(cm)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromSecret, fromConfigMap); diff != "" {
		t.Error(diff)
	}
}

func TestUncompressedPayload(t *testing.T) {
	s := validSecret(t, nil)
	want, err := FromSecret(s)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := unpack(s.Data["release"])
	if err != nil {
		t.Fatal(err)
	}
	s.Data["release"] = []byte(base64.StdEncoding.EncodeToString(raw))
	got, err := FromSecret(s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTolerates(t *testing.T) {
	for name, alter := range map[string]func(payloadDoc){
		"helm 4's additions": func(p payloadDoc) {
			p.doc["apply_method"] = "ssa"
			p.at("chart")["modtime"] = "2026-01-02T03:04:05Z"
			p.at("chart")["schemamodtime"] = "0001-01-01T00:00:00Z"
		},
		"no config":         func(p payloadDoc) { delete(p.doc, "config") },
		"null config":       func(p payloadDoc) { p.doc["config"] = nil },
		"null templates":    func(p payloadDoc) { p.at("chart")["templates"] = nil },
		"null template":     func(p payloadDoc) { p.at("chart")["templates"] = []any{nil} },
		"no files":          func(p payloadDoc) { delete(p.at("chart"), "files") },
		"no app version":    func(p payloadDoc) { delete(p.at("chart", "metadata"), "appVersion") },
		"status of the day": func(p payloadDoc) { p.at("info")["status"] = "pending-teleport" },
		"huge integer":      func(p payloadDoc) { p.doc["config"] = doc{"n": 1e300} },
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := FromSecret(validSecret(t, alter)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	for _, tc := range []struct {
		status, description string
		want                string
		pending, rollback   bool
	}{
		{"deployed", "Upgrade complete", "deployed", false, false},
		{"pending-install", "Initial install underway", "pending-install", true, false},
		{"pending-upgrade", "Preparing upgrade", "pending-upgrade", true, false},
		{"pending-rollback", "Rollback to 1", "pending-rollback", true, true},
		{"pending-rollback", "", "pending-rollback", true, true},
		{"deployed", "Rollback to 1", "deployed", false, true},
		{"superseded", "Rollback to 12", "superseded", false, true},
		{"deployed", "Rollback", "deployed", false, false},
		{"shelved", "from the future", "shelved", false, false},
		{"", "", "deployed", false, false}, // what the label says
	} {
		t.Run(tc.status+"/"+tc.description, func(t *testing.T) {
			r, err := FromSecret(validSecret(t, func(p payloadDoc) {
				p.at("info")["status"] = tc.status
				p.at("info")["description"] = tc.description
			}))
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != tc.want || r.IsPending() != tc.pending || r.IsRollback() != tc.rollback {
				t.Errorf("Status %q, IsPending %t, IsRollback %t", r.Status, r.IsPending(), r.IsRollback())
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	data := func(b []byte) func(*corev1.Secret) {
		return func(s *corev1.Secret) { s.Data["release"] = b }
	}
	payload := func(alter func(payloadDoc)) func(*corev1.Secret) {
		return func(s *corev1.Secret) { s.Data = validSecret(t, alter).Data }
	}
	text := func(json string) func(*corev1.Secret) { return data(pack(t, []byte(json))) }
	for _, tc := range []struct {
		name  string
		alter func(*corev1.Secret)
		want  string
	}{
		{"no data", func(s *corev1.Secret) { s.Data = nil }, `no data under the key "release"`},
		{"too large", data(bytes.Repeat([]byte("A"), maxEncoded+1)), "the limit is"},
		{"not base64", data([]byte("%%%")), "not base64"},
		{"not gzip", data([]byte(base64.StdEncoding.EncodeToString([]byte{0x1f, 0x8b, 0x08, 0}))), "not gzip"},
		{"cut off", func(s *corev1.Secret) { s.Data["release"] = s.Data["release"][:len(s.Data["release"])/8*4] }, "does not unfold"},
		{"bomb", data(bomb(t, maxDecoded*4)), "unfolds to more than"},
		{"high ratio", data(bomb(t, 8<<20)), "unfolds to more than"},
		{"empty", data(pack(t, nil)), "unfolds to nothing"},
		{"not JSON", text("name: notes"), "not a release"},
		{"a list", text("[]"), "not a release"},
		{"no name", payload(func(p payloadDoc) { p.doc["name"] = "" }), `has name "" and revision 3`},
		{"no revision", payload(func(p payloadDoc) { p.doc["version"] = 0 }), "revision 0"},
		{"no chart", payload(func(p payloadDoc) { p.doc["chart"] = nil }), "no chart"},
		{"config is a list", payload(func(p payloadDoc) { p.doc["config"] = []any{1} }), "not a JSON object"},
		{"templates are a map", payload(func(p payloadDoc) { p.at("chart")["templates"] = doc{} }), "expected a list"},
		{"too many templates", text(`{"name":"a","version":1,"chart":{"templates":[` + strings.Repeat("{},", maxEntries) + `{}]}}`), "more than 10000 entries"},
		{"too many hooks", text(`{"name":"a","version":1,"hooks":[` + strings.Repeat("{},", maxEntries) + `{}]}`), "more than 10000 entries"},
		{"config twice", text(`{"name":"notes","version":3,"chart":{},"config":{"a":1},"config":{}}`), "occurs twice"},
		{"config twice, other case", text(`{"name":"notes","version":3,"chart":{},"config":{},"Config":{}}`), "occurs twice"},
		{"templates twice", text(`{"name":"notes","version":3,"chart":{"templates":[],"templates":[{}]}}`), "occurs twice"},
		{"large config", text(`{"name":"notes","version":3,"chart":{},"config":{"a":"` + noise(maxValues) + `"}}`), "the limit is"},
		{"another object's name", func(s *corev1.Secret) { s.Name = "sh.helm.release.v1.notes.v4" }, `belongs in an object named "sh.helm.release.v1.notes.v3"`},
		{"another release's label", func(s *corev1.Secret) { s.Labels["name"] = "other" }, `label "name" is "other"`},
		{"another revision's label", func(s *corev1.Secret) { s.Labels["version"] = "4" }, `label "version" is "4"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := validSecret(t, nil)
			tc.alter(s)
			r, err := FromSecret(s)
			if err == nil {
				t.Fatalf("accepted: %+v", r)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q, expected it to contain %q", err, tc.want)
			}
			if !strings.Contains(err.Error(), "Secret demo/sh.helm.release.v1.notes") {
				t.Errorf("error %q does not say where", err)
			}
		})
	}
}

// bomb is a payload of n spaces.
func bomb(t *testing.T, n int) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	chunk := bytes.Repeat([]byte(" "), 1<<20)
	for ; n > 0; n -= len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(base64.StdEncoding.EncodeToString(buf.Bytes()))
}

// noise is text that compresses to more than a 200th of itself and to less than the encoded limit.
func noise(n int) string {
	var b strings.Builder
	state := uint32(1)
	for b.Len() < n {
		state = state*1664525 + 1013904223
		b.WriteString(strings.Repeat(string(rune('a'+state>>24%26)), 16))
	}
	return b.String()
}

func TestDecodingIsAnonymous(t *testing.T) {
	// An admission review of a CREATE may carry no name and no labels.
	s := validSecret(t, nil)
	s.ObjectMeta = metav1.ObjectMeta{}
	r, err := FromSecret(s)
	if err != nil {
		t.Fatal(err)
	}
	if r.Name != "notes" || r.Revision != 3 {
		t.Errorf("got %+v", r)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(validSecret(f, nil).Data["release"])
	f.Add(validSecret(f, func(p payloadDoc) { p.doc["config"] = nil }).Data["release"])
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte(`{"name":"a","version":1,"chart":{},"config":{"n":1e9}}`))))
	f.Add([]byte("H4sIAAAAAAAA/w=="))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decode(data)
		if err != nil {
			return
		}
		if r.Name == "" || r.Revision < 1 || len(r.Fingerprint.Values) != 64 || len(r.Fingerprint.Templates) != 64 {
			t.Errorf("accepted an incomplete record: %+v", r)
		}
	})
}

// FuzzPayload skips the packing, which random input hardly gets through.
func FuzzPayload(f *testing.F) {
	f.Add([]byte(`{"name":"a","version":1,"chart":{"templates":[{"name":"x","data":"eA=="}]},"config":{"n":[1,2.50,1e3]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		packed := []byte(base64.StdEncoding.EncodeToString(raw))
		first, err := decode(packed)
		if err != nil {
			return
		}
		second, err := decode(packed)
		if err != nil || !cmp.Equal(first, second) {
			t.Errorf("decoded twice: %+v and %+v (%v)", first, second, err)
		}
	})
}
