package helm

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/repo"
)

// fetchHTTP downloads an archive, or finds a chart in a repository: in
// https://charts.example.org/stable/notes the repository is all but the last part.
func (c *Charts) fetchHTTP(ref ChartRef) (*chart.Chart, error) {
	u, err := url.Parse(ref.Location)
	if err != nil {
		return nil, fmt.Errorf("%w: not a valid URL: %w", ErrChartNotFound, err)
	}
	if strings.HasSuffix(u.Path, ".tgz") {
		return c.download(u.String(), &repo.Entry{URL: u.String()}, ref.Keyring)
	}
	trimmed := strings.TrimSuffix(u.Path, "/")
	name := path.Base(trimmed)
	u.Path = strings.TrimSuffix(path.Dir(trimmed), "/")
	entry := c.repository(u.String())
	found, err := findInRepository(entry, name, ref.Version)
	if err != nil {
		return nil, err
	}
	return c.download(found, entry, ref.Keyring)
}

// repository finds what helm repo add recorded about a URL: credentials and certificates.
func (c *Charts) repository(repoURL string) *repo.Entry {
	known, err := repo.LoadFile(c.settings.RepositoryConfig)
	if err == nil {
		for _, e := range known.Repositories {
			if strings.TrimSuffix(e.URL, "/") == repoURL {
				return e
			}
		}
	}
	return &repo.Entry{URL: repoURL}
}

// providers leaves out Helm's plugins: loading them runs and prints what is not ours.
func providers() getter.Providers {
	return getter.Providers{{Schemes: []string{"http", "https"}, New: getter.NewHTTPGetter}}
}

func findInRepository(entry *repo.Entry, name, version string) (string, error) {
	dir, err := os.MkdirTemp("", "styrmin-index-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	named := *entry
	named.Name = "repository"
	r, err := repo.NewChartRepository(&named, providers())
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrChartNotFound, err)
	}
	r.CachePath = dir
	file, err := r.DownloadIndexFile()
	if err != nil {
		return "", fmt.Errorf("index of repository %s: %w", entry.URL, fetchError(err))
	}
	index, err := repo.LoadIndexFile(file)
	if err != nil {
		return "", fmt.Errorf("index of repository %s: %w: %w", entry.URL, ErrChartInvalid, err)
	}
	known, ok := index.Entries[name]
	if !ok {
		return "", fmt.Errorf("%w: repository %s has no chart %q", ErrChartNotFound, entry.URL, name)
	}
	found, err := index.Get(name, version)
	if err != nil || len(found.URLs) == 0 {
		return "", fmt.Errorf("%w: repository %s has no version %q of %q, only %s", ErrChartVersion, entry.URL, version, name, newest(known))
	}
	return repo.ResolveReferenceURL(entry.URL, found.URLs[0])
}

// newest lists a few of a chart's versions, which the index has newest first.
func newest(known repo.ChartVersions) string {
	const few = 3
	var out []string
	for i, v := range known {
		if i == few {
			out = append(out, "…")
			break
		}
		out = append(out, v.Version)
	}
	return strings.Join(out, ", ")
}

// download gets an archive, and what it is verified with from beside it.
func (c *Charts) download(location string, entry *repo.Entry, keyring string) (*chart.Chart, error) {
	u, err := url.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("%w: not a valid URL: %w", ErrChartNotFound, err)
	}
	data, err := fetch(u.String(), entry)
	if err != nil {
		return nil, err
	}
	beside := *u
	beside.Path, beside.RawPath = u.Path+".prov", ""
	return archive{path.Base(u.Path), data, func() ([]byte, error) { return fetch(beside.String(), entry) }}.load(keyring)
}

func fetch(location string, entry *repo.Entry) ([]byte, error) {
	g, err := getter.NewHTTPGetter()
	if err != nil {
		return nil, err
	}
	options := []getter.Option{
		getter.WithURL(entry.URL),
		getter.WithTLSClientConfig(entry.CertFile, entry.KeyFile, entry.CAFile),
		getter.WithInsecureSkipVerifyTLS(entry.InsecureSkipTLSverify),
		// The getter itself keeps credentials from other hosts, unless told otherwise.
		getter.WithBasicAuth(entry.Username, entry.Password),
		getter.WithPassCredentialsAll(entry.PassCredentialsAll),
	}
	data, err := g.Get(location, options...)
	if err != nil {
		return nil, fetchError(err)
	}
	return data.Bytes(), nil
}
