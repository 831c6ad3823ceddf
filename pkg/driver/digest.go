package driver

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/internal/jsonvalue"
)

// annotationPrefix is that of the annotations that change what a driver does.
const annotationPrefix = "styrmin.io/"

// Digest is the SHA-256 in hex over the canonical JSON of the driver's name, its
// styrmin.io annotations, its spec and its files. Loading the directory and
// reading the applied object back give the same digest.
func (d *Driver) Digest() string {
	raw := d.canonicalRaw()
	data, err := json.Marshal(map[string]any{
		"name":        d.Object.Name,
		"annotations": ownAnnotations(d.Object.Annotations),
		"spec":        jsonvalue.WithoutEmpty(raw["spec"]),
		"files":       d.Files,
	})
	if err != nil {
		// Canonical values always marshal; an empty digest matches no driver.
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ownAnnotations are those of styrmin.io, without the digest itself.
func ownAnnotations(all map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range all {
		if strings.HasPrefix(k, annotationPrefix) && k != v1.AnnotationDriverDigest {
			out[k] = v
		}
	}
	return out
}
