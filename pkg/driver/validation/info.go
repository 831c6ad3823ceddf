package validation

import (
	"net/url"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// checkInfoLink warns only: info is documentation.
func checkInfoLink(c *checker) {
	const rule = "info-link"
	if c.Object.Spec.Info == nil {
		return
	}
	for i, l := range c.Object.Spec.Info.Links {
		path := diagnostic.Index("spec.info.links", i)
		if l.Link == "" {
			c.warn(rule, path+".link", "add `link:` with the title that readers see", "%s.link is missing", path)
		}
		u, err := url.Parse(l.URL)
		switch {
		case l.URL == "":
			c.warn(rule, path+".url", "add `url:` with where it leads", "%s.url is missing", path)
		case err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "":
			c.warn(rule, path+".url", "write the whole URL, with https://", "%s.url is %q, which leads nowhere; expected one such as https://example.com/docs", path, l.URL)
		}
	}
}
