package main

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"styrmin.local/test/cluster/internal/debian"
	"styrmin.local/test/cluster/internal/image"
	"styrmin.local/test/cluster/internal/recipe"
)

func (a *app) images() *cobra.Command {
	return &cobra.Command{
		Use:   "images",
		Short: "Build the images that tests use; load them if the cluster runs",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withImages(func(store *image.Store) error { return a.makeImages(cmd, store) })
		},
	}
}

func (a *app) makeImages(cmd *cobra.Command, store *image.Store) error {
	tasks := []task{{"installing Debian packages", func(func(string)) error { return debian.InstallImageTools() }}}
	steps, err := (&recipe.Kitchen{Cache: a.cache, Store: store, Source: a.source}).Steps()
	if err != nil {
		return err
	}
	for _, s := range steps {
		tasks = append(tasks, task{s.Title, s.Run})
	}
	if a.node.Running() != nil {
		tasks = append(tasks, task{"loading images", func(say func(string)) error { return a.load(store, say, every) }})
	}
	return perform(cmd, tasks)
}

func (a *app) image() *cobra.Command {
	cmd := &cobra.Command{Use: "image", Short: "Build and load single images"}
	cmd.AddCommand(a.imageBuild(), a.imageLoad(), a.imageList())
	return cmd
}

func (a *app) imageBuild() *cobra.Command {
	var spec image.Spec
	var files, dirs, env, entrypoint, args, labels []string
	var user, workdir string
	cmd := &cobra.Command{
		Use:   "build --tag TAG [--base TAG] [--file HOST:DEST[:MODE]]… [--dir HOST:DEST]…",
		Short: "Put an image of files into the cache; the same files make the same image",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if spec.Entries, err = entries(files, dirs); err != nil {
				return err
			}
			spec.Config = func(c *v1.Config) {
				c.Env = append(c.Env, env...)
				if user != "" {
					c.User = user
				}
				if workdir != "" {
					c.WorkingDir = workdir
				}
				if len(entrypoint) > 0 {
					c.Entrypoint, c.Cmd = entrypoint, nil
				}
				if len(args) > 0 {
					c.Cmd = args
				}
				for _, l := range labels {
					if c.Labels == nil {
						c.Labels = map[string]string{}
					}
					key, value, _ := strings.Cut(l, "=")
					c.Labels[key] = value
				}
			}
			return a.withImages(func(store *image.Store) error {
				built, err := store.Build(spec)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s@%s\n", built.Tag, built.Digest)
				return nil
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&spec.Tag, "tag", "", "name of the image, with a host name in front (styrmin.local/NAME:TAG)")
	flags.StringVar(&spec.Base, "base", "", "image of the cache to put the files upon; none: an empty one")
	flags.StringArrayVar(&files, "file", nil, "a file of the host, where it goes, and its octal mode")
	flags.StringArrayVar(&dirs, "dir", nil, "a directory of the host and where its contents go")
	flags.StringArrayVar(&env, "env", nil, "a variable NAME=VALUE")
	flags.StringArrayVar(&labels, "label", nil, "a label NAME=VALUE")
	flags.StringArrayVar(&entrypoint, "entrypoint", nil, "a word of the entrypoint; repeat for more")
	flags.StringArrayVar(&args, "cmd", nil, "a word of the default arguments; repeat for more")
	flags.StringVar(&user, "user", "", "user id, or user:group, as numbers")
	flags.StringVar(&workdir, "workdir", "", "working directory")
	cmd.MarkFlagRequired("tag")
	return cmd
}

// entries reads the arguments of --file and --dir.
func entries(files, dirs []string) ([]image.Entry, error) {
	var all []image.Entry
	for _, f := range files {
		parts := strings.Split(f, ":")
		if len(parts) < 2 || len(parts) > 3 {
			return nil, fmt.Errorf("--file %s: expected HOST:DEST or HOST:DEST:MODE", f)
		}
		entry := image.Entry{Host: parts[0], Dest: parts[1]}
		if len(parts) == 3 {
			mode, err := strconv.ParseUint(parts[2], 8, 12)
			if err != nil {
				return nil, fmt.Errorf("--file %s: mode %q is not octal", f, parts[2])
			}
			entry.Mode = fs.FileMode(mode)
		}
		all = append(all, entry)
	}
	for _, d := range dirs {
		host, dest, ok := strings.Cut(d, ":")
		if !ok {
			return nil, fmt.Errorf("--dir %s: expected HOST:DEST", d)
		}
		all = append(all, image.Entry{Host: host, Dest: dest})
	}
	return all, nil
}

func (a *app) imageLoad() *cobra.Command {
	return &cobra.Command{
		Use:   "load [TAG]…",
		Short: "Load images of the cache into the running cluster; without arguments: all",
		RunE: func(cmd *cobra.Command, tags []string) error {
			wanted := every
			if len(tags) > 0 {
				wanted = func(i image.Image) bool { return slices.Contains(tags, i.Tag) }
			}
			return a.withImages(func(store *image.Store) error {
				for _, tag := range tags {
					if _, err := store.Find(tag); err != nil {
						return err
					}
				}
				return perform(cmd, []task{{"loading images", func(say func(string)) error {
					return a.load(store, say, wanted)
				}}})
			})
		},
	}
}

func (a *app) imageList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the images of the cache",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withImages(func(store *image.Store) error {
				images, err := store.List()
				for _, i := range images {
					fmt.Fprintf(cmd.OutOrStdout(), "%s@%s\n", i.Tag, i.Digest)
				}
				return err
			})
		},
	}
}

func every(image.Image) bool { return true }

// withImages opens the store for one process at a time: building removes what no image needs any more.
func (a *app) withImages(work func(*image.Store) error) error {
	unlock, err := a.cache.Lock("images")
	if err != nil {
		return err
	}
	defer unlock()
	store, err := image.OpenStore(a.cache.Images())
	if err != nil {
		return err
	}
	return work(store)
}

// load the wanted images that the cluster does not have yet.
func (a *app) load(store *image.Store, say func(string), wanted func(image.Image) bool) error {
	runtime, err := a.node.Runtime()
	if err != nil {
		return err
	}
	images, err := store.List()
	if err != nil {
		return err
	}
	count := 0
	for _, i := range images {
		if !wanted(i) {
			continue
		}
		loaded, err := runtime.Load(store, i)
		if err != nil {
			return err
		}
		if loaded {
			count++
		}
		say(fmt.Sprintf("%d new", count))
	}
	return nil
}
