package release

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// doc is a JSON object of a release payload.
type doc = map[string]any

// validPayload is a release as Helm 3 writes it, to be altered in one place.
func validPayload() doc {
	return doc{
		"name": "notes", "namespace": "demo", "version": 3,
		"info": doc{
			"first_deployed": "2026-01-02T03:04:05Z", "last_deployed": "2026-01-02T03:04:05Z", "deleted": "",
			"description": "Upgrade complete", "status": "deployed",
		},
		"chart": doc{
			"metadata": doc{"name": "notes", "version": "1.2.0", "appVersion": "2.0.0", "apiVersion": "v2"},
			"lock":     nil,
			"templates": []any{
				doc{"name": "templates/web.yaml", "data": b64("kind: Deployment")},
				doc{"name": "templates/_helpers.tpl", "data": b64("{{/* helpers */}}")},
			},
			"values": doc{"replicas": 1}, "schema": nil,
			"files": []any{doc{"name": "notes.conf", "data": b64("colour=blue")}},
		},
		"config":   doc{"replicas": 2},
		"manifest": "---\nkind: Deployment\n",
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// at returns the object under a path of keys.
func (p payloadDoc) at(keys ...string) doc {
	d := p.doc
	for _, k := range keys {
		d = d[k].(doc)
	}
	return d
}

type payloadDoc struct{ doc }

func pack(t testing.TB, raw []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(base64.StdEncoding.EncodeToString(buf.Bytes()))
}

func packJSON(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return pack(t, raw)
}

// validSecret holds validPayload, altered by the function.
func validSecret(t testing.TB, alter func(payloadDoc)) *corev1.Secret {
	t.Helper()
	p := validPayload()
	if alter != nil {
		alter(payloadDoc{p})
	}
	return &corev1.Secret{
		Type: SecretType,
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "demo",
			Name:      "sh.helm.release.v1.notes.v3",
			Labels: map[string]string{
				"owner": "helm", "name": "notes", "status": "deployed", "version": fmt.Sprint(3),
				"createdAt": "1", "modifiedAt": "2", "styrmin.io/run": "r1",
			},
		},
		Data: map[string][]byte{"release": packJSON(t, p)},
	}
}
