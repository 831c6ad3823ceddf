package driver

import (
	"strings"
	"testing"
)

// TestPositionsOfEveryPath looks up what is hard to tell apart in a field path.
func TestPositionsOfEveryPath(t *testing.T) {
	text := strings.Join([]string{
		`a:`,
		`  b.c: 1`,
		`  "b": {c: 2}`,
		`  "[0]": 3`,
		`  "x]": 4`,
		`  "": 5`,
		`  "y.1": {z: 5}`,
		`  "y.1][z": 5`,
		`base: &base`,
		`  inherited: 6`,
		`  list: [7, {k: 8}]`,
		`more: &more {other: 9}`,
		`merged:`,
		`  <<: [*base, *more]`,
		`  own: 10`,
		`alias: *base`,
	}, "\n")
	d, _ := loadText(t, text)
	for path, line := range map[string]int{
		"a[b.c]":           2,
		"a.b.c":            3,
		"a[[0]]":           4,
		"a[x]]":            5,
		"a[]":              6,
		"a[y.1].z":         7,
		"a[y.1][z]":        8,
		"merged.inherited": 10,
		"merged.list[1].k": 11,
		"merged.other":     12,
		"merged.own":       15,
		"alias":            16,
		"alias.inherited":  10,
		"merged.nothing":   13, // the key of what lacks it
		"base.list[2]":     11,
		"base.list[x]":     11,
		"nothing.at.all":   1,
	} {
		if got := d.Position(path).Line; got != line {
			t.Errorf("%s stands on line %d, want %d", path, got, line)
		}
	}
}
