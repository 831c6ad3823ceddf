package components

import (
	"bytes"
	"context"
	"io"
	"strings"
)

// preface is what a backup has before its dump. There is none, and so no backup, where a
// dump could not be restored.
func (c *Client) preface(ctx context.Context, at Result, d dumper) (string, error) {
	if err := c.examine(ctx, at, d, d.faults); err != nil {
		return "", err
	}
	beyond, err := c.query(ctx, at, d, d.beyond)
	return beyond + d.bring, err
}

// writeDump writes a backup. The dump is wanted until open ends.
func (c *Client) writeDump(ctx context.Context, at Result, d dumper, preface string, open io.Reader, to io.Writer) error {
	if _, err := io.WriteString(to, preface); err != nil {
		return err
	}
	return c.runScript(ctx, at, d.dumping, open, to)
}

// examine fails with what a query finds: each row is a reason why something cannot be done.
func (c *Client) examine(ctx context.Context, at Result, d dumper, query string) error {
	found, err := c.query(ctx, at, d, query)
	if found = strings.TrimSpace(found); err != nil || found == "" {
		return err
	}
	return &UnsupportedError{What: at.where() + ": this database cannot be backed up and restored as a whole; nothing was done:\n  " + strings.ReplaceAll(found, "\n", "\n  ")}
}

// query gives the rows of a query, a line each; none for no query.
func (c *Client) query(ctx context.Context, at Result, d dumper, query string) (string, error) {
	if query == "" {
		return "", nil
	}
	var rows bytes.Buffer
	err := c.runScript(ctx, at, d.ask, strings.NewReader(query), &rows)
	return rows.String(), err
}
