package snapshot

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

var (
	backup = Backup{Deployment: "notes", Component: "database", Name: "b1"}
	noon   = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
)

// of is a ready snapshot of a claim, in a backup of claims a and b, altered.
func of(t *testing.T, claim string, alter ...func(*Snapshot)) Snapshot {
	t.Helper()
	s, err := New(Record{Backup: backup, Claims: []string{"a", "b"}, Claim: Claim{Name: claim, UID: types.UID("uid-" + claim)}})
	if err != nil {
		t.Fatal(err)
	}
	s.CreationTimestamp = metav1.NewTime(noon)
	s.Status = &Status{Ready: new(true), RestoreSize: new(resource.MustParse("1Ki"))}
	for _, f := range alter {
		f(s)
	}
	s.Record = read(s)
	return *s
}

// TestLacks: a backup is whole when each of its claims has a snapshot that is ready, and of one attempt.
func TestLacks(t *testing.T) {
	unready := func(s *Snapshot) { s.Status = nil }
	failed := func(s *Snapshot) { s.Status = &Status{Error: &Error{Message: new("disk on fire")}} }
	going := func(s *Snapshot) { s.DeletionTimestamp = new(metav1.NewTime(noon)) }
	other := func(s *Snapshot) {
		again, err := New(Record{Backup: backup, Claims: []string{"b"}, Claim: Claim{Name: "b"}})
		if err != nil {
			t.Fatal(err)
		}
		*s = *again
	}
	for name, test := range map[string]struct {
		snapshots []Snapshot
		want      string
	}{
		"whole":        {[]Snapshot{of(t, "a"), of(t, "b")}, ""},
		"none":         {nil, "there is no snapshot of it"},
		"one missing":  {[]Snapshot{of(t, "b")}, "there is no snapshot of claim a"},
		"not ready":    {[]Snapshot{of(t, "a"), of(t, "b", unready)}, "is not ready"},
		"failed":       {[]Snapshot{of(t, "a", failed), of(t, "b")}, "is not ready: disk on fire"},
		"going":        {[]Snapshot{of(t, "a", going), of(t, "b")}, "is being deleted"},
		"another's":    {[]Snapshot{of(t, "a"), of(t, "b", other)}, "of several attempts"},
		"unreadable":   {[]Snapshot{of(t, "a"), of(t, "b", func(s *Snapshot) { s.Annotations[v1.AnnotationSnapshot] = "{" })}, "no snapshot of claim b"},
		"copied":       {[]Snapshot{of(t, "a"), of(t, "b", func(s *Snapshot) { s.Name = "b-copy" })}, "no snapshot of claim b"},
		"of another":   {[]Snapshot{of(t, "a"), of(t, "b", func(s *Snapshot) { s.Spec.Source.Claim = "c" })}, "no snapshot of claim b"},
		"two troubles": {[]Snapshot{of(t, "a", unready)}, "; there is no snapshot of claim b"},
	} {
		t.Run(name, func(t *testing.T) {
			set := Find(backup, test.snapshots)
			if got := set.Lacks(); !strings.Contains(got, test.want) || (got == "") != (test.want == "") || set.Whole() != (test.want == "") {
				t.Errorf("it lacks %q, expected %q", got, test.want)
			}
		})
	}
	for want, snapshots := range map[bool][]Snapshot{true: {of(t, "a", going)}, false: {of(t, "a", going), of(t, "b")}} {
		if got := Find(backup, snapshots).Gone(); got != want {
			t.Errorf("%d snapshots: gone is %v, expected %v", len(snapshots), got, want)
		}
	}
	if got := Find(backup, []Snapshot{of(t, "a"), of(t, "b")}).Bytes(); got != 2048 {
		t.Errorf("%d bytes, expected those of both volumes", got)
	}
}

// TestObsolete: what an attempt finds is used when it is of the same claims, and of nearly the same time.
func TestObsolete(t *testing.T) {
	wanted := []Record{*of(t, "a").Record, *of(t, "b").Record}
	older := func(by time.Duration) func(*Snapshot) {
		return func(s *Snapshot) { s.CreationTimestamp = metav1.NewTime(noon.Add(-by)) }
	}
	replaced := []Record{wanted[0], wanted[1]}
	replaced[1].Claim.UID = "another"
	more := []Record{wanted[0], wanted[1]}
	for i := range more {
		more[i].Claims = []string{"a", "b", "c"}
	}
	for name, test := range map[string]struct {
		snapshots []Snapshot
		wanted    []Record
		want      string
	}{
		"of one attempt":        {[]Snapshot{of(t, "a", older(30*time.Second)), of(t, "b")}, wanted, ""},
		"of an earlier":         {[]Snapshot{of(t, "a", older(31*time.Second)), of(t, "b")}, wanted, "a"},
		"alone":                 {[]Snapshot{of(t, "a", older(time.Hour))}, wanted, ""},
		"the claim is replaced": {[]Snapshot{of(t, "a"), of(t, "b")}, replaced, "b"},
		"more claims":           {[]Snapshot{of(t, "a"), of(t, "b")}, more, "a b"},
		"going already":         {[]Snapshot{of(t, "a"), of(t, "b", func(s *Snapshot) { s.DeletionTimestamp = new(metav1.NewTime(noon)) })}, more, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range Find(backup, test.snapshots).Obsolete(test.wanted, 30*time.Second) {
				got = append(got, s.Spec.Source.Claim)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("of no use are %v, expected %q", got, test.want)
			}
		})
	}
}

// TestNames: whatever components, backups and claims are called, snapshots get names and labels that Kubernetes takes,
// and two of different things never the same.
func TestNames(t *testing.T) {
	long := strings.Repeat("x", 63)
	names := map[string]bool{}
	for _, r := range []Record{
		{Backup: backup, Claim: Claim{Name: "data"}},
		{Backup: Backup{"notes", "Task_Worker", "Before-2.0.0"}, Claim: Claim{Name: "data"}},
		{Backup: Backup{"notes", "task-worker", "before-2-0-0"}, Claim: Claim{Name: "data"}},
		{Backup: Backup{"notes", "a-b", "c"}, Claim: Claim{Name: "data"}},
		{Backup: Backup{"notes", "a", "b-c"}, Claim: Claim{Name: "data"}},
		{Backup: Backup{"notes", "9.", "b1."}, Claim: Claim{Name: "data.of.9"}},
		{Backup: Backup{strings.Repeat("d", 253), long, long}, Claim: Claim{Name: strings.Repeat("c", 253)}},
		{Backup: Backup{strings.Repeat("d", 253), long, long}, Claim: Claim{Name: strings.Repeat("c", 252)}},
	} {
		s, err := New(r)
		if err != nil {
			t.Fatal(err)
		}
		if problems := validation.IsDNS1123Subdomain(s.Name); len(problems) > 0 || names[s.Name] {
			t.Errorf("%s: %v, or taken", s.Name, problems)
		}
		names[s.Name] = true
		for label, value := range s.Labels {
			if problems := validation.IsValidLabelValue(value); len(problems) > 0 {
				t.Errorf("label %s is %q: %v", label, value, problems)
			}
		}
		if found := read(s); found == nil || found.Backup != r.Backup {
			t.Errorf("%s: its record is %+v", s.Name, found)
		}
	}
}

// TestSets: newest first, and nobody else's.
func TestSets(t *testing.T) {
	named := func(name string, at time.Duration) Snapshot {
		s, err := New(Record{Backup: Backup{"notes", "database", name}, Claims: []string{"a"}, Claim: Claim{Name: "a"}})
		if err != nil {
			t.Fatal(err)
		}
		s.Record, s.CreationTimestamp = read(s), metav1.NewTime(noon)
		s.Status = &Status{CreationTime: new(metav1.NewTime(noon.Add(at)))}
		return *s
	}
	foreign := named("b9", 0)
	foreign.Record.Deployment = "other"
	var got []string
	for _, set := range Sets("notes", []Snapshot{named("b1", 0), foreign, named("b2", time.Hour), {}}) {
		got = append(got, set.Name)
	}
	if !slices.Equal(got, []string{"b2", "b1"}) {
		t.Errorf("the backups are %v, expected b2 and b1", got)
	}
}

// TestRestored: the claim is what it was, but for its volume, and is never too small.
func TestRestored(t *testing.T) {
	old := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "a", UID: "u", Labels: map[string]string{"app": "notes"}, Annotations: map[string]string{
			"meta.helm.sh/release-name": "notes", "pv.kubernetes.io/bind-completed": "yes", "volume.kubernetes.io/selected-node": "n",
			"volume.beta.kubernetes.io/storage-provisioner": "p", v1.AnnotationRestore: "earlier",
		}},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: new("disk"), VolumeName: "pv1",
			DataSource: &corev1.TypedLocalObjectReference{Name: "earlier"}, DataSourceRef: &corev1.TypedObjectReference{Name: "earlier"},
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}
	for size, want := range map[string]string{"500Mi": "1Gi", "2Gi": "2Gi"} {
		s := of(t, "a", func(s *Snapshot) { s.Status.RestoreSize = new(resource.MustParse(size)) })
		s.Record.Claim = ClaimOf(old)
		if recorded := s.Record.Claim.Annotations; len(recorded) != 1 {
			t.Errorf("recorded the annotations %v, expected none of the cluster's or of an earlier restore", recorded)
		}
		claim := s.Restored("id")
		if got := claim.Spec.Resources.Requests.Storage().String(); got != want {
			t.Errorf("it asks for %s, expected %s", got, want)
		}
		if claim.Spec.VolumeName != "" || claim.Spec.DataSourceRef != nil || claim.Spec.DataSource.Name != s.Name || *claim.Spec.StorageClassName != "disk" || claim.Labels["app"] != "notes" {
			t.Errorf("claim %+v", claim)
		}
		if len(claim.Annotations) != 2 || claim.Annotations["meta.helm.sh/release-name"] != "notes" || claim.Annotations[v1.AnnotationRestore] != "id" {
			t.Errorf("annotations %v", claim.Annotations)
		}
	}
}

// TestChoose: the snapshot controller wants just one default class of the driver, and says so less well.
func TestChoose(t *testing.T) {
	class := func(name, driver, isDefault string) unstructured.Unstructured {
		return unstructured.Unstructured{Object: map[string]any{
			"metadata": map[string]any{"name": name, "annotations": map[string]any{defaultClass: isDefault}}, "driver": driver,
		}}
	}
	for name, test := range map[string]struct {
		classes []unstructured.Unstructured
		want    string
	}{
		"one":          {[]unstructured.Unstructured{class("x", "d", "true"), class("y", "d", ""), class("z", "other", "true")}, ""},
		"none":         {[]unstructured.Unstructured{class("z", "other", "true")}, "there is no VolumeSnapshotClass of the CSI driver d; make one"},
		"no default":   {[]unstructured.Unstructured{class("x", "d", "false"), class("y", "d", "")}, "make one of x, y the default: kubectl annotate volumesnapshotclass x snapshot.storage"},
		"two defaults": {[]unstructured.Unstructured{class("x", "d", "true"), class("y", "d", "true")}, "has 2 default VolumeSnapshotClasses, x, y"},
	} {
		if got := choose("d", test.classes); !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%s: found %q, expected %q", name, got, test.want)
		}
	}
}
