// Package image builds container images without a registry and loads them into the node.
package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// refAnnotation names an image in an OCI layout; containerd imports it under this name.
	refAnnotation = "io.containerd.image.name"
	// recipeAnnotation remembers what an image was made from.
	recipeAnnotation = "styrmin.local/recipe"
)

// Store is an OCI layout. Images that share a base share its blobs.
type Store struct {
	dir  string
	path layout.Path
}

// OpenStore opens the layout in dir or makes it.
func OpenStore(dir string) (*Store, error) {
	p, err := layout.FromPath(dir)
	if errors.Is(err, fs.ErrNotExist) {
		p, err = layout.Write(dir, empty.Index)
	}
	if err != nil {
		return nil, fmt.Errorf("image store %s: %w", dir, err)
	}
	return &Store{dir: dir, path: p}, nil
}

// Image is one image of the store.
type Image struct {
	Tag    string
	Digest v1.Hash
	recipe string
}

// List all images.
func (s *Store) List() ([]Image, error) {
	index, err := s.path.ImageIndex()
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	var images []Image
	for _, m := range manifest.Manifests {
		images = append(images, Image{m.Annotations[refAnnotation], m.Digest, m.Annotations[recipeAnnotation]})
	}
	return images, nil
}

// Find an image by its tag.
func (s *Store) Find(tag string) (Image, error) {
	images, err := s.List()
	if err != nil {
		return Image{}, err
	}
	for _, i := range images {
		if i.Tag == tag {
			return i, nil
		}
	}
	return Image{}, fmt.Errorf("there is no image %s in %s", tag, s.dir)
}

// Built tells whether the image exists and was made by this recipe.
func (s *Store) Built(tag, recipe string) bool {
	image, err := s.Find(tag)
	return err == nil && image.recipe == recipe
}

// Spec says what an image consists of.
type Spec struct {
	Tag     string
	Base    string // tag of another image of the store; empty: nothing
	Recipe  string // whatever identifies the inputs; may be empty
	Entries []Entry
	Layer   string // a tar file, instead of entries
	Config  func(*v1.Config)
}

// Build puts the image into the store, under its tag.
func (s *Store) Build(spec Spec) (Image, error) {
	img, err := s.base(spec.Base)
	if err != nil {
		return Image{}, err
	}
	tarball := spec.Layer
	if tarball == "" && len(spec.Entries) > 0 {
		if tarball, err = s.layerOf(spec.Entries); err != nil {
			return Image{}, err
		}
		defer os.Remove(tarball)
	}
	if tarball != "" {
		l, err := openLayer(tarball)
		if err != nil {
			return Image{}, err
		}
		if img, err = mutate.Append(img, mutate.Addendum{Layer: l, MediaType: types.OCIUncompressedLayer}); err != nil {
			return Image{}, err
		}
	}
	if spec.Config != nil {
		if img, err = configured(img, spec.Config); err != nil {
			return Image{}, err
		}
	}
	return s.put(spec, img)
}

func (s *Store) base(tag string) (v1.Image, error) {
	if tag == "" {
		img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
		return mutate.ConfigFile(img, &v1.ConfigFile{
			Architecture: "amd64", OS: "linux", RootFS: v1.RootFS{Type: "layers"},
		})
	}
	found, err := s.Find(tag)
	if err != nil {
		return nil, err
	}
	return s.path.Image(found.Digest)
}

func (s *Store) layerOf(entries []Entry) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(s.dir), "layer-*.tar")
	if err != nil {
		return "", err
	}
	err = errors.Join(writeLayer(f, entries), f.Close())
	if err != nil {
		os.Remove(f.Name())
	}
	return f.Name(), err
}

func configured(img v1.Image, change func(*v1.Config)) (v1.Image, error) {
	file, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config := *file.Config.DeepCopy()
	change(&config)
	return mutate.Config(img, config)
}

func (s *Store) put(spec Spec, img v1.Image) (Image, error) {
	digest, err := img.Digest()
	if err != nil {
		return Image{}, err
	}
	err = s.path.ReplaceImage(img, match.Annotation(refAnnotation, spec.Tag), layout.WithAnnotations(map[string]string{
		refAnnotation: spec.Tag, recipeAnnotation: spec.Recipe,
	}))
	if err != nil {
		return Image{}, fmt.Errorf("store %s: %w", spec.Tag, err)
	}
	return Image{Tag: spec.Tag, Digest: digest, recipe: spec.Recipe}, s.prune()
}

// prune removes what no image needs any more: every build of a changed program leaves a layer behind.
func (s *Store) prune() error {
	garbage, err := s.path.GarbageCollect()
	if err != nil {
		return err
	}
	for _, blob := range garbage {
		if err := s.path.RemoveBlob(blob); err != nil {
			return err
		}
	}
	return nil
}

// Unpack writes the file system of an image to a directory.
func (s *Store) Unpack(tag, dir string) error {
	found, err := s.Find(tag)
	if err != nil {
		return err
	}
	img, err := s.path.Image(found.Digest)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	for _, l := range layers {
		blob, err := l.Digest()
		if err != nil {
			return err
		}
		path := filepath.Join(s.dir, "blobs", blob.Algorithm, blob.Hex)
		if output, err := exec.Command("tar", "--extract", "--numeric-owner", "--file", path, "--directory", dir).CombinedOutput(); err != nil {
			return fmt.Errorf("unpack %s: %w: %s", tag, err, output)
		}
	}
	return nil
}
