package driver

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestPythonVersions compares with what Python's packaging says; testdata/pep440.py asks it.
func TestPythonVersions(t *testing.T) {
	data, err := os.ReadFile("testdata/pep440.json")
	if err != nil {
		t.Fatal(err)
	}
	var python struct {
		Versions   map[string]bool
		Specifiers map[string]*[]string
	}
	if err := json.Unmarshal(data, &python); err != nil {
		t.Fatal(err)
	}
	for version, valid := range python.Versions {
		if err := CheckPythonVersion(version); (err == nil) != valid {
			t.Errorf("the version %q is valid: %t in Python; %v", version, valid, err)
		}
	}
	for spec, allowed := range python.Specifiers {
		if err := CheckPythonSpecifier(spec); (err == nil) != (allowed != nil) {
			t.Errorf("the specifier %q is valid: %t in Python; %v", spec, allowed != nil, err)
		}
		for version, valid := range python.Versions {
			if !valid || allowed == nil {
				continue
			}
			got, err := VersionSupported(spec, version)
			if want := slices.Contains(*allowed, version); got != want || err != nil {
				t.Errorf("%q satisfies %q: got %t, %v; Python says %t", version, spec, got, err, want)
			}
		}
	}
}

func TestVersionSupported(t *testing.T) {
	tests := []struct {
		spec, version string
		want          bool
	}{
		{"", "1.0", true},
		{">=0.1,<1.0", "0.1.0", true},
		{">=0.1,<1.0", "0.1", true},
		{">=0.1, <1.0", "1.0.0", false},
		{">=0.1,<1.0,", "0.9.9", true},
		{">=0.1,<1.0", "v0.5.0", true},
		{">=0.1,<1.0", "0.0.9", false},
		{">=0.1,<1.0", "0.5.0rc1", true},
		{">=0.1,<1.0", "0.5.0-rc.1", true},
		{">=0.1,<1.0", "0.5.0-nightly.3", true},
		{">=1.10", "1.9", false},
		{"==1.2.*", "1.2.7", true},
		{"==1.2.*", "1.3.0", false},
		{"!=1.3", "1.3.0", false},
		{"~=1.4", "1.9", true},
		{"~=1.4", "2.0", false},
		{"~=1.4.2", "1.5.0", false},
		{"1.2.0", "1.2", true},
		{"^1.2", "1.9.0", true},
		{"^1.2", "2.0.0", false},
		{"~1.2", "1.3.0", false},
		{">=1.0", "1.2.3.4", true},
		{">=1.0", "1.2.3+build.5", true},
		{">=1.0,<2", "1.2.post1", true},
	}
	for _, tt := range tests {
		if got, err := VersionSupported(tt.spec, tt.version); got != tt.want || err != nil {
			t.Errorf("VersionSupported(%q, %q) = %t, %v; want %t", tt.spec, tt.version, got, err, tt.want)
		}
	}
}

func TestVersionErrors(t *testing.T) {
	for _, tt := range [][2]string{{">=a", "1"}, {">=1 <2", "1"}, {"a||b", "1"}, {">= ", "1"}, {">=1", "latest"}, {"", "two words"}, {">=1", ""}, {"^1", "1.2.3.4"}, {"=>1", "1"}} {
		if ok, err := VersionSupported(tt[0], tt[1]); err == nil || ok {
			t.Errorf("VersionSupported(%q, %q) = %t without an error", tt[0], tt[1], ok)
		}
	}
}

func TestKubernetesName(t *testing.T) {
	if got := KubernetesName("Pre_Setup-2"); got != "pre-setup-2" {
		t.Error(got)
	}
}
