package plugin

import (
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/removal"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// whatGoes says before a deletion what it would remove, and what to do before it. What
// becomes of the release is said for both choices when there is none yet.
func whatGoes(f *removal.Found, choice string) string {
	d := f.Deployment
	lines := []string{
		fmt.Sprintf("StyrminDeployment %s/%s goes, with its history and %s", d.Namespace, d.Name, orNothing(removal.Count(f.Owned))),
	}
	lines = append(lines, keptBackups(f)...)
	newest := f.Installed()
	if newest == nil {
		return strings.Join(append(lines, fmt.Sprintf("There is no Helm release %s.", d.ReleaseName())), "\n") + "\n"
	}
	text := fmt.Sprintf("Helm release %s is at revision %d (%s)", d.ReleaseName(), newest.Revision, newest.Status)
	if choice != releaseKeep {
		text += ". Uninstalled, it goes with what it deployed, but for what its chart says to keep"
	}
	lines = append(lines, text)
	if choice == releaseUninstall {
		return strings.Join(lines, "\n") + "\n"
	}
	if f.StaysHeld() != nil {
		lines = append(lines, "Kept, it stays held in this namespace: Helm cannot change it until a deployment adopts it, or its label is taken off")
	}
	if len(f.Stopped) > 0 {
		lines = append(lines, fmt.Sprintf("Stopped, with the counts recorded: %s\nKept, they stay so. To start them first: kubectl styrmin component start %s COMPONENT… -n %s",
			strings.Join(f.Stopped.Describe(), ", "), d.Name, d.Namespace))
	}
	return strings.Join(lines, "\n") + "\n"
}

// keptBackups tells of the claim and the snapshots that stay, whatever becomes of the rest.
func keptBackups(f *removal.Found) (lines []string) {
	namespace := f.Deployment.Namespace
	if f.Backups != "" {
		lines = append(lines, fmt.Sprintf("The backups in claim %s stay. Nothing deletes them but: kubectl delete pvc %[1]s -n %s", f.Backups, namespace))
	}
	if f.Snapshots > 0 {
		lines = append(lines, fmt.Sprintf("The backups by VolumeSnapshots stay, %d in all. Nothing deletes them but: kubectl delete volumesnapshots -n %s -l %s",
			f.Snapshots, namespace, snapshot.Selector(f.Deployment.Name)))
	}
	return lines
}

func orNothing(words string) string {
	if words == "" {
		return "nothing else"
	}
	return words
}

// whatIsLeft says after a deletion what is gone, what stays, and what to do about that.
func whatIsLeft(f *removal.Found, uninstalled bool) (string, error) {
	d := f.Deployment
	lines := []string{fmt.Sprintf("StyrminDeployment %s/%s is deleted; gone with it: %s", d.Namespace, d.Name, orNothing(removal.Count(f.Owned)))}
	lines = append(lines, keptBackups(f)...)
	newest := f.Installed()
	switch {
	case newest == nil:
		return strings.Join(lines, "\n") + "\n", nil
	case uninstalled:
		return strings.Join(append(lines, fmt.Sprintf("Helm release %s is uninstalled", d.ReleaseName())), "\n") + "\n", nil
	}
	lines = append(lines, fmt.Sprintf("Helm release %s is kept, at revision %d (%s)", d.ReleaseName(), newest.Revision, newest.Status))
	if newest.IsPending() {
		pending := &helm.PendingError{Namespace: d.Namespace, Release: newest.Name, Revision: newest.Revision}
		lines = append(lines, "Helm refuses to change it while it is pending. When you know that nobody is at work on it any more, end that with: "+pending.End())
	}
	if held := f.StaysHeld(); held != nil {
		lines = append(lines, stillHeld(d, held))
	}
	if len(f.Stopped) == 0 {
		return strings.Join(lines, "\n") + "\n", nil
	}
	commands, err := f.Stopped.StartCommands(d.Namespace)
	if err != nil {
		return "", err
	}
	lines = append(lines, "Still stopped, and nothing starts them by itself: "+strings.Join(f.Stopped.Describe(), ", ")+". To start them:")
	return strings.Join(append(lines, commands...), "\n") + "\n", nil
}

// stillHeld says how to make a kept release Helm's own again.
func stillHeld(d *v1.StyrminDeployment, held *release.Record) string {
	return fmt.Sprintf("It stays held, because a run deployed it: `helm upgrade` and `helm rollback` are refused, `helm uninstall` is not. Either\n"+
		"  let a deployment adopt it:       kubectl styrmin upgrade %[1]s -n %[2]s --driver DRIVER --release %[3]s\n"+
		"  or leave it to Helm from now on: kubectl label secrets,configmaps -n %[2]s -l owner=%[4]s,name=%[3]s,version=%[5]d %[6]s-",
		d.Name, d.Namespace, d.ReleaseName(), release.OwnerHelm, held.Revision, v1.LabelRun)
}
