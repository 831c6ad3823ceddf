package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"styrmin.local/test/cluster/internal/binaries"
	"styrmin.local/test/cluster/internal/debian"
	"styrmin.local/test/cluster/internal/image"
	"styrmin.local/test/cluster/internal/progress"
	"styrmin.local/test/cluster/internal/recipe"
	"styrmin.local/test/cluster/internal/sandbox"
)

// initCommand is what the sandbox runs as its PID 1.
const initCommand = "init"

// task is a step with its title.
type task struct {
	title string
	run   func(say func(string)) error
}

func perform(cmd *cobra.Command, tasks []task) error {
	steps := progress.New(cmd.ErrOrStderr(), len(tasks))
	for _, t := range tasks {
		if err := steps.Run(t.title, t.run); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) up() *cobra.Command {
	return &cobra.Command{
		Use:   "up",
		Short: "Start the cluster unless it runs; print the path of its kubeconfig",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			unlock, err := a.cache.Lock("cluster")
			if err != nil {
				return err
			}
			defer unlock()
			if obituary := a.node.Obituary(); obituary != "" {
				fmt.Fprintln(cmd.ErrOrStderr(), obituary)
			}
			tasks, err := a.buildTasks()
			if err != nil {
				return err
			}
			tasks = append(tasks, task{"building the cluster's own images", a.systemImages})
			tasks = append(tasks, a.startTasks()...)
			tasks = append(tasks, task{"loading the other images", a.lockedLoad})
			if err := perform(cmd, tasks); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), a.cache.Kubeconfig())
			return nil
		},
	}
}

func (a *app) down() *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop the cluster and remove everything of it but the caches",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			unlock, err := a.cache.Lock("cluster")
			if err != nil {
				return err
			}
			defer unlock()
			return perform(cmd, []task{{"stopping the cluster", func(func(string)) error { return a.node.Stop() }}})
		},
	}
}

func (a *app) init() *cobra.Command {
	return &cobra.Command{
		Use:    initCommand,
		Short:  "Be PID 1 of the cluster's namespaces",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return a.node.Init() },
	}
}

func (a *app) binaries() *cobra.Command {
	return &cobra.Command{
		Use:   "binaries",
		Short: "Build the programs of the cluster without starting it; print their directory",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			unlock, err := a.cache.Lock("cluster")
			if err != nil {
				return err
			}
			defer unlock()
			tasks, err := a.buildTasks()
			if err != nil {
				return err
			}
			if err := perform(cmd, tasks); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), a.cache.Bin())
			return nil
		},
	}
}

// buildTasks bring everything that has to be there before a cluster can start.
func (a *app) buildTasks() ([]task, error) {
	tasks := []task{{"installing Debian packages", func(func(string)) error { return debian.InstallNode() }}}
	builder := binaries.Builder{Cache: a.cache, Source: a.source}
	steps, err := builder.Steps()
	for _, s := range steps {
		tasks = append(tasks, task{s.Title, s.Run})
	}
	tasks = append(tasks, task{"building the CSI driver", func(func(string)) error { return builder.Storage() }})
	return tasks, err
}

func (a *app) systemImages(func(string)) error {
	return a.withImages(func(store *image.Store) error {
		return (&recipe.Kitchen{Cache: a.cache, Store: store, Source: a.source}).System()
	})
}

// startTasks lead to a cluster that can be used, from wherever an earlier start got to. A cluster that runs is never
// replaced, however slowly it answers: somebody may be working with it.
func (a *app) startTasks() []task {
	var process *sandbox.Process
	return []task{
		{"starting the container runtime", func(func(string)) (err error) {
			if process = a.node.Running(); process == nil {
				if process, err = a.node.Start(); err != nil {
					return err
				}
			}
			if err := a.node.AwaitRuntime(process); err != nil {
				return err
			}
			return a.loadSystem()
		}},
		{"starting the control plane", func(func(string)) error { return a.node.AwaitAPI(process) }},
		{"starting the node", func(say func(string)) error { return a.node.AwaitReady(process, say) }},
	}
}

// loadSystem loads what the first pods need; the other images come when the cluster runs already.
func (a *app) loadSystem() error {
	return a.withImages(func(store *image.Store) error {
		return a.load(store, func(string) {}, func(i image.Image) bool { return recipe.IsSystem(i.Tag) })
	})
}

func (a *app) lockedLoad(say func(string)) error {
	return a.withImages(func(store *image.Store) error { return a.load(store, say, every) })
}
