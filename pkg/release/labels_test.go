package release

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUserLabels(t *testing.T) {
	got := UserLabels(map[string]string{
		"owner": "helm", "name": "n", "status": "s", "version": "1", "createdAt": "1", "modifiedAt": "2", "team": "a",
	})
	if diff := cmp.Diff(map[string]string{"team": "a"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestKey(t *testing.T) {
	if got := Key("notes", 12); got != "sh.helm.release.v1.notes.v12" {
		t.Errorf("got %q", got)
	}
}
