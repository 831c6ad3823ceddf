package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Runtime is the containerd of a running node.
type Runtime struct{ socket string }

// NewRuntime talks to the containerd that listens on the socket.
func NewRuntime(socket string) *Runtime { return &Runtime{socket: socket} }

// Load puts the image into the runtime unless it is there already; loaded tells which.
func (r *Runtime) Load(s *Store, image Image) (loaded bool, err error) {
	digests, err := r.digests()
	if err != nil {
		return false, err
	}
	if digests[image.Tag] == image.Digest.String() {
		return false, nil
	}
	present, err := r.blobs()
	if err != nil {
		return false, err
	}
	reader, writer := io.Pipe()
	exported := make(chan error, 1)
	go func() {
		err := s.export(writer, image, present)
		writer.CloseWithError(err)
		exported <- err
	}()
	_, err = r.ctr(reader, "images", "import", "--digests=false", "-")
	reader.Close()
	if exportErr := <-exported; err == nil || !errors.Is(exportErr, io.ErrClosedPipe) {
		err = errors.Join(err, exportErr)
	}
	if err != nil {
		return false, fmt.Errorf("load %s: %w", image.Tag, err)
	}
	return true, nil
}

// digests of the loaded images by their tags.
func (r *Runtime) digests() (map[string]string, error) {
	output, err := r.ctr(nil, "images", "list")
	if err != nil {
		return nil, err
	}
	digests := map[string]string{}
	for line := range strings.Lines(output) {
		if fields := strings.Fields(line); len(fields) > 2 {
			digests[fields[0]] = fields[2]
		}
	}
	return digests, nil
}

// blobs that the runtime has: the layers of a base need not be sent again with each image upon it.
func (r *Runtime) blobs() (map[string]bool, error) {
	output, err := r.ctr(nil, "content", "list", "--quiet")
	if err != nil {
		return nil, err
	}
	present := map[string]bool{}
	for line := range strings.Lines(output) {
		present[strings.TrimSpace(line)] = true
	}
	return present, nil
}

func (r *Runtime) ctr(stdin io.Reader, args ...string) (string, error) {
	cmd := exec.Command("ctr", append([]string{"--address", r.socket, "--namespace", "k8s.io"}, args...)...)
	cmd.Stdin = stdin
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("ctr %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}

// export writes one image of the layout as a tar, with an index of that image only, but for the blobs already present.
func (s *Store) export(w io.Writer, image Image, present map[string]bool) error {
	index, err := s.path.ImageIndex()
	if err != nil {
		return err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return err
	}
	only := manifest.DeepCopy()
	only.Manifests = nil
	for _, m := range manifest.Manifests {
		if m.Annotations[refAnnotation] == image.Tag {
			only.Manifests = append(only.Manifests, m)
		}
	}
	indexJSON, err := json.Marshal(only)
	if err != nil {
		return err
	}
	blobs, err := s.blobs(image.Digest)
	if err != nil {
		return err
	}

	out := tar.NewWriter(w)
	for name, data := range map[string][]byte{
		"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`),
		"index.json": indexJSON,
	} {
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			return err
		}
		if _, err := out.Write(data); err != nil {
			return err
		}
	}
	for _, blob := range blobs {
		if present[blob.String()] {
			continue
		}
		if err := s.exportBlob(out, blob); err != nil {
			return err
		}
	}
	return out.Close()
}

// blobs an image consists of: manifest, configuration, layers.
func (s *Store) blobs(digest v1.Hash) ([]v1.Hash, error) {
	img, err := s.path.Image(digest)
	if err != nil {
		return nil, err
	}
	manifest, err := img.Manifest()
	if err != nil {
		return nil, err
	}
	blobs := []v1.Hash{digest, manifest.Config.Digest}
	for _, l := range manifest.Layers {
		blobs = append(blobs, l.Digest)
	}
	return blobs, nil
}

func (s *Store) exportBlob(out *tar.Writer, blob v1.Hash) error {
	name := path.Join("blobs", blob.Algorithm, blob.Hex)
	f, err := os.Open(filepath.Join(s.dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}
