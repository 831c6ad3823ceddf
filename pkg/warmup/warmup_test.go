package warmup

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	corev1 "k8s.io/api/core/v1"
)

// cold is an answer of an API server that has not read its roles; a real one gave it.
const cold = `pods is forbidden: User \"system:serviceaccount:shop:actions\" cannot create resource \"pods\" in API group \"\" in the namespace \"shop\": RBAC: role.rbac.authorization.k8s.io \"styrmin-actions\" not found`

// refusing answers with a refusal so many times, and then as an API server does.
func refusing(t *testing.T, times int, words string) (*rest.Config, *int) {
	t.Helper()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked++
		w.Header().Set("Content-Type", "application/json")
		if asked <= times {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"%s"}`, words)
			return
		}
		if !strings.Contains(string(body), `"name":"one"`) {
			t.Errorf("the request came without its body: %q", body)
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	config := &rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json"}}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return &transport{next: next, lasts: 200 * time.Millisecond, pause: time.Millisecond}
	})
	return config, &asked
}

func create(t *testing.T, config *rest.Config) error {
	t.Helper()
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = kube.CoreV1().Pods("shop").Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "one"}}, metav1.CreateOptions{})
	return err
}

func TestAColdAuthorizerIsAskedAgain(t *testing.T) {
	config, asked := refusing(t, 3, cold)
	if err := create(t, config); err != nil || *asked != 4 {
		t.Errorf("asked %d times, expected 4: %v", *asked, err)
	}
}

func TestARefusalIsFinal(t *testing.T) {
	config, asked := refusing(t, 3, `pods is forbidden: User \"eve\" cannot create resource \"pods\"`)
	if err := create(t, config); !apierrors.IsForbidden(err) || *asked != 1 {
		t.Errorf("asked %d times, expected 1: %v", *asked, err)
	}
}

func TestAMissingRoleIsSaidInTheEnd(t *testing.T) {
	config, asked := refusing(t, 1_000_000, cold)
	err := create(t, config)
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `"styrmin-actions" not found`) || *asked < 2 {
		t.Errorf("asked %d times, expected more than once and the server's words: %v", *asked, err)
	}
}

func TestBridgeLeavesTheConfigurationAlone(t *testing.T) {
	config := &rest.Config{}
	if Bridge(config).WrapTransport == nil || config.WrapTransport != nil {
		t.Error("expected a changed copy")
	}
}
