package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Backup tells a backup from others.
type Backup struct {
	Deployment string `json:"deployment"`
	Component  string `json:"component"`
	Name       string `json:"name"`
}

// Record is what a snapshot says of the backup that it is a part of. Labels cannot say it:
// their values are shorter than names may be.
type Record struct {
	Backup
	// Claims are all that the backup is of, sorted: it is whole when each has its snapshot.
	Claims []string `json:"claims"`
	// Claim is the one that this snapshot is of.
	Claim Claim `json:"claim"`
}

// Claim is what a restore makes a claim of the same name from.
type Claim struct {
	Name        string                           `json:"name"`
	UID         types.UID                        `json:"uid"`
	Labels      map[string]string                `json:"labels,omitempty"`
	Annotations map[string]string                `json:"annotations,omitempty"`
	Spec        corev1.PersistentVolumeClaimSpec `json:"spec"`
}

// ClaimOf records a claim, without what the cluster has added to it.
func ClaimOf(claim *corev1.PersistentVolumeClaim) Claim {
	spec := *claim.Spec.DeepCopy()
	spec.VolumeName, spec.DataSource, spec.DataSourceRef = "", nil, nil
	annotations := maps.Clone(claim.Annotations)
	maps.DeleteFunc(annotations, func(key, _ string) bool { return theClusters(key) })
	return Claim{Name: claim.Name, UID: claim.UID, Labels: claim.Labels, Annotations: annotations, Spec: spec}
}

// theClusters is true for annotations that say where a claim's volume came from.
func theClusters(annotation string) bool {
	return strings.HasPrefix(annotation, "pv.kubernetes.io/") || strings.HasPrefix(annotation, "volume.kubernetes.io/") ||
		annotation == "volume.beta.kubernetes.io/storage-provisioner" || annotation == v1.AnnotationRestore
}

// New is the snapshot to be made for a record.
func New(r Record) (*Snapshot, error) {
	content, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return &Snapshot{
		TypeMeta: metav1.TypeMeta{APIVersion: Group + "/v1", Kind: "VolumeSnapshot"},
		ObjectMeta: metav1.ObjectMeta{
			Name:        r.name(),
			Labels:      map[string]string{v1.LabelVault: LabelValue(r.Deployment), v1.LabelComponent: LabelValue(r.Component), v1.LabelBackup: LabelValue(r.Name)},
			Annotations: map[string]string{v1.AnnotationSnapshot: string(content)},
		},
		Spec: Spec{Source: Source{Claim: r.Claim.Name}}, Record: &r,
	}, nil
}

// read reads a snapshot's record. One that says another name than the snapshot has was
// copied or altered, and is none.
func read(s *Snapshot) *Record {
	var r Record
	if json.Unmarshal([]byte(s.Annotations[v1.AnnotationSnapshot]), &r) != nil || s.Name != r.name() || s.Spec.Source.Claim != r.Claim.Name {
		return nil
	}
	return &r
}

const (
	readable = 150 // characters of a snapshot's name that are for people
	hashed   = 16  // and that tell it from others
)

var unnameable = regexp.MustCompile(`[^a-z0-9]+`)

// name is the same for every attempt at a backup, so that two never make two snapshots of one claim.
func (r Record) name() string {
	words := unnameable.ReplaceAllString(strings.ToLower(r.Component+"-"+r.Name+"-"+r.Claim.Name), "-")
	words = words[:min(len(words), readable)]
	return fmt.Sprintf("%s-%s", strings.Trim(words, "-"), digest(r.Deployment, r.Component, r.Name, r.Claim.Name))
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:hashed]
}

// LabelValue is a name, or what stands for one that no label may have.
func LabelValue(name string) string {
	if len(validation.IsValidLabelValue(name)) == 0 {
		return name
	}
	return digest(name)
}

// Selector finds the snapshots of a deployment.
func Selector(deployment string) labels.Selector {
	return labels.SelectorFromSet(labels.Set{v1.LabelVault: LabelValue(deployment)})
}
