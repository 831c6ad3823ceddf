package webhook_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/styrmin/kubectl-styrmin/pkg/install"
	control "github.com/styrmin/kubectl-styrmin/test/environment"
	"github.com/styrmin/kubectl-styrmin/webhook"
)

// environment is a real API server with a real Job controller, and the webhook
// served from this process with the rights that the manifests give it.
type environment struct {
	config *rest.Config
	scheme *runtime.Scheme
	admin  client.Client
	// memory is the served webhook's own.
	memory *webhook.Memory
}

// The images that the webhook under test trusts.
const (
	actionImage = "actions.example/prefect:3"
	runnerImage = "styrmin.example/styrmin:1"
)

// patience is how long the webhook under test waits for running actions.
const patience = 2 * time.Second

var shared control.Shared[*environment]

func TestMain(m *testing.M) {
	code := m.Run()
	if leaked.Load() {
		fmt.Fprintln(os.Stderr, "the webhook's log shows a Secret's content")
		code = 1
	}
	shared.Stop()
	os.Exit(code)
}

// leaked is set when the webhook logs what is in a Secret.
var leaked atomic.Bool

func watchedLog() logr.Logger {
	return funcr.New(func(_, line string) {
		if strings.Contains(line, secretValue) {
			leaked.Store(true)
		}
	}, funcr.Options{})
}

// cluster starts the environment once, or skips the test.
func cluster(t *testing.T) *environment {
	t.Helper()
	return shared.Get(t, start)
}

func start(binaries string) (*environment, error) {
	objects, err := install.Render(install.Options{})
	if err != nil {
		return nil, err
	}
	server := &envtest.Environment{BinaryAssetsDirectory: binaries}
	if err := configurations(objects, &server.WebhookInstallOptions); err != nil {
		return nil, err
	}
	config, err := server.Start()
	if err != nil {
		return nil, err
	}
	shared.AtEnd(func() { _ = server.Stop() })
	e := &environment{config: config}
	if e.scheme, err = webhook.Scheme(); err != nil {
		return nil, err
	}
	if e.admin, err = client.New(config, client.Options{Scheme: e.scheme}); err != nil {
		return nil, err
	}
	installer := install.Installer{Client: e.admin, Report: func(string) {}}
	if err := installer.Apply(context.Background(), withoutWebhooks(objects)); err != nil {
		return nil, err
	}
	// The tests rest on Jobs, and on the aggregation of our roles into edit and admin.
	stop, err := control.Controllers(server, binaries,
		"job-controller", "clusterrole-aggregation-controller", "garbage-collector-controller", "serviceaccount-controller")
	if err != nil {
		return nil, err
	}
	shared.AtEnd(stop)
	return e, e.serve(&server.WebhookInstallOptions)
}

// configurations hands the manifests' own configurations to envtest, which
// points them at this process.
func configurations(objects []*unstructured.Unstructured, options *envtest.WebhookInstallOptions) error {
	for _, object := range objects {
		convert := runtime.DefaultUnstructuredConverter.FromUnstructured
		switch object.GetKind() {
		case "MutatingWebhookConfiguration":
			var c admissionregistrationv1.MutatingWebhookConfiguration
			if err := convert(object.Object, &c); err != nil {
				return err
			}
			options.MutatingWebhooks = append(options.MutatingWebhooks, &c)
		case "ValidatingWebhookConfiguration":
			var c admissionregistrationv1.ValidatingWebhookConfiguration
			if err := convert(object.Object, &c); err != nil {
				return err
			}
			options.ValidatingWebhooks = append(options.ValidatingWebhooks, &c)
		}
	}
	return nil
}

func withoutWebhooks(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	var rest []*unstructured.Unstructured
	for _, object := range objects {
		if !strings.HasSuffix(object.GetKind(), "WebhookConfiguration") {
			rest = append(rest, object)
		}
	}
	return rest
}

// serve reads as the webhook's service account, so that the tests fail when the
// manifests give it too little.
func (e *environment) serve(options *envtest.WebhookInstallOptions) error {
	reader, err := e.as("system:serviceaccount:styrmin:styrmin-webhook", "system:serviceaccounts", "system:authenticated")
	if err != nil {
		return err
	}
	server := ctrlwebhook.NewServer(ctrlwebhook.Options{Host: options.LocalServingHost, Port: options.LocalServingPort, CertDir: options.LocalServingCertDir})
	e.memory = webhook.Remember(reader, watchedLog())
	ctx, cancel := context.WithCancel(context.Background())
	shared.AtEnd(cancel)
	webhook.Register(ctx, server, e.scheme, reader, e.memory, watchedLog(), webhook.Settings{
		JobControllers: webhook.DefaultJobControllers(), ActionImage: actionImage, RunnerImage: runnerImage, Patience: patience,
	})
	go func() { _ = e.memory.Start(ctx) }()
	go func() { _ = server.Start(ctx) }()
	return reachable(net.JoinHostPort(options.LocalServingHost, strconv.Itoa(options.LocalServingPort)))
}

func reachable(address string) error {
	var err error
	for range 100 {
		var connection *tls.Conn
		if connection, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}); err == nil {
			return connection.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// as makes a client for a user, through the API server's impersonation.
func (e *environment) as(user string, groups ...string) (client.WithWatch, error) {
	config := rest.CopyConfig(e.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	config.QPS = -1 // as the webhook's own
	return client.NewWithWatch(config, client.Options{Scheme: e.scheme})
}

// editor makes a client for a holder of the built-in role edit in the namespace,
// and collects the warnings.
func (e *environment) editor(t *testing.T, namespace string) (client.Client, *warnings) {
	t.Helper()
	name := "editor-of-" + namespace
	must(t, e.admin.Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: objectMeta(namespace, name),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: name}},
	}))
	w := &warnings{}
	config := rest.CopyConfig(e.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: name, Groups: []string{"system:authenticated"}}
	config.WarningHandler = w
	c, err := client.New(config, client.Options{Scheme: e.scheme})
	must(t, err)
	return c, w
}

// warnings collects what the API server warns of.
type warnings struct {
	sync.Mutex
	texts []string
}

// HandleWarningHeader implements rest.WarningHandler.
func (w *warnings) HandleWarningHeader(_ int, _ string, text string) {
	w.Lock()
	defer w.Unlock()
	w.texts = append(w.texts, text)
}

func (w *warnings) String() string {
	w.Lock()
	defer w.Unlock()
	return strings.Join(w.texts, "\n")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
