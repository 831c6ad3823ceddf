package helm

import "context"

// await lets a call that takes no context end with one. The call itself goes on
// in the background when the context ends first; Helm offers no better.
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
		value, err := call()
		done <- outcome{value, err}
	}()
	select {
	case <-ctx.Done():
		return zero, ctx.Err()
	case o := <-done:
		return o.value, o.err
	}
}
