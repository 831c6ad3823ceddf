package components

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
)

// TestRollout: what stands there of a Deployment is told so that the numbers add up, also while old and new pods stand side by side.
func TestRollout(t *testing.T) {
	for _, test := range []struct {
		name                              string
		wanted, there, updated, available int32
		unseen                            bool
		want                              string
	}{
		{"new", 2, 0, 0, 0, false, "0 of 2 pods available"},
		{"comes up", 2, 2, 2, 1, false, "1 of 2 pods available"},
		{"the first new pod is made", 1, 2, 1, 1, false, "1 new pod there, 1 wanted, 1 old pod still there; 1 available in all"},
		{"the new pod is ready, the old one is not gone", 1, 2, 1, 2, false, "1 new pod there, 1 wanted, 1 old pod still there; 2 available in all"},
		{"half of it", 4, 5, 2, 4, false, "2 new pods there, 4 wanted, 3 old pods still there; 4 available in all"},
		{"no new pod can be made", 2, 2, 0, 2, false, "0 new pods there, 2 wanted, 2 old pods still there; 2 available in all"},
		{"scaled down", 1, 3, 3, 3, false, "3 pods there, 1 wanted"},
		{"scaled down a moment ago", 1, 3, 3, 3, true, "3 pods there, 1 wanted"},
		{"made a moment ago", 1, 0, 0, 0, true, "0 of 1 pods available"},
		{"changed a moment ago", 1, 1, 1, 1, true, "1 of 1 pods available; its controller has yet to see the last change"},
		{"scaled down in a rollout", 1, 4, 3, 3, true, "3 new pods there, 1 wanted, 1 old pod still there; 3 available in all"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status := appsv1.DeploymentStatus{Replicas: test.there, UpdatedReplicas: test.updated, AvailableReplicas: test.available}
			if said := rollout(!test.unseen, test.wanted, status); said != test.want {
				t.Errorf("it says %q, expected %q", said, test.want)
			}
		})
	}
}

// TestProgress: the same of what replaces its pods in their place.
func TestProgress(t *testing.T) {
	for _, test := range []struct {
		name                               string
		wanted, there, available, outdated int32
		want                               string
	}{
		{"comes up", 3, 2, 1, 0, "1 of 3 pods available"},
		{"one after the other", 3, 3, 3, 2, "3 of 3 pods available, 2 not up to date"},
		{"scaled down", 1, 3, 3, 0, "3 pods there, 1 wanted"},
		{"scaled down while it is updated", 1, 3, 2, 1, "3 pods there, 1 wanted, 1 not up to date"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if said := progress(true, test.wanted, test.there, test.available, test.outdated); said != test.want {
				t.Errorf("it says %q, expected %q", said, test.want)
			}
		})
	}
}
