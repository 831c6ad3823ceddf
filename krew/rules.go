package krew

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// maxShortDescription is what krew's index asks for: the text stands in one column of krew search.
const maxShortDescription = 50

var (
	safeName = regexp.MustCompile(`^[\w-]+$`)
	hexSum   = regexp.MustCompile(`^[a-f0-9]{64}$`)
)

// Problems lists where a manifest breaks the rules that krew and its index document.
func (m *Manifest) Problems() []string {
	var p problems
	p.check(m.APIVersion == "krew.googlecontainertools.github.com/v1alpha2", "apiVersion is %q", m.APIVersion)
	p.check(m.Kind == "Plugin", "kind is %q, expected Plugin", m.Kind)
	p.check(safeName.MatchString(m.Metadata.Name), "metadata.name %q has characters other than letters, digits, _ and -", m.Metadata.Name)
	p.check(strings.ToLower(m.Metadata.Name) == m.Metadata.Name, "metadata.name %q is not lower case", m.Metadata.Name)
	m.Spec.problems(&p)
	seen := map[string]int{}
	for i, platform := range m.Spec.Platforms {
		at := fmt.Sprintf("spec.platforms[%d]", i)
		platform.problems(&p, at)
		key := platform.Selector.MatchLabels["os"] + "/" + platform.Selector.MatchLabels["arch"]
		first, twice := seen[key]
		p.check(!twice, "%s selects %s, as spec.platforms[%d] does", at, key, first)
		seen[key] = i
	}
	return p
}

type problems []string

func (p *problems) check(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Sprintf(format, args...))
	}
}

func (s *Spec) problems(p *problems) {
	_, err := semver.StrictNewVersion(strings.TrimPrefix(s.Version, "v"))
	p.check(err == nil && strings.HasPrefix(s.Version, "v"), "spec.version %q, expected v and a semantic version", s.Version)
	p.check(isHTTPS(s.Homepage), "spec.homepage %q, expected an https URL", s.Homepage)
	p.check(s.ShortDescription != "", "spec.shortDescription is empty")
	p.check(!strings.ContainsAny(s.ShortDescription, "\r\n"), "spec.shortDescription has several lines")
	p.check(len(s.ShortDescription) <= maxShortDescription, "spec.shortDescription has %d characters, the limit is %d",
		len(s.ShortDescription), maxShortDescription)
	p.check(strings.TrimSpace(s.Description) != "", "spec.description is empty")
	p.check(len(s.Platforms) > 0, "spec.platforms is empty")
}

func (s *PlatformSpec) problems(p *problems, at string) {
	p.check(isHTTPS(s.URI), "%s.uri %q, expected an https URL", at, s.URI)
	p.check(strings.HasSuffix(s.URI, ".tar.gz") || strings.HasSuffix(s.URI, ".zip"), "%s.uri %q, expected a .tar.gz or .zip", at, s.URI)
	p.check(hexSum.MatchString(s.SHA256), "%s.sha256 %q, expected 64 hexadecimal digits", at, s.SHA256)
	p.check(s.Bin != "", "%s.bin is empty", at)
	p.check(isInside(s.Bin), "%s.bin %q leads out of the plugin's directory", at, s.Bin)
	for key := range s.Selector.MatchLabels {
		p.check(key == "os" || key == "arch", "%s.selector matches %q, krew knows os and arch", at, key)
	}
	p.check(len(s.Selector.MatchLabels) > 0, "%s.selector is empty", at)
	p.check(len(s.Files) > 0, "%s.files is empty", at)
	for i, f := range s.Files {
		p.check(f.From != "" && f.To != "", "%s.files[%d] has no from or no to", at, i)
		p.check(isInside(f.To), "%s.files[%d].to %q leads out of the plugin's directory", at, i, f.To)
	}
}

func isHTTPS(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

func isInside(name string) bool {
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	return !path.IsAbs(clean) && clean != ".." && !strings.HasPrefix(clean, "../")
}
