package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// maxValues bounds the JSON of a record's values. It bounds memory: small JSON
// can unfold to many times its size.
const maxValues = 4 << 20

// canonicalJSON rewrites an object with sorted keys, no white space and one spelling for each number.
func canonicalJSON(raw []byte) ([]byte, error) {
	if len(raw) > maxValues {
		return nil, fmt.Errorf("values take %d bytes as JSON, the limit is %d", len(raw), maxValues)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var object map[string]any
	if err := dec.Decode(&object); err != nil {
		return nil, fmt.Errorf("values are not a JSON object: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("values are followed by more than white space")
	}
	if object == nil {
		return []byte("{}"), nil
	}
	canonicalNumbers(object)
	return json.Marshal(object)
}

// canonicalNumbers replaces numbers in place and returns the value to put back.
func canonicalNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = canonicalNumbers(e)
		}
	case []any:
		for i, e := range v {
			v[i] = canonicalNumbers(e)
		}
	case json.Number:
		return canonicalNumber(v)
	}
	return v
}

// canonicalNumber keeps integers exact, however they are spelled, and gives
// fractions the shortest spelling of the float64 that every Helm client reads.
func canonicalNumber(n json.Number) json.Number {
	text := string(n)
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			return "0"
		}
		return n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return n
	}
	if f == math.Trunc(f) {
		exact, _ := big.NewFloat(f).Int(nil)
		return json.Number(exact.String())
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}
