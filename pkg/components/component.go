// Package components holds the primitives that actions, the plugin and tests
// share: stopping and starting the logical parts of an application, and
// running commands in them.
//
// Every primitive says what shall be, not what to do next, so that repeating
// one is safe and one killed midway is finished by the next call.
package components

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Component is a logical part of an application: a name, and the labels that its pods bear.
type Component struct {
	Name   string
	Labels map[string]string
	// Backup says how its data is backed up; nil when the driver does not.
	Backup *v1.Backup
}

// Selector selects the component's pods.
func (c Component) Selector() labels.Selector {
	return labels.SelectorFromSet(c.Labels)
}

// Set holds the components that a driver declares, by name.
type Set map[string]Component

// FromDriver reads the components that a driver declares.
func FromDriver(spec v1.ApplicationDriverSpec) Set {
	set := make(Set, len(spec.Components))
	for name, component := range spec.Components {
		set[name] = Component{Name: name, Labels: component.Identifier.Label, Backup: component.Backup}
	}
	return set
}

// Names lists the declared names, sorted.
func (s Set) Names() []string {
	return slices.Sorted(maps.Keys(s))
}

// Pick returns the named components, each once, in the order given.
// A name that the driver does not declare is an *UnknownError.
func (s Set) Pick(names ...string) ([]Component, error) {
	var picked []Component
	for i, name := range names {
		component, ok := s[name]
		switch {
		case !ok:
			return nil, &UnknownError{Name: name, Declared: s.Names()}
		case len(component.Labels) == 0:
			// Empty labels would select every pod of the namespace.
			return nil, fmt.Errorf("component %q declares no labels: set spec.components.%s.identifier.label in the driver", name, name)
		case !slices.Contains(names[:i], name):
			picked = append(picked, component)
		}
	}
	return picked, nil
}

// UnknownError says that a component is not declared by the driver.
type UnknownError struct {
	Name     string
	Declared []string
}

func (e *UnknownError) Error() string {
	if len(e.Declared) == 0 {
		return fmt.Sprintf("unknown component %q: the driver declares no components; add it to spec.components", e.Name)
	}
	return fmt.Sprintf("unknown component %q: the driver declares %s", e.Name, strings.Join(e.Declared, ", "))
}
