package main

import (
	"context"
	"errors"
	"fmt"

	v2 "github.com/fluxcd/helm-controller/api/v2"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

// controller acts on one HelmRelease.
type controller struct {
	hr     *v2.HelmRelease
	chart  *chart.Chart
	config *action.Configuration
}

// newController sets Helm up as helm-controller does: with Secrets as its storage, in
// the namespace that the HelmRelease names for it.
func newController(hr *v2.HelmRelease, chartDir string) (*controller, error) {
	loaded, err := loader.Load(chartDir)
	if err != nil {
		return nil, err
	}
	flags := genericclioptions.NewConfigFlags(false)
	namespace := hr.GetReleaseNamespace()
	flags.Namespace = &namespace
	config := &action.Configuration{}
	if err := config.Init(flags, hr.GetStorageNamespace(), "secret", func(string, ...any) {}); err != nil {
		return nil, err
	}
	return &controller{hr: hr, chart: loaded, config: config}, nil
}

// act installs, or upgrades what is there, and says which.
func (c *controller) act(ctx context.Context) (verb string, err error) {
	last, err := c.config.Releases.Last(c.hr.GetReleaseName())
	switch {
	case errors.Is(err, driver.ErrReleaseNotFound):
		return "install", c.install(ctx)
	case err != nil:
		return "observation", err
	case last.Info.Status.IsPending():
		return "observation", fmt.Errorf("revision %d is %s", last.Version, last.Info.Status)
	}
	return "upgrade", c.upgrade(ctx)
}

// install sets what helm-controller sets of Helm's action.
func (c *controller) install(ctx context.Context) error {
	spec := c.hr.GetInstall()
	install := action.NewInstall(c.config)
	install.ReleaseName, install.Namespace = c.hr.GetReleaseName(), c.hr.GetReleaseNamespace()
	install.Timeout = spec.GetTimeout(c.hr.GetTimeout()).Duration
	install.Wait, install.WaitForJobs = !spec.DisableWait, !spec.DisableWaitForJobs
	install.TakeOwnership = !spec.DisableTakeOwnership
	_, err := install.RunWithContext(ctx, c.chart, c.hr.GetValues())
	return err
}

func (c *controller) upgrade(ctx context.Context) error {
	spec := c.hr.GetUpgrade()
	upgrade := action.NewUpgrade(c.config)
	upgrade.Namespace, upgrade.MaxHistory = c.hr.GetReleaseNamespace(), c.hr.GetMaxHistory()
	upgrade.ResetValues, upgrade.ReuseValues = !spec.PreserveValues, spec.PreserveValues
	upgrade.Timeout = spec.GetTimeout(c.hr.GetTimeout()).Duration
	upgrade.Wait, upgrade.WaitForJobs = !spec.DisableWait, !spec.DisableWaitForJobs
	upgrade.TakeOwnership = !spec.DisableTakeOwnership
	upgrade.Force, upgrade.CleanupOnFail = spec.Force, spec.CleanupOnFail
	_, err := upgrade.RunWithContext(ctx, c.hr.GetReleaseName(), c.chart, c.hr.GetValues())
	return err
}

// lastFailed tells whether the newest revision is one that failed.
func (c *controller) lastFailed() (bool, error) {
	last, err := c.config.Releases.Last(c.hr.GetReleaseName())
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return false, nil
	}
	return err == nil && last.Info.Status == release.StatusFailed, err
}

func (c *controller) rollback() error {
	rollback := action.NewRollback(c.config)
	rollback.Timeout, rollback.Wait = c.hr.GetTimeout().Duration, true
	return rollback.Run(c.hr.GetReleaseName())
}

func (c *controller) uninstall() error {
	_, err := action.NewUninstall(c.config).Run(c.hr.GetReleaseName())
	return err
}
