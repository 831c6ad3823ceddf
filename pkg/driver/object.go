package driver

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/internal/jsonvalue"
)

// FromObject is the driver that an ApplicationDriver from an API server holds,
// a partial one when the object carries no files. The error tells of every field
// of a wrong type.
func FromObject(u map[string]any) (*Driver, error) {
	d, problems, err := LoadObject(u)
	if err != nil {
		return nil, err
	}
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("the ApplicationDriver is malformed: %w", err)
	}
	return d, nil
}

// LoadObject is FromObject for whoever wants to know all problems: those of types
// and names come back as diagnostics, as from LoadDir but without positions. The
// error is about an object that holds no driver at all.
func LoadObject(u map[string]any) (*Driver, diagnostic.List, error) {
	value, err := jsonvalue.Canonical(u)
	if err != nil {
		return nil, nil, err
	}
	raw, ok := value.(map[string]any)
	if !ok || raw == nil {
		return nil, nil, errors.New("the ApplicationDriver is empty")
	}
	files, err := filesOf(raw)
	if err != nil {
		return nil, nil, err
	}
	delete(raw, "files")
	l := &loader{}
	d := build(raw, files, nil, reporter{problems: &l.problems, file: v1.DriverFile})
	d.Partial = len(files) == 0
	return d, l.problems.List(), nil
}

// filesOf reads the object's files, which will become keys of a ConfigMap.
func filesOf(raw map[string]any) (map[string]string, error) {
	files := map[string]string{}
	if raw["files"] == nil {
		return files, nil
	}
	in, ok := raw["files"].(map[string]any)
	if !ok {
		return nil, errors.New("files is no mapping of file names to their content")
	}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		text, ok := in[name].(string)
		if !ok {
			return nil, fmt.Errorf("files[%s] is %s, but the file's content is expected", name, describe(in[name]))
		}
		if !isDriverFile(name) {
			return nil, fmt.Errorf("files[%s]: a driver consists of %s and Python modules named like %s", name, v1.ValuesFile, v1.ActionsFile)
		}
		files[name] = text
	}
	if message, ok := checkTotal(files, 0); !ok {
		return nil, errors.New(message)
	}
	return files, nil
}

// serverFields are the fields of metadata that only an API server sets.
var serverFields = []string{"managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"}

// ToObject is the ApplicationDriver to apply, files included: the file's own
// fields, unknown ones too, with all actions under spec.
func (d *Driver) ToObject() map[string]any {
	out := d.canonicalRaw()
	out["apiVersion"], out["kind"] = v1.GroupVersion.String(), "ApplicationDriver"
	if metadata, ok := out["metadata"].(map[string]any); ok {
		for _, f := range serverFields {
			delete(metadata, f)
		}
	}
	delete(out, "status")
	delete(out, "files")
	if len(d.Files) > 0 {
		files := map[string]any{}
		for name, text := range d.Files {
			files[name] = text
		}
		out["files"] = files
	}
	return out
}

// canonicalRaw is a copy of Raw in canonical form, with all actions under spec.
func (d *Driver) canonicalRaw() map[string]any {
	value, err := jsonvalue.Canonical(d.Raw)
	raw, ok := value.(map[string]any)
	if err != nil || !ok || raw == nil {
		// Raw comes from YAML or JSON, so only a caller that changed it gets here.
		return map[string]any{"spec": map[string]any{}}
	}
	spec, ok := raw["spec"].(map[string]any)
	if !ok {
		spec = map[string]any{}
		raw["spec"] = spec
	}
	if actions, top := raw["actions"]; top {
		delete(raw, "actions")
		if spec["actions"] == nil {
			spec["actions"] = actions
		}
	}
	return raw
}
