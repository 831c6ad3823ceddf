package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// cluster is the one under test, and what was made in it.
type cluster struct {
	kube       kubernetes.Interface
	client     client.WithWatch
	run        string
	namespaces []string
}

func connect(kubeconfig string) (*cluster, error) {
	if kubeconfig == "" {
		return nil, errors.New("STYRMIN_TEST_KUBECONFIG names no cluster's kubeconfig; `make bench-gate` starts one")
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // what is measured is not our own patience
	config.WarningHandlerWithContext = silent{}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	c := &cluster{run: rand.String(4)}
	if c.kube, err = kubernetes.NewForConfig(config); err != nil {
		return nil, err
	}
	c.client, err = client.NewWithWatch(config, client.Options{Scheme: scheme})
	return c, err
}

// silent is for the warnings of namespaces that only warn: there are as many as creates.
type silent struct{}

// HandleWarningHeaderWithContext implements rest.WarningHandlerWithContext.
func (silent) HandleWarningHeaderWithContext(context.Context, int, string, string) {}

// install installs what `kubectl styrmin install` does, and waits for it.
func (c *cluster) install(ctx context.Context, image string) error {
	objects, err := install.Render(install.Options{Image: image})
	if err != nil {
		return err
	}
	installer := install.Installer{Client: c.client, Report: func(string) {}}
	if err := installer.Apply(ctx, objects); err != nil {
		return err
	}
	if err := installer.WaitReady(ctx, install.WebhookName, 3*time.Minute); err != nil {
		return err
	}
	return installer.WaitAnswering(ctx, time.Minute)
}

// space makes a namespace; without a gate it does not opt in.
func (c *cluster) space(ctx context.Context, name, gate string) (string, error) {
	name = fmt.Sprintf("bench-gate-%s-%s", name, c.run)
	c.namespaces = append(c.namespaces, name)
	if gate == "" {
		return name, c.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	objects, err := install.RenderNamespace(install.Namespace{Name: name, Gate: gate})
	if err != nil {
		return name, err
	}
	return name, install.Installer{Client: c.client, Report: func(string) {}}.Apply(ctx, objects)
}

// clean deletes the namespaces, whatever came of the run. What is installed stays.
func (c *cluster) clean() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, name := range c.namespaces {
		if err := c.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); client.IgnoreNotFound(err) != nil {
			fmt.Fprintln(os.Stderr, "delete namespace:", err)
		}
	}
}

// parallel calls work for each number below n, by some workers. It ends with the first error.
func parallel(ctx context.Context, workers, n int, work func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range next {
				if err := work(ctx, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
feed:
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	group.Wait()
	return context.Cause(ctx)
}
