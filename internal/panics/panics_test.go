package panics_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/panics"
)

func explode(value any) { panic(value) }

func recovered(value any) (err error) {
	defer panics.Recover(&err, "gate %s", "banned")
	explode(value)
	return nil
}

func handled(value any) (err error) {
	defer panics.Handler(&err)
	explode(value)
	return nil
}

func TestErrorsSayWhereAndKeepTheStackApart(t *testing.T) {
	t.Parallel()
	cause := errors.New("boom")
	for want, err := range map[string]error{"gate banned panicked: boom": recovered(cause), "panic: boom": handled(cause)} {
		if err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
		if errors.Is(err, cause) {
			t.Errorf("%q is its cause", want)
		}
		if stack := panics.Stack(fmt.Errorf("wrapped: %w", err)); stack.Key != "stack" || !strings.Contains(stack.Value.String(), "panics_test.explode") {
			t.Errorf("%q: the stack does not name what panicked: %s", want, stack)
		}
	}
	if stack := panics.Stack(cause); !stack.Equal(slog.Attr{}) {
		t.Errorf("an error that is no panic has the stack %s", stack)
	}
}

func TestNoPanicIsNoError(t *testing.T) {
	t.Parallel()
	f := func() (err error) {
		defer panics.Recover(&err, "it")
		defer panics.Handler(&err)
		return http.ErrBodyNotAllowed
	}
	if err := f(); !errors.Is(err, http.ErrBodyNotAllowed) {
		t.Errorf("error %v", err)
	}
}

func TestAbortGoesOnInHandlersOnly(t *testing.T) {
	t.Parallel()
	if err := recovered(http.ErrAbortHandler); err == nil {
		t.Error("Recover let a panic through")
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("the server sees %v", p)
		}
	}()
	err := handled(http.ErrAbortHandler)
	t.Errorf("the handler went on with %v", err)
}

func TestLogHasTheStack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	func() {
		defer func() { panics.Log(log, "after commit", recover()) }()
		explode("boom")
	}()
	for _, want := range []string{"level=ERROR", `msg="after commit"`, "panic=boom", "stack=", "panics_test.explode"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %s: %s", want, &out)
		}
	}
}

func contributed(name string, value any) (err error) {
	defer panics.Contribution(&err, "gate", name, "admin")
	explode(value)
	return nil
}

func TestContribution(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{"gate banned of plugin admin panicked: boom": contributed("banned", "boom"), "gate of plugin admin panicked: boom": contributed("", "boom")} {
		if err.Error() != want || !strings.Contains(panics.Stack(err).Value.String(), "panics_test.explode") {
			t.Errorf("error %q, want %q", err, want)
		}
	}
}

func TestContributionCostsNothing(t *testing.T) {
	name := strings.Clone("banned")
	if n := testing.AllocsPerRun(100, func() {
		var err error
		func() { defer panics.Contribution(&err, "gate", name, name) }()
	}); n > 0 {
		t.Errorf("%v allocations without a panic", n)
	}
}
