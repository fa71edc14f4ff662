package betterauth_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// replying signs in and answers what run returns.
type replying struct {
	run func(c *betterauth.Ctx) (any, error)
}

func (p *replying) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "replying", Endpoints: []betterauth.Endpoint{betterauth.Handle(
		betterauth.Operation{ID: "answer", Method: http.MethodPost, Path: "/answer", Access: betterauth.Public, SignIn: betterauth.MakesSession},
		func(c *betterauth.Ctx, _ betterauth.None) (any, error) { return p.run(c) })}}
}

// unencodable is a value whose encoding panics.
type unencodable struct{}

func (unencodable) MarshalJSON() ([]byte, error) { panic("no JSON") }

// Whatever keeps the client from hearing that it is signed in takes the session back,
// before, in and after the operation.
func TestSessionsOfFailedAnswers(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		var user *betterauth.User
		var early func(c *betterauth.Ctx) error
		signIn := func(c *betterauth.Ctx) error {
			_, err := c.SignIn(user, betterauth.SignIn{Method: "x"})
			return err
		}
		answer := func(value any, err error) func(c *betterauth.Ctx) (any, error) {
			return func(c *betterauth.Ctx) (any, error) {
				if err := signIn(c); err != nil {
					return nil, err
				}
				return value, err
			}
		}
		p := &replying{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p,
			betterauth.Inline{ID: "early", Requests: []betterauth.RequestHook{{Name: "sign in", Run: func(c *betterauth.Ctx) error {
				if early == nil {
					return nil
				}
				return early(c)
			}}}}}})
		alice := kit.SignedIn("alice@example.com")
		user = alice.User
		sessions := plugintest.StoreOf[betterauth.Session](kit)
		wantOne := func(name string) {
			t.Helper()
			if n, err := sessions.Count(t.Context()); n != 1 || err != nil {
				t.Errorf("%s: %d sessions, %v; want alice's alone", name, n, err)
			}
		}
		for name, tt := range map[string]struct {
			early      func(c *betterauth.Ctx) error
			run        func(c *betterauth.Ctx) (any, error)
			path, body string
			status     int
		}{
			"no JSON of the answer":              {nil, answer(math.NaN(), nil), "/answer", "{}", http.StatusInternalServerError},
			"a panic as the answer is encoded":   {nil, answer(unencodable{}, nil), "/answer", "{}", http.StatusInternalServerError},
			"no JSON of a step-up":               {nil, answer(nil, betterauth.StepUp(math.NaN())), "/answer", "{}", http.StatusInternalServerError},
			"a step-up after the session":        {nil, answer(nil, betterauth.StepUp("more")), "/answer", "{}", http.StatusOK},
			"signed in before, no route":         {signIn, nil, "/nothing", "{}", http.StatusNotFound},
			"signed in before, a malformed body": {signIn, nil, "/answer", "{", http.StatusBadRequest},
			"signed in before, by what fails": {func(c *betterauth.Ctx) error {
				if err := signIn(c); err != nil {
					return err
				}
				return errTeapot
			}, nil, "/answer", "{}", errTeapot.Status},
		} {
			early, p.run = tt.early, tt.run
			got := kit.Client().Do(http.MethodPost, tt.path, tt.body)
			if ck := got.SetCookie(sessionCookie); got.Status != tt.status || ck != nil && ck.Value != "" {
				t.Errorf("%s: %d %s, cookies %v", name, got.Status, got.Body, got.Cookies)
			}
			early = nil
			wantOne(name)
		}
		p.run = answer("a text", nil)
		if _, err := betterauth.Call[int](t.Context(), kit.Auth, "answer", betterauth.None{}, betterauth.CallOptions{}); err == nil {
			t.Error("an answer of another type is no error")
		}
		wantOne("an answer of another type in process")

		// The browser that a step-up answers is signed out, as by one that a gate asks for.
		p.run = answer(nil, betterauth.StepUp("more"))
		alice.Post("/answer", nil).Want(http.StatusOK)
		alice.Get("/get-session").WantBody(http.StatusOK, "null")

		p.run = answer("well", nil)
		kit.Client().Post("/answer", nil).WantBody(http.StatusOK, `"well"`)
		if n, err := sessions.Count(t.Context()); n != 2 || err != nil {
			t.Errorf("%d sessions, %v; want that of the answer beside alice's", n, err)
		}
	})
}

// If a session cannot be taken back, the request is a failure whatever it was, and hands
// out no cookie.
func TestSessionThatCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	var user *betterauth.User
	p := &replying{run: func(c *betterauth.Ctx) (any, error) {
		if _, err := c.SignIn(user, betterauth.SignIn{Method: "x"}); err != nil {
			return nil, err
		}
		return nil, betterauth.StepUp("more")
	}}
	kit := plugintest.New(t, p, betterauth.Inline{ID: "keeps", RowHooks: []database.Hooks{database.RowHooks[betterauth.Session]{
		BeforeDelete: func(context.Context, *betterauth.Session) error { return errors.New("it stays") }}}})
	user = kit.SignedIn("alice@example.com").User
	answer := kit.Client().Post("/answer", nil).Want(http.StatusInternalServerError)
	if len(answer.Cookies) > 0 || !strings.Contains(kit.Log.String(), "taking the session back") {
		t.Errorf("cookies %v; log %s", answer.Cookies, kit.Log)
	}
}
