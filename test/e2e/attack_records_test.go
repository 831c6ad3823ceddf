package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

var recordAttacks = []attack{
	{"the change by helm 4", func(a *attacker) result { return a.helm(helm4, a.upgrade()...) }, byGate, "held by styrmin"},
	{"the change by upgrade --force", func(a *attacker) result { return a.helm(helm3, append(a.upgrade(), "--force")...) }, byGate, "held by styrmin"},
	{"the change with --reuse-values", func(a *attacker) result { return a.helm(helm3, append(a.upgrade(), "--reuse-values")...) }, byGate, "held by styrmin"},
	{"the change in ConfigMaps (HELM_DRIVER=configmap)", func(a *attacker) result {
		return a.withVariable("HELM_DRIVER=configmap", append([]string{helm3, "-n", a.name}, a.upgrade()...)...)
	}, byGate, "held by styrmin"},
	{"a record made by kubectl, as deployed", creating(2, nil), byGate, "held by styrmin"},
	{"a record as pending-rollback", creating(2, func(r *forgedRecord) { r.status("pending-rollback", "Rollback to 1") }), byGate, "held by styrmin"},
	{"a record of a later revision", creating(9, nil), byGate, "held by styrmin"},
	{"a record without labels", creating(2, func(r *forgedRecord) { r.secret.Labels = nil }), byGate, "held by styrmin"},
	{"a record of another namespace", creating(2, func(r *forgedRecord) { r.payload["namespace"] = "default" }), byGate, "held by styrmin"},
	{"a record under another name", creating(2, func(r *forgedRecord) {
		r.secret.Name, r.secret.Labels = "mine", map[string]string{"owner": "helm", "name": "app", "status": "deployed", "version": "2"}
	}), byWebhook, "belongs in an object named"},
	{"a record whose content is of another release", creating(2, func(r *forgedRecord) { r.payload["name"] = "other" }), byWebhook, "which belongs in an object named"},
	{"a record that unfolds to 100 MiB", creating(2, func(r *forgedRecord) { r.bomb = 100 << 20 }), byWebhook, "unfolds to more than"},
	{"a record that cannot be read", creating(2, func(r *forgedRecord) { r.secret.Data["release"], r.raw = []byte("eHl6"), true }), byWebhook, "cannot be judged"},
	{"the deployed record rewritten to the change", rewriting(func(r *forgedRecord) { r.change() }), byWebhook, "what a revision deploys is fixed"},
	{"the deployed record with another manifest, to roll back to", rewriting(func(r *forgedRecord) { r.payload["manifest"] = "" }), byWebhook, "what a revision deploys is fixed"},
}

// replayAttacks use evidence that has served.
var replayAttacks = []attack{
	{"the same change once more", func(a *attacker) result { return a.helm(helm4, a.upgrade()...) }, byGate, "has served a revision already"},
	{"the same change after a rollback", func(a *attacker) result {
		a.helm(helm3, "rollback", "app", "1").expect(a.T, 0, "rollback restores the Helm release only")
		return a.helm(helm3, a.upgrade()...)
	}, byGate, "has served a revision already"},
	{"two changes at once on one evidence", func(a *attacker) result {
		a.styrmin("upgrade", "app", "--driver", a.dir, "--version", "2.0.0", "--until", "pre").expect(a.T, 0, "paused after pre")
		before := len(a.admin.history("app"))
		var both sync.WaitGroup
		for _, helm := range []string{helm3, helm4} {
			both.Go(func() { a.helm(helm, a.upgrade()...) })
		}
		both.Wait()
		if after := len(a.admin.history("app")); after != before+1 {
			a.Errorf("%d revisions came of it, expected one", after-before)
		}
		return a.helm(helm3, a.upgrade()...)
	}, byGate, "has served a revision already"},
	{"every record deleted, and installed anew", func(a *attacker) result {
		a.kubectl("delete", "secret", "-l", "owner=helm,name=app").expect(a.T, 0)
		return a.helm(helm3, a.upgrade()...)
	}, byGate, "held by styrmin"},
}

// forgedRecord is a record of the change that somebody makes by hand.
type forgedRecord struct {
	*attacker
	secret  *corev1.Secret
	payload map[string]any
	// bomb is how much white space follows the payload; raw keeps the Secret's data as they are.
	bomb int
	raw  bool
}

// stored begins with the record of revision 1.
func (a *attacker) stored() *forgedRecord {
	a.Helper()
	stored, err := cluster.kube.CoreV1().Secrets(a.name).Get(a.Context(), release.Key("app", 1), getOptions)
	if err != nil {
		a.Fatal(err)
	}
	r := &forgedRecord{attacker: a, secret: &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Name: stored.Name, Labels: stored.Labels},
		Type:       stored.Type, Data: map[string][]byte{},
	}}
	if err := json.Unmarshal(unpack(a, stored.Data["release"]), &r.payload); err != nil {
		a.Fatal(err)
	}
	return r
}

// change makes it deploy the change.
func (r *forgedRecord) change() {
	data, err := os.ReadFile(r.values)
	if err != nil {
		r.Fatal(err)
	}
	var values map[string]any
	if err := yaml.Unmarshal(data, &values); err != nil {
		r.Fatal(err)
	}
	r.payload["config"] = values
	r.payload["manifest"] = strings.ReplaceAll(r.payload["manifest"].(string), "1.0.0", "2.0.0")
}

func (r *forgedRecord) status(status, description string) {
	info := r.payload["info"].(map[string]any)
	info["status"], info["description"], r.secret.Labels["status"] = status, description, status
}

// creating creates the change as a revision, changed further.
func creating(revision int, forge func(*forgedRecord)) func(*attacker) result {
	return func(a *attacker) result {
		r := a.stored()
		r.change()
		r.payload["version"], r.secret.Name, r.secret.Labels["version"] = revision, release.Key("app", revision), strconv.Itoa(revision)
		if forge != nil {
			forge(r)
		}
		return a.create(r.packed())
	}
}

// rewriting puts another content into the record of revision 1.
func rewriting(forge func(*forgedRecord)) func(*attacker) result {
	return func(a *attacker) result {
		r := a.stored()
		forge(r)
		data, err := json.Marshal(r.packed())
		if err != nil {
			a.Fatal(err)
		}
		return execute(a.Context(), a.kubeconfig, string(data), "kubectl", "-n", a.name, "replace", "-f", "-")
	}
}

func (r *forgedRecord) packed() *corev1.Secret {
	r.Helper()
	if r.raw {
		return r.secret
	}
	data, err := json.Marshal(r.payload)
	if err != nil {
		r.Fatal(err)
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, err = io.Copy(zip, io.MultiReader(bytes.NewReader(data), bytes.NewReader(bytes.Repeat([]byte(" "), r.bomb))))
	if err != nil || zip.Close() != nil {
		r.Fatal(err)
	}
	r.secret.Data["release"] = []byte(base64.StdEncoding.EncodeToString(packed.Bytes()))
	return r.secret
}

func unpack(a *attacker, data []byte) []byte {
	a.Helper()
	packed, err := base64.StdEncoding.DecodeString(string(data))
	if err != nil {
		a.Fatal(err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		a.Fatal(err)
	}
	raw, err := io.ReadAll(zip)
	if err != nil {
		a.Fatal(err)
	}
	return raw
}

// withVariable runs a program with something in its environment.
func (a *attacker) withVariable(variable string, command ...string) result {
	a.Helper()
	return a.space.run(append([]string{"env", variable}, command...)...)
}
