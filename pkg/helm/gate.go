package helm

import (
	"errors"
	"regexp"

	rspb "helm.sh/helm/v3/pkg/release"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// denial is how the API server passes on a webhook's refusal.
var denial = regexp.MustCompile(`(?s)admission webhook "[^"]*styrmin[^"]*" denied the request(?: without explanation|: (.*))`)

// Create stores a new record; the gate stands in front of exactly this.
func (d *gatedDriver) Create(key string, r *rspb.Release) error {
	err := d.Driver.Create(key, r)
	if err == nil {
		d.created = true
		return nil
	}
	if held := asHeld(err); held != nil {
		return held
	}
	return err
}

func asHeld(err error) *HeldError {
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		return nil
	}
	m := denial.FindStringSubmatch(status.ErrStatus.Message)
	if m == nil {
		return nil
	}
	if m[1] == "" {
		return &HeldError{Message: "held by Styrmin's gate without explanation"}
	}
	return &HeldError{Message: m[1]}
}
