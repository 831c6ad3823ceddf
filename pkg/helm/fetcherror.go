package helm

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// fetchError sorts what a registry or repository answered, or did not.
func fetchError(err error) error {
	var answered *errcode.ErrorResponse
	if errors.As(err, &answered) && answered.StatusCode != http.StatusNotFound {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if errors.Is(err, errdef.ErrNotFound) || answered != nil {
		return fmt.Errorf("%w: %w", ErrChartNotFound, err)
	}
	var network net.Error
	var request *url.Error
	if errors.As(err, &network) || errors.As(err, &request) {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	// Helm's HTTP getter gives the status in words only: "failed to fetch URL : 404 Not Found".
	if status := err.Error(); strings.Contains(status, ": 5") || strings.Contains(status, ": 401 ") || strings.Contains(status, ": 403 ") {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return fmt.Errorf("%w: %w", ErrChartNotFound, err)
}
