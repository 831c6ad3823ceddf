package components

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// Vault is where a deployment's backups are kept: a claim, and a pod that writes to it
// for as long as a primitive needs it.
type Vault struct {
	// Deployment whose backups they are.
	Deployment string
	// Image has the runner, which keeps them.
	Image      string
	PullPolicy corev1.PullPolicy
	// PullSecrets are the image's.
	PullSecrets []corev1.LocalObjectReference
	// Owner is what the pod goes with, when it is not deleted at its end; nil for nothing.
	Owner *metav1.OwnerReference
}

// RunnerContainer is the init container of an action's pod that brings the runner.
const RunnerContainer = "runner"

// VaultOf is the vault of a deployment, as one of its actions uses it: with the image
// that has brought the runner into the action's own pod.
func (c *Client) VaultOf(ctx context.Context, deployment, pod string) (Vault, error) {
	own, err := c.kube.CoreV1().Pods(c.namespace).Get(ctx, pod, metav1.GetOptions{})
	if err != nil {
		return Vault{}, fmt.Errorf("read the action's own pod %s/%s: %w", c.namespace, pod, err)
	}
	for _, container := range own.Spec.InitContainers {
		if container.Name == RunnerContainer {
			return Vault{
				Deployment: deployment, Image: container.Image, PullPolicy: container.ImagePullPolicy, PullSecrets: own.Spec.ImagePullSecrets,
				Owner: &metav1.OwnerReference{APIVersion: "v1", Kind: "Pod", Name: own.Name, UID: own.UID},
			}, nil
		}
	}
	return Vault{}, &UnsupportedError{What: fmt.Sprintf("pod %s is no action's: it has no init container %s, whose image keeps backups", pod, RunnerContainer)}
}

// openVault is a vault whose pod runs.
type openVault struct {
	client *Client
	pod    *corev1.Pod
}

// find asks for a backup, by "find" or, comparing its checksum, by "check"; vault.ErrNone for none.
func (v *openVault) find(ctx context.Context, verb, component, name string) (vault.Manifest, error) {
	var found *vault.Manifest
	if err := v.ask(ctx, nil, &found, verb, component, name); err != nil {
		return vault.Manifest{}, err
	}
	if found == nil {
		return vault.Manifest{}, vault.ErrNone
	}
	return *found, nil
}

func (v *openVault) list(ctx context.Context) (found []vault.Entry, err error) {
	return found, v.ask(ctx, nil, &found, "list")
}

// put stores data, of which nothing is left when this process is killed.
func (v *openVault) put(ctx context.Context, from io.Reader) (part vault.Part, err error) {
	return part, v.ask(ctx, vault.Framed(from), &part, "put")
}

func (v *openVault) commit(ctx context.Context, part vault.Part, m vault.Manifest) (made vault.Manifest, err error) {
	content, err := json.Marshal(m)
	if err != nil {
		return made, err
	}
	return made, v.ask(ctx, bytes.NewReader(content), &made, "commit", part.ID)
}

// drop removes a part, also when the context has ended.
func (v *openVault) drop(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	return v.ask(ctx, nil, nil, "discard", id)
}

func (v *openVault) get(ctx context.Context, m vault.Manifest, to io.Writer) error {
	open, end := io.Pipe() // standard input says for how long the data is wanted
	defer end.Close()
	return v.client.pipe(ctx, v.at(m.Component, "get"), v.command("get", m.Component, m.Name), open, to)
}

// ask runs the runner in the vault's pod and reads its answer.
func (v *openVault) ask(ctx context.Context, stdin io.Reader, answer any, verb string, args ...string) error {
	var output bytes.Buffer
	if err := v.client.pipe(ctx, v.at("", verb), v.command(verb, args...), stdin, &output); err != nil {
		return err
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(output.Bytes(), answer); err != nil {
		return fmt.Errorf("read the answer of pod %s to %s: %w", v.pod.Name, verb, err)
	}
	return nil
}

func (v *openVault) at(component, verb string) Result {
	return Result{Component: cmp.Or(component, "backups"), Pod: v.pod.Name, Container: "vault", Command: []string{"styrmin-runner", "vault", verb}}
}

func (v *openVault) command(verb string, args ...string) []string {
	return append([]string{"/styrmin-runner", "vault", verb, vaultPath}, args...)
}

const (
	// vaultPath is where the claim is mounted.
	vaultPath = "/backups"
	// vaultUser is the user that the pod runs as.
	vaultUser = 65532
	// vaultGrace is how many seconds a program in the pod has to notice that nobody sends any more.
	vaultGrace = 10
	// vaultIdle ends a pod that its primitive did not delete, because it was killed: when
	// nothing has run in it for longer than a primitive waits for a database.
	vaultIdle = 5 * DefaultPodWait
	// vaultLife ends it in any case.
	vaultLife = 24 * time.Hour
)

// podOf is the pod that has the claim.
func (v Vault) podOf(ctx context.Context, idle time.Duration) *corev1.Pod {
	life := vaultLife
	if deadline, ok := ctx.Deadline(); ok {
		life = min(life, time.Until(deadline)+discardTime)
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: v.claim() + "-", Labels: map[string]string{v1.LabelVault: v.Deployment}},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: new(false), EnableServiceLinks: new(false),
			ActiveDeadlineSeconds: new(max(1, int64(life.Seconds()))), TerminationGracePeriodSeconds: new(int64(vaultGrace)), ImagePullSecrets: v.PullSecrets,
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot: new(true), RunAsUser: new(int64(vaultUser)), RunAsGroup: new(int64(vaultUser)), FSGroup: new(int64(vaultUser)),
				FSGroupChangePolicy: new(corev1.FSGroupChangeOnRootMismatch), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name: "vault", Image: v.Image, ImagePullPolicy: v.PullPolicy, Command: []string{"/styrmin-runner", "vault", "serve", "--idle", idle.String()},
				VolumeMounts: []corev1.VolumeMount{{Name: "backups", MountPath: vaultPath}},
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
				},
			}},
			Volumes: []corev1.Volume{{Name: "backups", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: v.claim()}}}},
		},
	}
	if v.Owner != nil {
		pod.OwnerReferences = []metav1.OwnerReference{*v.Owner}
	}
	return pod
}
