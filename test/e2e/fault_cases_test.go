package e2e

import (
	"sync/atomic"
	"time"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// faultCases is the matrix.
var faultCases = []faultCase{
	{name: "API server killed and started again", whole: true, jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) {
		// Of a command in the middle of which the connection is cut, nobody could say what it did.
		f.hold("pre_b")
		f.begun()
		f.awaitBegun(faultVersion, "pre_b", 1)
		f.cluster("daemon", "restart", "kube-apiserver")
		f.release("pre_a")
		f.release("pre_b")
	}},
	{name: "API server away for longer than the lock holds", whole: true, jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) {
		f.underWay()
		f.cluster("daemon", "stop", "kube-apiserver")
		f.pass(20 * time.Second)
		f.cluster("daemon", "start", "kube-apiserver")
		f.release("pre_a")
	}},
	{name: "kubelet away while the action ends", whole: true, jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) {
		f.underWay()
		f.cluster("daemon", "stop", "kubelet")
		f.Cleanup(func() { execute(cleanupContext(f.T), f.kubeconfig, "", "cluster", "daemon", "start", "kubelet") })
		f.pass(lasts)
		f.cluster("daemon", "start", "kubelet")
		f.eventually("commands run in pods again", func() (string, bool) {
			r := f.kubectl("exec", "ledger", "--", "true")
			return r.out, r.code == 0
		})
		f.release("pre_a")
	}},
	{name: "etcd compacted, watches have to begin anew", whole: true, jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) {
		f.underWay()
		f.proxy.meet(answers(tooManyRequests).only(isWatch))
		f.proxy.hangUp()
		// What the watches have not seen is forgotten, by etcd and by the API server.
		f.kubectl("annotate", "job", "--all", "seen=no").expect(f.T, 0)
		f.cluster("compact")
		f.cluster("daemon", "restart", "kube-apiserver")
		var tooOld atomic.Bool
		f.proxy.meet(listens("too old resource version", func() { tooOld.Store(true) }))
		f.eventually("a watch is told that its version is too old", func() (string, bool) { return "", tooOld.Load() })
		f.release("pre_a")
	}},
	{name: "API server answers 429 for a while", jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) { f.during(answers(tooManyRequests), lasts) }},
	{name: "API server answers 500 for a while", everyday: true, jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) { f.during(answers(internalError), lasts) }},
	{name: "API server answers 500 for longer than the lock holds", jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) { f.during(answers(internalError), 20*time.Second) }},
	{name: "every update is a conflict for a while", jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) { f.during(answers(conflict).only(isUpdate), lasts) }},
	{name: "requests take effect, and time out, for a while", jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) { f.during(timesOut(time.Second), lasts) }},
	{name: "watches are cut every two seconds", everyday: true, jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) {
		f.proxy.meet(cuts(2 * time.Second))
		f.during(cuts(2*time.Second), lasts)
		f.proxy.meet(cuts(2 * time.Second))
	}},
	{name: "the Job is deleted while it runs", everyday: true, jobs: 1, code: 1, phase: v1.RunFailed, says: []string{"was deleted before it ended"}, meet: func(f *faulty) {
		f.underWay()
		f.kubectl("delete", "job", "-l", v1.LabelAction+"=pre-a", "--wait=false").expect(f.T, 0)
		f.ends()
		f.release("pre_a")
	}},
	{name: "the pod is deleted", jobs: 2, code: 1, phase: v1.RunFailed, says: []string{"pod", "was deleted"}, meet: func(f *faulty) {
		f.underWay()
		f.kubectl("delete", "pod", f.pod().Name, "--wait=false").expect(f.T, 0)
		f.ends()
		f.release("pre_a")
	}},
	{name: "the pod is evicted", jobs: 1, phase: v1.RunSucceeded, meet: func(f *faulty) {
		f.underWay()
		pod := f.pod()
		err := cluster.kube.PolicyV1().Evictions(f.name).Evict(f.Context(), &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: f.name}})
		if err != nil {
			f.Fatal(err)
		}
		f.awaitBegun(faultVersion, "pre_a", 2)
		f.release("pre_a")
	}},
	{name: "the image is missing", jobs: 2, code: 1, phase: v1.RunFailed, says: []string{"its time-out (DeadlineExceeded); no pod of it has started: container action waits: ", "ImagePull"}, meet: func(f *faulty) {
		late := "styrmin.local/late:" + f.name
		f.startHurried("--job-image", late)
		f.ends()
		f.cluster("image", "build", "--tag", late, "--base", actionImage)
		f.cluster("image", "load", late)
	}},
	{name: "no quota for pods until somebody gives some", jobs: 1, phase: v1.RunSucceeded, says: []string{"exceeded quota"}, meet: func(f *faulty) {
		f.kubectl("create", "quota", "full", "--hard=pods=1").expect(f.T, 0)
		f.start()
		f.pass(lasts)
		f.kubectl("delete", "quota", "full").expect(f.T, 0)
	}},
	{name: "no quota for pods until the action's time is over", jobs: 2, code: 1, phase: v1.RunFailed, says: []string{"exceeded quota"}, meet: func(f *faulty) {
		f.kubectl("create", "quota", "full", "--hard=pods=1").expect(f.T, 0)
		f.startHurried()
		f.ends()
		f.kubectl("delete", "quota", "full").expect(f.T, 0)
	}},
	{name: "no quota for Jobs", jobs: 1, code: 3, phase: v1.RunPre, says: []string{"exceeded quota"}, meet: func(f *faulty) {
		f.kubectl("create", "quota", "full", "--hard=count/jobs.batch=0").expect(f.T, 0)
		f.start()
		f.ends()
		f.kubectl("delete", "quota", "full").expect(f.T, 0)
	}},
	{name: "the namespace is being deleted", code: 3, says: []string{"is being deleted"}, lost: []string{"is being deleted"}, meet: func(f *faulty) {
		f.underWay()
		// Something that stays, and with it the namespace, until it is let go.
		f.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: stays, finalizers: [styrmin.io/test]}}")
		f.Cleanup(func() {
			execute(cleanupContext(f.T), f.kubeconfig, "", "kubectl", "-n", f.name, "patch", "configmap", "stays", "--type=merge", "-p", `{"metadata":{"finalizers":null}}`)
		})
		f.kubectl("delete", "namespace", f.name, "--wait=false").expect(f.T, 0)
		f.ends()
	}},
}
