package components

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/styrmin/kubectl-styrmin/test/environment"
)

// server is a real API server with real controllers; the nodes are ours.
type server struct {
	config *rest.Config
	// audit is the file in which the server notes every request.
	audit string
}

var shared environment.Shared[server]

// bare is an API server that knows what Kubernetes knows, and nothing else.
var bare environment.Shared[*rest.Config]

func TestMain(m *testing.M) {
	klog.SetLogger(logr.Discard()) // as the programs do
	log.SetLogger(logr.Discard())
	if request := os.Getenv(toBeKilled); request != "" {
		os.Exit(untilKilled(request))
	}
	flag.Parse()
	// The tests wait for controllers most of the time, so a pair of processors is enough for many.
	_ = flag.Set("test.parallel", "8")
	code := m.Run()
	shared.Stop()
	bare.Stop()
	os.Exit(code)
}

// onServer gives a namespace of the server, or skips the test.
func onServer(t *testing.T) (context.Context, *Client) {
	t.Helper()
	config := shared.Get(t, startServer).config
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	client := inNewNamespace(ctx, t, config)
	client.poll = 100 * time.Millisecond
	return ctx, client
}

// as returns a client of another user.
func (c *Client) as(t *testing.T, user string) *Client {
	t.Helper()
	config := rest.CopyConfig(shared.Get(t, startServer).config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user}
	other, err := New(config, c.namespace, t.Logf)
	must(t, err)
	return other
}

// until returns a client and a context whose deadline comes when the client has
// reported a line with the text, however fast the machine is.
func (c *Client) until(ctx context.Context, said string) (context.Context, *Client) {
	ctx, cancel := context.WithCancelCause(ctx)
	watched := *c
	watched.report = func(format string, args ...any) {
		c.report(format, args...)
		if strings.Contains(fmt.Sprintf(format, args...), said) {
			cancel(context.DeadlineExceeded)
		}
	}
	return ctx, &watched
}

var partOf = regexp.MustCompile(`\b(\d+) of (\d+) `)

// plausible takes reports, of which none may say that there are more of something than it is part of.
func plausible(t *testing.T) func(format string, args ...any) {
	return func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		t.Log(line)
		for _, found := range partOf.FindAllStringSubmatch(line, -1) {
			part, _ := strconv.Atoi(found[1])
			if all, _ := strconv.Atoi(found[2]); part > all {
				t.Errorf("reported %q", line)
			}
		}
	}
}

// inNewNamespace makes a client of a namespace of its own.
func inNewNamespace(ctx context.Context, t *testing.T, config *rest.Config) *Client {
	t.Helper()
	client, err := New(config, "", plausible(t))
	if err != nil {
		t.Fatal(err)
	}
	namespace, err := client.kube.CoreV1().Namespaces().Create(ctx,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "components-"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.kube.CoreV1().Namespaces().Delete(context.WithoutCancel(ctx), namespace.Name, metav1.DeleteOptions{})
	})
	client.namespace = namespace.Name
	return client
}

func startBare(binaries string) (*rest.Config, error) {
	control := &envtest.Environment{BinaryAssetsDirectory: binaries}
	config, err := control.Start()
	if err != nil {
		return nil, fmt.Errorf("start the API server: %w", err)
	}
	bare.AtEnd(func() { _ = control.Stop() })
	return config, nil
}

func startServer(binaries string) (server, error) {
	control := &envtest.Environment{BinaryAssetsDirectory: binaries}
	// An alpha feature, off by default: autoscalers whose lower bound is 0.
	control.ControlPlane.GetAPIServer().Configure().Append("feature-gates", "HPAScaleToZero=true")
	audit, err := auditRequests(control)
	if err != nil {
		return server{}, err
	}
	config, err := control.Start()
	if err != nil {
		return server{}, fmt.Errorf("start the API server: %w", err)
	}
	shared.AtEnd(func() { _ = control.Stop() })
	stop, err := environment.Controllers(control, binaries, "deployment-controller", "replicaset-controller", "statefulset-controller",
		"daemonset-controller", "cronjob-controller", "job-controller", "horizontal-pod-autoscaler-controller", "disruption-controller",
		"garbage-collector-controller")
	if err != nil {
		return server{}, err
	}
	shared.AtEnd(stop)
	config.QPS, config.Burst = 1000, 2000
	if _, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{
		definition("keda.sh", "v1alpha1", "ScaledObject"), definition("styrmin.io", "v1", "StyrminDeployment"),
	}, Paths: []string{filepath.Join(binaries, "snapshot-kinds.yaml")}, ErrorIfPathMissing: true}); err != nil {
		return server{}, err
	}
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return server{}, err
	}
	shared.AtEnd(playNodes(kube))
	return server{config, audit}, addNode(context.Background(), kube)
}

// auditRequests lets the server note who asked for what, in the file that it returns.
func auditRequests(control *envtest.Environment) (audit string, err error) {
	directory, err := os.MkdirTemp("", "styrmin-audit")
	if err != nil {
		return "", err
	}
	shared.AtEnd(func() { _ = os.RemoveAll(directory) })
	policy := filepath.Join(directory, "policy.yaml")
	audit = filepath.Join(directory, "audit.log")
	control.ControlPlane.GetAPIServer().Configure().Append("audit-policy-file", policy).Append("audit-log-path", audit)
	const rules = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n  - level: Metadata\n"
	return audit, os.WriteFile(policy, []byte(rules), 0o600)
}

// addNode makes a node that takes pods: a new one is tainted until a kubelet reports.
func addNode(ctx context.Context, kube kubernetes.Interface) error {
	node, err := kube.CoreV1().Nodes().Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node"}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	node.Spec.Taints = nil
	_, err = kube.CoreV1().Nodes().Update(ctx, node, metav1.UpdateOptions{})
	return err
}

// definition makes a kind of object known whose fields nobody checks.
func definition(group, version, kind string) *apiextensionsv1.CustomResourceDefinition {
	names := apiextensionsv1.CustomResourceDefinitionNames{Kind: kind, Plural: strings.ToLower(kind) + "s"}
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: names.Plural + "." + group},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: group, Scope: apiextensionsv1.NamespaceScoped, Names: names,
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: version, Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object", XPreserveUnknownFields: new(true),
				}},
			}},
		},
	}
}

// neverReady is the image of pods that do not come up.
const neverReady = "broken"

// playNodes lets every pod become ready at once, but those of the image neverReady.
func playNodes(kube kubernetes.Interface) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	factory := informers.NewSharedInformerFactory(kube, 0)
	_, _ = factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(object any) {
		if pod, ok := object.(*corev1.Pod); ok && pod.Spec.Containers[0].Image != neverReady {
			go becomeReady(ctx, kube, pod)
		}
	}})
	factory.Start(ctx.Done())
	return func() { cancel(); factory.Shutdown() }
}

func becomeReady(ctx context.Context, kube kubernetes.Interface, pod *corev1.Pod) {
	patch, _ := json.Marshal(map[string]any{"status": corev1.PodStatus{
		Phase:      corev1.PodRunning,
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()}},
	}})
	_, _ = kube.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
}
