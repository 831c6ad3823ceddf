package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// glance answers what nobody governs from the first bytes of a request, and hands
// all else on. To decode a record of 1 MiB takes longer than everything else, and
// what tells its release, name and labels, comes before its content.
type glance struct {
	*rules
	next http.Handler
}

// mostReview is how many bytes of a request are read, more than whoever comes next
// takes: an API server sends less, and anybody in the cluster may send something.
const mostReview = 8 << 20

// ServeHTTP implements http.Handler.
func (g *glance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(started(r.Context(), r))
	body := io.LimitReader(r.Body, mostReview)
	var read bytes.Buffer
	seen, err := look(io.TeeReader(body, &read))
	if err != nil || !g.memory.nobodyGoverns(seen.request.Namespace, nil, candidates(nil, &seen.object)) {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(&read, body), r.Body}
		g.next.ServeHTTP(w, r)
		return
	}
	req, a := admission.Request{AdmissionRequest: seen.request}, notGoverned()
	g.note(r.Context(), req, a)
	// Read to the end, though nothing of it matters: else the connection would break off.
	_, _ = io.Copy(io.Discard, body)
	response := a.response()
	if err := response.Complete(req); err != nil {
		g.log.Error(err, "an answer could not be made", "namespace", req.Namespace, "name", req.Name)
	}
	w.Header().Set("Content-Type", "application/json")
	review := admissionv1.AdmissionReview{TypeMeta: seen.review, Response: &response.AdmissionResponse}
	if err := json.NewEncoder(w).Encode(review); err != nil {
		g.log.Error(err, "an answer could not be sent", "namespace", req.Namespace, "name", req.Name)
	}
}

// seen is what a request says before the content of its object.
type seen struct {
	review  metav1.TypeMeta
	request admissionv1.AdmissionRequest
	object  metav1.ObjectMeta
}

// errUnseen: the request ended before its object had metadata.
var errUnseen = errors.New("there is no object with metadata")

// look reads an AdmissionReview as far as the metadata of its object.
func look(review io.Reader) (*seen, error) {
	s := &seen{}
	found := false
	decoder := json.NewDecoder(review)
	object := func(key string) (bool, error) {
		if key != "metadata" {
			return false, skip(decoder)
		}
		found = true
		return true, decoder.Decode(&s.object)
	}
	request := func(key string) (bool, error) {
		switch key {
		case "uid":
			return false, decoder.Decode(&s.request.UID)
		case "kind":
			return false, decoder.Decode(&s.request.Kind)
		case "name":
			return false, decoder.Decode(&s.request.Name)
		case "namespace":
			return false, decoder.Decode(&s.request.Namespace)
		case "operation":
			return false, decoder.Decode(&s.request.Operation)
		case "userInfo":
			return false, decoder.Decode(&s.request.UserInfo)
		case "object":
			return true, fields(decoder, object)
		}
		return false, skip(decoder)
	}
	err := fields(decoder, func(key string) (bool, error) {
		switch key {
		case "kind":
			return false, decoder.Decode(&s.review.Kind)
		case "apiVersion":
			return false, decoder.Decode(&s.review.APIVersion)
		case "request":
			return true, fields(decoder, request)
		}
		return false, skip(decoder)
	})
	if err == nil && !found {
		err = errUnseen
	}
	return s, err
}

// fields hands over the fields of an object, until one says that it is enough.
func fields(decoder *json.Decoder, each func(key string) (enough bool, err error)) error {
	open, err := decoder.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return errUnseen
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if enough, err := each(name); enough || err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// skip passes over a value.
func skip(decoder *json.Decoder) error {
	var value json.RawMessage
	return decoder.Decode(&value)
}
