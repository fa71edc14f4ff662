package plugintest_test

import (
	"errors"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// What fires is counted at every place a plugin can stand.
func TestFired(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Counted: true, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}}})
	body := map[string]any{"name": "A", "email": "a@example.com", "password": "password1234"}
	kit.Client().Post("/sign-up/email", body).Want(http.StatusOK)
	kit.WantFired(map[string]int{
		"request": 1, "before signUpEmail": 1, "after signUpEmail": 1, "gate email": 1,
		"before create *": 3, "after create *": 3, "committed create user": 1, "committed create account": 1, "committed create session": 1,
	})
	kit.Client().Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": "wrong"}).Want(http.StatusUnauthorized)
	if got, want := kit.Fired(), map[string]int{"request": 1, "before signInEmail": 1, "after signInEmail": 1}; !maps.Equal(got, want) {
		t.Errorf("a wrong password fired %v, want %v", got, want)
	}
	if left := kit.Fired(); len(left) > 0 {
		t.Errorf("counted twice: %v", left)
	}
}

// A call in process is the client's own, and its answer is typed.
func TestCall(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, account.New(account.Config{}))
	alice := kit.SignedIn("alice@example.com")
	sessions, err := plugintest.Call[[]*betterauth.Session](alice, "listSessions", betterauth.None{})
	if err != nil || len(sessions) != 1 || sessions[0].UserID != alice.User.ID {
		t.Errorf("her sessions: %v, %v", sessions, err)
	}
	if _, err := plugintest.Call[[]*betterauth.Session](kit.Client(), "listSessions", betterauth.None{}); !errors.Is(err, betterauth.ErrUnauthorized) {
		t.Errorf("nobody's sessions: %v", err)
	}
	if _, err := plugintest.Call[betterauth.Status](alice, "listSessions", betterauth.None{}); err == nil {
		t.Error("an answer of another type was returned")
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, emailpassword.New(emailpassword.Config{}))
	kit.Client().Send("requestPasswordResetCallback", plugintest.Request{
		Path: map[string]string{"token": "a b"}, Query: map[string][]string{"callbackURL": {"/reset"}},
	}).WantRedirect(plugintest.BaseURL + "/reset?error=INVALID_TOKEN")
	kit.SignedIn("alice@example.com").Send("revokeSessions", plugintest.Request{}).Want(http.StatusOK)
}

// Rows and Schema see every engine's tables, and every change.
func TestRowsAndSchema(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		empty := kit.Rows()
		if len(empty) != 4 || len(empty["user"]) != 0 {
			t.Errorf("an empty database: %v", empty)
		}
		kit.SignedIn("alice@example.com")
		rows := kit.Rows()
		if reflect.DeepEqual(empty, rows) || len(rows["user"]) != 1 || !strings.Contains(rows["user"][0], "email=alice@example.com") || len(rows["session"]) != 1 {
			t.Errorf("with a user: %v", rows)
		}
		found := 0
		for _, line := range kit.Schema() {
			if strings.HasPrefix(line, "session ") {
				found++
			}
		}
		if found != 8 {
			t.Errorf("%d columns of session in %v", found, kit.Schema())
		}
	})
}
