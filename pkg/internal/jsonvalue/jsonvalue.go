// Package jsonvalue brings JSON-compatible values into one canonical Go form.
package jsonvalue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
)

// Number is the number as an API server reads it back: int64 when it
// is whole and fits, else float64. Anything else is returned unchanged.
func Number(v any) any {
	switch n := v.(type) {
	case json.Number:
		if i, err := n.Int64(); err == nil {
			return i
		}
		f, err := n.Float64()
		if err != nil {
			return v
		}
		return Number(f)
	case float64:
		if n == math.Trunc(n) && n >= math.MinInt64 && n < math.MaxInt64 {
			return int64(n)
		}
		return n
	}
	rv := reflect.ValueOf(v)
	switch {
	case rv.CanInt():
		return rv.Int()
	case rv.CanUint():
		if u := rv.Uint(); u <= math.MaxInt64 {
			return int64(u)
		}
		return float64(rv.Uint())
	}
	return v
}

// Canonical copies JSON-compatible values of whatever Go types into maps, lists
// and canonical numbers. Null fields are dropped, as an API server does.
func Canonical(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("a value has no JSON form: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("reading JSON back: %w", err)
	}
	return normalize(out), nil
}

func normalize(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, field := range v {
			if field == nil {
				delete(v, k)
				continue
			}
			v[k] = normalize(field)
		}
	case []any:
		for i := range v {
			v[i] = normalize(v[i])
		}
	default:
		return Number(v)
	}
	return v
}

// WithoutEmpty drops fields that hold an empty mapping or list: they mean the
// same as absent ones, and not every client keeps them.
func WithoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = WithoutEmpty(v[k])
			if isEmpty(v[k]) {
				delete(v, k)
			}
		}
	case []any:
		for i := range v {
			v[i] = WithoutEmpty(v[i])
		}
	}
	return v
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return v == nil
}
