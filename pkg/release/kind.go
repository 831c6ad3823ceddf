package release

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// IsSecretRecord tells whether Helm could take a Secret for a record. Helm finds
// records by label and never checks the Secret's type, so either sign counts.
func IsSecretRecord(s *corev1.Secret) bool {
	return string(s.Type) == SecretType || IsRecordObject(s.Name, s.Labels)
}

// IsConfigMapRecord tells whether Helm could take a ConfigMap for a record.
func IsConfigMapRecord(c *corev1.ConfigMap) bool {
	return IsRecordObject(c.Name, c.Labels)
}

// IsRecordObject judges by the object's name and labels: the name is how Helm
// gets one record, the labels are how it lists them.
func IsRecordObject(name string, labels map[string]string) bool {
	return strings.HasPrefix(name, KeyPrefix) || labels[LabelOwner] == OwnerHelm
}

// UserLabels returns labels without those that Helm manages itself.
func UserLabels(labels map[string]string) map[string]string {
	user := map[string]string{}
	for k, v := range labels {
		if !isSystemLabel(k) {
			user[k] = v
		}
	}
	return user
}

func isSystemLabel(key string) bool {
	switch key {
	case LabelOwner, LabelName, LabelStatus, LabelVersion, LabelCreated, LabelModified:
		return true
	}
	return false
}
