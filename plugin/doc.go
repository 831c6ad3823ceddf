// Package plugin is the command line: one file per verb, each a thin layer over
// the packages in pkg. It writes to the streams it is given and returns exit codes.
package plugin
