package chart

import (
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

func TestMask(t *testing.T) {
	d := &driver.Driver{}
	d.Object.Spec.Parameters = []v1.Parameter{{Name: "password", Kind: "string"}, {Name: "pin", Kind: "integer"}}
	m := newMask(d, lint.Inputs{
		Set:     []string{`password=hunter2 "quoted"`, "pin=271828"},
		Values:  map[string]apiextensionsv1.JSON{"other": {Raw: []byte(`["in a list", {"deep": "two\nlines"}]`)}, "short": {Raw: []byte(`"abc"`)}},
		Context: map[string]any{"cluster": map[string]any{"token": "t0ken", "on": true, "none": nil}},
	})
	for text, want := range map[string]string{
		"nothing of it":                       "nothing of it",
		`found hunter2 "quoted", expected x`:  "found …, expected x",
		`found "hunter2 \"quoted\""`:          `found "…"`,
		`found HUNTER2 "QUOTED"`:              "found …",
		"271828 is too large":                 "… is too large",
		"postgres://user:t0ken@host":          "postgres://user:…@host",
		"an item in a list is wrong":          "an item … is wrong",
		"it has two lines":                    "it has …",
		"abc is shown, and true is a boolean": "abc is shown, and true is a boolean",
	} {
		if got := m.text(text); got != want {
			t.Errorf("%s: got %s, expected %s", text, got, want)
		}
	}
}

func TestNothingIsMaskedWithoutInputs(t *testing.T) {
	if got := newMask(&driver.Driver{}, lint.Inputs{}).text("text"); got != "text" {
		t.Errorf("got %q", got)
	}
}

func TestShown(t *testing.T) {
	e := &evidence{mask: newMask(&driver.Driver{}, lint.Inputs{Context: map[string]any{"token": "hunter2 and more"}})}
	for text, want := range map[string]string{
		"a\n  b\tc":                 "a b c",
		"\xff":                      "?",
		strings.Repeat("é", 1000):   strings.Repeat("é", longest/2) + "…",
		"it is hunter2\n  and more": "it is …",
		strings.Repeat("x", longest-4) + "hunter2 and more": strings.Repeat("x", longest-4) + "…",
	} {
		if got := e.shown(text); got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
}
