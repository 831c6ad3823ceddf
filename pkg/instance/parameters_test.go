package instance_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// declared has a parameter of each kind, one with a default.
func declared() []v1.Parameter {
	return []v1.Parameter{
		{Name: "owner", Kind: "string"},
		{Name: "size", Kind: "integer", Default: &apiextensionsv1.JSON{Raw: []byte("1")}},
		{Name: "debug", Kind: "boolean", Default: &apiextensionsv1.JSON{Raw: []byte("false")}},
		{Name: "level", Kind: "enum", Values: []string{"low", "high"}, Default: &apiextensionsv1.JSON{Raw: []byte(`"low"`)}},
	}
}

func TestParseParameter(t *testing.T) {
	for given, expected := range map[string]string{
		"owner=me": `"me"`, "owner=3": `"3"`, "owner=": `""`, "owner=true": `"true"`, "owner=a=b": `"a=b"`,
		"size=3": `3`, "size=-3": `-3`, "size=9007199254740993": `9007199254740993`,
		"size=three": `"three"`, "size=1.5": `"1.5"`, "size=": `""`,
		"debug=true": `true`, "debug=false": `false`, "debug=yes": `"yes"`,
		"level=low": `"low"`, "level=1": `"1"`, "unknown=1": `"1"`,
	} {
		name, text, _ := strings.Cut(given, "=")
		value, err := instance.ParseParameter(declared(), name, text)
		if err != nil || string(value.Raw) != expected {
			t.Errorf("%s: found %s, %v; expected %s", given, value.Raw, err, expected)
		}
	}
}

// TestCheck: every problem is told, with what was expected and never with the value.
func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		declared []v1.Parameter
		version  string
		given    map[string]string
		problems []string
	}{
		"good":        {declared(), "1.0.0", map[string]string{"owner": `"me"`}, nil},
		"all given":   {declared(), "1.0.0", map[string]string{"owner": `""`, "size": `-2`, "debug": `true`, "level": `"high"`}, nil},
		"no version":  {nil, "", nil, []string{"no version given, and the driver has no default_version; add --version VERSION"}},
		"unsupported": {nil, "3.0.0", nil, []string{"version 3.0.0 is not supported by driver notes: it supports >=1.0,<3.0"}},
		"required":    {declared(), "1.0.0", nil, []string{"parameter owner is required: it has no default and no value was given; add --set owner=VALUE"}},
		"none known":  {nil, "1.0.0", map[string]string{"owner": `1`}, []string{"parameter owner: the driver declares no parameters"}},
		"kinds": {declared(), "1.0.0", map[string]string{"owner": `["hunter2"]`, "size": `"hunter2"`, "debug": `null`, "level": `{"hunter2": 1}`}, []string{
			"parameter debug: expected true or false, found null",
			"parameter level: expected one of low, high, found a mapping",
			"parameter owner: expected a string, found a list",
			"parameter size: expected an integer, found a string",
		}},
		"numbers": {declared(), "1.0.0", map[string]string{"owner": `"me"`, "size": `1.5`}, []string{"parameter size: expected an integer, found a number"}},
		"enum":    {declared(), "1.0.0", map[string]string{"owner": `"me"`, "level": `"hunter2"`}, []string{"parameter level: expected one of low, high, found another string"}},
		"several": {declared(), "9", map[string]string{"ownr": `"me"`, "size": `"x"`}, []string{
			"version 9 is not supported by driver notes: it supports >=1.0,<3.0",
			"parameter owner is required: it has no default and no value was given; add --set owner=VALUE",
			`parameter ownr: the driver declares no such parameter; it declares debug, level, owner, size; did you mean "owner"?`,
			"parameter size: expected an integer, found a string",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &driver.Driver{}
			d.Object.Name, d.Object.Spec.SupportedVersions, d.Object.Spec.Parameters = "notes", ">=1.0,<3.0", test.declared
			deployment := &v1.StyrminDeployment{}
			deployment.Spec.Version, deployment.Spec.Parameters = test.version, map[string]apiextensionsv1.JSON{}
			for parameter, raw := range test.given {
				deployment.Spec.Parameters[parameter] = apiextensionsv1.JSON{Raw: []byte(raw)}
			}
			if diff := cmp.Diff(test.problems, instance.Check(d, deployment)); diff != "" {
				t.Errorf("(-expected +found):\n%s", diff)
			}
		})
	}
}
