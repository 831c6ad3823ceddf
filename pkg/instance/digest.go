package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// digestLength is how many hex digits name an instance: 128 bits, and short
// enough for a label's value.
const digestLength = 32

// digest is over the driver's digest, the context and the values in Go's JSON
// form, which sorts keys, so equal inputs have equal digests.
func (i *Instance) digest() (string, error) {
	data, err := json.Marshal(struct {
		Driver  string
		Context Context
		Values  map[string]any
	}{i.Driver.Digest(), i.Context, i.Values})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:digestLength], nil
}
