package driver

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// Rules lists what loading checks: that the files can be read, that they are
// YAML of one driver, and that every field has the right type.
func Rules() []diagnostic.Rule {
	return []diagnostic.Rule{
		{ID: "driver-missing", Summary: "A driver is a directory with a driver.styrmin.yml in it."},
		{ID: "file-unreadable", Summary: "The driver's files are regular files that can be read."},
		{ID: "file-escapes", Summary: "No file of the driver is a link that leads out of its directory."},
		{ID: "file-encoding", Summary: "The driver's files are UTF-8 text."},
		{ID: "file-size", Summary: "The driver's files fit in one ConfigMap."},
		{ID: "files-inline", Summary: "A driver on disk has its files beside it, not under files."},
		{ID: "yaml-syntax", Summary: "driver.styrmin.yml is YAML."},
		{ID: "yaml-empty", Summary: "driver.styrmin.yml is not empty."},
		{ID: "yaml-documents", Summary: "driver.styrmin.yml is one YAML document."},
		{ID: "yaml-duplicate-key", Summary: "No key is given twice."},
		{ID: "yaml-type", Summary: "Keys are strings and values are what JSON can hold."},
		{ID: "yaml-alias", Summary: "A driver has at most 100000 values, counting what aliases expand to, and no anchor contains itself."},
		{ID: "yaml-depth", Summary: "Values are nested at most 100 deep."},
		{ID: "yaml-ambiguous", Summary: "Text that older YAML reads as something else, such as yes, stands in quotes."},
		{ID: "type", Summary: "Every field has the type that the format gives it."},
		{ID: "unknown-field", Summary: "Every field is one that the format knows."},
		{ID: "actions-twice", Summary: "Actions are given at the top level or under spec, not at both."},
	}
}
