// Package instance freezes the inputs of a run: the driver, the resolved
// context and the rendered values, named by the digest of all three. What is
// stored is immutable, so nothing that a run reads can change under it.
package instance
