package instance

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// The kinds of parameters.
const (
	kindString  = "string"
	kindInteger = "integer"
	kindBoolean = "boolean"
	kindEnum    = "enum"
)

// ParseParameter reads the text of `--set NAME=TEXT` as the kind that the
// driver declares for the parameter. Text that is not of its kind stays a
// string, and Check says so together with everything else that is wrong.
func ParseParameter(declared []v1.Parameter, name, text string) (apiextensionsv1.JSON, error) {
	parameter, _ := find(declared, name)
	var value any = text
	switch parameter.Kind {
	case kindInteger:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			value = n
		}
	case kindBoolean:
		if text == "true" || text == "false" {
			value = text == "true"
		}
	}
	raw, err := json.Marshal(value)
	return apiextensionsv1.JSON{Raw: raw}, err
}

// bind merges given values over the defaults and checks every one. It returns
// all problems, not only the first.
func bind(declared []v1.Parameter, given map[string]apiextensionsv1.JSON) (map[string]any, []string) {
	bound := map[string]any{}
	var problems []string
	for _, parameter := range declared {
		raw, ok := given[parameter.Name]
		if !ok {
			if parameter.Default == nil {
				problems = append(problems, MissingParameter(parameter.Name))
				continue
			}
			raw = *parameter.Default
		}
		value, problem := bindOne(parameter, raw)
		if problem != "" {
			problems = append(problems, problem)
			continue
		}
		bound[parameter.Name] = value
	}
	for name := range given {
		if _, ok := find(declared, name); !ok {
			problems = append(problems, UnknownParameter(declared, name))
		}
	}
	sort.Strings(problems)
	return bound, problems
}

// MissingParameter says that a required parameter has no value.
func MissingParameter(name string) string {
	return fmt.Sprintf("parameter %s is required: it has no default and no value was given; add --set %s=VALUE", name, name)
}

// CheckParameter says why a value is none that the parameter can have, without
// showing it; empty when it is.
func CheckParameter(parameter v1.Parameter, value apiextensionsv1.JSON) string {
	_, problem := bindOne(parameter, value)
	return problem
}

func bindOne(parameter v1.Parameter, raw apiextensionsv1.JSON) (value any, problem string) {
	decoder := json.NewDecoder(strings.NewReader(string(raw.Raw)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Sprintf("parameter %s: its value is not JSON", parameter.Name)
	}
	switch v := value.(type) {
	case string:
		if parameter.Kind == kindEnum && !slices.Contains(parameter.Values, v) {
			return nil, fmt.Sprintf("parameter %s: expected %s, found another string%s", parameter.Name, expected(parameter), suggest(v, parameter.Values))
		}
		if parameter.Kind == kindString || parameter.Kind == kindEnum {
			return v, ""
		}
	case json.Number:
		if n, err := v.Int64(); err == nil && parameter.Kind == kindInteger {
			return n, ""
		}
	case bool:
		if parameter.Kind == kindBoolean {
			return v, ""
		}
	}
	return nil, fmt.Sprintf("parameter %s: expected %s, found %s", parameter.Name, expected(parameter), jsonKind(value))
}

func expected(parameter v1.Parameter) string {
	switch parameter.Kind {
	case kindInteger:
		return "an integer"
	case kindBoolean:
		return "true or false"
	case kindEnum:
		return "one of " + strings.Join(parameter.Values, ", ")
	}
	return "a " + parameter.Kind
}

// jsonKind names what was found without showing it: a value may be a secret.
func jsonKind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	default:
		return "a mapping"
	}
}

func find(declared []v1.Parameter, name string) (v1.Parameter, bool) {
	for _, parameter := range declared {
		if parameter.Name == name {
			return parameter, true
		}
	}
	return v1.Parameter{}, false
}

// UnknownParameter says that the driver declares no parameter of that name.
func UnknownParameter(declared []v1.Parameter, name string) string {
	names := make([]string, 0, len(declared))
	for _, parameter := range declared {
		names = append(names, parameter.Name)
	}
	if len(names) == 0 {
		return fmt.Sprintf("parameter %s: the driver declares no parameters", name)
	}
	sort.Strings(names)
	return fmt.Sprintf("parameter %s: the driver declares no such parameter; it declares %s%s", name, strings.Join(names, ", "), suggest(name, names))
}

// suggest names the candidate that was probably meant. It never shows the word itself.
func suggest(word string, candidates []string) string {
	if hint := diagnostic.Suggest(word, candidates); hint != "" {
		return "; " + hint
	}
	return ""
}
