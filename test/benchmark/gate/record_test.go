package main

import "testing"

// TestRecordSize: a record is about as large as it was asked to be, and one of 1 MiB
// is none that the API server refuses.
func TestRecordSize(t *testing.T) {
	for _, k := range kinds {
		size := len(record("n", "app", 1, k.size).Data["release"])
		if size < k.size*8/10 || size > k.size*105/100 || size > 1<<20 {
			t.Errorf("%s: found %d bytes, expected about %d", k.name, size, k.size)
		}
	}
}
