package release

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestFingerprintTellsChangesApart(t *testing.T) {
	read := func(t *testing.T, alter func(payloadDoc)) Fingerprint {
		t.Helper()
		r, err := FromSecret(validSecret(t, alter))
		if err != nil {
			t.Fatal(err)
		}
		return r.Fingerprint
	}
	base := read(t, nil)
	template := func(p payloadDoc, i int) doc { return p.at("chart")["templates"].([]any)[i].(doc) }
	for _, tc := range []struct {
		name  string
		alter func(payloadDoc)
		same  bool
	}{
		{"status", func(p payloadDoc) { p.at("info")["status"] = "failed" }, true},
		{"revision's manifest", func(p payloadDoc) { p.doc["manifest"] = "---\n" }, true},
		{"order of templates", func(p payloadDoc) {
			l := p.at("chart")["templates"].([]any)
			l[0], l[1] = l[1], l[0]
		}, true},
		{"spelling of a number", func(p payloadDoc) { p.doc["config"] = json.RawMessage(`{ "replicas" : 2.0 }`) }, true},
		{"modification time", func(p payloadDoc) { template(p, 0)["modtime"] = "2026-01-02T03:04:05Z" }, true},
		{"chart's name", func(p payloadDoc) { p.at("chart", "metadata")["name"] = "other" }, false},
		{"chart's version", func(p payloadDoc) { p.at("chart", "metadata")["version"] = "1.2.1" }, false},
		{"a template's text", func(p payloadDoc) { template(p, 0)["data"] = b64("kind: Job") }, false},
		{"a template's name", func(p payloadDoc) { template(p, 0)["name"] = "templates/w.yaml" }, false},
		{"text moved into the name", func(p payloadDoc) {
			template(p, 0)["name"], template(p, 0)["data"] = "templates/web.yamlkind", b64(": Deployment")
		}, false},
		{"one template less", func(p payloadDoc) { p.at("chart")["templates"] = p.at("chart")["templates"].([]any)[:1] }, false},
		{"a file's text", func(p payloadDoc) { p.at("chart")["files"].([]any)[0].(doc)["data"] = b64("colour=red") }, false},
		{"a value", func(p payloadDoc) { p.doc["config"] = doc{"replicas": 3} }, false},
		{"a null value", func(p payloadDoc) { p.doc["config"] = doc{"replicas": 2, "image": nil} }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if same := read(t, tc.alter) == base; same != tc.same {
				t.Errorf("same fingerprint: %t, expected %t", same, tc.same)
			}
		})
	}
}

func TestChartFingerprint(t *testing.T) {
	p := validPayload()
	raw, err := json.Marshal(p["chart"])
	if err != nil {
		t.Fatal(err)
	}
	got, err := ChartFingerprint(raw)
	if err != nil {
		t.Fatal(err)
	}
	r, err := FromSecret(validSecret(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := r.Fingerprint
	want.Values = ""
	if got != want {
		t.Errorf("got %+v, expected %+v", got, want)
	}
	if _, err := ChartFingerprint([]byte("chart")); err == nil || !strings.Contains(err.Error(), "reading the chart") {
		t.Errorf("error %v", err)
	}
}

func TestValuesDigest(t *testing.T) {
	digest := func(t *testing.T, v map[string]any) string {
		t.Helper()
		d, err := ValuesDigest(v)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tc := range []struct {
		name string
		a, b map[string]any
		same bool
	}{
		{"nil and empty", nil, map[string]any{}, true},
		{"int and float", map[string]any{"a": 1}, map[string]any{"a": 1.0}, true},
		{"int64 and json.Number", map[string]any{"a": int64(7)}, map[string]any{"a": json.Number("7.0")}, true},
		{"exponent", map[string]any{"a": json.Number("1e3")}, map[string]any{"a": 1000}, true},
		{"large float", map[string]any{"a": 1e21}, map[string]any{"a": json.Number("1000000000000000000000")}, true},
		{"minus zero", map[string]any{"a": json.Number("-0")}, map[string]any{"a": json.Number("-0.0")}, true},
		{"fractions", map[string]any{"a": json.Number("0.10")}, map[string]any{"a": 0.1}, true},
		{"nested in lists", map[string]any{"a": []any{1, map[string]any{"b": 2.0}}}, map[string]any{"a": []any{1.0, map[string]any{"b": 2}}}, true},
		{"typed maps", map[string]any{"a": map[string]string{"x": "y"}}, map[string]any{"a": map[string]any{"x": "y"}}, true},
		{"HTML", map[string]any{"a": "<&>"}, map[string]any{"a": "\u003c\u0026\u003e"}, true},
		{"number and text", map[string]any{"a": 1}, map[string]any{"a": "1"}, false},
		{"large integers", map[string]any{"a": int64(9007199254740993)}, map[string]any{"a": int64(9007199254740992)}, false},
		{"null and absent", map[string]any{"a": nil}, map[string]any{}, false},
		{"empty map and absent", map[string]any{"a": map[string]any{}}, map[string]any{}, false},
		{"order of a list", map[string]any{"a": []any{1, 2}}, map[string]any{"a": []any{2, 1}}, false},
		{"true and text", map[string]any{"a": true}, map[string]any{"a": "true"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if same := digest(t, tc.a) == digest(t, tc.b); same != tc.same {
				t.Errorf("same digest: %t, expected %t", same, tc.same)
			}
		})
	}
}

func TestValuesDigestRefuses(t *testing.T) {
	_, err := ValuesDigest(map[string]any{"a": func() {}})
	if err == nil || !strings.Contains(err.Error(), "cannot be written as JSON") {
		t.Errorf("error %v", err)
	}
}

func TestValuesDigestLeavesValuesAlone(t *testing.T) {
	inner := []any{json.Number("1.0")}
	if _, err := ValuesDigest(map[string]any{"a": inner}); err != nil {
		t.Fatal(err)
	}
	if inner[0] != json.Number("1.0") {
		t.Errorf("values were altered: %v", inner)
	}
}
