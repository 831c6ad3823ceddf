// Package krew packs kubectl-styrmin for krew, kubectl's plugin manager: one archive per
// platform, their checksums, and the plugin manifest that names them.
package krew
