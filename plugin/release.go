package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// releaseOptions are the flags of `release`.
type releaseOptions struct {
	*options
	name, reason string
	period       time.Duration
	end          bool
}

// defaultPeriod is long enough for one change of a release, and a second try.
const defaultPeriod = 15 * time.Minute

func newReleaseCommand(o *options) *cobra.Command {
	r := &releaseOptions{options: o}
	cmd := &cobra.Command{
		Use:   "release NAME --reason TEXT",
		Short: "In an emergency, let changes of the Helm release through without their pre actions",
		Long: "Open the gate of one deployment for a while: until then every change of its Helm release is let\nthrough, from any client, with a warning and without the evidence of its pre actions. It needs a\npermission of its own, the verb \"" + v1.VerbRelease + "\" on styrmindeployments (ClusterRole styrmin-break-glass).\n\n" +
			"Who opened it, why and until when is recorded at the deployment and in its Events, and so is every\nchange that went through because of it. It closes by itself, or earlier with --end, which everybody\nmay do who may change the deployment.",
		GroupID: groupOperator,
		Example: "  kubectl styrmin release notes -n notes --reason 'the database is down, pre_upgrade cannot run'\n  kubectl styrmin release notes -n notes --end",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.name = args[0]
			if err := r.validate(); err != nil {
				return err
			}
			return r.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&r.reason, "reason", "", "Why; it is recorded, and shown with every change that is let through. Required.")
	cmd.Flags().DurationVar(&r.period, "for", defaultPeriod, fmt.Sprintf("How long the gate stays open, at most %s.", v1.LongestBreakGlass))
	cmd.Flags().BoolVar(&r.end, "end", false, "Close the gate again.")
	return cmd
}

// validate checks the command line.
func (r *releaseOptions) validate() error {
	switch {
	case r.end && r.reason != "":
		return usagef("--end closes the gate and takes no --reason")
	case !r.end && strings.TrimSpace(r.reason) == "":
		return usagef("--reason is missing: say in one line why the pre actions cannot be waited for; it is recorded")
	case r.period <= 0 || r.period > v1.LongestBreakGlass:
		return usagef("--for %s: expected more than 0 and at most %s", r.period, v1.LongestBreakGlass)
	}
	if err := checkReason(r.reason); err != nil {
		return err
	}
	return checkName("NAME", r.name)
}

func (r *releaseOptions) run(ctx context.Context) error {
	c, err := r.connect()
	if err != nil {
		return err
	}
	deployment, err := c.deployment(ctx, r.name)
	if err != nil {
		return err
	}
	if r.end {
		return r.close(ctx, c, deployment)
	}
	if err := somethingIsHeld(ctx, c); err != nil {
		return err
	}
	return r.open(ctx, c, deployment)
}

// somethingIsHeld refuses to open a gate that is not there: the record would say
// that something was let through in an emergency, and nothing had held it.
func somethingIsHeld(ctx context.Context, c *clients) error {
	gate, err := engine.ReadGate(ctx, c.kube, c.namespace)
	if err != nil || gate.Mode == engine.GateUnknown || gate.Holds() {
		return err
	}
	return &problemsError{message: fmt.Sprintf("nothing is held in namespace %s, so there is nothing to release: its gate is %q, expected %q with the webhook installed", c.namespace, gate.Mode, engine.GateEnforced)}
}

func (r *releaseOptions) open(ctx context.Context, c *clients, deployment *v1.StyrminDeployment) error {
	self, err := selfOf(ctx, c)
	if err != nil {
		return err
	}
	glass := v1.BreakGlass{By: self, Reason: strings.TrimSpace(r.reason), Until: time.Now().Add(r.period).UTC().Truncate(time.Second)}
	value, err := json.Marshal(glass)
	if err != nil {
		return err
	}
	if err := annotate(ctx, c, deployment, string(value)); err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "the gate of %s is open until %s (%s): every change of Helm release %s is let through without its pre actions\n"+
		"Recorded: by %s, because: %s\nClose it earlier with: kubectl styrmin release %s -n %s --end\n",
		deployment.Name, glass.Until.Format(time.RFC3339), r.period, deployment.ReleaseName(), glass.By, glass.Reason, deployment.Name, deployment.Namespace)
	return nil
}

func (r *releaseOptions) close(ctx context.Context, c *clients, deployment *v1.StyrminDeployment) error {
	if _, open := deployment.Annotations[v1.AnnotationBreakGlass]; !open {
		fmt.Fprintf(r.Out, "the gate of %s was not open\n", deployment.Name)
		return nil
	}
	if err := annotate(ctx, c, deployment, nil); err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "the gate of %s is closed: changes of Helm release %s need their pre actions again\n", deployment.Name, deployment.ReleaseName())
	return nil
}

// annotate sets the annotation; nil takes it away.
func annotate(ctx context.Context, c *clients, deployment *v1.StyrminDeployment, value any) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{v1.AnnotationBreakGlass: value}}})
	if err != nil {
		return err
	}
	if err := c.client.Patch(ctx, deployment, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(v1.FieldOwner)); err != nil {
		return fmt.Errorf("annotate StyrminDeployment %s/%s: %w", deployment.Namespace, deployment.Name, err)
	}
	return nil
}

// selfOf is the user that the API server takes us for. The gate opens in the
// user's own name only, so here it has to be known.
func selfOf(ctx context.Context, c *clients) (string, error) {
	review := &authenticationv1.SelfSubjectReview{}
	if err := c.client.Create(ctx, review); err != nil {
		return "", fmt.Errorf("ask the cluster who you are, to record it: %w", err)
	}
	return review.Status.UserInfo.Username, nil
}
