package lifecycle_test

import (
	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// printOf is the fingerprint of a chart with values named by a word.
func printOf(values string) release.Fingerprint {
	return release.Fingerprint{Chart: "app", Version: "0.1.0", Templates: "t", Values: values}
}

func action(hook v1.Hook, mode v1.Mode, name string) v1.Action {
	return v1.Action{Name: name, Hook: hook, Mode: mode, Location: "actions.py::" + name}
}

// declared are the actions of every instance built here.
var declared = []v1.Action{
	action(v1.HookSetup, v1.ModePre, "create_database"),
	action(v1.HookUpgrade, v1.ModePre, "stop"),
	action(v1.HookUpgrade, v1.ModePre, "backup"),
	action(v1.HookUpgrade, v1.ModeCore, "migrate"),
	action(v1.HookUpgrade, v1.ModePost, "start"),
}

// at is the instance of a version by driver "d", whose values are the version.
func at(version string) lifecycle.Instance {
	return lifecycle.Instance{
		Target:      lifecycle.Target{Instance: "i-" + version, DriverDigest: "d", Version: version},
		Fingerprint: printOf(version),
		Actions:     declared,
	}
}

func revision(n int, status string, instance lifecycle.Instance) release.Record {
	return release.Record{Name: "app", Revision: n, Status: status, Fingerprint: instance.Fingerprint}
}

// proof is a succeeded pre action of run "r" that moves to an instance from revision 1.
func proof(instance lifecycle.Instance, action string) lifecycle.Evidence {
	return lifecycle.Evidence{
		Run: "r", Instance: instance.Instance, Hook: v1.RunHookUpgrade, Mode: v1.ModePre, Action: action,
		Attempt: lifecycle.Attempt{Number: 1, State: v1.ActionSucceeded}, BaseRevision: 1,
	}
}

// upgrading is the world in which version 1 is deployed and a run to version 2
// has just finished its pre actions.
func upgrading() lifecycle.World {
	deployment := &v1.StyrminDeployment{}
	deployment.Name, deployment.Namespace = "app", "demo"
	deployment.Status.Active = &v1.ActiveInstance{Instance: "i-1", Version: "1", Revision: 1}
	deployment.Status.Run = &v1.Run{ID: "r", Instance: "i-2", Hook: v1.RunHookUpgrade, Phase: v1.RunPre, BaseRevision: 1}
	return lifecycle.World{
		Deployment: deployment,
		Revisions:  []release.Record{revision(1, release.StatusDeployed, at("1"))},
		Instances:  []lifecycle.Instance{at("1"), at("2")},
		Evidence:   []lifecycle.Evidence{proof(at("2"), "stop"), proof(at("2"), "backup")},
	}
}

// change is the record that a client would create to deploy an instance.
func change(n int, instance lifecycle.Instance) release.Record {
	return revision(n, release.StatusPendingUpgrade, instance)
}

func ptr[T any](v T) *T { return &v }
