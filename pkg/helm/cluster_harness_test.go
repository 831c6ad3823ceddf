package helm

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistration "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/cert"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// cluster is a namespace of a real API server, and Helm's commands.
type cluster struct {
	kubernetes.Interface
	getter     *genericclioptions.ConfigFlags
	kubeconfig string
	namespace  string
}

// newCluster skips the test unless STYRMIN_TEST_KUBECONFIG names a cluster.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	kubeconfig := os.Getenv("STYRMIN_TEST_KUBECONFIG")
	if kubeconfig == "" {
		t.Skip("STYRMIN_TEST_KUBECONFIG is not set: no cluster to test with")
	}
	t.Setenv("HELM_DRIVER", "")
	getter := genericclioptions.NewConfigFlags(false)
	getter.KubeConfig = &kubeconfig
	config, err := getter.ToRESTConfig()
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	ns, err := client.CoreV1().Namespaces().Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "helm-test-"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.CoreV1().Namespaces().Delete(context.Background(), ns.Name, metav1.DeleteOptions{})
	})
	return &cluster{Interface: client, getter: getter, kubeconfig: kubeconfig, namespace: ns.Name}
}

func (c *cluster) client(t *testing.T, options ...Option) *Client {
	t.Helper()
	client, err := New(c.getter, c.namespace, t.Logf, options...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// command runs one of Helm's own programs, and fails the test unless it succeeds.
func (c *cluster) command(t *testing.T, program, storage string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), helmProgram(t, program), args...)
	home := t.TempDir()
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "KUBECONFIG=" + c.kubeconfig,
		"HELM_NAMESPACE=" + c.namespace, "HELM_DRIVER=" + storage,
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

func helmProgram(t *testing.T, name string) string {
	t.Helper()
	cache := os.Getenv("STYRMIN_CACHE")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(home, ".cache", "kubectl-styrmin")
	}
	path := filepath.Join(cache, "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s beside the test cluster: %v", name, err)
	}
	return path
}

// stored reads the newest record as the admission webhook would.
func (c *cluster) stored(t *testing.T, storage Storage, revision int) *release.Record {
	t.Helper()
	key := release.Key("web", revision)
	var record *release.Record
	var err error
	if storage == StorageConfigMap {
		cm, getErr := c.CoreV1().ConfigMaps(c.namespace).Get(t.Context(), key, metav1.GetOptions{})
		if getErr != nil {
			t.Fatal(getErr)
		}
		record, err = release.FromConfigMap(cm)
	} else {
		s, getErr := c.CoreV1().Secrets(c.namespace).Get(t.Context(), key, metav1.GetOptions{})
		if getErr != nil {
			t.Fatal(getErr)
		}
		record, err = release.FromSecret(s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// hold puts a webhook in front of the namespace's records that refuses each with the message.
func (c *cluster) hold(t *testing.T, message string) {
	t.Helper()
	url, ca := c.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
			t.Error(err)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{
			UID: review.Request.UID, Result: &metav1.Status{Message: message, Code: http.StatusForbidden},
		}
		if err := json.NewEncoder(w).Encode(review); err != nil {
			t.Error(err)
		}
	}))
	none := admissionregistration.SideEffectClassNone
	hook := &admissionregistration.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: c.namespace},
		Webhooks: []admissionregistration.ValidatingWebhook{{
			Name:                    "gate.styrmin.io",
			ClientConfig:            admissionregistration.WebhookClientConfig{URL: &url, CABundle: ca},
			NamespaceSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: c.namespace}},
			SideEffects:             &none,
			AdmissionReviewVersions: []string{"v1"},
			Rules: []admissionregistration.RuleWithOperations{{
				Operations: []admissionregistration.OperationType{admissionregistration.Create},
				Rule:       admissionregistration.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"secrets"}},
			}},
		}},
	}
	configurations := c.AdmissionregistrationV1().ValidatingWebhookConfigurations()
	if _, err := configurations.Create(t.Context(), hook, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = configurations.Delete(context.Background(), c.namespace, metav1.DeleteOptions{}) })
	// The API server learns of a new webhook a moment later.
	for range 100 {
		_, err := c.CoreV1().Secrets(c.namespace).Create(t.Context(),
			&corev1.Secret{ObjectMeta: metav1.ObjectMeta{GenerateName: "probe-"}}, metav1.CreateOptions{})
		if err != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the webhook never took effect")
}

// serve listens with TLS where the API server can reach it: it may live in a network of its own.
func (c *cluster) serve(t *testing.T, handler http.Handler) (address string, ca []byte) {
	t.Helper()
	config, err := c.getter.ToRESTConfig()
	if err != nil {
		t.Fatal(err)
	}
	api, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	route, err := net.Dial("udp", api.Host)
	if err != nil {
		t.Fatal(err)
	}
	ip := route.LocalAddr().(*net.UDPAddr).IP
	route.Close()
	ca, key, err := cert.GenerateSelfSignedCertKey(ip.String(), []net.IP{ip}, nil)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(ca, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	if server.Listener, err = net.Listen("tcp", net.JoinHostPort(ip.String(), "0")); err != nil {
		t.Fatal(err)
	}
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, ca
}
