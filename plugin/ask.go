package plugin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// asker asks the user at a terminal, one question a line.
type asker struct {
	in  *bufio.Reader
	out io.Writer
}

func newAsker(in io.Reader, out io.Writer) *asker { return &asker{in: bufio.NewReader(in), out: out} }

// errNoAnswer is how questions end when the user closes the input.
var errNoAnswer = &problemsError{message: "the input ended before every question was answered; nothing was written"}

// ask asks again until the answer is accepted, and says each time why it was not.
func (a *asker) ask(ctx context.Context, question string, accept func(answer string) error) error {
	for {
		fmt.Fprintf(a.out, "%s: ", question)
		answer, err := a.line(ctx)
		if err != nil {
			fmt.Fprintln(a.out)
			return err
		}
		if err = accept(answer); err == nil {
			return nil
		}
		fmt.Fprintf(a.out, "  %v\n", err)
	}
}

// yes asks a question whose answer is yes unless the user says no.
func (a *asker) yes(ctx context.Context, question string) (answer bool, err error) {
	err = a.ask(ctx, question+" [yes]", func(text string) error {
		switch strings.ToLower(text) {
		case "", "y", "yes":
			answer = true
		case "n", "no":
			answer = false
		default:
			return fmt.Errorf("found %q, expected yes or no", text)
		}
		return nil
	})
	return answer, err
}

// line reads one answer. The signal that ends the context ends the waiting, too;
// what is left is one blocked reader in a process that is about to exit.
func (a *asker) line(ctx context.Context) (string, error) {
	type input struct {
		text string
		err  error
	}
	read := make(chan input, 1)
	go func() {
		text, err := a.in.ReadString('\n')
		read <- input{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case got := <-read:
		if errors.Is(got.err, io.EOF) {
			return "", errNoAnswer
		}
		return strings.TrimSpace(got.text), got.err
	}
}
