package helm

import (
	"fmt"

	rspb "helm.sh/helm/v3/pkg/release"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// toRecord says of a Helm release what pkg/release reads from its stored form.
func toRecord(r *rspb.Release) (*release.Record, error) {
	record, err := toFixed(r)
	if err != nil {
		return nil, err
	}
	record.Status, record.Description = r.Info.Status.String(), r.Info.Description
	return record, nil
}

// toFixed is a record without what Helm changes as it goes on: of a change that was
// cancelled, Helm still writes the status while its caller has the release already.
func toFixed(r *rspb.Release) (*release.Record, error) {
	if r.Chart == nil || r.Chart.Metadata == nil || r.Info == nil {
		return nil, fmt.Errorf("release %q revision %d has no chart or no status", r.Name, r.Version)
	}
	print, err := chartFingerprint(r.Chart)
	if err != nil {
		return nil, fmt.Errorf("release %q revision %d: %w", r.Name, r.Version, err)
	}
	if print.Values, err = release.ValuesDigest(r.Config); err != nil {
		return nil, fmt.Errorf("release %q revision %d: %w", r.Name, r.Version, err)
	}
	return &release.Record{
		Name:        r.Name,
		Namespace:   r.Namespace,
		Revision:    r.Version,
		Labels:      release.UserLabels(r.Labels),
		Fingerprint: print,
		AppVersion:  r.Chart.AppVersion(),
		Begun:       r.Info.LastDeployed.Time,
	}, nil
}
