package krew

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// validManifest keeps every rule, to be altered in one place.
func validManifest() *Manifest {
	sums := map[Platform]string{}
	for _, p := range Platforms {
		sums[p] = strings.Repeat("a1", 32)
	}
	return NewManifest("v1.2.3", sums)
}

func TestProblems(t *testing.T) {
	if found := validManifest().Problems(); len(found) > 0 {
		t.Fatalf("a valid manifest has problems: %q", found)
	}
	for _, tc := range []struct {
		name  string
		alter func(*Manifest)
		want  string
	}{
		{"apiVersion", func(m *Manifest) { m.APIVersion = "v1" }, `apiVersion is "v1"`},
		{"kind", func(m *Manifest) { m.Kind = "Plug" }, "expected Plugin"},
		{"name with a space", func(m *Manifest) { m.Metadata.Name = "my plugin" }, "has characters other than"},
		{"name with a path", func(m *Manifest) { m.Metadata.Name = "../x" }, "has characters other than"},
		{"name in upper case", func(m *Manifest) { m.Metadata.Name = "Styrmin" }, "not lower case"},
		{"version without v", func(m *Manifest) { m.Spec.Version = "1.2.3" }, "expected v and a semantic version"},
		{"version of two parts", func(m *Manifest) { m.Spec.Version = "v1.2" }, "expected v and a semantic version"},
		{"homepage", func(m *Manifest) { m.Spec.Homepage = "http://example.org" }, "spec.homepage"},
		{"no short description", func(m *Manifest) { m.Spec.ShortDescription = "" }, "shortDescription is empty"},
		{"short description of two lines", func(m *Manifest) { m.Spec.ShortDescription = "a\nb" }, "several lines"},
		{"long short description", func(m *Manifest) { m.Spec.ShortDescription = strings.Repeat("a", 51) }, "has 51 characters"},
		{"no description", func(m *Manifest) { m.Spec.Description = " \n" }, "description is empty"},
		{"no platforms", func(m *Manifest) { m.Spec.Platforms = nil }, "platforms is empty"},
		{"a platform twice", func(m *Manifest) {
			m.Spec.Platforms[1].Selector = m.Spec.Platforms[0].Selector
		}, "spec.platforms[1] selects linux/amd64, as spec.platforms[0] does"},
		{"uri without TLS", func(m *Manifest) { m.Spec.Platforms[0].URI = "http://example.org/a.zip" }, "spec.platforms[0].uri"},
		{"uri of another format", func(m *Manifest) { m.Spec.Platforms[0].URI = "https://example.org/a.rar" }, "expected a .tar.gz or .zip"},
		{"sum in upper case", func(m *Manifest) { m.Spec.Platforms[0].SHA256 = strings.Repeat("A1", 32) }, "64 hexadecimal digits"},
		{"short sum", func(m *Manifest) { m.Spec.Platforms[0].SHA256 = "a1" }, "64 hexadecimal digits"},
		{"no bin", func(m *Manifest) { m.Spec.Platforms[0].Bin = "" }, "bin is empty"},
		{"bin outside", func(m *Manifest) { m.Spec.Platforms[0].Bin = "../../sh" }, "leads out of"},
		{"no files", func(m *Manifest) { m.Spec.Platforms[0].Files = nil }, "files is empty"},
		{"a file from nowhere", func(m *Manifest) { m.Spec.Platforms[0].Files[0].From = "" }, "no from"},
		{"a file to elsewhere", func(m *Manifest) { m.Spec.Platforms[0].Files[0].To = `..\x` }, "leads out of"},
		{"another label", func(m *Manifest) { m.Spec.Platforms[0].Selector.MatchLabels["libc"] = "musl" }, `matches "libc"`},
		{"no selector", func(m *Manifest) { m.Spec.Platforms[0].Selector.MatchLabels = nil }, "selector is empty"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := validManifest()
			tc.alter(m)
			found := m.Problems()
			if len(found) != 1 || !strings.Contains(found[0], tc.want) {
				t.Errorf("problems %q, expected one with %q", found, tc.want)
			}
		})
	}
}

func TestParseManifestKnowsItsFields(t *testing.T) {
	text, err := validManifest().YAML()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseManifest(text); err != nil {
		t.Error(err)
	}
	_, err = ParseManifest([]byte(strings.Replace(string(text), "homepage:", "homePage:", 1)))
	if err == nil || !strings.Contains(err.Error(), "homePage") {
		t.Errorf("error %v", err)
	}
}

func TestCommittedManifest(t *testing.T) {
	const file = "styrmin.yaml"
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no release was packed yet: make dist writes krew/styrmin.yaml")
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range m.Problems() {
		t.Error(problem)
	}
	sums := map[Platform]string{}
	for _, p := range m.Spec.Platforms {
		sums[Platform{p.Selector.MatchLabels["os"], p.Selector.MatchLabels["arch"]}] = p.SHA256
	}
	want, err := NewManifest(m.Spec.Version, sums).YAML()
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != string(want) {
		t.Errorf("%s is not what make dist writes for version %s", file, m.Spec.Version)
	}
}
