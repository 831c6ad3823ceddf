package helm

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHooksOf(t *testing.T) {
	r := &Rendered{Hooks: `---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install, pre-upgrade"}}
---
apiVersion: v1
kind: Pod
metadata: {name: check, annotations: {helm.sh/hook: test}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: warm, annotations: {helm.sh/hook: post-upgrade}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: bye, annotations: {helm.sh/hook: pre-delete}}
`}
	for install, want := range map[bool][]Hook{
		true:  {{Kind: "Job", Name: "migrate", Events: []string{"pre-install"}}},
		false: {{Kind: "Job", Name: "migrate", Events: []string{"pre-upgrade"}}, {Kind: "Job", Name: "warm", Events: []string{"post-upgrade"}}},
	} {
		got, err := r.HooksOf(install)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("install %t (-expected +found)\n%s", install, diff)
		}
	}
}

func TestDefinitionNames(t *testing.T) {
	r := &Rendered{Definitions: "---\nkind: CustomResourceDefinition\nmetadata: {name: a.example.org}\n---\nkind: CustomResourceDefinition\nmetadata: {name: b.example.org}\n"}
	got, err := r.DefinitionNames()
	if diff := cmp.Diff([]string{"a.example.org", "b.example.org"}, got); err != nil || diff != "" {
		t.Errorf("%v (-expected +found)\n%s", err, diff)
	}
}
