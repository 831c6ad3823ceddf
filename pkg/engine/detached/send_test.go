package detached_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/kubernetes/fake"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

func spec(p *engine.Prepared) detached.Spec {
	deployment := p.Desired.DeepCopy()
	deployment.UID = "deployment-uid"
	return detached.Spec{Deployment: deployment, Settings: p.Desired.Spec.Jobs, ServiceAccount: detached.DefaultServiceAccount, ID: "q2345678", Bound: time.Hour}
}

// TestSend: the request lies in an immutable Secret that goes with the Job, and nowhere else.
func TestSend(t *testing.T) {
	p, kube := prepared(t), fake.NewClientset()
	data, err := detached.Pack(p, engine.Detached{ID: "q2345678"}, "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := detached.Send(t.Context(), kube, spec(p), data)
	if err != nil {
		t.Fatal(err)
	}
	if *job.Spec.Suspend || *job.Spec.ActiveDeadlineSeconds != 3600 || job.OwnerReferences[0].UID != "deployment-uid" {
		t.Errorf("unexpected Job %+v", job)
	}
	secret, err := kube.CoreV1().Secrets("demo").Get(t.Context(), job.Spec.Template.Spec.Volumes[0].Secret.SecretName, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !*secret.Immutable || secret.OwnerReferences[0].Kind != "Job" || secret.OwnerReferences[0].Name != job.Name {
		t.Errorf("unexpected Secret %+v", secret.ObjectMeta)
	}
	if !bytes.Contains(secret.Data["request.json"], []byte("secret@example.org")) {
		t.Error("the Secret has no parameter's value")
	}
	shown, err := json.Marshal(job)
	if err != nil || bytes.Contains(shown, []byte("secret@example.org")) {
		t.Errorf("the Job shows a parameter's value: %v", err)
	}
	if _, labelled := job.Labels[v1.LabelRun]; labelled {
		t.Error("the engine's Job bears the label of actions' Jobs")
	}
}

func TestSendWhileAnotherIsUnderWay(t *testing.T) {
	ended := func(condition batchv1.JobConditionType) batchv1.JobStatus {
		return batchv1.JobStatus{Conditions: []batchv1.JobCondition{{Type: condition, Status: corev1.ConditionTrue}}}
	}
	for name, tt := range map[string]struct {
		suspended bool
		status    batchv1.JobStatus
		taken     bool
	}{
		"at work":     {false, batchv1.JobStatus{Active: 1}, true},
		"no pod yet":  {false, batchv1.JobStatus{}, true},
		"never began": {true, batchv1.JobStatus{}, false},
		"done":        {false, ended(batchv1.JobComplete), false},
		"failed":      {false, ended(batchv1.JobFailed), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := &batchv1.Job{
				ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: detached.JobName("notes"), UID: types.UID("before")},
				Spec:       batchv1.JobSpec{Suspend: &tt.suspended}, Status: tt.status,
			}
			kube := fake.NewClientset(before)
			var taken *lock.TakenError
			if err := detached.Refuse(t.Context(), kube, "demo", "notes"); errors.As(err, &taken) != tt.taken {
				t.Errorf("Refuse: %v", err)
			}
			job, err := detached.Send(t.Context(), kube, spec(prepared(t)), nil)
			if errors.As(err, &taken) != tt.taken || !tt.taken && (err != nil || job.UID == "before") {
				t.Errorf("Send: %v", err)
			}
			if tt.taken && !strings.Contains(err.Error(), "is being driven by Job styrmin-engine-notes since") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestJobName(t *testing.T) {
	seen := map[string]bool{}
	for _, deployment := range []string{"a", "notes", strings.Repeat("a", 62) + "b", strings.Repeat("a", 62) + "c", strings.Repeat("a-", 31) + "a"} {
		name := detached.JobName(deployment)
		if problems := validation.IsDNS1123Label(name + "-abcde"); len(problems) > 0 || seen[name] {
			t.Errorf("%s: the name %s does not do: %v", deployment, name, problems)
		}
		seen[name] = true
	}
}

func TestCheckAccount(t *testing.T) {
	kube := fake.NewClientset(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "there"}})
	for name, want := range map[string]string{"there": "", "styrmin-engine": "kubectl styrmin prepare demo", "mine": "Check --engine-service-account"} {
		err := detached.CheckAccount(t.Context(), kube, "demo", name)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: found %v, expected %q", name, err, want)
		}
	}
}

func TestBound(t *testing.T) {
	p := prepared(t)
	free := detached.Bound(p)
	if actions := len(p.Driver.Object.Spec.Actions); free < time.Duration(actions)*time.Minute {
		t.Errorf("%d actions of a minute each, and the engine has %s", actions, free)
	}
	p.Desired.Spec.Jobs.RunTimeoutSeconds = 3600
	if bound := detached.Bound(p); bound <= time.Hour || bound > 2*time.Hour {
		t.Errorf("the run has an hour, and its engine %s", bound)
	}
}
