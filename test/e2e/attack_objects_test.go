package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

var instanceAttacks = []attack{
	{"an instance whose actions do nothing", func(a *attacker) result {
		config := a.instance()
		digest := strings.Repeat("0", len(config.Labels[v1.LabelInstance]))
		config.Labels[v1.LabelInstance], config.Name = digest, instance.Name("app", digest)
		config.Data["actions.py"] = "from prefect import flow\n\n\n@flow\ndef visit_board() -> None:\n    pass\n"
		return a.create(config)
	}, byWebhook, "the registered one has"},
	{"an instance's files edited", func(a *attacker) result {
		return a.kubectl("patch", "configmap", a.instance().Name, "--type=merge", "-p", `{"data":{"actions.py":""}}`)
	}, byServer, "immutable"},
	{"an instance's name for something else", func(a *attacker) result {
		config := a.instance()
		config.Name, config.Labels = "styrmin-app-"+strings.Repeat("0", 12), nil
		return a.create(config)
	}, byWebhook, "are for instances only"},
	{"a ConfigMap that becomes an instance", func(a *attacker) result {
		a.kubectl("create", "configmap", "later").expect(a.T, 0)
		return a.kubectl("label", "configmap", "later", v1.LabelInstance+"="+a.atWork.Labels[v1.LabelInstance])
	}, byWebhook, "fixed when it is created"},
	{"a context that passes the new version off as the old", func(a *attacker) result {
		secret, err := cluster.kube.CoreV1().Secrets(a.name).Get(a.Context(), a.instance().Name, getOptions)
		if err != nil {
			a.Fatal(err)
		}
		digest := strings.Repeat("1", len(secret.Labels[v1.LabelInstance]))
		config := a.instance()
		config.Labels[v1.LabelInstance], config.Name = digest, instance.Name("app", digest)
		a.create(config).expect(a.T, 0) // of a registered driver, so it is taken
		forged := &corev1.Secret{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: config.ObjectMeta, Immutable: ptr(true), Data: map[string][]byte{}}
		for key, value := range secret.Data {
			forged.Data[key] = []byte(strings.ReplaceAll(string(value), "2.0.0", "1.0.0"))
		}
		return a.create(forged)
	}, byWebhook, "not an instance that can be admitted"},
}

// instance is the ConfigMap of the change's instance, as one would create it again.
func (a *attacker) instance() *corev1.ConfigMap {
	a.Helper()
	config, err := cluster.kube.CoreV1().ConfigMaps(a.name).Get(a.Context(), instance.Name("app", a.atWork.Labels[v1.LabelInstance]), getOptions)
	if err != nil {
		a.Fatal(err)
	}
	return &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: config.Name, Labels: config.Labels},
		Immutable:  config.Immutable, Data: config.Data,
	}
}

var deploymentAttacks = []attack{
	{"the deployment deleted, to be created again", onDeployment("delete"), byRBAC, "cannot delete resource"},
	{"the deployment owned by something that one deletes", func(a *attacker) result {
		a.kubectl("create", "configmap", "owner").expect(a.T, 0)
		uid := a.kubectl("get", "configmap", "owner", "-o", "jsonpath={.metadata.uid}").stdout
		return a.mergePatch(fmt.Sprintf(`{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":%q}]}}`, uid))
	}, byWebhook, "a StyrminDeployment has no owner"},
	{"the deployment of another release", patching(`{"spec":{"release":"other"}}`), byWebhook, "would escape the gate"},
	{"the deployment of a driver without actions", patching(`{"spec":{"driver":"other"}}`), byWebhook, "would be skipped"},
	{"a second deployment for the release", func(a *attacker) result {
		return a.create(&v1.StyrminDeployment{
			TypeMeta: metav1.TypeMeta{APIVersion: "styrmin.io/v1", Kind: "StyrminDeployment"}, ObjectMeta: metav1.ObjectMeta{Name: "second"},
			Spec: v1.StyrminDeploymentSpec{Driver: "e2e-small", Release: "app"},
		})
	}, byWebhook, "is governed by StyrminDeployment app already"},
	{"the gate opened by hand", func(a *attacker) result {
		glass, err := json.Marshal(v1.BreakGlass{By: "mallory-" + a.name, Reason: "I like to", Until: time.Now().Add(time.Hour)})
		if err != nil {
			a.Fatal(err)
		}
		return a.kubectl("annotate", "styrmindeployment", "app", v1.AnnotationBreakGlass+"="+string(glass))
	}, byWebhook, "needs the verb release"},
	{"the gate opened by kubectl styrmin release", func(a *attacker) result {
		return a.styrmin("release", "app", "--reason", "I like to")
	}, byWebhook, "needs the verb release"},
	{"a driver whose actions do nothing", func(a *attacker) result {
		return a.kubectl("patch", "applicationdriver", "e2e-small", "--type=merge", "-p", `{"files":{"actions.py":""}}`)
	}, byRBAC, "cannot patch resource"},
	{"the namespace opted out", func(a *attacker) result { return a.kubectl("label", "namespace", a.name, v1.LabelGate+"-") }, byRBAC, "cannot patch resource"},
	{"any driver trusted in the namespace", func(a *attacker) result {
		return a.kubectl("annotate", "namespace", a.name, v1.AnnotationDrivers+"=any")
	}, byRBAC, "cannot patch resource"},
	{"the webhook blinded, by its RoleBinding", func(a *attacker) result { return a.kubectl("delete", "rolebinding", "styrmin-webhook") }, byRBAC, "cannot delete resource"},
	{"the webhook's configuration deleted", func(a *attacker) result {
		return a.kubectl("delete", "validatingwebhookconfiguration", "styrmin")
	}, byRBAC, "cannot delete resource"},
	{"the pods' policy deleted", func(a *attacker) result {
		return a.kubectl("delete", "validatingadmissionpolicy", "styrmin-pods")
	}, byRBAC, "cannot delete resource"},
}

func onDeployment(verb string, arguments ...string) func(*attacker) result {
	return func(a *attacker) result {
		return a.kubectl(append([]string{verb, "styrmindeployment", "app"}, arguments...)...)
	}
}

func patching(patch string) func(*attacker) result {
	return func(a *attacker) result { return a.mergePatch(patch) }
}

func (a *attacker) mergePatch(patch string, arguments ...string) result {
	return a.kubectl(append([]string{"patch", "styrmindeployment", "app", "--type=merge", "-p", patch}, arguments...)...)
}

// statusAttacks lie in the deployment's status, which the role edit may write.
var statusAttacks = []attack{
	{"a status in which every action succeeded", func(a *attacker) result {
		return a.patchRun(func(run map[string]any) {
			run["phase"] = "Core"
			for _, action := range run["actions"].([]any) {
				action.(map[string]any)["state"] = "Succeeded"
			}
		})
	}, inVain, ""},
	{"a status in which only parameters change", func(a *attacker) result {
		return a.patchRun(func(run map[string]any) { run["hook"], run["phase"], run["actions"] = "none", "Core", []any{} })
	}, inVain, ""},
	{"a status in which the change is deployed", func(a *attacker) result {
		return a.mergePatch(fmt.Sprintf(`{"status":{"active":{"instance":%q,"version":"2.0.0","revision":1}}}`, a.atWork.Labels[v1.LabelInstance]), "--subresource=status")
	}, inVain, ""},
	{"a failed Job deleted", func(a *attacker) result {
		return a.kubectl("delete", "job", a.admin.jobs(v1.HookUpgrade)["pre_a"][0].Name)
	}, inVain, ""},
}

// patchRun writes the status with another run, and puts the real one back after the test.
func (a *attacker) patchRun(lie func(map[string]any)) result {
	a.Helper()
	honest, err := json.Marshal(a.deployment("app").Status.Run)
	if err != nil {
		a.Fatal(err)
	}
	a.afterwards("patch", "styrmindeployment", "app", "--type=merge", "--subresource=status", "-p", fmt.Sprintf(`{"status":{"run":%s}}`, honest))
	var run map[string]any
	if err := json.Unmarshal(honest, &run); err != nil {
		a.Fatal(err)
	}
	lie(run)
	forged, err := json.Marshal(map[string]any{"status": map[string]any{"run": run}})
	if err != nil {
		a.Fatal(err)
	}
	return a.mergePatch(string(forged), "--subresource=status")
}
