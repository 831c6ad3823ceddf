package helm

import (
	"context"
	"fmt"
)

// await lets a call that takes no context end with one. The call itself goes on
// in the background when the context ends first; Helm offers no better. Charts
// are strangers' input: where one makes Helm panic, that is an error.
func await[T any](ctx context.Context, call func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if cause := recover(); cause != nil {
				o.err = fmt.Errorf("panic in Helm: %v", cause)
			}
			done <- o
		}()
		o.value, o.err = call()
	}()
	select {
	case <-ctx.Done():
		return zero, ctx.Err()
	case o := <-done:
		return o.value, o.err
	}
}
