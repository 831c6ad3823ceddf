// Package helm is the only importer of Helm. It loads charts, renders them, and
// installs, upgrades and reads releases, one Helm verb per file.
//
// Helm writes to the process's standard logger and to client-go's warning log;
// here both end in the debug function that the client was made with.
package helm
