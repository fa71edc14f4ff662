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
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db,
			Config: betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}})
		user := s.create("ann@example.com", true)
		s.askChange("confirm", user.Email, "New@Example.com")
		m := s.Mail()
		if m.Kind != "change-email-confirmation" || m.To != user.Email || m.Data["newEmail"] != "new@example.com" ||
			!strings.Contains(m.Text, "new@example.com") || !strings.HasSuffix(m.URL, "&callbackURL=%2Fdone") {
			t.Errorf("mail %+v", m)
		}
		s.wantClaims(m, `{"email":"ann@example.com","updateTo":"new@example.com","requestType":"change-email-confirmation"`)

		c := s.SignedInAs(user)
		c.Get(bare(m)).WantBody(http.StatusOK, accepted)
		s.Mails()
		s.Client().Get(s.Route(m)).WantRedirect("/done")
		m = s.Mail()
		if m.Kind != "verify-email" || m.To != "new@example.com" || m.User.Email != "new@example.com" || m.User.ID != user.ID ||
			m.Data["newEmail"] != "new@example.com" || !strings.HasSuffix(m.URL, "&callbackURL=%2Fdone") {
			t.Errorf("mail %+v", m)
		}
		s.wantClaims(m, `{"email":"ann@example.com","updateTo":"new@example.com","requestType":"change-email-verification"`)
		if s.user("ann@example.com").ID != user.ID {
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
		c.Get(s.Route(m)).WantRedirect("/done?error=USER_NOT_FOUND")
		if again := s.user("new@example.com"); again.ID != user.ID {
			t.Errorf("following the link twice made %+v", again)
		}
	})
}

func (s *site) wantClaims(m *betterauth.Message, start string) {
	s.t.Helper()
	var claims jsontext.Value
	if err := s.Host.OpenToken(m.Token, &claims); err != nil {
		s.t.Fatal(err)
	}
	now := s.Clock.Now().Unix()
	if want := fmt.Sprintf(`%s,"iat":%d,"exp":%d}`, start, now, now+3600); string(claims) != want {
		s.t.Errorf("claims %s, want %s", claims, want)
	}
}

// Without a session the link signs in, and gates decide whether it may.
func TestChangeSignsIn(t *testing.T) {
	t.Parallel()
	var closed atomic.Bool
	banned := &betterauth.ErrorCode{Code: "BANNED", Message: "banned", Status: http.StatusForbidden}
	gate := betterauth.Inline{ID: "ban", Gates: []betterauth.SessionGate{{Name: "ban", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
		if closed.Load() {
			return banned
		}
		return nil
	}}}}
	s := newSite(t, emailverification.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{gate}})
	user := s.create("a@example.com", true)
	link := s.link(claims{"a@example.com", "b@example.com", "change-email-verification"})
	closed.Store(true)
	answer := s.Client().Get(link).WantError(banned)
	if len(answer.Cookies) != 0 || s.user("a@example.com").ID != user.ID {
		t.Errorf("a refused sign-in left %v", answer.Cookies)
	}
	closed.Store(false)
	c := s.Client()
	c.Get(link).Want(http.StatusOK)
	c.Get("/list-sessions").Want(http.StatusOK)
}

// Links of the older form were mailed to the old address: the new one is not
// verified by them, and gets a link of its own.
func TestLegacyChange(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "something-else"} {
		s := newSite(t, emailverification.Config{}, plugintest.Options{})
		user := s.create("a@example.com", true)
		c := s.Client()
		var got changed
		c.Get(s.link(claims{"a@example.com", "B@example.com", kind})).Want(http.StatusOK).Into(&got)
		if got.User.ID != user.ID || got.User.Email != "b@example.com" || got.User.EmailVerified {
			t.Errorf("changed to %+v", got.User)
		}
		c.Get("/list-sessions").Want(http.StatusOK)
		m := s.Mail()
		s.wantClaims(m, `{"email":"b@example.com"`)
		if m.To != "b@example.com" {
			t.Errorf("mailed %+v", m)
		}
		c.Get(s.Route(m)).WantRedirect("/")
		if !s.user("b@example.com").EmailVerified {
			t.Error("the new address is not verified")
		}
	}
}

// Somebody else took the new address between the mail and the click.
func TestNewAddressIsTaken(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{}, plugintest.Options{DB: db})
		user := s.create("a@example.com", true)
		s.create("b@example.com", false)
		for _, kind := range []string{"change-email-verification", ""} {
			link := s.link(claims{"a@example.com", "b@example.com", kind})
			answer := s.Client().Get(link)
			answer.WantBody(http.StatusUnprocessableEntity,
				`{"message":"User already exists. Use another email.","code":"USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"}`)
			s.Client().Get(link + "&callbackURL=%2F").WantRedirect("/?error=USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")
			if s.user("a@example.com").ID != user.ID || len(answer.Cookies) != 0 || len(s.Mails()) != 0 {
				t.Error("a refused change had an effect")
			}
		}
		// To an address somebody has nothing is mailed, and nothing tells.
		s.askChange("change", "a@example.com", "B@example.com")
		s.askChange("confirm", "a@example.com", "b@example.com")
		s.Client().Get(s.link(claims{"a@example.com", "b@example.com", "change-email-confirmation"})).WantBody(http.StatusOK, accepted)
		if sent := s.Mails(); len(sent) != 0 {
			t.Errorf("mailed %+v", sent[0])
		}
	})
}

// A link names its user by address. Whoever had the address before, without
// proof, must not take over the account of its owner with an old link.
func TestLinkOfAnEarlierOwner(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{}, plugintest.Options{})
	squatter := s.create("victim@example.com", false)
	s.askChange("change", "victim@example.com", "evil@example.com")
	links := []string{bare(s.Mail())}
	for _, kind := range []string{"change-email-confirmation", "legacy"} {
		links = append(links, s.link(claims{"victim@example.com", "evil@example.com", kind}))
	}
	if _, err := s.Users().Delete(t.Context(), database.Eq("id", squatter.ID)); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	victim := s.create("victim@example.com", false)
	for _, link := range links {
		answer := s.Client().Get(link).WantError(emailverification.ErrUserNotFound)
		if len(answer.Cookies) != 0 || s.user("victim@example.com").ID != victim.ID || len(s.Mails()) != 0 {
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
		for i := range people {
			email := fmt.Sprintf("p%d@example.com", i)
			s.create(email, true)
			link, c := s.link(claims{email, "wanted@example.com", "change-email-verification"}), s.Client()
			wg.Go(func() {
				switch answer := c.Get(link); answer.Status {
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
