package chart

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// mask keeps what an operator gave out of messages: it may be a secret, and
// Helm and charts quote values in their errors. Defaults are no secrets.
type mask struct{ given *regexp.Regexp }

// shortest is the length from which on a value is masked. A shorter one is no
// secret, and would be found inside of other words.
const shortest = 4

func newMask(d *driver.Driver, in lint.Inputs) mask {
	var given []string
	parameters, err := in.Parameters(d.Object.Spec.Parameters)
	if err != nil {
		return mask{}
	}
	for _, raw := range parameters {
		var value any
		if json.Unmarshal(raw.Raw, &value) == nil {
			given = append(given, leaves(value)...)
		}
	}
	given = append(given, leaves(in.Context)...)
	given = slices.DeleteFunc(given, func(s string) bool { return len(s) < shortest })
	if len(given) == 0 {
		return mask{}
	}
	// The longest first: one value may be a part of another.
	slices.SortFunc(given, func(a, b string) int { return len(b) - len(a) })
	for i, s := range given {
		given[i] = regexp.QuoteMeta(s)
	}
	return mask{regexp.MustCompile("(?i)" + strings.Join(given, "|"))}
}

// text is the text without the values.
func (m mask) text(s string) string {
	if m.given == nil {
		return s
	}
	return m.given.ReplaceAllLiteralString(s, "…")
}

// leaves are the texts and numbers in a value, as they are and as Go quotes them.
func leaves(value any) []string {
	switch v := value.(type) {
	case map[string]any:
		var out []string
		for _, inner := range v {
			out = append(out, leaves(inner)...)
		}
		return out
	case []any:
		var out []string
		for _, inner := range v {
			out = append(out, leaves(inner)...)
		}
		return out
	case nil, bool:
		return nil
	case string:
		quoted := strconv.Quote(v)
		// Helm's texts are put on one line before they are masked.
		return []string{strings.Join(strings.Fields(v), " "), quoted[1 : len(quoted)-1]}
	}
	return []string{fmt.Sprint(value)}
}
