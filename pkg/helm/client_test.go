package helm

import (
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
)

func TestNewRefusesStorageThatCannotBeHeld(t *testing.T) {
	getter := genericclioptions.NewConfigFlags(false)
	for driver, ok := range map[string]bool{
		"": true, "secret": true, "secrets": true, "configmap": true, "configmaps": true, "sql": false, "memory": false,
	} {
		t.Run(driver, func(t *testing.T) {
			t.Setenv("HELM_DRIVER", driver)
			_, err := New(getter, "demo", nil)
			if (err == nil) != ok {
				t.Errorf("error %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "HELM_DRIVER") {
				t.Errorf("error %q does not say where the name comes from", err)
			}
		})
	}
}

func TestTunedGetter(t *testing.T) {
	given := &rest.Config{Host: "http://127.0.0.1:1"}
	flags := genericclioptions.NewConfigFlags(false).WithWrapConfigFn(func(*rest.Config) *rest.Config { return given })
	flags.APIServer = &given.Host
	log := new(lineLog)
	getter := &tunedGetter{RESTClientGetter: flags, debug: log.printf}

	got, err := getter.ToRESTConfig()
	if err != nil {
		t.Fatal(err)
	}
	if got.QPS != qps || got.Burst != burst {
		t.Errorf("QPS %v, burst %v", got.QPS, got.Burst)
	}
	if given.QPS != 0 || given.WarningHandler != nil {
		t.Error("the caller's configuration was altered")
	}
	got.WarningHandler.HandleWarningHeader(299, "", "v1beta1 Thing is deprecated")
	if !strings.Contains(log.String(), "v1beta1 Thing is deprecated") {
		t.Errorf("warning is lost: %s", log)
	}

	given.QPS, given.WarningHandler = 7, rest.NoWarnings{}
	if got, err = getter.ToRESTConfig(); err != nil || got.QPS != 7 || got.WarningHandler != (rest.NoWarnings{}) {
		t.Errorf("what the caller set was replaced: %v, %v", got, err)
	}
}
