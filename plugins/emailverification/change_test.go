package emailverification_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/go-json-experiment/json/jsontext"
)

type changed struct {
	Status bool             `json:"status"`
	User   *betterauth.User `json:"user"`
}

func (s *site) askChange(what, email, newEmail string) {
	s.t.Helper()
	s.Client().Post("/peer", map[string]any{"what": what, "email": email, "newEmail": newEmail, "callbackURL": "/done"}).Want(http.StatusOK)
}

// Both steps: the old address agrees, the new one proves itself.
func TestChangeWithConfirmation(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db,
			Config: betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}})
		user := s.CreateUser("ann@example.com", true)
		s.askChange("confirm", user.Email, "New@Example.com")
		m := s.Mail()
		if m.Kind != "change-email-confirmation" || m.To != user.Email || m.Data["newEmail"] != "new@example.com" ||
			!strings.Contains(m.Text, "new@example.com") || !strings.HasSuffix(m.URL, "&callbackURL=%2Fdone") {
			t.Errorf("mail %+v", m)
		}
		s.wantClaims(m, `{"email":"ann@example.com","updateTo":"new@example.com","requestType":"change-email-confirmation","userId":"`+user.ID+`","change":"`)

		// The link causes one mail, however often it is followed.
		c, confirmation := s.SignedInAs(user), m
		c.Get(s.Route(confirmation)).WantRedirect("/done")
		m = s.Mail()
		c.Get(bare(confirmation)).WantError(emailverification.ErrInvalidToken)
		s.Client().Get(s.Route(confirmation)).WantRedirect("/done?error=INVALID_TOKEN")
		if n := len(s.Mails()); n != 0 {
			t.Errorf("%d more mails", n)
		}
		if m.Kind != "verify-email" || m.To != "new@example.com" || m.User.Email != "new@example.com" || m.User.ID != user.ID ||
			m.Data["newEmail"] != "new@example.com" || !strings.HasSuffix(m.URL, "&callbackURL=%2Fdone") {
			t.Errorf("mail %+v", m)
		}
		s.wantClaims(m, `{"email":"ann@example.com","updateTo":"new@example.com","requestType":"change-email-verification","userId":"`+user.ID+`","change":"`)
		if s.User("ann@example.com").ID != user.ID {
			t.Error("confirming changed the address")
		}

		var got changed
		answer := c.Get(bare(m)).Want(http.StatusOK).Into(&got)
		if !got.Status || got.User.ID != user.ID || got.User.Email != "new@example.com" || !got.User.EmailVerified ||
			!strings.HasPrefix(string(answer.Body), `{"status":true,"user":{"name":"A","email":"new@example.com","emailVerified":true,"image":null,`) {
			t.Errorf("answer %s", answer.Body)
		}
		if ck := answer.SetCookie(sessionCookie); ck == nil || !strings.HasPrefix(ck.Value, c.Session.Token+".") {
			t.Errorf("session cookie %v", ck)
		}
		if now := string(c.Get("/get-session").Body); !strings.Contains(now, `"email":"new@example.com"`) {
			t.Errorf("the cached session is stale: %s", now)
		}
		c.Get(s.Route(m)).WantRedirect("/done?error=INVALID_TOKEN")
		if again := s.User("new@example.com"); again.ID != user.ID {
			t.Errorf("following the link twice made %+v", again)
		}
	})
}

func (s *site) wantClaims(m *betterauth.Message, start string) {
	s.t.Helper()
	var claims jsontext.Value
	if err := s.Host.OpenToken(purposeOf(m), m.Token, &claims); err != nil {
		s.t.Fatal(err)
	}
	now := s.Clock.Now().Unix()
	end := fmt.Sprintf(`,"iat":%d,"exp":%d}`, now, now+3600)
	if !strings.HasPrefix(string(claims), start) || !strings.HasSuffix(string(claims), end) {
		s.t.Errorf("claims %s, want %s...%s", claims, start, end)
	}
}

// A link that was mailed to the new address replaces the old one, in a browser that
// is signed in as the user, and leaves whether the account is verified as it was. Any
// other browser may be of somebody who has the mail and knows nothing of the account:
// the link is refused, makes no session, and stays good.
func TestChangeWantsTheSession(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		for _, before := range []bool{false, true} {
			s := newSite(t, emailverification.Config{AutoSignInAfterVerification: true}, plugintest.Options{DB: db})
			user := s.CreateUser("a@example.com", before)
			link := s.mailedChange("a@example.com", "b@example.com")
			for _, c := range []*plugintest.Client{s.Client(), s.SignedUpAs(user)} {
				answer := c.Get(link).WantError(betterauth.ErrUnauthorized)
				c.Get(link + "&callbackURL=%2Fdone").WantRedirect("/done?error=UNAUTHORIZED")
				if len(answer.Cookies) != 0 {
					t.Errorf("the link set %v", answer.Cookies)
				}
				c.Get("/list-sessions").Want(http.StatusUnauthorized)
			}
			if now := s.User("a@example.com"); now.ID != user.ID || now.EmailVerified != before || len(s.Mails()) != 0 {
				t.Errorf("a refused link left %+v", now)
			}
			var got changed
			s.SignedInAs(user).Get(link).Want(http.StatusOK).Into(&got)
			if got.User.Email != "b@example.com" || got.User.EmailVerified != before || s.User("b@example.com").EmailVerified != before {
				t.Errorf("%v: %+v", before, got.User)
			}
			if _, err := s.Users().Delete(t.Context(), database.Eq("id", user.ID)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What ends a change of address that is under way, at either step.
func TestChangeIsRevocable(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *site, user *betterauth.User) error{
		"password reset": func(s *site, u *betterauth.User) error {
			return s.Host.End(s.t.Context(), u.ID, betterauth.PasswordReset)
		},
		"password changed": func(s *site, u *betterauth.User) error {
			return s.Host.End(s.t.Context(), u.ID, betterauth.PasswordChanged)
		},
		"banned": func(s *site, u *betterauth.User) error { return s.Host.End(s.t.Context(), u.ID, betterauth.UserBanned) },
		"sessions revoked": func(s *site, u *betterauth.User) error {
			_, err := s.Host.Sessions().RevokeAll(s.t.Context(), u.ID)
			return err
		},
		"another change": func(s *site, u *betterauth.User) error {
			s.SignedInAs(u).Get(s.mailedChange(u.Email, "third@example.com")).Want(http.StatusOK)
			// And back, so that the link's own address is the user's again.
			_, err := s.Users().UpdateOne(s.t.Context(), database.Set{"email": u.Email}, database.Eq("id", u.ID))
			return err
		},
		"deleted, and another user with the address": func(s *site, u *betterauth.User) error {
			if _, err := s.Users().Delete(s.t.Context(), database.Eq("id", u.ID)); err != nil {
				return err
			}
			s.CreateUser(u.Email, true)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
				user := s.CreateUser("a@example.com", true)
				var links []string
				for _, step := range []string{"confirm", "change"} {
					s.askChange(step, user.Email, "b@example.com")
					links = append(links, bare(s.Mail()))
				}
				if err := end(s, user); err != nil {
					t.Fatal(err)
				}
				s.Mails()
				// Somebody who is signed in, if the user still is there.
				c := s.Client()
				if _, err := s.Users().Get(t.Context(), database.Eq("id", user.ID)); err == nil {
					c = s.SignedInAs(user)
				}
				for _, link := range links {
					if answer := c.Get(link); answer.Code() != "INVALID_TOKEN" && answer.Code() != "USER_NOT_FOUND" {
						t.Errorf("%d %s", answer.Status, answer.Body)
					}
				}
				if n, err := s.Users().Count(t.Context(), database.Eq("email", "b@example.com")); n != 0 || err != nil || len(s.Mails()) != 0 {
					t.Errorf("a revoked link changed %d addresses, %v, or caused a mail", n, err)
				}
			})
		})
	}
}

// A change is bound to the user it was asked for: the same link does nothing for
// somebody who has the old address by now, nor in a browser of somebody else.
func TestChangeIsOfItsUser(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		user, other := s.CreateUser("a@example.com", true), s.CreateUser("other@example.com", true)
		link := s.mailedChange("a@example.com", "b@example.com")
		s.SignedInAs(other).Get(link).WantError(emailverification.ErrInvalidUser)
		if _, err := s.Users().UpdateOne(t.Context(), database.Set{"email": "moved@example.com"}, database.Eq("id", user.ID)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Users().UpdateOne(t.Context(), database.Set{"email": "a@example.com"}, database.Eq("id", other.ID)); err != nil {
			t.Fatal(err)
		}
		s.Client().Get(link).WantError(emailverification.ErrInvalidToken)
		s.SignedInAs(other).Get(link).WantError(emailverification.ErrInvalidToken)
		if s.User("a@example.com").ID != other.ID || s.User("moved@example.com").ID != user.ID {
			t.Error("the link changed somebody")
		}
	})
}

// Links of TypeScript 1.7.5 name no user and no change: one verifies as
// before, and one changes an address once, for a browser that is signed in.
func TestLinksOfTypeScript175(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		user, other := s.CreateUser("a@example.com", false), s.CreateUser("other@example.com", true)
		s.Client().Get(s.foreign(claims{Email: "A@example.com"})).WantBody(http.StatusOK, verifiedBody)
		if !s.User("a@example.com").EmailVerified {
			t.Error("not verified")
		}

		confirm := s.foreign(claims{"a@example.com", "B@example.com", "change-email-confirmation"})
		change := s.foreign(claims{"a@example.com", "B@example.com", "change-email-verification"})
		for _, link := range []string{confirm, change} {
			s.Client().Get(link).WantError(betterauth.ErrUnauthorized)
			s.SignedUpAs(user).Get(link).WantError(betterauth.ErrUnauthorized)
			s.SignedInAs(other).Get(link).WantError(emailverification.ErrInvalidUser)
		}
		if len(s.Mails()) != 0 || s.User("a@example.com").ID != user.ID {
			t.Error("a refused link had an effect")
		}
		c := s.SignedInAs(user)
		c.Get(confirm).WantBody(http.StatusOK, accepted)
		if m := s.Mail(); m.To != "b@example.com" {
			t.Errorf("mailed %+v", m)
		}
		c.Get(confirm).WantError(emailverification.ErrInvalidToken)
		c.Get(change).Want(http.StatusOK)
		if now := s.User("b@example.com"); now.ID != user.ID || !now.EmailVerified || len(s.Mails()) != 0 {
			t.Errorf("user %+v", now)
		}
		// Back at the old address the link is still used up.
		if _, err := s.Users().UpdateOne(t.Context(), database.Set{"email": "a@example.com"}, database.Eq("id", user.ID)); err != nil {
			t.Fatal(err)
		}
		c.Get(change).WantError(emailverification.ErrInvalidToken)
		if s.User("a@example.com").ID != user.ID {
			t.Error("a used link changed the address")
		}
	})
}

// Links of 1.7.25 name their user: they verify no other's address, and change no
// other's.
func TestLinksOfTypeScript1725(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		user, other := s.CreateUser("a@example.com", false), s.CreateUser("other@example.com", false)
		of := func(id string, c claims) string { return s.foreign(bound{c, id}) }
		step := claims{"a@example.com", "b@example.com", "change-email-verification"}
		for want, link := range map[*betterauth.ErrorCode]string{
			emailverification.ErrInvalidToken: of(other.ID, claims{Email: "a@example.com"}),
			emailverification.ErrUserNotFound: of("nobody", step),
			emailverification.ErrInvalidUser:  of(other.ID, claims{"other@example.com", "b@example.com", "change-email-verification"}),
		} {
			s.SignedInAs(user).Get(link).WantError(want)
		}
		s.SignedInAs(other).Get(of(other.ID, step)).WantError(emailverification.ErrInvalidToken)
		s.Client().Get(of(user.ID, step)).WantError(betterauth.ErrUnauthorized)
		if s.User("a@example.com").EmailVerified || s.User("other@example.com").ID != other.ID || len(s.Mails()) != 0 {
			t.Error("a refused link had an effect")
		}

		c := s.SignedInAs(user)
		c.Get(of(user.ID, claims{"a@example.com", "b@example.com", "change-email-confirmation"})).WantBody(http.StatusOK, accepted)
		if m := s.Mail(); m.To != "b@example.com" {
			t.Errorf("mailed %+v", m)
		}
		c.Get(of(user.ID, step)).Want(http.StatusOK)
		if now := s.User("b@example.com"); now.ID != user.ID || now.EmailVerified {
			t.Errorf("changed to %+v", now)
		}
		s.Client().Get(of(user.ID, claims{Email: "b@example.com"})).WantBody(http.StatusOK, verifiedBody)
		if !s.User("b@example.com").EmailVerified {
			t.Error("not verified")
		}
	})
}

// Links of the older form were mailed to the old address: the new one is not
// verified by them, and gets a link of its own.
func TestLegacyChange(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "something-else"} {
		s := newSite(t, emailverification.Config{}, plugintest.Options{})
		user := s.CreateUser("a@example.com", true)
		c := s.SignedInAs(user)
		var got changed
		c.Get(s.foreign(claims{"a@example.com", "B@example.com", kind})).Want(http.StatusOK).Into(&got)
		if got.User.ID != user.ID || got.User.Email != "b@example.com" || got.User.EmailVerified {
			t.Errorf("changed to %+v", got.User)
		}
		m := s.Mail()
		s.wantClaims(m, `{"email":"b@example.com","userId":"`+user.ID+`"`)
		if m.To != "b@example.com" {
			t.Errorf("mailed %+v", m)
		}
		c.Get(s.Route(m)).WantRedirect("/")
		if !s.User("b@example.com").EmailVerified {
			t.Error("the new address is not verified")
		}
	}
}

// Somebody else took the new address between the mail and the click.
func TestNewAddressIsTaken(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		user := s.CreateUser("a@example.com", true)
		own, foreign := s.mailedChange("a@example.com", "b@example.com"), s.foreign(claims{"a@example.com", "b@example.com", ""})
		s.CreateUser("b@example.com", false)
		for _, link := range []string{own, foreign} {
			c := s.SignedInAs(user)
			answer := c.Get(link)
			answer.WantBody(http.StatusUnprocessableEntity,
				`{"message":"User already exists. Use another email.","code":"USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"}`)
			c.Get(link + "&callbackURL=%2F").WantRedirect("/?error=USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")
			if s.User("a@example.com").ID != user.ID || len(answer.Cookies) != 0 || len(s.Mails()) != 0 {
				t.Error("a refused change had an effect")
			}
		}
		// To an address somebody has nothing is mailed, and nothing tells.
		s.askChange("change", "a@example.com", "B@example.com")
		s.askChange("confirm", "a@example.com", "b@example.com")
		s.SignedInAs(user).Get(s.foreign(claims{"a@example.com", "b@example.com", "change-email-confirmation"})).WantBody(http.StatusOK, accepted)
		if sent := s.Mails(); len(sent) != 0 {
			t.Errorf("mailed %+v", sent[0])
		}
	})
}

// Links of the TypeScript server name their user by address. Whoever had the address before, without
// proof, must not take over the account of its owner with an old link.
func TestLinkOfAnEarlierOwner(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{}, plugintest.Options{})
	squatter := s.CreateUser("victim@example.com", false)
	s.askChange("change", "victim@example.com", "evil@example.com")
	links := []string{bare(s.Mail())}
	for _, kind := range []string{"change-email-confirmation", "change-email-verification", "legacy"} {
		links = append(links, s.link(claims{"victim@example.com", "evil@example.com", kind}), s.foreign(claims{"victim@example.com", "evil@example.com", kind}))
	}
	if _, err := s.Users().Delete(t.Context(), database.Eq("id", squatter.ID)); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	victim := s.CreateUser("victim@example.com", false)
	for _, link := range links {
		s.SignedInAs(victim).Get(link).WantError(emailverification.ErrUserNotFound)
		answer := s.Client().Get(link).WantError(emailverification.ErrUserNotFound)
		if len(answer.Cookies) != 0 || s.User("victim@example.com").ID != victim.ID || len(s.Mails()) != 0 {
			t.Error("the earlier owner took over")
		}
	}
}

func TestChangesAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		const people = 8
		var won atomic.Int32
		var wg sync.WaitGroup
		browsers := map[string]*plugintest.Client{} // by user: mail is sent by several at once
		for i := range people {
			email := fmt.Sprintf("p%d@example.com", i)
			user := s.CreateUser(email, true)
			browsers[user.ID] = s.SignedInAs(user)
			s.askChange("change", email, "wanted@example.com")
		}
		for _, m := range s.Mails() {
			c := browsers[m.User.ID]
			wg.Go(func() {
				switch answer := c.Get(bare(m)); answer.Status {
				case http.StatusOK:
					won.Add(1)
				case http.StatusUnprocessableEntity:
				default:
					t.Errorf("%d %s", answer.Status, answer.Body)
				}
			})
		}
		wg.Wait()
		if n, err := s.Users().Count(t.Context()); won.Load() != 1 || n != people || err != nil {
			t.Errorf("%d won, %d users, %v", won.Load(), n, err)
		}
	})
}

// Of many uses of one link at once one counts, here and for the TypeScript
// server's.
func TestOneUseOfALinkCounts(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		user := s.CreateUser("a@example.com", true)
		s.askChange("confirm", "a@example.com", "b@example.com")
		own := bare(s.Mail())
		for _, link := range []string{own, s.foreign(claims{"a@example.com", "b@example.com", "change-email-confirmation"})} {
			var accepted, refused atomic.Int32
			var wg sync.WaitGroup
			for range 8 {
				c := s.SignedInAs(user)
				wg.Go(func() {
					switch answer := c.Get(link); answer.Status {
					case http.StatusOK:
						accepted.Add(1)
					case http.StatusUnauthorized:
						refused.Add(1)
					default:
						t.Errorf("%d %s", answer.Status, answer.Body)
					}
				})
			}
			wg.Wait()
			if n := len(s.Mails()); accepted.Load() != 1 || refused.Load() != 7 || n != 1 {
				t.Errorf("%d accepted, %d refused, %d mails", accepted.Load(), refused.Load(), n)
			}
		}
	})
}
