package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Fingerprint says which change a revision makes: two records with the same
// fingerprint deploy the same chart with the same values.
//
// A record carries neither subcharts nor, for charts with dependencies, unaltered
// default values; for both the chart's version stands.
type Fingerprint struct {
	// Chart is the chart's name.
	Chart string
	// Version is the chart's version.
	Version string
	// Templates is the digest of the chart's own templates, and of its other files, which
	// templates can read.
	Templates string
	// Values is the digest of the values given by the user.
	Values string
}

// ChartFingerprint reads the JSON of a chart, as a record contains it. Values is empty.
func ChartFingerprint(chartJSON []byte) (Fingerprint, error) {
	var c chartPayload
	if err := json.Unmarshal(chartJSON, &c); err != nil {
		return Fingerprint{}, fmt.Errorf("reading the chart of a release: %w", err)
	}
	return c.fingerprint(), nil
}

func (c *chartPayload) fingerprint() Fingerprint {
	return Fingerprint{
		Chart:     c.Metadata.Name,
		Version:   c.Metadata.Version,
		Templates: filesDigest(slices.Concat(c.Templates, c.Files)),
	}
}

// filesDigest sorts first: a chart read from a directory, from an archive and from
// a record may list its files differently.
func filesDigest(all files) string {
	slices.SortFunc(all, func(a, b file) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return bytes.Compare(a.Data, b.Data)
	})
	h := sha256.New()
	for _, f := range all {
		// Lengths keep the boundary between a name and its data unambiguous.
		fmt.Fprintf(h, "%d:%s%d:", len(f.Name), f.Name, len(f.Data))
		h.Write(f.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ValuesDigest is the digest of a release's values. It does not tell nil from
// empty, nor 1 from 1.0, since encoding a record does not preserve these.
func ValuesDigest(values map[string]any) (string, error) {
	if len(values) == 0 {
		return digestJSON([]byte("{}"))
	}
	raw, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("values cannot be written as JSON: %w", err)
	}
	return digestJSON(raw)
}

func digestJSON(raw []byte) (string, error) {
	canonical, err := canonicalJSON(raw)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

// manifestDigest covers everything that Helm applies for a revision. A chart's
// templates say the same, but a record that was tampered with may not.
func (p *payload) manifestDigest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s", len(p.Manifest), p.Manifest)
	for _, hook := range p.Hooks {
		fmt.Fprintf(h, "%d:%s", len(hook.Manifest), hook.Manifest)
	}
	return hex.EncodeToString(h.Sum(nil))
}
