package jobs_test

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"

	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func TestName(t *testing.T) {
	long := strings.Repeat("very_", 12)
	for _, tt := range []struct {
		run, action string
		attempt     int32
		want        string
	}{
		{"x7k2m9qz", "stop", 1, "stop-x7k2m9qz-1"},
		{"x7k2m9qz", "Stop_All", 12, "stop-all-x7k2m9qz-12"},
		{"x7k2m9qz", long + "slow", 1, "very-very-very-very-very-very-very-very-ver-bd09fa43-x7k2m9qz-1"},
		{"x7k2m9qz", long + "fast", 1, "very-very-very-very-very-very-very-very-ver-14291e06-x7k2m9qz-1"},
	} {
		if got := jobs.Name(tt.run, tt.action, tt.attempt); got != tt.want {
			t.Errorf("the name of %s is %s, expected %s", tt.action, got, tt.want)
		}
	}
}

// drawAction draws a name that the API allows.
func drawAction(t *rapid.T, label string) string {
	return rapid.StringMatching(`[A-Za-z]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?`).Draw(t, label)
}

// TestNameProperties: a DNS label, and another one for another attempt.
func TestNameProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[a-z]{0,60}`).Draw(t, "prefix")
		a, b := cut(prefix+drawAction(t, "a")), cut(prefix+drawAction(t, "b"))
		run := rapid.StringMatching(`[bcdfghjklmnpqrstvwxz2456789]{8}`).Draw(t, "run")
		attempt := rapid.Int32Range(1, 9999).Draw(t, "attempt")
		name := jobs.Name(run, a, attempt)
		if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
			t.Fatalf("%q: %v", name, problems)
		}
		if name == jobs.Name(run, a, attempt+1) {
			t.Fatalf("two attempts have the name %q", name)
		}
		if name == jobs.Name("y"+run[1:], a, attempt) && run[0] != 'y' {
			t.Fatalf("two runs have the name %q", name)
		}
		if slug, number, ok := jobs.ParseName(name, run); !ok || number != attempt || !strings.HasPrefix(name, slug+"-"+run) {
			t.Fatalf("%q is taken apart to %q and %d", name, slug, number)
		}
		if jobs.Slug(a) != jobs.Slug(b) && name == jobs.Name(run, b, attempt) {
			t.Fatalf("the actions %q and %q have the name %q", a, b, name)
		}
	})
}

// cut keeps a name within what the API allows.
func cut(name string) string {
	return strings.TrimRight(fmt.Sprintf("%.63s", name), "_-")
}

func TestParseName(t *testing.T) {
	for name, want := range map[string]struct {
		slug    string
		attempt int32
		ok      bool
	}{
		"stop-x7k2m9qz-1":          {"stop", 1, true},
		"a-x7k2m9qz-1-x7k2m9qz-12": {"a-x7k2m9qz-1", 12, true},
		"stop-y7k2m9qz-1":          {"", 0, false},
		"stop-x7k2m9qz-":           {"stop", 0, false},
		"stop-x7k2m9qz-0":          {"stop", 0, false},
		"stop-x7k2m9qz-one":        {"stop", 0, false},
		"-x7k2m9qz-1":              {"", 0, false},
		"":                         {"", 0, false},
	} {
		slug, attempt, ok := jobs.ParseName(name, "x7k2m9qz")
		if slug != want.slug || attempt != want.attempt || ok != want.ok {
			t.Errorf("%q: found %q, %d, %t; expected %+v", name, slug, attempt, ok, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{"stop": "stop", "Stop_All": "stop-all", "a-b_c": "a-b-c", "__init__": "init", "": ""} {
		if got := jobs.Slug(name); got != want {
			t.Errorf("the slug of %q is %q, expected %q", name, got, want)
		}
	}
}

// TestSlugProperties: a slug is a label's value.
func TestSlugProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slug := jobs.Slug(drawAction(t, "action"))
		if problems := validation.IsDNS1123Label(slug); len(problems) > 0 {
			t.Fatalf("%q: %v", slug, problems)
		}
	})
}
