package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

var signUp = map[string]any{"name": "A", "email": "a@example.com", "password": "password1234"}

var errTeapot = &betterauth.ErrorCode{Code: "TEAPOT", Message: "I am a teapot", Status: http.StatusTeapot}

// contributions are one plugin for each kind of contribution that can stop a
// sign-up; each calls fault at its moment.
func contributions(fault func() error) map[string]betterauth.Inline {
	return map[string]betterauth.Inline{
		"before": {Before: []betterauth.BeforeHook{
			betterauth.Before("signUpEmail", func(*betterauth.Ctx, *emailpassword.SignUpInput) error { return fault() })}},
		"before match": {Before: []betterauth.BeforeHook{
			betterauth.BeforeMatch(betterauth.EverySignIn, func(*betterauth.Ctx) error { return fault() })}},
		"request hook": {Requests: []betterauth.RequestHook{
			{Name: "r", Run: func(*betterauth.Ctx) error { return fault() }}}},
		"gate": {Gates: []betterauth.SessionGate{
			{Name: "g", Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return fault() }}}},
		"before create user": {RowHooks: []database.Hooks{
			database.RowHooks[betterauth.User]{BeforeCreate: func(context.Context, *betterauth.User) error { return fault() }}}},
		"after create user": {RowHooks: []database.Hooks{
			database.RowHooks[betterauth.User]{AfterCreate: func(context.Context, *betterauth.User) error { return fault() }}}},
		"before create account": {RowHooks: []database.Hooks{
			database.RowHooks[betterauth.Account]{BeforeCreate: func(context.Context, *betterauth.Account) error { return fault() }}}},
		"before create session": {RowHooks: []database.Hooks{
			database.RowHooks[betterauth.Session]{BeforeCreate: func(context.Context, *betterauth.Session) error { return fault() }}}},
		"after create session": {RowHooks: []database.Hooks{
			database.RowHooks[betterauth.Session]{AfterCreate: func(context.Context, *betterauth.Session) error { return fault() }}}},
	}
}

func TestContributionsFailClosed(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		fault  func() error
		status int
	}{
		"error":  {func() error { return errors.New("secret cause") }, http.StatusInternalServerError},
		"code":   {func() error { return errTeapot.Because(errors.New("secret cause")) }, http.StatusTeapot},
		"panics": {func() error { panic("secret cause") }, http.StatusInternalServerError},
	}
	for faultName, f := range faults {
		for name, plugin := range contributions(f.fault) {
			t.Run(name+" "+faultName, func(t *testing.T) {
				t.Parallel()
				plugin.ID = "broken"
				kit := withPasswords(t, plugin)
				answer := kit.Client().Post("/sign-up/email", signUp).Want(f.status)
				if strings.Contains(string(answer.Body), "secret cause") {
					t.Errorf("the cause reached the client: %s", answer.Body)
				}
				if len(answer.Cookies) > 0 {
					t.Errorf("a refused sign-up set cookies: %v", answer.Cookies)
				}
				if !strings.Contains(kit.Log.String(), "secret cause") {
					t.Error("the cause is not in the log")
				}
				wantRows(t, kit, 0)
			})
		}
	}
}

// wantRows demands that sign-up wrote user, account and session n times.
func wantRows(t *testing.T, kit *plugintest.Kit, n int) {
	t.Helper()
	count := func(what string, got int, err error) {
		t.Helper()
		if err != nil || got != n {
			t.Errorf("%d rows in %s (error %v), want %d", got, what, err, n)
		}
	}
	users, err := kit.Users().Count(t.Context())
	count("user", users, err)
	accounts, err := plugintest.StoreOf[betterauth.Account](kit).Count(t.Context())
	count("account", accounts, err)
	sessions, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context())
	count("session", sessions, err)
}

// What a failing row hook refuses to update or delete stays as it is.
func TestRowHooksOnUpdateAndDeleteFailClosed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func() error{
		"error": func() error { return errTeapot.Because(errors.New("secret cause")) }, "panic": func() error { panic("secret cause") },
	} {
		updates := map[string]database.Hooks{
			"before update": database.RowHooks[betterauth.Session]{BeforeUpdate: func(context.Context, *betterauth.Session, database.Set) error { return fault() }},
			"after update":  database.RowHooks[betterauth.Session]{AfterUpdate: func(context.Context, *betterauth.Session) error { return fault() }},
		}
		for kind, hook := range updates {
			kit := plugintest.New(t, betterauth.Inline{ID: "broken", RowHooks: []database.Hooks{hook}})
			alice := kit.SignedIn("alice@example.com")
			kit.Clock.Advance(25 * time.Hour)
			answer := alice.Get("/get-session") // due for its refresh
			if answer.Status < 400 || len(answer.Cookies) > 0 || strings.Contains(string(answer.Body), "secret cause") {
				t.Errorf("%s, %s: %d %s, cookies %v", kind, name, answer.Status, answer.Body, answer.Cookies)
			}
			wantSession(t, kit, alice)
		}
		deletes := map[string]database.Hooks{
			"before delete": database.RowHooks[betterauth.Session]{BeforeDelete: func(context.Context, *betterauth.Session) error { return fault() }},
			"after delete":  database.RowHooks[betterauth.Session]{AfterDelete: func(context.Context, *betterauth.Session) error { return fault() }},
		}
		for kind, hook := range deletes {
			kit := plugintest.New(t, betterauth.Inline{ID: "broken", RowHooks: []database.Hooks{hook}})
			alice := kit.SignedIn("alice@example.com")
			answer := alice.Post("/sign-out", map[string]any{})
			if answer.Status < 400 || alice.Cookie(sessionCookie) == "" {
				t.Errorf("%s, %s: %d, cookie %q", kind, name, answer.Status, alice.Cookie(sessionCookie))
			}
			wantSession(t, kit, alice)
		}
	}
}

// wantSession demands that the client's session is stored as it was made.
func wantSession(t *testing.T, kit *plugintest.Kit, c *plugintest.Client) {
	t.Helper()
	session, err := plugintest.StoreOf[betterauth.Session](kit).Get(t.Context(), database.Eq("token", c.Session.Token))
	if err != nil || !session.ExpiresAt.Equal(c.Session.ExpiresAt) {
		t.Errorf("session %+v, %v", session, err)
	}
}

// A hasher that a plugin put in front decides, and its failure refuses.
func TestHasherInFrontFailsClosed(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, emailpassword.New(emailpassword.Config{}), betterauth.Inline{ID: "pwned", Hasher: func(h betterauth.Hasher) betterauth.Hasher {
		return refusing{h}
	}})
	kit.Client().Post("/sign-up/email", signUp).WantError(errTeapot)
	wantRows(t, kit, 0)
}

type refusing struct{ betterauth.Hasher }

func (refusing) Hash(context.Context, string) (string, error) { return "", errTeapot }

// An after hook runs when the rows are written already: it cannot undo them,
// but its failure is the answer, and the session is taken back.
func TestAfterHookFailureIsTheAnswer(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func() error{
		"error": func() error { return errTeapot }, "panic": func() error { panic("boom") },
	} {
		hooks := map[string]betterauth.AfterHook{
			"typed": betterauth.After("signUpEmail", func(*betterauth.Ctx, *emailpassword.SignUpAnswer) error { return fault() }),
			"match": betterauth.AfterMatch(betterauth.Every, func(*betterauth.Ctx, *betterauth.Result) error { return fault() }),
		}
		for kind, hook := range hooks {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				kit := withPasswords(t,
					betterauth.Inline{ID: "broken", After: []betterauth.AfterHook{hook}})
				answer := kit.Client().Post("/sign-up/email", signUp)
				if answer.Status < 400 || len(answer.Cookies) > 0 {
					t.Errorf("status %d, cookies %v after a failing hook", answer.Status, answer.Cookies)
				}
				if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context()); n != 0 || err != nil {
					t.Errorf("%d sessions after a failing hook, %v", n, err)
				}
			})
		}
	}
}

func TestSessionSourceFailsClosed(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(*betterauth.Ctx) (string, bool, error){
		"error": func(*betterauth.Ctx) (string, bool, error) { return "", false, errors.New("broken") },
		"panic": func(*betterauth.Ctx) (string, bool, error) { panic("broken") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.New(t, betterauth.Inline{ID: "broken", Sources: []betterauth.SessionSource{betterauth.TokenSource("s", find)}})
			alice := kit.SignedIn("alice@example.com")
			alice.Get("/list-sessions").Want(http.StatusInternalServerError)
			if alice.Cookie("better-auth.session_token") == "" {
				t.Error("a broken source signed the browser out")
			}
		})
	}
}

// Only what runs after the commit may fail without consequence.
func TestAfterCommitCannotFailTheRequest(t *testing.T) {
	t.Parallel()
	kit := withPasswords(t, betterauth.Inline{ID: "mail", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.User]{CreateCommitted: func(context.Context, *betterauth.User) error { panic("mail server down") }},
	}})
	kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
	wantRows(t, kit, 1)
	if !strings.Contains(kit.Log.String(), "mail server down") {
		t.Error("the panic is not in the log")
	}
}

func TestAfterCommitIsDroppedOnRollback(t *testing.T) {
	t.Parallel()
	mails := 0
	kit := withPasswords(t, betterauth.Inline{
		ID:       "mail",
		RowHooks: []database.Hooks{database.RowHooks[betterauth.User]{CreateCommitted: func(context.Context, *betterauth.User) error { mails++; return nil }}},
		Gates: []betterauth.SessionGate{{Name: "closed", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
			return errTeapot
		}}},
	})
	kit.Client().Post("/sign-up/email", signUp).WantError(errTeapot)
	if mails != 0 {
		t.Errorf("%d mails for a sign-up that was undone", mails)
	}
}

type stepUpAnswer struct {
	Next string `json:"next"`
}

// A step-up is an answer: what the request wrote stays, and no session exists.
func TestStepUpCommitsWithoutASession(t *testing.T) {
	t.Parallel()
	kit := withPasswords(t, betterauth.Inline{
		ID: "second-factor",
		Gates: []betterauth.SessionGate{{Name: "step", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
			return betterauth.StepUp(stepUpAnswer{"code"})
		}}},
	})
	var body stepUpAnswer
	answer := kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK).Into(&body)
	if body.Next != "code" {
		t.Errorf("answer %s", answer.Body)
	}
	for _, ck := range answer.Cookies {
		if ck.Value != "" {
			t.Errorf("sets cookie %s", ck.Name)
		}
	}
	users, err := kit.Users().Count(t.Context())
	if err != nil || users != 1 {
		t.Errorf("%d users, %v", users, err)
	}
	sessions, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context())
	if err != nil || sessions != 0 {
		t.Errorf("%d sessions, %v", sessions, err)
	}
}

// After a step-up the browser is nobody's, whoever it was before; whether it is
// to be remembered is kept for the session that the further step makes.
func TestStepUpForgetsWhoWasSignedIn(t *testing.T) {
	t.Parallel()
	var kit *plugintest.Kit
	kit = withPasswords(t, betterauth.Inline{
		ID: "second-factor",
		Gates: []betterauth.SessionGate{{Name: "step", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
			if a.SignIn.Method != "email" || a.SignIn.NewUser {
				return nil
			}
			return betterauth.StepUp(stepUpAnswer{"code"})
		}}},
		Endpoints: []betterauth.Endpoint{betterauth.Handle(
			betterauth.Operation{ID: "finish", Method: http.MethodPost, Path: "/finish", Access: betterauth.Public, SignIn: betterauth.MakesSession},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
				user, err := kit.Users().Get(c, database.Eq("email", "a@example.com"))
				if err != nil {
					return betterauth.Status{}, err
				}
				_, err = c.SignIn(user, betterauth.SignIn{Method: "step", Assurance: betterauth.MultiFactor})
				return betterauth.Status{Status: true}, err
			})},
	})
	const session = "better-auth.session_token"
	in := func(remember bool) map[string]any {
		return map[string]any{"email": "a@example.com", "password": "password1234", "rememberMe": remember}
	}
	client := kit.Client()
	client.Post("/sign-up/email", signUp).Want(http.StatusOK)
	client.Post("/sign-out", nil).Want(http.StatusOK)
	client = kit.SignedIn("somebody@example.com")
	client.Post("/sign-in/email", in(false)).Want(http.StatusOK)
	if client.Cookie(session) != "" {
		t.Error("the browser is still somebody's")
	}
	if got := client.Post("/finish", nil).Want(http.StatusOK).SetCookie(session); got == nil || got.MaxAge != 0 {
		t.Errorf("the wish not to be remembered is lost: %v", got)
	}
	client.Post("/sign-in/email", in(true)).Want(http.StatusOK)
	if got := client.Post("/finish", nil).Want(http.StatusOK).SetCookie(session); got == nil || got.MaxAge == 0 {
		t.Errorf("the wish to be remembered again is lost: %v", got)
	}
}

// Each way to a session asks the gates.
func TestGatesGuardEveryWayToASession(t *testing.T) {
	t.Parallel()
	open := true
	kit := withPasswords(t, betterauth.Inline{
		ID: "gate",
		Gates: []betterauth.SessionGate{{Name: "switch", Check: func(c *betterauth.Ctx, a *betterauth.Attempt) error {
			if open {
				return nil
			}
			return errTeapot
		}}},
	})
	kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
	open = false
	kit.Client().Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": "password1234"}).WantError(errTeapot)
	user, err := kit.Users().Get(t.Context(), database.Eq("email", "a@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kit.Auth.CreateSession(t.Context(), user.ID, betterauth.SignIn{Method: "server"}); !errors.Is(err, errTeapot) {
		t.Errorf("CreateSession past a closed gate: %v", err)
	}
	wantRows(t, kit, 1)
}

// A gate judges the user as stored when the session is written, not as read
// before a slow check of the password.
func TestGatesSeeTheUserOfNow(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var kit *plugintest.Kit
		banWhileHashing := hasherFunc(func() {
			if _, err := kit.Users().Update(t.Context(), database.Set{"name": "banned"}, database.Eq("email", "a@example.com")); err != nil {
				t.Error(err)
			}
		})
		kit = plugintest.NewWith(t, plugintest.Options{DB: db,
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: banWhileHashing}},
			Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), betterauth.Inline{ID: "ban", Gates: []betterauth.SessionGate{
				{Name: "banned", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
					if a.User.Name == "banned" {
						return errTeapot
					}
					return nil
				}}}}},
		})
		kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
		kit.Client().Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": "password1234"}).WantError(errTeapot)
	})
}

// hasherFunc calls itself before each verification.
type hasherFunc func()

func (hasherFunc) Hash(ctx context.Context, pw string) (string, error) {
	return plugintest.FastHasher{}.Hash(ctx, pw)
}

func (h hasherFunc) Verify(ctx context.Context, pw, stored string) (bool, error) {
	h()
	return plugintest.FastHasher{}.Verify(ctx, pw, stored)
}
