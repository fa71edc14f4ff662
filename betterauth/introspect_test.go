package betterauth_test

import (
	"context"
	"net/http"
	"reflect"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

// An endpoint says what it takes and answers, without being called.
func TestEndpointsSayTheirTypes(t *testing.T) {
	t.Parallel()
	e := betterauth.Handle(betterauth.Operation{ID: "count", Method: http.MethodGet, Path: "/count", Access: betterauth.Public},
		func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) { return betterauth.Status{}, nil })
	if e.Input() != reflect.TypeFor[betterauth.None]() || e.Output() != reflect.TypeFor[betterauth.Status]() {
		t.Errorf("input %v, output %v", e.Input(), e.Output())
	}
}

// A hook may be put on any table by its row type alone.
func TestRowHooksByRowType(t *testing.T) {
	t.Parallel()
	var seen []string
	kit := plugintest.New(t, betterauth.Inline{ID: "audit", RowHooks: []database.Hooks{
		database.UntypedRowHooks{Row: reflect.TypeFor[betterauth.User](), Committed: func(_ context.Context, on database.Event, row any) error {
			seen = append(seen, string(on)+" "+row.(*betterauth.User).Email)
			return nil
		}},
	}})
	kit.SignedIn("alice@example.com")
	if len(seen) != 1 || seen[0] != "create alice@example.com" {
		t.Errorf("the hook saw %v", seen)
	}
}
