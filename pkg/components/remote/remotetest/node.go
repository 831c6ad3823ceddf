// Package remotetest has nodes that answer commands by SPDY as a test needs it.
package remotetest

import (
	"io"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
)

// Node answers an exec by SPDY as a node does: it writes to standard output, and ends
// the connection with a result or, when that is empty, without.
func Node(output, result string) http.HandlerFunc {
	return Upgraded(3, func(connection httpstream.Connection, streams map[string]httpstream.Stream) {
		_, _ = io.WriteString(streams[corev1.StreamTypeStdout], output)
		if result == "" {
			return
		}
		_, _ = io.WriteString(streams[corev1.StreamTypeError], result)
		for _, s := range streams {
			_ = s.Close()
		}
		<-connection.CloseChan() // the client has heard it
	})
}

// Upgraded answers by SPDY once the client has opened so many streams: error, stdout, stderr and, for one with input, stdin.
func Upgraded(count int, answer func(httpstream.Connection, map[string]httpstream.Stream)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		protocol, err := httpstream.Handshake(req, w, []string{remotecommand.StreamProtocolV5Name, remotecommand.StreamProtocolV4Name})
		if err != nil || protocol == "" {
			return
		}
		streams := make(chan httpstream.Stream)
		connection := spdy.NewResponseUpgrader().UpgradeResponse(w, req, func(s httpstream.Stream, accepted <-chan struct{}) error {
			go func() { <-accepted; streams <- s }()
			return nil
		})
		defer connection.Close()
		opened := map[string]httpstream.Stream{}
		for range count {
			s := <-streams
			opened[s.Headers().Get(corev1.StreamType)] = s
		}
		answer(connection, opened)
	}
}
