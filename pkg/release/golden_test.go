package release

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestRecordsOfHelm reads what Helm 3.22 and Helm 4.3 themselves stored for one chart: revision 2
// is an upgrade, revision 3 a rollback. pkg/helm makes such records anew when it has a cluster.
func TestRecordsOfHelm(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil || len(paths) != 8 {
		t.Fatalf("%d records, expected 8 (%v)", len(paths), err)
	}
	values, err := ValuesDigest(map[string]any{
		"colour": "red", "ratio": 0.1, "count": 10, "none": nil, "list": []any{1, "2", 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	chart, err := ChartFingerprint([]byte(`{
		"metadata": {"name": "notes", "version": "1.2.0"},
		"templates": [{"name": "templates/config.yaml", "data": "` + b64(configTemplate) + `"}],
		"files": [{"name": "notes.conf", "data": "` + b64("level=info\n") + `"}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	chart.Values = values
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r := readGolden(t, path)
			if r.Fingerprint != chart {
				t.Errorf("fingerprint %+v, expected %+v", r.Fingerprint, chart)
			}
			rolledBack := strings.HasSuffix(path, "3.json")
			if r.IsRollback() != rolledBack {
				t.Errorf("rollback %t, description %q", r.IsRollback(), r.Description)
			}
			if r.Name != "web" || r.Namespace != "golden" || r.AppVersion != "2.0.0" || r.Labels["team"] != "a" {
				t.Errorf("record %+v", r)
			}
		})
	}
}

const configTemplate = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  colour: {{ .Values.colour | quote }}
`

func readGolden(t *testing.T, path string) *Record {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r *Record
	if strings.Contains(path, "configmap") {
		var cm corev1.ConfigMap
		if err = json.Unmarshal(raw, &cm); err == nil {
			r, err = FromConfigMap(&cm)
		}
	} else {
		var s corev1.Secret
		if err = json.Unmarshal(raw, &s); err == nil {
			r, err = FromSecret(&s)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}
