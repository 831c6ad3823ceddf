// Package doctor looks at a cluster and says what is wrong with Styrmin there, why it
// matters, and what to do about it. It changes nothing: what it tries, it tries as a
// dry run. Each file is one check or two that belong together; the table is in examine.go.
package doctor
