// Command styrmin-webhook serves Styrmin's admission webhook.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/webhook"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "styrmin-webhook:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	options, err := parse(args)
	if err != nil {
		return err
	}
	log := logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil))
	ctrllog.SetLogger(log)
	klog.SetLogger(log)
	config, err := rest.InClusterConfig()
	if err != nil {
		return fmt.Errorf("the webhook runs in a pod of the cluster that it guards: %w", err)
	}
	return webhook.Run(ctx, config, log, options)
}

func parse(args []string) (webhook.Options, error) {
	var o webhook.Options
	flags := flag.NewFlagSet("styrmin-webhook", flag.ContinueOnError)
	flags.IntVar(&o.Port, "port", 9443, "port that serves admission")
	flags.StringVar(&o.HealthAddress, "health-address", ":8081", "address of /healthz and /readyz")
	flags.StringVar(&o.MetricsAddress, "metrics-address", ":8080", "address of /metrics; 0 for none")
	flags.StringVar(&o.Namespace, "namespace", v1.SystemNamespace, "namespace of the webhook")
	flags.StringVar(&o.Secret, "secret", "styrmin-webhook-cert", "Secret that keeps the certificate")
	flags.StringVar(&o.Service, "service", "styrmin-webhook", "Service by which the API server reaches the webhook")
	flags.StringVar(&o.Configuration, "configuration", "styrmin", "name of the webhook configurations")
	flags.StringVar(&o.Directory, "directory", "/tmp", "writable directory")
	flags.StringVar(&o.ActionImage, "action-image", jobs.DefaultImage, "image of actions where a StyrminDeployment names none; trusted everywhere")
	flags.StringVar(&o.RunnerImage, "runner-image", jobs.DefaultRunnerImage, "image that carries styrmin-runner where a StyrminDeployment names none; trusted everywhere")
	flags.DurationVar(&o.Patience, "wait", webhook.DefaultPatience, "how long a change waits for running pre actions before it is held; keep it below timeoutSeconds of the webhook configuration; 0 for not at all")
	controllers := flags.String("job-controllers", strings.Join(webhook.DefaultJobControllers(), ","), "users that may write the status of Jobs")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.JobControllers = strings.Split(*controllers, ",")
	return o, nil
}
