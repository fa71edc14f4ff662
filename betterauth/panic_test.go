package betterauth_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// Where something panicked is in the log and in no error's text, over HTTP and in
// process.
func TestStackIsForTheLog(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(kit *plugintest.Kit) string{
		"over HTTP": func(kit *plugintest.Kit) string { return string(kit.Client().Get("/panic").Body) },
		"in process": func(kit *plugintest.Kit) string {
			_, err := betterauth.Call[betterauth.None](t.Context(), kit.Auth, "panic", nil, betterauth.CallOptions{})
			if err == nil || err.Error() != "panic: secret cause" {
				t.Errorf("the error is %v", err)
			}
			return err.Error()
		},
	} {
		kit := plugintest.New(t, probe())
		if got := call(kit); strings.Contains(got, "goroutine") {
			t.Errorf("%s: the caller sees the stack: %s", name, got)
		}
		if log := kit.Log.String(); !strings.Contains(log, "stack=") || !strings.Contains(log, "request_test.go") {
			t.Errorf("%s: the log does not say where: %s", name, log)
		}
	}
}

// A panic in a goroutine of a plugin's own reaches the log and not the process.
func TestLogPanic(t *testing.T) {
	t.Parallel()
	keeper := &mailing{}
	kit := plugintest.New(t, keeper)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer keeper.host.LogPanic("refreshing keys")
		panic("no keys")
	}()
	<-done
	if log := kit.Log.String(); !strings.Contains(log, "refreshing keys") || !strings.Contains(log, "no keys") || !strings.Contains(log, "stack=") {
		t.Errorf("the log does not tell of it: %s", log)
	}
}
