package release

import (
	"strings"
	"time"
)

// SecretType is the type of the Secrets that Helm stores records in.
const SecretType = "helm.sh/release.v1"

// Labels that Helm puts on the object of a record.
const (
	LabelOwner    = "owner"
	LabelName     = "name"
	LabelStatus   = "status"
	LabelVersion  = "version"
	LabelCreated  = "createdAt"
	LabelModified = "modifiedAt"
)

// OwnerHelm is the value of LabelOwner on every record.
const OwnerHelm = "helm"

// KeyPrefix begins the name of every record's object: KeyPrefix + NAME + ".v" + REVISION.
const KeyPrefix = "sh.helm.release.v1."

// Record is one revision of a Helm release.
type Record struct {
	// Name of the release.
	Name string
	// Namespace the release is installed to. Some clients (Flux) store the record elsewhere.
	Namespace string
	// Revision counts from 1.
	Revision int
	// Status as the record says it; a status this package does not know is kept.
	Status string
	// Description is Helm's log line about the revision, such as "Upgrade complete".
	Description string
	// Labels are the user's own, without those that Helm manages.
	Labels map[string]string
	// Fingerprint identifies what the revision deploys.
	Fingerprint Fingerprint
	// Manifest is the digest of what the revision applies: its manifest and its hooks'.
	Manifest string
	// AppVersion is the chart's appVersion.
	AppVersion string
	// Begun is when a client began the revision, by its own clock; zero where that was not read.
	Begun time.Time
}

// rollbackDescription begins the description that Helm 3 and Helm 4 give a rollback.
const rollbackDescription = "Rollback to "

// IsRollback tells whether the revision restores an earlier one. Helm sets both
// signs before it creates the record, so they hold for every state of it.
func (r *Record) IsRollback() bool {
	return r.Status == StatusPendingRollback || strings.HasPrefix(r.Description, rollbackDescription)
}

// IsPending tells whether a client is, or was when it died, at work on the revision.
func (r *Record) IsPending() bool { return IsPending(r.Status) }

// SameContent tells whether two states of a revision deploy the same: as Helm
// goes on with a revision, it changes the status and nothing else.
func (r *Record) SameContent(other *Record) bool {
	return r.Name == other.Name && r.Namespace == other.Namespace && r.Revision == other.Revision &&
		r.Fingerprint == other.Fingerprint && r.Manifest == other.Manifest
}
