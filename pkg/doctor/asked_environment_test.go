package doctor_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/styrmin/kubectl-styrmin/pkg/doctor"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// asked is the cluster as somebody else sees it, or one that answers something else.
func (c *cluster) asked(t *testing.T, change func(*rest.Config)) *cluster {
	t.Helper()
	config := rest.CopyConfig(c.config)
	change(config)
	kube, err := kubernetes.NewForConfig(config)
	must(t, err)
	return &cluster{config: config, client: c.client, kube: kube}
}

// answering are answers by path, in the place of the API server's own.
type answering map[string]string

func (a answering) in(config *rest.Config) {
	config.Wrap(func(real http.RoundTripper) http.RoundTripper { return answeringFirst{a, real} })
}

type answeringFirst struct {
	answers answering
	real    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (f answeringFirst) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, ok := f.answers[request.URL.Path]
	if !ok {
		return f.real.RoundTrip(request)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: request,
		Body: io.NopCloser(bytes.NewReader([]byte(answer))),
	}, nil
}

// finds expects a finding where the cluster answers so, and none where it does not.
func (c *cluster) finds(t *testing.T, answers answering, check string, level doctor.Level, words ...string) {
	t.Helper()
	if report := c.examine(t, time.Now()); has(report, check, level, words...) {
		t.Fatalf("it is found before it is there:\n%s", told(report))
	}
	if report := c.asked(t, answers.in).examine(t, time.Now()); !has(report, check, level, words...) {
		t.Errorf("expected %s of %s with %q, found:\n%s", level, check, words, told(report))
	}
}

func TestOldServer(t *testing.T) {
	c := healthy(t)
	c.finds(t, answering{"/version": `{"major":"1","minor":"29","gitVersion":"v1.29.4"}`}, "server", doctor.Problem, "of version v1.29.4, older than 1.30.0", "upgrade the cluster")
	c.finds(t, answering{"/apis/admissionregistration.k8s.io/v1": `{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"admissionregistration.k8s.io/v1","resources":[]}`},
		"server", doctor.Problem, "serves no ValidatingAdmissionPolicies", "enable the admission plugin")
}

// running says of the webhook's pods that they run; without a node, nobody else does.
func (c *cluster) running(t *testing.T) {
	t.Helper()
	for _, name := range []string{"webhook-0", "webhook-1"} {
		pod := &corev1.Pod{ObjectMeta: meta("styrmin", name)}
		must(t, c.client.Get(t.Context(), client.ObjectKeyFromObject(pod), pod))
		before := pod.Status
		pod.Status.Phase = corev1.PodRunning
		must(t, c.client.Status().Update(t.Context(), pod))
		t.Cleanup(func() {
			pod.Status = before
			_ = c.client.Status().Update(t.Context(), pod)
		})
	}
}

// metricsOf is where a replica tells its version.
func metricsOf(pod string) string {
	return "/api/v1/namespaces/styrmin/pods/http:" + pod + ":8080/proxy/metrics"
}

func TestVersionSkew(t *testing.T) {
	c := healthy(t)
	if report := c.examine(t, time.Now()); !has(report, "versions", doctor.Warning, "no replica of the webhook runs") {
		t.Errorf("expected that no replica runs, found:\n%s", told(report))
	}
	c.running(t)
	says := func(first, second string) answering {
		return answering{metricsOf("webhook-0"): first, metricsOf("webhook-1"): second}
	}
	const one, two = "styrmin_gate_info{version=\"1\"} 1\n", "# HELP x\nstyrmin_gate_info{version=\"2\"} 1\n"
	c.finds(t, says(two, two), "versions", doctor.Warning, "the plugin is of version 1, the webhook of 2", "install the plugin of the webhook's version")
	c.finds(t, says(one, two), "versions", doctor.Warning, "the webhook of 1, 2")
	c.finds(t, says(one, "up 1\n"), "versions", doctor.Warning, "older than this check")
	c.finds(t, says(one, one), "versions", doctor.OK, "both of version 1")
}

func TestWhatTheUserMayNotDo(t *testing.T) {
	c := healthy(t)
	somebody := c.asked(t, func(config *rest.Config) {
		config.Impersonate = rest.ImpersonationConfig{UserName: "mia", Groups: []string{"system:authenticated"}}
	})
	lacking := []string{"you lack permissions that a run needs in namespace default", "create rolebinding NAME --clusterrole=edit"}
	if report := c.examine(t, time.Now()); has(report, "permissions", doctor.Warning, lacking...) {
		t.Fatalf("the administrator lacks permissions:\n%s", told(report))
	}
	if report := somebody.examine(t, time.Now()); !has(report, "permissions", doctor.Warning, lacking...) {
		t.Errorf("expected that permissions are missing, found:\n%s", told(report))
	}
	c.create(t, &rbacv1.RoleBinding{
		ObjectMeta: meta("default", "mia"), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "mia"}},
	})
	eventually(t, func() bool {
		return has(somebody.examine(t, time.Now()), "permissions", doctor.OK, "you may do what setup and upgrade need in namespace default")
	})
}

func TestSilentPrefect(t *testing.T) {
	c := healthy(t)
	if report := c.examine(t, time.Now()); !has(report, "prefect", doctor.OK, "no Prefect server is installed") {
		t.Fatal(told(report))
	}
	plain, err := install.Render(install.Options{})
	must(t, err)
	withPrefect, err := install.Render(install.Options{Prefect: true, PrefectStorage: install.NoStorage})
	must(t, err)
	there := map[string]bool{}
	for _, o := range plain {
		there[o.GetKind()+o.GetName()] = true
	}
	for _, o := range withPrefect {
		if !there[o.GetKind()+o.GetName()] {
			c.create(t, o)
		}
	}
	// Nothing runs behind its Service.
	if report := c.examine(t, time.Now()); !has(report, "prefect", doctor.Warning, "the Prefect server styrmin/prefect-server does not answer", "rollout restart deployment/prefect-server") {
		t.Errorf("expected that it does not answer, found:\n%s", told(report))
	}
	health := "/api/v1/namespaces/styrmin/services/http:prefect-server:4200/proxy/api/health"
	c.finds(t, answering{health: "true"}, "prefect", doctor.OK, "the Prefect server styrmin/prefect-server answers")
}

// eventually polls: roles take the API server a moment.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	must(t, wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, time.Minute, true, func(context.Context) (bool, error) { return holds(), nil }))
}
