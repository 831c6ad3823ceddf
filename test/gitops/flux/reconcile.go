package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	v2 "github.com/fluxcd/helm-controller/api/v2"
)

// errExhausted is how the controller gives up.
var errExhausted = errors.New("the retries are exhausted")

// reconcile acts until it succeeds. Which of the two strategies a failure meets, and
// when to give up, the HelmRelease's own methods say.
func (c *controller) reconcile(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		verb, err := c.act(ctx)
		if err == nil {
			fmt.Printf("attempt %d: %s succeeded\n", attempt, verb)
			return nil
		}
		fmt.Printf("attempt %d: %s failed: %v\n", attempt, verb, err)
		pause, err := c.afterFailure(verb)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// afterFailure counts the failure and remediates, unless the strategy is to retry; it
// tells how long to wait.
func (c *controller) afterFailure(verb string) (time.Duration, error) {
	install, upgrade := c.hr.GetInstall(), c.hr.GetUpgrade()
	retry, remediation := install.GetRetry(), install.GetRemediation()
	if verb == "upgrade" {
		retry, remediation = upgrade.GetRetry(), upgrade.GetRemediation()
	}
	if retry != nil {
		return retry.GetRetryInterval(), nil
	}
	remediation.IncrementFailureCount(c.hr)
	exhausted := remediation.RetriesExhausted(c.hr)
	if !exhausted || remediation.MustRemediateLastFailure() {
		if err := c.remediate(verb, remediation.GetStrategy()); err != nil {
			return 0, err
		}
	}
	if exhausted {
		return 0, errExhausted
	}
	return c.hr.Spec.Interval.Duration, nil
}

// remediate takes back a change that failed. The controller does so only when there is
// a release of its own to take back: what was held has left no record.
func (c *controller) remediate(verb string, strategy v2.RemediationStrategy) error {
	failed, err := c.lastFailed()
	if err != nil || !failed {
		return err
	}
	fmt.Printf("remediation of the %s: %s\n", verb, strategy)
	if strategy == v2.UninstallRemediationStrategy {
		return c.uninstall()
	}
	return c.rollback()
}
