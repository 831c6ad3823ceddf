package components

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/remotecommand"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// dumpInto streams a dump into the vault. It becomes a backup when the program has
// ended well, and all that it wrote has arrived.
func (c *Client) dumpInto(ctx context.Context, component Component, name string, d dumper, v *openVault) (vault.Manifest, error) {
	at, err := c.databaseOf(ctx, component, d)
	if err != nil {
		return vault.Manifest{}, err
	}
	preface, err := c.preface(ctx, at, d)
	if err != nil {
		return vault.Manifest{}, err
	}
	c.report("dumping %s in pod %s, container %s", d.kind, at.Pod, at.Container)
	dumping, cancel := context.WithCancel(ctx)
	defer cancel()
	reader, writer := io.Pipe()
	open, end := io.Pipe() // standard input says for how long the dump is wanted
	defer end.Close()
	sum, ended := sha256.New(), make(chan error, 1)
	go func() {
		err := c.writeDump(dumping, at, d, preface, open, io.MultiWriter(sum, writer))
		if err != nil && dumping.Err() != nil {
			err = errUnwanted
		}
		_ = writer.CloseWithError(err) // what broke off must not look whole to the vault
		ended <- err
	}()
	part, kept := v.put(ctx, reader)
	if kept != nil {
		cancel() // nobody reads the rest
	}
	_ = reader.Close()
	dumped := <-ended
	switch sent := hex.EncodeToString(sum.Sum(nil)); {
	case kept != nil && (dumped == nil || errors.Is(dumped, errUnwanted)):
		return vault.Manifest{}, kept
	case dumped != nil:
		return vault.Manifest{}, dumped
	case part.SHA256 != sent:
		err := fmt.Errorf("what was stored has the checksum %s, what was dumped %s; try again", part.SHA256, sent)
		return vault.Manifest{}, errors.Join(err, v.drop(ctx, part.ID))
	}
	return v.commit(ctx, part, vault.Manifest{Component: component.Name, Name: name, Kind: d.kind, Bytes: part.Bytes, SHA256: part.SHA256, MadeAt: time.Now().UTC().Truncate(time.Second)})
}

// errUnwanted is how a dump ends that is not wanted any more: the reason is another's.
var errUnwanted = errors.New("the dump was not wanted any more")

// restoreFrom streams a backup into the database. What ends a restore is sent when all
// that comes before has arrived as it was stored.
func (c *Client) restoreFrom(ctx context.Context, component Component, m vault.Manifest, d dumper, v *openVault) error {
	at, err := c.databaseOf(ctx, component, d)
	if err != nil {
		return err
	}
	if err := c.examine(ctx, at, d, d.obstacles); err != nil {
		return err
	}
	c.report("restoring %s in pod %s, container %s, from backup %s of %s, %d bytes: what was written since is lost",
		d.kind, at.Pod, at.Container, m.Name, m.MadeAt.Format(time.RFC3339), m.Bytes)
	return pour(ctx,
		func(ctx context.Context, to io.Writer) error { return feed(ctx, m, d, v, to) },
		func(from io.Reader) error { return c.runScript(ctx, at, d.restoring, from, io.Discard) })
}

func feed(ctx context.Context, m vault.Manifest, d dumper, v *openVault, to io.Writer) error {
	if _, err := io.WriteString(to, d.before); err != nil {
		return err
	}
	sum, checked := sha256.New(), &holdBack{to: to, size: sentLast}
	if err := v.get(ctx, m, io.MultiWriter(checked, sum)); err != nil {
		return err
	}
	if found := hex.EncodeToString(sum.Sum(nil)); found != m.SHA256 {
		return fmt.Errorf("what arrived has the checksum %s, the backup's is %s; try again", found, m.SHA256)
	}
	_, err := to.Write(append(checked.last, d.after...))
	return err
}

// sentLast is how much of a dump is sent when its checksum is known: what is there may
// end the transaction.
const sentLast = 4 << 10

// databaseOf is where the database's own programs run. Its command is for people.
func (c *Client) databaseOf(ctx context.Context, component Component, d dumper) (Result, error) {
	pods, err := c.podsToRunIn(ctx, component, ExecOptions{})
	if err != nil {
		return Result{}, err
	}
	container, err := containerOf(&pods[0], "")
	return Result{Component: component.Name, Pod: pods[0].Name, Container: container, Command: []string{d.kind}}, err
}

// pipe runs a command whose streams are another's. A command that failed is a
// *CommandError with the end of what it said.
func (c *Client) pipe(ctx context.Context, at Result, command []string, stdin io.Reader, stdout io.Writer) error {
	var stderr tail
	err := c.containers().Exec(ctx, at.Pod, &corev1.PodExecOptions{
		Container: at.Container, Command: command, Stdin: stdin != nil, Stdout: true, Stderr: true,
	}, remotecommand.StreamOptions{Stdin: stdin, Stdout: stdout, Stderr: &stderr})
	at.Stderr = stderr.String()
	if err == nil {
		return nil
	}
	why, err := at.failure(ctx, err, false)
	if why != "" {
		return &CommandError{Result: at, Why: why}
	}
	return err
}
