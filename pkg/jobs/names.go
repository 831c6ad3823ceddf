package jobs

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Slug turns an action's name into a DNS label: lower case, '-' for '_'.
// Validation sees to it that the actions of a driver have different slugs.
func Slug(action string) string {
	return strings.Trim(strings.ReplaceAll(strings.ToLower(action), "_", "-"), "-")
}

// Name is the name of an attempt's Job. It is the same whoever computes it, so
// that a second engine cannot start the same attempt twice: the API server
// refuses the second Job.
func Name(run, action string, attempt int32) string {
	suffix := fmt.Sprintf("-%s-%d", run, attempt)
	slug := Slug(action)
	if room := validation.DNS1123LabelMaxLength - len(suffix); len(slug) > room {
		slug = strings.TrimRight(slug[:room], "-")
	}
	return slug + suffix
}
