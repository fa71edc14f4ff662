package adaptertest

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
)

// testOwnSignIn signs in from a handler of the application's own, by what the
// framework gives it to write to.
func testOwnSignIn(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := s.CreateUser(t.Context(), ada, betterauth.NewUserOptions{}); err != nil {
		t.Fatal(err)
	}
	login := func(w http.ResponseWriter, r *http.Request, _ *betterauth.Identity) {
		session, err := s.SignIn(w, r, ada, betterauth.SignIn{Method: r.URL.Query().Get("method")})
		switch body, further := betterauth.StepUpBody(err); {
		case further && body == nil:
			t.Error("a step-up without a body")
		case err != nil: // a step-up as well
			s.WriteError(w, r, err)
		default:
			_, _ = io.WriteString(w, "signed in until "+session.ExpiresAt.Format("2006-01-02"))
		}
	}
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/old-login", Handle: login},
		{Path: "/me", Guards: []Guard{{Auth: s.Auth, Required: true}}, Handle: greet(t)},
	}}))
	c.get("/old-login?method=refused").expectJSON(t, "what a gate refuses", 403, `{"message":"Not this way","code":"NOT_THIS_WAY"}`)
	c.get("/me").expectJSON(t, "refused", 401, unauthorized)
	c.get("/old-login?method=further").expectJSON(t, "what a gate wants more for", 200, `{"further":"step"}`)
	if c.cookies["better-auth.further"] != "1" {
		t.Errorf("the cookie of the further step did not arrive: %v", c.cookies)
	}
	c.get("/me").expectJSON(t, "before the further step", 401, unauthorized)
	c.get("/old-login?method=old").expect(t, "signing in", 200, "signed in until 2026-03-08")
	c.get("/me").expect(t, "signed in", 200, "ada@example.com")
	// The browser is nobody's after a step-up.
	c.get("/old-login?method=further").expectJSON(t, "again", 200, `{"further":"step"}`)
	c.get("/me").expectJSON(t, "again before the further step", 401, unauthorized)
}

// errNotThisWay is what methods answers to one of them.
var errNotThisWay = &betterauth.ErrorCode{Code: "NOT_THIS_WAY", Message: "Not this way", Status: http.StatusForbidden}

// methods is a gate that goes by the method: it refuses one, and wants a further
// step of another.
func methods() betterauth.Plugin {
	return betterauth.Inline{ID: "methods", Errors: []*betterauth.ErrorCode{errNotThisWay},
		Gates: []betterauth.SessionGate{{Name: "methods", Check: func(c *betterauth.Ctx, a *betterauth.Attempt) error {
			switch a.SignIn.Method {
			case "refused":
				return errNotThisWay.Because(errors.New("of the test"))
			case "further":
				c.SetCookie(betterauth.Cookie{Key: "further", Value: "1"})
				return betterauth.StepUp(map[string]string{"further": "step"})
			}
			return nil
		}}}}
}
