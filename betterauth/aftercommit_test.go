package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

// asker asks for functions after the commit of a sign-up.
type asker struct {
	host *betterauth.Host
	ran  int
	undo bool
}

func (a *asker) Init(_ context.Context, h *betterauth.Host) error {
	a.host = h
	return nil
}

func (a *asker) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "asker", RowHooks: []database.Hooks{database.RowHooks[betterauth.Account]{
		AfterCreate: func(ctx context.Context, _ *betterauth.Account) error {
			a.host.AfterCommit(ctx, func(context.Context) error { panic("asked for a panic") })
			a.host.AfterCommit(ctx, func(context.Context) error { return errors.New("asked for an error") })
			a.host.AfterCommit(ctx, func(ctx context.Context) error {
				a.ran++
				_, err := a.host.Sessions().RevokeAll(ctx, "nobody") // in a transaction of its own
				return err
			})
			if a.undo {
				return errTeapot
			}
			return nil
		},
	}}}
}

// What fails after the commit is logged with the plugin it belongs to, whatever way
// it was asked for, fails no request, and is not run for what was undone.
func TestAfterCommitLogsThePlugin(t *testing.T) {
	t.Parallel()
	asks := &asker{undo: true}
	kit := withPasswords(t, asks, betterauth.Inline{ID: "rows", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.User]{CreateCommitted: func(context.Context, *betterauth.User) error { panic("panic of a row") }},
		database.RowHooks[betterauth.Session]{CreateCommitted: func(context.Context, *betterauth.Session) error { return errors.New("error of a row") }},
	}})
	kit.Client().Post("/sign-up/email", signUp).WantError(errTeapot)
	if asks.ran != 0 || strings.Contains(kit.Log.String(), "after the commit") {
		t.Errorf("ran %d times for what was undone: %s", asks.ran, kit.Log)
	}
	asks.undo = false
	kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
	if asks.ran != 1 {
		t.Errorf("ran %d times", asks.ran)
	}
	for what, plugin := range map[string]string{
		"asked for a panic": "asker", "asked for an error": "asker", "panic of a row": "rows", "error of a row": "rows",
	} {
		wantLogged(t, kit, what, plugin)
	}
}

// wantLogged demands one line of the log that says what, with the plugin's id.
func wantLogged(t *testing.T, kit *plugintest.Kit, what, plugin string) {
	t.Helper()
	lines := 0
	for line := range strings.SplitSeq(kit.Log.String(), "\n") {
		if !strings.Contains(line, what) {
			continue
		}
		lines++
		if !strings.Contains(line, "plugin="+plugin+" ") {
			t.Errorf("%q is not logged as plugin %s's: %s", what, plugin, line)
		}
	}
	if lines != 1 {
		t.Errorf("%d lines say %q, want one", lines, what)
	}
}
