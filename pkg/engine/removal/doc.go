// Package removal deletes a StyrminDeployment with everything that it owns, and with
// its Helm release when that is asked for.
package removal
