package runner

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mask is what is shown of a secret.
const mask = "***"

// shortestSecret: shorter values are no secrets, and to mask them would garble everything.
const shortestSecret = 4

// secrets replaces the values of sensitive parameters.
type secrets struct{ replacer *strings.Replacer }

// readSecrets reads the values of the parameters that $STYRMIN_SENSITIVE names from the instance's context.
// styrmin_backend/redact.py does the same for what does not pass this process.
func (r *Runner) readSecrets() (secrets, error) {
	named := strings.FieldsFunc(r.Getenv("STYRMIN_SENSITIVE"), func(c rune) bool { return c == ',' })
	if len(named) == 0 {
		return secrets{strings.NewReplacer()}, nil
	}
	path := filepath.Join(r.instance(), "context", "context.json")
	content, err := os.ReadFile(path)
	if err != nil {
		return secrets{}, fmt.Errorf("read the values to keep secret: %w", err)
	}
	var context struct{ Parameters map[string]json.RawMessage }
	if err := json.Unmarshal(content, &context); err != nil {
		return secrets{}, fmt.Errorf("read the values to keep secret: %s: %w", path, err)
	}
	var forms []string
	for _, name := range named {
		forms = append(forms, formsOf(context.Parameters[name])...)
	}
	// The replacer takes the first that matches: a secret that contains another one goes first.
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var pairs []string
	for _, form := range slices.Compact(forms) {
		pairs = append(pairs, form, mask)
	}
	return secrets{strings.NewReplacer(pairs...)}, nil
}

// formsOf are the ways in which a value may be written in a line of text.
func formsOf(value json.RawMessage) []string {
	var text string
	if json.Unmarshal(value, &text) != nil {
		text = string(value) // a number; true, false and null are too common to be secrets
	}
	if slices.Contains([]string{"", "true", "false", "null"}, text) {
		return nil
	}
	escaped, _ := json.Marshal(text) // cannot fail for a string
	forms := []string{
		string(escaped[1 : len(escaped)-1]), ascii(text), strings.ReplaceAll(url.QueryEscape(text), "+", "%20"),
		base64.StdEncoding.EncodeToString([]byte(text)),
	}
	for line := range strings.Lines(text) {
		forms = append(forms, strings.TrimSpace(line))
	}
	return slices.DeleteFunc(forms, func(form string) bool { return len(form) < shortestSecret })
}

// ascii is a text as Python's JSON writes it.
func ascii(text string) string {
	var out strings.Builder
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			out.WriteString(`\` + string(c))
		case c == '\n':
			out.WriteString(`\n`)
		case c > 0xffff:
			c -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		case c > 0x7e:
			fmt.Fprintf(&out, `\u%04x`, c)
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

// hide masks the secrets in a text.
func (s secrets) hide(text string) string { return s.replacer.Replace(text) }
