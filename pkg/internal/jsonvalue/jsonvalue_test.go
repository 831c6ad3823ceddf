package jsonvalue

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumber(t *testing.T) {
	for _, tt := range []struct{ in, want any }{
		{3, int64(3)}, {uint8(3), int64(3)}, {3.0, int64(3)}, {-0.0, int64(0)}, {math.Copysign(0, -1), int64(0)},
		{3.5, 3.5}, {1e20, 1e20}, {uint64(1 << 63), float64(1 << 63)}, {float64(1 << 63), float64(1 << 63)},
		{json.Number("3.0"), int64(3)}, {json.Number("1e3"), int64(1000)}, {json.Number("0.5"), 0.5}, {json.Number("9223372036854775808"), float64(1 << 63)},
		{"3", "3"}, {true, true}, {nil, nil},
	} {
		if got := Number(tt.in); got != tt.want {
			t.Errorf("Number(%T %v) = %T %v, want %T %v", tt.in, tt.in, got, got, tt.want, tt.want)
		}
	}
}

func TestCanonical(t *testing.T) {
	in := map[string]any{"a": nil, "b": []any{nil, map[string]any{"c": nil}}, "d": map[string]string{"e": "f"}, "g": struct{ H int }{1}}
	got, err := Canonical(in)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"b": []any{nil, map[string]any{}}, "d": map[string]any{"e": "f"}, "g": map[string]any{"H": int64(1)}}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Error(diff)
	}
	if _, given := in["a"]; !given {
		t.Error("the argument was changed")
	}
	if diff := cmp.Diff(any(map[string]any{"b": []any{nil, map[string]any{}}, "d": map[string]any{"e": "f"}, "g": map[string]any{"H": int64(1)}}), WithoutEmpty(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(any(map[string]any{}), WithoutEmpty(map[string]any{"a": map[string]any{"b": []any{}}})); diff != "" {
		t.Error(diff)
	}
	if _, err := Canonical(func() {}); err == nil {
		t.Error("a function has no JSON form")
	}
}
