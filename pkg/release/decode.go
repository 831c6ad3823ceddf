package release

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Bounds of a record. An object holds at most 1 MiB of data, and a whole umbrella
// chart with its manifest unfolds to a few MiB.
const (
	maxEncoded   = 2 << 20
	maxDecoded   = 32 << 20
	maxRatio     = 200
	ratioApplies = 1 << 20
)

// dataKey holds the payload in a record's object.
const dataKey = "release"

// FromSecret reads the record in a Secret.
func FromSecret(s *corev1.Secret) (*Record, error) {
	return decodeObject("Secret", &s.ObjectMeta, s.Data[dataKey])
}

// FromConfigMap reads the record in a ConfigMap.
func FromConfigMap(c *corev1.ConfigMap) (*Record, error) {
	return decodeObject("ConfigMap", &c.ObjectMeta, []byte(c.Data[dataKey]))
}

func decodeObject(kind string, meta *metav1.ObjectMeta, data []byte) (*Record, error) {
	r, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("Helm release record %s %s/%s: %w", kind, meta.Namespace, meta.Name, err)
	}
	if err := agrees(r, meta); err != nil {
		return nil, fmt.Errorf("Helm release record %s %s/%s: %w", kind, meta.Namespace, meta.Name, err)
	}
	r.Labels = UserLabels(meta.Labels)
	if r.Status == "" {
		r.Status = meta.Labels[LabelStatus]
	}
	return r, nil
}

// agrees refuses a record whose object speaks of another release than its payload:
// Helm finds a record by the former and acts by the latter.
func agrees(r *Record, meta *metav1.ObjectMeta) error {
	if want := Key(r.Name, r.Revision); meta.Name != "" && meta.Name != want {
		return fmt.Errorf("the payload is of %q revision %d, which belongs in an object named %q", r.Name, r.Revision, want)
	}
	if name, ok := meta.Labels[LabelName]; ok && name != r.Name {
		return fmt.Errorf("label %q is %q, the payload says %q", LabelName, name, r.Name)
	}
	if version, ok := meta.Labels[LabelVersion]; ok && version != fmt.Sprint(r.Revision) {
		return fmt.Errorf("label %q is %q, the payload says %d", LabelVersion, version, r.Revision)
	}
	return nil
}

// Key is the name of the object that holds a record.
func Key(release string, revision int) string {
	return fmt.Sprintf("%s%s.v%d", KeyPrefix, release, revision)
}

// decode reads a payload: base64 of gzip of JSON.
func decode(data []byte) (*Record, error) {
	raw, err := unpack(data)
	if err != nil {
		return nil, err
	}
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("payload is not a release: %w", err)
	}
	return p.record()
}

func (p *payload) record() (*Record, error) {
	if p.Name == "" || p.Version < 1 {
		return nil, fmt.Errorf("payload has name %q and revision %d, expected a name and a revision from 1", p.Name, p.Version)
	}
	if p.Chart == nil {
		return nil, fmt.Errorf("payload of %q revision %d has no chart", p.Name, p.Version)
	}
	given := p.Config
	if len(given) == 0 {
		given = config("{}")
	}
	values, err := digestJSON(given)
	if err != nil {
		return nil, err
	}
	print := p.Chart.fingerprint()
	print.Values = values
	return &Record{
		Name: p.Name, Namespace: p.Namespace, Revision: p.Version,
		Status: p.Info.Status, Description: p.Info.Description,
		Fingerprint: print, Manifest: p.manifestDigest(), AppVersion: p.Chart.Metadata.AppVersion,
	}, nil
}

func unpack(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("no data under the key %q", dataKey)
	}
	if len(data) > maxEncoded {
		return nil, fmt.Errorf("payload of %d bytes, the limit is %d", len(data), maxEncoded)
	}
	packed, err := base64.StdEncoding.DecodeString(string(data))
	if err != nil {
		return nil, fmt.Errorf("payload is not base64: %w", err)
	}
	// Helm accepts records from before it compressed them; so does this.
	if !bytes.HasPrefix(packed, []byte{0x1f, 0x8b, 0x08}) {
		return packed, nil
	}
	return gunzip(packed)
}

func gunzip(packed []byte) ([]byte, error) {
	limit := min(maxDecoded, max(ratioApplies, maxRatio*len(packed)))
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("payload is not gzip: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(zr, int64(limit)+1))
	if len(raw) > limit {
		return nil, fmt.Errorf("payload of %d bytes unfolds to more than %d", len(packed), limit)
	}
	if err != nil {
		return nil, fmt.Errorf("payload does not unfold: %w", err)
	}
	if len(raw) == 0 {
		return nil, errors.New("payload unfolds to nothing")
	}
	return raw, nil
}
