package release

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
