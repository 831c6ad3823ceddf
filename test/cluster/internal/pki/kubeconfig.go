package pki

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
)

// kubeconfig holds everything inline, so that the file can be copied anywhere.
const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- name: styrmin
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %[3]q
  user:
    client-certificate-data: %[4]s
    client-key-data: %[5]s
contexts:
- name: styrmin
  context:
    cluster: styrmin
    user: %[3]q
current-context: styrmin
`

// Kubeconfig mints a client certificate for the subject and wraps it in a kubeconfig for the server.
func (a *Authority) Kubeconfig(server string, s Subject) ([]byte, error) {
	cert, key, err := a.issue(s)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig of %s: %w", s.User, err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, kubeconfig, server, inline("CERTIFICATE", a.cert.Raw), s.User,
		inline("CERTIFICATE", cert), inline("EC PRIVATE KEY", der)), nil
}

func inline(kind string, der []byte) string {
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
