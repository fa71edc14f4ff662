package emailverification_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/go-json-experiment/json"
)

// site is a kit with what the tests of this plugin need.
type site struct {
	*plugintest.Kit
	plugin *emailverification.EmailVerification
	t      testing.TB
}

func newSite(t testing.TB, cfg emailverification.Config, o plugintest.Options) *site {
	t.Helper()
	s := &site{t: t, plugin: emailverification.New(cfg)}
	o.Plugins = append(o.Plugins, s.plugin, onBehalf(s.plugin))
	s.Kit = plugintest.NewWith(t, o)
	return s
}

// claims are a link's in the order they are signed.
type claims struct {
	Email       string `json:"email"`
	UpdateTo    string `json:"updateTo,omitzero"`
	RequestType string `json:"requestType,omitzero"`
}

// bound are claims as the TypeScript server makes them since 1.7.16: of one user.
type bound struct {
	claims
	UserID string `json:"userId"`
}

// purposeOf is what the token of a mail is for.
func purposeOf(m *betterauth.Message) string {
	if m.Data["newEmail"] != "" {
		return "email-verification.change"
	}
	return "email-verification.verify"
}

func (s *site) token(c any, ttl time.Duration) string {
	s.t.Helper()
	token, err := s.Host.SignToken("email-verification.verify", c, ttl)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func (s *site) link(c claims) string { return "/verify-email?token=" + s.token(c, time.Hour) }

// mailedChange asks for a change of address as another plugin does for a user, and
// is the link, without its callback URL.
func (s *site) mailedChange(email, newEmail string) string {
	s.t.Helper()
	s.askChange("change", email, newEmail)
	return bare(s.Mail())
}

// foreign is a link as the TypeScript server makes it: a token without a type, for
// an hour.
func (s *site) foreign(c any) string {
	s.t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		s.t.Fatal(err)
	}
	now := s.Clock.Now().Unix()
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256"}`)) + "." + encode(fmt.Appendf(raw[:len(raw)-1], `,"iat":%d,"exp":%d}`, now, now+3600))
	mac := hmac.New(sha256.New, []byte(plugintest.Secret))
	mac.Write([]byte(signed))
	return "/verify-email?token=" + signed + "." + encode(mac.Sum(nil))
}

// bare is a mailed link without its callback URL, which answers with JSON.
func bare(m *betterauth.Message) string { return "/verify-email?token=" + url.QueryEscape(m.Token) }

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

func (p *peer) Init(_ context.Context, h *betterauth.Host) error {
	p.users = h.UserStore()
	return nil
}
