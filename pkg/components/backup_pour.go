package components

import (
	"context"
	"errors"
	"io"
)

// errEnded is what a writer gets when the program that reads has ended.
var errEnded = errors.New("the program ended before it had read everything")

// pour lets a program read what another writes. When the reader fails, the writer's
// context ends, for it may not notice that nobody reads the rest: the error is the reader's.
func pour(ctx context.Context, write func(context.Context, io.Writer) error, read func(io.Reader) error) error {
	writing, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	reader, writer := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := write(writing, writer)
		_ = writer.Close()
		written <- err
	}()
	failed := read(reader)
	_ = reader.CloseWithError(errEnded)
	if failed != nil {
		stop(errEnded)
	}
	if err := <-written; failed == nil || !errors.Is(err, errEnded) {
		failed = errors.Join(failed, err)
	}
	return failed
}
