package release

import "testing"

// TestSameContent: what Helm changes of a revision is its status; whatever else
// differs makes it another one.
func TestSameContent(t *testing.T) {
	read := func(change func(payloadDoc)) *Record {
		t.Helper()
		record, err := FromSecret(validSecret(t, change))
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	stored := read(nil)
	for name, tt := range map[string]struct {
		change func(payloadDoc)
		same   bool
	}{
		"superseded":         {func(d payloadDoc) { d.at("info")["status"] = "superseded" }, true},
		"another manifest":   {func(d payloadDoc) { d.doc["manifest"] = "kind: Pod" }, false},
		"another hook":       {func(d payloadDoc) { d.doc["hooks"] = []any{doc{"manifest": "kind: Job"}} }, false},
		"other values":       {func(d payloadDoc) { d.doc["config"] = doc{"replicas": 3} }, false},
		"another namespace":  {func(d payloadDoc) { d.doc["namespace"] = "other" }, false},
		"another chart":      {func(d payloadDoc) { d.at("chart", "metadata")["version"] = "9.9.9" }, false},
		"an added template":  {func(d payloadDoc) { d.at("chart")["templates"] = []any{} }, false},
		"no change whatever": {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(tt.change).SameContent(stored); got != tt.same {
				t.Errorf("found %t, expected %t", got, tt.same)
			}
		})
	}
}

// TestHooksRunDates: that a hook has run changes nothing of what the revision deploys.
func TestHooksRunDates(t *testing.T) {
	hooked := func(last doc) *Record {
		record, err := FromSecret(validSecret(t, func(d payloadDoc) { d.doc["hooks"] = []any{doc{"manifest": "kind: Job", "last_run": last}} }))
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	if !hooked(doc{"phase": ""}).SameContent(hooked(doc{"phase": "Succeeded"})) {
		t.Error("a hook's last run passes for another content")
	}
}
