// Package release reads what a Helm release record says, from the Secret or
// ConfigMap that Helm 3 and Helm 4 store it in.
//
// It knows the payload only as far as the gate and the engine need it, and does
// not import Helm, so that the admission webhook can use it. A record is written
// by whoever may create Secrets in a namespace: decoding is bounded in size,
// compression ratio and number of elements.
package release
