package emailverification_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

// site is a kit that keeps the mail it is given.
type site struct {
	*plugintest.Kit
	plugin *emailverification.EmailVerification
	t      testing.TB
	mu     sync.Mutex
	box    []*betterauth.Message
}

func newSite(t testing.TB, cfg emailverification.Config, o plugintest.Options) *site {
	t.Helper()
	s := &site{t: t, plugin: emailverification.New(cfg)}
	o.Plugins = append(o.Plugins, s.plugin, onBehalf(s.plugin))
	o.Config.Mailer = betterauth.MailerFunc(func(_ context.Context, m *betterauth.Message) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.box = append(s.box, m)
		return nil
	})
	s.Kit = plugintest.NewWith(t, o)
	return s
}

// mails returns what was mailed since the last call.
func (s *site) mails() []*betterauth.Message {
	s.t.Helper()
	if err := s.Auth.FlushMail(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	box := s.box
	s.box = nil
	return box
}

// mail returns the one mail since the last call.
func (s *site) mail() *betterauth.Message {
	s.t.Helper()
	box := s.mails()
	if len(box) != 1 {
		s.t.Fatalf("%d mails, want one", len(box))
	}
	return box[0]
}

func (s *site) user(email string) *betterauth.User {
	s.t.Helper()
	user, err := s.Users().Get(s.t.Context(), database.Eq("email", email))
	if err != nil {
		s.t.Fatalf("%s: %v", email, err)
	}
	return user
}

// create makes a user without a session.
func (s *site) create(email string, verified bool) *betterauth.User {
	s.t.Helper()
	user := &betterauth.User{Name: "A", Email: email, EmailVerified: verified}
	if err := s.Users().Create(s.t.Context(), user); err != nil {
		s.t.Fatal(err)
	}
	return user
}

// claims are a link's in the order they are signed.
type claims struct {
	Email       string `json:"email"`
	UpdateTo    string `json:"updateTo,omitzero"`
	RequestType string `json:"requestType,omitzero"`
}

func (s *site) token(c any, ttl time.Duration) string {
	s.t.Helper()
	token, err := s.Host.SignToken(c, ttl)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func (s *site) link(c claims) string { return "/verify-email?token=" + s.token(c, time.Hour) }

// path is a mailed link as a client of the kit follows it.
func path(m *betterauth.Message) string {
	return strings.TrimPrefix(m.URL, plugintest.BaseURL+"/api/auth")
}

// bare is a mailed link without its callback URL, which answers with JSON.
func bare(m *betterauth.Message) string { return "/verify-email?token=" + url.QueryEscape(m.Token) }

func body(t *testing.T, a *plugintest.Answer, status int, want string) {
	t.Helper()
	if a.Want(status); string(a.Body) != want {
		t.Errorf("answer %s\nwant   %s", a.Body, want)
	}
}

func goesTo(t *testing.T, a *plugintest.Answer, want string) {
	t.Helper()
	if a.Want(http.StatusFound); a.Header.Get("Location") != want {
		t.Errorf("goes to %q, want %q", a.Header.Get("Location"), want)
	}
}

// onBehalf calls what other plugins find the plugin for.
func onBehalf(v *emailverification.EmailVerification) betterauth.Plugin {
	type in struct {
		Email       string `json:"email"`
		What        string `json:"what"`
		NewEmail    string `json:"newEmail" check:"optional"`
		CallbackURL string `json:"callbackURL" check:"optional"`
	}
	p := &peer{}
	p.manifest = betterauth.Manifest{ID: "peer", Endpoints: []betterauth.Endpoint{betterauth.Handle(
		betterauth.Operation{ID: "peer", Method: http.MethodPost, Path: "/peer", Access: betterauth.Public},
		func(c *betterauth.Ctx, in in) (betterauth.Status, error) {
			user, err := p.users.Get(c, database.Eq("email", in.Email))
			if err != nil {
				return betterauth.Status{}, err
			}
			return betterauth.Status{Status: true}, c.Transaction(func(tx *betterauth.Ctx) error {
				switch in.What {
				case "sign-up":
					return v.MailOnSignUp(tx, user, in.CallbackURL, false)
				case "sign-up required":
					return v.MailOnSignUp(tx, user, in.CallbackURL, true)
				case "sign-in":
					return v.MailOnSignIn(tx, user, in.CallbackURL)
				case "change":
					return v.MailChange(tx, user, in.NewEmail, in.CallbackURL, false)
				}
				return v.MailChange(tx, user, in.NewEmail, in.CallbackURL, true)
			})
		})}}
	return p
}

type peer struct {
	manifest betterauth.Manifest
	users    *database.Store[betterauth.User]
}

func (p *peer) Manifest() betterauth.Manifest { return p.manifest }

func (p *peer) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.users, err = betterauth.StoreOf[betterauth.User](h)
	return err
}
