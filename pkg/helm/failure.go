package helm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// failure turns an error of Helm's into one that can be told apart.
func (s *session) failure(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("interrupted: %w", err)
	case errors.Is(err, context.DeadlineExceeded):
		if line := s.log.lastNotReady(); line != "" {
			return fmt.Errorf("%w: %s: %w", ErrNotReady, line, err)
		}
		return fmt.Errorf("%w: %w", ErrNotReady, err)
	case !s.records.created && isRenderError(err):
		return renderError(err)
	}
	return clusterError(err)
}

// Helm has no types for what goes wrong before a record exists; these are the beginnings
// and middles of its messages.
var renderMessages = regexp.MustCompile(`template: |execution error (at|in) |parse error (at|in) |` +
	`YAML parse error on |values don't meet the specifications|chart requires kubeVersion|` +
	`unable to build kubernetes objects from|rendering template failed`)

func isRenderError(err error) bool { return renderMessages.MatchString(err.Error()) }

// clusterError marks errors of the connection; what the API server answered stays as it is.
func clusterError(err error) error {
	var answered apierrors.APIStatus
	if errors.As(err, &answered) {
		return err
	}
	var network net.Error
	var request *url.Error
	if strings.Contains(err.Error(), "cluster unreachable") || errors.As(err, &request) ||
		(errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded)) {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}
