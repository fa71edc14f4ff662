package betterauth_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// What operations and manifests list is one list, in which each code is once.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	code := func(code string, status int) *betterauth.ErrorCode {
		return &betterauth.ErrorCode{Code: code, Message: "m", Status: status}
	}
	op := func(id string, codes ...*betterauth.ErrorCode) betterauth.Endpoint {
		return betterauth.Handle(betterauth.Operation{ID: id, Method: http.MethodGet, Path: "/" + id, Access: betterauth.Public, Errors: codes},
			func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil })
	}
	shared := code("SHARED", 400)
	one := betterauth.Inline{ID: "one", Errors: []*betterauth.ErrorCode{code("HOOK", 403)},
		Endpoints: []betterauth.Endpoint{op("a", shared, code("A", 400)), op("b", shared, code("A", 401), code("", 404))}}
	two := betterauth.Inline{ID: "two", Endpoints: []betterauth.Endpoint{op("c", code("SHARED", 400), code("C", 400))}}

	if got := codesOf(one.Manifest().Codes()); !slices.Equal(got, []string{"A 400", "A 401", "HOOK 403", "SHARED 400"}) {
		t.Errorf("codes of one plugin: %q", got)
	}
	bare := codesOf(plugintest.New(t).Auth.ErrorCodes())
	for _, code := range []string{"UNAUTHORIZED 401", "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED 405", "INTERNAL_SERVER_ERROR 500"} {
		if !slices.Contains(bare, code) {
			t.Errorf("the core's codes lack %s: %q", code, bare)
		}
	}
	auth := plugintest.New(t, one, two).Auth
	want := append(slices.Clone(bare), "A 400", "A 401", "C 400", "HOOK 403", "SHARED 400")
	slices.Sort(want)
	if got := codesOf(auth.ErrorCodes()); !slices.Equal(got, want) {
		t.Errorf("codes\n%q, want\n%q", got, want)
	}
	auth.ErrorCodes()[0] = nil
	if auth.ErrorCodes()[0] == nil {
		t.Error("who asks can change the list")
	}
}

func codesOf(list []*betterauth.ErrorCode) (names []string) {
	for _, e := range list {
		names = append(names, fmt.Sprint(e.Code, " ", e.Status))
	}
	return names
}
