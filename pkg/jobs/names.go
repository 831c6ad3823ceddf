package jobs

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Slug turns an action's name into a DNS label: lower case, '-' for '_'.
// Validation sees to it that the actions of a driver have different slugs.
func Slug(action string) string {
	return strings.Trim(strings.ReplaceAll(strings.ToLower(action), "_", "-"), "-")
}

// digestLength is how many hex digits tell cut names apart: a driver has few actions.
const digestLength = 8

// Name is the name of an attempt's Job. It is the same whoever computes it, so
// that a second engine cannot start the same attempt twice: the API server
// refuses the second Job. A long action's name is cut and told from others that
// begin alike by a digest.
func Name(run, action string, attempt int32) string {
	suffix := fmt.Sprintf("-%s-%d", run, attempt)
	slug := Slug(action)
	if room := validation.DNS1123LabelMaxLength - len(suffix); len(slug) > room {
		digest := fmt.Sprintf("-%x", sha256.Sum256([]byte(action)))[:1+digestLength]
		slug = strings.TrimRight(slug[:room-len(digest)], "-") + digest
	}
	return slug + suffix
}

// ParseName takes apart the name of an attempt's Job in a run: the action's slug,
// which is cut when it is long, and the attempt's number.
func ParseName(job, run string) (slug string, attempt int32, ok bool) {
	at := strings.LastIndex(job, "-"+run+"-")
	if at <= 0 {
		return "", 0, false
	}
	number, err := strconv.ParseInt(job[at+len(run)+2:], 10, 32)
	return job[:at], int32(number), err == nil && number > 0
}
