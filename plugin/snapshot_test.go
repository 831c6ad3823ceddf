package plugin_test

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// inNamespace are the kinds that a run or its chart could leave behind. Helm's
// records are Secrets.
var inNamespace = []schema.GroupVersionKind{
	{Group: "styrmin.io", Version: "v1", Kind: "StyrminDeployment"},
	{Version: "v1", Kind: "ConfigMap"},
	{Version: "v1", Kind: "Secret"},
	{Version: "v1", Kind: "ServiceAccount"},
	{Version: "v1", Kind: "Service"},
	{Version: "v1", Kind: "Pod"},
	{Version: "v1", Kind: "Event"},
	{Group: "apps", Version: "v1", Kind: "Deployment"},
	{Group: "batch", Version: "v1", Kind: "Job"},
	{Group: "coordination.k8s.io", Version: "v1", Kind: "Lease"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "Role"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "RoleBinding"},
}

// snapshot writes down what there is in the script's namespace, with every
// object's version, and which of its drivers are registered: snapshot FILE
func snapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: snapshot FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(state(ts)), 0o600))
}

// unchanged compares the cluster with a snapshot: unchanged FILE
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: unchanged FILE")
	}
	if diff := cmp.Diff(strings.Split(ts.ReadFile(args[0]), "\n"), strings.Split(state(ts), "\n")); diff != "" {
		ts.Fatalf("the cluster was changed (-before +after):\n%s", diff)
	}
}

func state(ts *testscript.TestScript) string {
	c, err := connect(ts.Getenv("KUBECONFIG"))
	ts.Check(err)
	namespace := ts.Getenv("NS")
	var lines []string
	for _, kind := range inNamespace {
		lines = append(lines, objects(ts, c, kind, "", client.InNamespace(namespace))...)
	}
	lines = append(lines, objects(ts, c, schema.GroupVersionKind{Group: "styrmin.io", Version: "v1", Kind: "ApplicationDriver"}, namespace)...)
	// Also namespaces that a mistyped name could bring about.
	lines = append(lines, objects(ts, c, schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}, namespace)...)
	return strings.Join(lines, "\n") + "\n"
}

func objects(ts *testscript.TestScript, c client.Client, kind schema.GroupVersionKind, prefix string, options ...client.ListOption) []string {
	var list metav1.PartialObjectMetadataList
	list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
	err := c.List(context.Background(), &list, options...)
	if meta.IsNoMatchError(err) {
		return []string{kind.Kind + ": no such kind"}
	}
	ts.Check(err)
	var lines []string
	for _, object := range list.Items {
		if strings.HasPrefix(object.Name, prefix) {
			lines = append(lines, fmt.Sprintf("%s %s %s %s", kind.Kind, object.Name, object.UID, object.ResourceVersion))
		}
	}
	sort.Strings(lines)
	return lines
}
