package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

var deployments = schema.GroupResource{Group: "styrmin.io", Resource: "styrmindeployments"}

// TestExitCode has every type of error that a verb can return.
func TestExitCode(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	denial := apierrors.NewForbidden(deployments, "notes", errors.New("x"))
	denial.ErrStatus.Message = `admission webhook "deployments.styrmin.io" denied the request: spec.version: found 9`
	for name, test := range map[string]struct {
		err     error
		code    int
		message string
	}{
		"nothing":            {nil, ExitOK, ""},
		"usage":              {usagef("-o x: expected json"), ExitUsage, "error: -o x: expected json"},
		"problems":           {&problemsError{message: "no driver"}, ExitProblems, "error: no driver"},
		"problems shown":     {&problemsError{message: "no driver", shown: true}, ExitProblems, ""},
		"inputs":             {&instance.ProblemsError{Problems: []string{"a", "b"}}, ExitProblems, "error: a\n       b\n       Nothing was changed."},
		"refused":            {&engine.RefusedError{What: "what", Next: "next"}, ExitProblems, "error: what\n       next"},
		"failed":             {&engine.FailedError{Mode: "pre", Actions: []engine.FailedAction{{Name: "a", Message: "\x1b[31mb"}}}, ExitProblems, "error: the run failed in pre\n       Action a failed: b\n       The Helm release was not touched.\n       What failed actions did before they failed is not undone."},
		"failed in Helm":     {&engine.FailedError{Mode: "core", Helm: errors.New("boom")}, ExitProblems, "error: the run failed in core\n       The Helm release could not be changed: boom\n       The Helm release was not changed."},
		"held":               {&helm.HeldError{Message: "held"}, ExitHeld, "error: held"},
		"held in a failure":  {&engine.FailedError{Mode: "core", Helm: &helm.HeldError{Message: "held"}}, ExitHeld, "error: the run failed in core\n       The Helm release could not be changed: held\n       The Helm release was not changed."},
		"no backup":          {fmt.Errorf("component database: restore b1: %w in claim notes-backups", vault.ErrNone), ExitProblems, "error: component database: restore b1: there is no such backup in claim notes-backups"},
		"pending":            {&helm.PendingError{Namespace: "n", Release: "notes", Revision: 2, Status: "pending-upgrade"}, ExitHeld, "error: revision 2 of Helm release n/notes is pending-upgrade: another client is changing it, or died while it did\n       Wait for it, and run the same command again. When you know that nobody is at work on it any more, end it with: helm rollback notes -n n"},
		"pending, forgotten": {&helm.PendingError{Namespace: "n", Release: "notes", Revision: 1, Status: "pending-install", Since: time.Unix(0, 0), By: "Helm", CanForget: true}, ExitHeld, "error: revision 1 of Helm release n/notes is pending-install since 1970-01-01T00:00:00Z: another client (Helm) is changing it, or died while it did\n       Wait for it, and run the same command again. When you know that nobody is at work on it any more, give the command --forget-pending 1, which removes its record and goes on; or end it with: helm uninstall notes -n n"},
		"locked":             {&lock.TakenError{Namespace: "n", Name: "a", Holder: "h", Since: time.Unix(0, 0)}, ExitHeld, "error: StyrminDeployment n/a is being driven by h since 1970-01-01T00:00:00Z; follow it with `kubectl styrmin status a -n n --watch`, or end its run with `kubectl styrmin abort a -n n`"},
		"preflight":          {&engine.PreflightError{Message: "no kinds"}, ExitCluster, "error: no kinds"},
		"unreachable":        {&url.Error{Op: "Get", URL: "https://me:hunter2@10.0.0.1:6443/api?x=1", Err: dial}, ExitCluster, "error: the cluster at https://10.0.0.1:6443 cannot be reached: dial tcp: connection refused\n       Check --kubeconfig, --context and --server."},
		"registry":           {fmt.Errorf("load the chart: %w: %w", helm.ErrUnreachable, &url.Error{Op: "Get", URL: "https://r", Err: dial}), ExitCluster, "error: load the chart: unreachable: Get \"https://r\": dial tcp: connection refused"},
		"dial":               {dial, ExitCluster, "error: the cluster cannot be reached: dial tcp: connection refused\n       Check --kubeconfig, --context and --server."},
		"unauthorized":       {apierrors.NewUnauthorized("no"), ExitCluster, "error: the cluster does not accept your credentials; check the kubeconfig's user"},
		"forbidden":          {apierrors.NewForbidden(deployments, "notes", errors.New("no")), ExitCluster, "error: styrmindeployments.styrmin.io \"notes\" is forbidden: no\n       You lack this permission; a platform admin can give it."},
		"quota":              {apierrors.NewForbidden(deployments, "notes", errors.New("exceeded quota: full")), ExitCluster, "error: styrmindeployments.styrmin.io \"notes\" is forbidden: exceeded quota: full\n       `kubectl describe resourcequota` in that namespace shows what is used; a platform admin can raise it."},
		"unfinished":         {&engine.UnfinishedError{Run: v1.Run{ID: "x"}, Command: "kubectl styrmin upgrade n", Err: apierrors.NewInternalError(errors.New("no leader"))}, ExitCluster, "error: Internal error occurred: no leader\n       Run x is not over; when that is mended, resume it with: kubectl styrmin upgrade n"},
		"server gone":        {&engine.UnfinishedError{Run: v1.Run{ID: "x"}, Err: fmt.Errorf("record: %w", dial)}, ExitCluster, "error: the cluster cannot be reached: dial tcp: connection refused\n       Check --kubeconfig, --context and --server.\n       Run x is not over; when that is mended, run the same command again"},
		"namespace deleted":  {&engine.EndingError{Namespace: "demo"}, ExitCluster, "error: namespace demo is being deleted, and everything in it: nothing can be deployed there\n       Nothing more is started. When it is gone, a platform admin can make it anew: kubectl styrmin prepare demo"},
		"deployment deleted": {&engine.GoneError{Namespace: "demo", Name: "notes"}, ExitCluster, "error: StyrminDeployment demo/notes was deleted meanwhile, and with it its runs and their Jobs\n       Nothing more is started, and its Helm release is left as it is. The same command begins anew."},
		"denied by us":       {denial, ExitProblems, "error: " + denial.Error()},
		"no kinds of ours":   {fmt.Errorf("list: %w", &meta.NoResourceMatchError{PartialResource: schema.GroupVersionResource{Group: "styrmin.io"}}), ExitCluster, "error: the cluster does not know the kinds of styrmin.io/v1; a platform admin runs: kubectl styrmin install"},
		"no kind of a chart": {fmt.Errorf("apply: %w", &meta.NoKindMatchError{GroupKind: schema.GroupKind{Group: "example.org", Kind: "X"}, SearchedVersions: []string{"v1"}}), ExitCluster, `error: apply: no matches for kind "X" in version "example.org/v1"`},
		"interrupted":        {errInterrupted, ExitInterrupted, "error: interrupted"},
		"changes of a plan":  {&comparisonError{errChanges}, ExitProblems, ""},
		"a plan's usage":     {&comparisonError{usagef("x")}, ExitUsage, "error: x"},
		"a plan's problems":  {&comparisonError{&problemsError{message: "no driver", shown: true}}, ExitCluster, ""},
		"a plan is refused":  {&comparisonError{&engine.RefusedError{What: "what", Next: "next"}}, ExitCluster, "error: what\n       next"},
		"a plan, and locked": {&comparisonError{&helm.HeldError{Message: "held"}}, ExitCluster, "error: held"},
		"a plan interrupted": {&comparisonError{errInterrupted}, ExitInterrupted, "error: interrupted"},
		"abort interrupted":  {errAbortInterrupted, ExitInterrupted, "error: interrupted; an abort that was recorded holds, and the same command finishes it"},
		"run stopped":        {&engine.InterruptedError{Run: v1.Run{ID: "x", Actions: []v1.ActionStatus{{Name: "a", State: v1.ActionRunning}}}, Command: "kubectl styrmin upgrade n", Err: context.Canceled}, ExitInterrupted, "error: interrupted; run x is not over, resume it with: kubectl styrmin upgrade n\n       Action a goes on in the cluster by itself; nothing more is started."},
		"run aborted":        {&engine.AbortedError{Run: "x", Abort: v1.Abort{By: "bob", At: metav1.Unix(0, 0), Reason: "no"}}, ExitHeld, "error: run x was aborted by bob at 1970-01-01T00:00:00Z: no\n       Nothing more of it is started. What its actions did is not undone, and the next run starts from the beginning."},
		"run interrupted":    {errRunInterrupted, ExitInterrupted, "error: interrupted; the run goes on when the same command is run again"},
		"anything else":      {errors.New("disk full"), ExitCluster, "error: disk full"},
		"wrapped":            {fmt.Errorf("while: %w", usagef("x")), ExitUsage, "error: while: x"},
		"held, said deeper":  {fmt.Errorf("while: %w", &helm.FailedError{Release: "r", Err: &helm.HeldError{Message: "held"}}), ExitHeld, "error: while: release \"r\" revision 0 failed: held"},
		"context, no reason": {context.DeadlineExceeded, ExitCluster, "error: context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			if found := exitCode(test.err); found != test.code {
				t.Errorf("exit code: found %d, expected %d", found, test.code)
			}
			if test.err == nil {
				return
			}
			if found := explain(test.err); found != test.message {
				t.Errorf("message: found\n%s\nexpected\n%s", found, test.message)
			}
		})
	}
}

// TestInterrupted: only verbs that run something say that it can go on.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for verb, expected := range map[string]error{"setup": errRunInterrupted, "upgrade": errRunInterrupted, "abort": errAbortInterrupted, "status": errInterrupted, "logs": errInterrupted} {
		if found := interrupted(&cobra.Command{Use: verb}); !errors.Is(found, expected) {
			t.Errorf("%s: found %v, expected %v", verb, found, expected)
		}
	}
	t.Setenv("KUBECONFIG", writeKubeconfig(t))
	var out, errOut bytes.Buffer
	code := Execute(ctx, genericiooptions.IOStreams{Out: &out, ErrOut: &errOut}, Terminal{}, []string{"status"})
	if code != ExitInterrupted || errOut.String() != "error: interrupted\n" || out.Len() > 0 {
		t.Errorf("found code %d, stdout %q, stderr %q", code, &out, &errOut)
	}
}

// TestAgain: the command that resumes a run is complete, without --until and
// without anything secret.
func TestAgain(t *testing.T) {
	for given, expected := range map[string]string{
		"setup notes --driver ./notes -n apps":                       "kubectl styrmin setup notes --driver ./notes -n apps",
		"setup notes --driver ./notes --until pre":                   "kubectl styrmin setup notes --driver ./notes",
		"setup notes --driver x --set password=hunter2 --set a=b":    "kubectl styrmin setup notes --driver x --set password=… --set a=…",
		"setup notes --driver x --token hunter2 --timeout 5m":        "kubectl styrmin setup notes --driver x --timeout 5m0s --token=…",
		"upgrade notes --rollback-on-failure --context it's --as me": "kubectl styrmin upgrade notes --as me --context 'it'\\''s' --rollback-on-failure=true",
	} {
		t.Run(given, func(t *testing.T) {
			root := NewCommand(genericiooptions.NewTestIOStreamsDiscard(), Terminal{})
			words := strings.Fields(given)
			cmd, rest, err := root.Find(words)
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.ParseFlags(rest); err != nil {
				t.Fatal(err)
			}
			if found := again(cmd, cmd.Flags().Args()); found != expected {
				t.Errorf("found    %s\nexpected %s", found, expected)
			}
		})
	}
}
