package pki

import (
	"bytes"
	"crypto/x509"
	"testing"
)

func TestAuthorityOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.cert.Raw, second.cert.Raw) {
		t.Error("opening an authority again founded another one")
	}
	der, _, err := second.issue(Subject{User: "alice", Groups: []string{"devs"}, Hosts: []string{"10.0.0.1", "node"}})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := cert.CheckSignatureFrom(first.cert); err != nil {
		t.Error(err)
	}
	if cert.Subject.CommonName != "alice" || cert.Subject.Organization[0] != "devs" {
		t.Errorf("the certificate is %s's", cert.Subject)
	}
	if cert.VerifyHostname("10.0.0.1") != nil || cert.VerifyHostname("node") != nil {
		t.Error("the certificate does not serve its hosts")
	}
}
