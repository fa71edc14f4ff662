package emailpassword_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// meetingHasher lets whoever hashes wait until n do: everybody has then looked
// at the state of things, and nobody has written.
type meetingHasher struct {
	plugintest.FastHasher
	left atomic.Int32
	met  chan struct{}
}

func meeting() *meetingHasher { return &meetingHasher{met: make(chan struct{})} }

func (h *meetingHasher) expect(n int) { h.left.Store(int32(n)) }

func (h *meetingHasher) Hash(ctx context.Context, password string) (string, error) {
	if strings.HasPrefix(password, "race") {
		if h.left.Add(-1) == 0 {
			close(h.met)
		}
		select {
		case <-h.met:
		case <-time.After(3 * time.Minute):
			return "", errors.New("the others did not come")
		}
	}
	return h.FastHasher.Hash(ctx, password)
}

func racing(h betterauth.Hasher, db *database.DB) plugintest.Options {
	return plugintest.Options{DB: db, Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: h, MaxConcurrent: 64}}}
}

// Of 16 who use one link at once, or 16 links of one user, one sets the
// password, and the user has one account however many made it.
func TestOneResetWins(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, links := range []int{1, 16} {
			hasher := meeting()
			kit, box := world(t, emailpassword.Config{}, racing(hasher, db))
			email := fmt.Sprintf("user%d@example.com", links)
			userID := kit.SignedIn(email).User.ID
			var tokens []string
			for range links {
				tokens = append(tokens, link(t, kit, box, email))
			}
			hasher.expect(16)
			var won, lost, winner atomic.Int32
			plugintest.AtOnce(16, func(i int) {
				answer := kit.With(t).Client().Post("/reset-password", newPassword(tokens[i%links], fmt.Sprintf("race-password-%d", i)))
				switch {
				case answer.Status == http.StatusOK:
					won.Add(1)
					winner.Store(int32(i))
				case answer.Code() == "INVALID_TOKEN":
					lost.Add(1)
				default:
					t.Errorf("%d links: %d %s", links, answer.Status, answer.Body)
				}
			})
			accounts, err := plugintest.StoreOf[betterauth.Account](kit).Count(t.Context(), database.Eq("userId", userID))
			if won.Load() != 1 || lost.Load() != 15 || accounts != 1 || err != nil {
				t.Errorf("%d links: %d won, %d lost, %d accounts, %v", links, won.Load(), lost.Load(), accounts, err)
			}
			kit.Client().Post("/sign-in/email", signIn(email, fmt.Sprintf("race-password-%d", winner.Load()))).Want(http.StatusOK)
		}
	})
}

// A reset and a change that both found everything in order do not both happen:
// the second writes over nothing it has not seen.
func TestResetAgainstChange(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]emailpassword.Config{"sessions stay": {}, "sessions end": {RevokeSessionsOnReset: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) { resetAgainstChange(t, db, cfg) })
		})
	}
}

func resetAgainstChange(t *testing.T, db *database.DB, cfg emailpassword.Config) {
	hasher := meeting()
	kit, box := world(t, cfg, racing(hasher, db))
	c := kit.Client()
	c.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	prove(t, kit, "a@example.com") // else the reset does, and ends sessions for that
	token := link(t, kit, box, "a@example.com")
	hasher.expect(2)
	var answers [2]*plugintest.Answer
	plugintest.AtOnce(2, func(i int) {
		if i == 0 {
			answers[0] = kit.Client().Post("/reset-password", newPassword(token, "race-by-reset"))
		} else {
			answers[1] = c.Post("/change-password", changeAndRevoke("password1234", "race-by-change"))
		}
	})
	switch reset, change := answers[0], answers[1]; {
	case reset.Status != http.StatusOK:
		reset.WantError(emailpassword.ErrInvalidToken)
		change.Want(http.StatusOK)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "race-by-change")).Want(http.StatusOK)
		c.Get("/list-sessions").Want(http.StatusOK)
		return
	case cfg.RevokeSessionsOnReset: // the session that asks for the change is gone
		change.WantError(betterauth.ErrUnauthorized)
		c.Get("/list-sessions").Want(http.StatusUnauthorized)
	default:
		change.WantError(emailpassword.ErrInvalidPassword)
		c.Get("/list-sessions").Want(http.StatusOK)
	}
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "race-by-reset")).Want(http.StatusOK)
}

func TestOneFirstPasswordWins(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		hasher := meeting()
		kit, _ := world(t, emailpassword.Config{}, racing(hasher, db))
		session := kit.SignedIn("a@example.com").Session.Token
		hasher.expect(16)
		var won atomic.Int32
		plugintest.AtOnce(16, func(i int) {
			_, err := betterauth.Call[betterauth.Status](t.Context(), kit.Auth, emailpassword.SetPassword,
				emailpassword.SetPasswordInput{NewPassword: fmt.Sprintf("race-password-%d", i)}, betterauth.CallOptions{SessionToken: session})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, emailpassword.ErrPasswordSet):
				t.Error(err)
			}
		})
		accounts, err := plugintest.StoreOf[betterauth.Account](kit).Count(t.Context())
		if won.Load() != 1 || accounts != 1 || err != nil {
			t.Errorf("%d won, %d accounts, %v", won.Load(), accounts, err)
		}
	})
}

// slowVerify does something between finding a password right and saying so.
type slowVerify struct {
	plugintest.FastHasher
	once func()
}

func (h *slowVerify) Verify(ctx context.Context, password, stored string) (bool, error) {
	ok, err := h.FastHasher.Verify(ctx, password, strings.TrimPrefix(stored, "again:"))
	if do := h.once; do != nil {
		h.once = nil
		do()
	}
	return ok, err
}

// A sign-in that was about to succeed when its password was reset does not: it
// would leave a session that the reset was to end.
func TestSignInAgainstReset(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		hasher := &slowVerify{}
		kit, box := world(t, emailpassword.Config{RevokeSessionsOnReset: true}, racing(hasher, db))
		kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
		token := link(t, kit, box, "a@example.com")
		hasher.once = func() { kit.Client().Post("/reset-password", newPassword(token, "password5678")).Want(http.StatusOK) }
		answer := kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(emailpassword.ErrInvalidCredentials)
		n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context())
		if n != 0 || err != nil || len(answer.Cookies) > 0 {
			t.Errorf("%d sessions, cookies %v, %v", n, answer.Cookies, err)
		}
	})
}

// Another hash of the same password is no other password.
func TestSignInAgainstRenewal(t *testing.T) {
	t.Parallel()
	hasher := &slowVerify{}
	kit, _ := world(t, emailpassword.Config{}, racing(hasher, nil))
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	accounts := plugintest.StoreOf[betterauth.Account](kit)
	hasher.once = func() {
		if _, err := accounts.Update(t.Context(), database.Set{"password": "again:fast:password1234"}, database.NotNull("password")); err != nil {
			t.Error(err)
		}
	}
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
	// A user who is deleted in between is nobody.
	hasher.once = func() {
		if _, err := kit.Users().Delete(t.Context(), database.Eq("email", "a@example.com")); err != nil {
			t.Error(err)
		}
	}
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(emailpassword.ErrInvalidCredentials)
}
