package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

const failedToGet = `{"message":"Failed to get session","code":"FAILED_TO_GET_SESSION"}`

// Of several sources the first that finds something wins, also over the cookie. What
// one says it did not find counts for nothing, and its error for everything.
func TestSourcesAreAskedInOrder(t *testing.T) {
	t.Parallel()
	header := func(name string) betterauth.SessionSource {
		return betterauth.TokenSource(name, func(c *betterauth.Ctx) (string, bool, error) {
			token := c.Request().Header.Get(name)
			switch {
			case token == "broken":
				return "", false, errTeapot
			case strings.HasPrefix(token, "not:"):
				return strings.TrimPrefix(token, "not:"), false, nil
			}
			return token, token != "", nil
		})
	}
	kit := plugintest.New(t, betterauth.Inline{ID: "tokens", Sources: []betterauth.SessionSource{header("X-First"), header("X-Second")}})
	cookie, first, second := kit.SignedIn("cookie@example.com"), kit.SignedIn("first@example.com"), kit.SignedIn("second@example.com")
	for name, tt := range map[string]struct {
		headers map[string]string
		want    string // "" is an error
	}{
		"neither":               {nil, "cookie@example.com"},
		"the first":             {map[string]string{"X-First": first.Session.Token}, "first@example.com"},
		"the second":            {map[string]string{"X-Second": second.Session.Token}, "second@example.com"},
		"both":                  {map[string]string{"X-First": first.Session.Token, "X-Second": second.Session.Token}, "first@example.com"},
		"not found":             {map[string]string{"X-First": "not:" + first.Session.Token}, "cookie@example.com"},
		"not found, the last":   {map[string]string{"X-Second": "not:" + first.Session.Token}, "cookie@example.com"},
		"not found, and found":  {map[string]string{"X-First": "not:" + first.Session.Token, "X-Second": second.Session.Token}, "second@example.com"},
		"unknown":               {map[string]string{"X-First": "unknown", "X-Second": second.Session.Token}, "null"},
		"broken":                {map[string]string{"X-First": "broken"}, ""},
		"broken, and found":     {map[string]string{"X-First": "broken", "X-Second": second.Session.Token}, ""},
		"the second one broken": {map[string]string{"X-Second": "broken"}, ""},
	} {
		c := cookie.Fork()
		for header, value := range tt.headers {
			c.Header.Set(header, value)
		}
		answer := c.Get("/get-session")
		if tt.want == "" {
			answer.WantBody(http.StatusInternalServerError, failedToGet)
			continue
		}
		if body := string(answer.Want(http.StatusOK).Body); !strings.Contains(body, tt.want) {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// A source vouches for a whole user and their own session, or for nobody, and the log
// says which source did not.
func TestSourcesVouchForSomebody(t *testing.T) {
	t.Parallel()
	user := &betterauth.User{ID: "1", Email: "a@example.com"}
	for name, tt := range map[string]struct {
		vouched *betterauth.Identity
		whole   bool
	}{
		"nothing":           {nil, false},
		"no user":           {&betterauth.Identity{Session: &betterauth.Session{UserID: "1"}}, false},
		"no session":        {&betterauth.Identity{User: user}, false},
		"nobody":            {&betterauth.Identity{User: &betterauth.User{}, Session: &betterauth.Session{}}, false},
		"another's session": {&betterauth.Identity{User: user, Session: &betterauth.Session{UserID: "2"}}, false},
		"a whole one":       {&betterauth.Identity{User: user, Session: &betterauth.Session{UserID: "1"}}, true},
	} {
		source := betterauth.IdentitySource("badge", func(c *betterauth.Ctx) (*betterauth.Identity, bool, error) {
			if tt.vouched != nil && tt.vouched.Session != nil {
				tt.vouched.Session.ExpiresAt = c.Now().Add(time.Hour)
			}
			return tt.vouched, true, nil
		})
		kit := plugintest.New(t, betterauth.Inline{ID: "vouching", Sources: []betterauth.SessionSource{source}})
		answer := kit.Client().Get("/get-session")
		if tt.whole {
			answer.Want(http.StatusOK)
			continue
		}
		answer.WantBody(http.StatusInternalServerError, failedToGet)
		if log := kit.Log.String(); !strings.Contains(log, "session source badge of plugin vouching returned no user, or a session of another user") {
			t.Errorf("%s: %s", name, log)
		}
	}
	token := betterauth.TokenSource("header", func(*betterauth.Ctx) (string, bool, error) { return "", false, nil })
	badge := betterauth.IdentitySource("badge", func(*betterauth.Ctx) (*betterauth.Identity, bool, error) { return nil, false, nil })
	if token.Vouches() || !badge.Vouches() || token.Name() != "header" || badge.Name() != "badge" {
		t.Errorf("%s vouches %t, %s vouches %t", token.Name(), token.Vouches(), badge.Name(), badge.Vouches())
	}
}

// A source is asked once, also where it fails: another look would find less wrong.
func TestSourceThatFailsIsAskedOnce(t *testing.T) {
	t.Parallel()
	p, asked := &tryOut{}, 0
	kit := plugintest.New(t, p, betterauth.Inline{ID: "vouching", Sources: []betterauth.SessionSource{betterauth.IdentitySource("badge",
		func(*betterauth.Ctx) (*betterauth.Identity, bool, error) {
			if asked++; asked == 1 {
				return nil, false, errBadBadge
			}
			return nil, false, nil
		})}})
	p.session(t, kit.SignedIn("alice@example.com"), func(c *betterauth.Ctx) error {
		for _, read := range []func() (*betterauth.Identity, error){c.Session, c.StoredSession, c.Session} {
			if id, err := read(); id != nil || !errors.Is(err, errBadBadge) || asked != 1 {
				t.Errorf("%+v, %v, asked %d times", id, err, asked)
			}
		}
		return nil
	})
}

// What a gate adds to the answer's header is on the answer of an own handler as well.
func TestOwnHandlerHasTheGatesHeader(t *testing.T) {
	t.Parallel()
	gate := betterauth.Inline{ID: "gate", Gates: []betterauth.SessionGate{{Name: "saying", Check: func(c *betterauth.Ctx, _ *betterauth.Attempt) error {
		c.Header().Set("X-Gate", "asked")
		return nil
	}}}}
	kit := plugintest.New(t, gate)
	user := kit.CreateUser("alice@example.com", true)
	w := httptest.NewRecorder()
	if _, err := kit.Auth.SignIn(w, httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/login", nil), user, betterauth.SignIn{Method: "own"}); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("X-Gate"); got != "asked" || len(w.Header()["Set-Cookie"]) == 0 {
		t.Errorf("the header is %v", w.Header())
	}
}

// Config.ValidateUserInfo is told how a user comes about, and judges a copy.
func TestValidateUserInfoJudgesACopy(t *testing.T) {
	t.Parallel()
	var operations []string
	var kit *plugintest.Kit
	making := betterauth.Inline{ID: "making", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "make", Method: http.MethodPost, Path: "/make", Access: betterauth.Public}, func(c *betterauth.Ctx, _ betterauth.None) (bool, error) {
			user := &betterauth.User{Name: "B", Email: "b@example.com"}
			plan.Set(user, "free")
			return true, kit.Users().Create(c, user)
		})}}
	kit = plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{making}, Config: betterauth.Config{
		AdditionalColumns: []betterauth.AddedColumn{plan},
		ValidateUserInfo: func(_ context.Context, info betterauth.UserInfo) error {
			operations = append(operations, info.OperationID)
			if value, _ := info.User.Extra.Value("plan"); value != "free" {
				t.Errorf("the plan is %v", value)
			}
			info.User.Name = "changed"
			info.User.Extra.SetValue("plan", "changed")
			return nil
		}}})
	user := &betterauth.User{Name: "A", Email: "a@example.com"}
	plan.Set(user, "free")
	if err := kit.Users().Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	kit.Client().Post("/make", nil).Want(http.StatusOK)
	if strings.Join(operations, ",") != ",make" {
		t.Errorf("by the operations %q", operations)
	}
	users, err := kit.Users().List(t.Context(), database.Query{})
	if err != nil || len(users) != 2 {
		t.Fatal(users, err)
	}
	for _, user := range users {
		if value, _ := user.Extra.Value("plan"); user.Name == "changed" || value != "free" {
			t.Errorf("stored %+v, plan %v", user, value)
		}
	}
}

// Without a database a change of the session is dated in the copy.
func TestStatelessUpdateIsDated(t *testing.T) {
	t.Parallel()
	kit := process(t, betterauth.SessionConfig{})
	browser := kit.Client()
	browser.Post("/sign-up/email", signUp).Want(http.StatusOK)
	kit.Clock.Advance(time.Second)
	answer := browser.Post("/update-session", map[string]any{"theme": "dark"}).Want(http.StatusOK)
	if !strings.Contains(string(answer.Body), `"createdAt":"2026-01-02T03:04:05.000Z","updatedAt":"2026-01-02T03:04:06.000Z"`) {
		t.Errorf("%s", answer.Body)
	}
}
