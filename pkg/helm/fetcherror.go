package helm

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"oras.land/oras-go/v2/registry/remote/errcode"
)

// words is the status in what Helm's HTTP getter says: failed to fetch URL : 404 Not Found
var words = regexp.MustCompile(`^failed to fetch .* : (\d{3}) [^:]*$`)

// fetchError sorts what a registry or repository answered, or did not.
func fetchError(err error) error {
	if unreachable(err) {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return fmt.Errorf("%w: %w", ErrChartNotFound, err)
}

// unreachable is true unless there was an answer about the chart. An answer
// that only refuses, such as one to log in first, is none.
func unreachable(err error) bool {
	var answered *errcode.ErrorResponse
	if errors.As(err, &answered) {
		return !absent(answered.StatusCode)
	}
	if status := words.FindStringSubmatch(err.Error()); status != nil {
		code, _ := strconv.Atoi(status[1])
		return !absent(code)
	}
	var network net.Error
	var request *url.Error
	return errors.As(err, &network) || errors.As(err, &request) || errors.Is(err, io.ErrUnexpectedEOF)
}

func absent(status int) bool { return status == http.StatusNotFound || status == http.StatusGone }
