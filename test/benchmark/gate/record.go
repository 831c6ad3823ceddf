package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// record is what Helm stores for a revision, with a manifest so large that the
// object's data has about that many bytes.
func record(namespace, name string, revision, size int) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: release.Key(name, revision),
			Labels: map[string]string{
				release.LabelOwner: release.OwnerHelm, release.LabelName: name,
				release.LabelStatus: release.StatusPendingUpgrade, release.LabelVersion: strconv.Itoa(revision),
			},
		},
		Type: release.SecretType,
		Data: map[string][]byte{"release": payload(namespace, name, revision, size)},
	}
}

// payload packs a release as Helm does. Hex digits by chance fold to about half;
// base64 adds a third.
func payload(namespace, name string, revision, size int) []byte {
	data, _ := json.Marshal(map[string]any{
		"name": name, "namespace": namespace, "version": revision, "manifest": noise(size * 17 / 12),
		"chart": map[string]any{"metadata": map[string]any{"name": "bench", "version": "1.0.0"}},
		"info":  map[string]any{"status": release.StatusPendingUpgrade, "description": "Preparing upgrade"},
	})
	var packed bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	_, _ = zip.Write(data)
	_ = zip.Close()
	return []byte(base64.StdEncoding.EncodeToString(packed.Bytes()))
}

// chance is made once: what is measured shares the machine with who makes it.
var chance = sync.OnceValue(func() string {
	const digits, length = "0123456789abcdef", 2 << 20
	out := make([]byte, length)
	for i := range out {
		out[i] = digits[rand.IntN(len(digits))]
	}
	return string(out)
})

// noise are hex digits by chance, elsewhere in it each time.
func noise(size int) string {
	at := rand.IntN(len(chance()) - size)
	return chance()[at : at+size]
}
