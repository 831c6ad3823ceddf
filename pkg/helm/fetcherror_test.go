package helm

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

// TestFetchError has what Helm's HTTP getter gives in words only.
func TestFetchError(t *testing.T) {
	for _, tc := range []struct {
		err  error
		kind error
	}{
		{errors.New("failed to fetch https://r/c.tgz : 404 Not Found"), ErrChartNotFound},
		{errors.New("failed to fetch https://r/c.tgz : 410 Gone"), ErrChartNotFound},
		{errors.New("failed to fetch https://r/c.tgz : 429 Too Many Requests"), ErrUnreachable},
		{errors.New("failed to fetch https://r/c.tgz : 401 Unauthorized"), ErrUnreachable},
		{errors.New("failed to fetch https://r/a : 404 b/c.tgz : 503 Service Unavailable"), ErrUnreachable},
		{fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), ErrUnreachable},
		{errors.New("could not locate a version matching provided version string 9"), ErrChartNotFound},
	} {
		if got := fetchError(tc.err); !errors.Is(got, tc.kind) {
			t.Errorf("%v: got %v, expected %v", tc.err, got, tc.kind)
		}
	}
}
