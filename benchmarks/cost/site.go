package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// site is an application with the bundled plugins and all that makes requests
// cost something switched on, in memory.
type site struct {
	db       *database.DB
	auth     *betterauth.Auth
	caching  map[string]*betterauth.Auth
	host     *betterauth.Host
	admin    *admin.Admin
	sessions int
}

// hostOf keeps what a plugin is given.
type hostOf struct{ site *site }

func (hostOf) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "cost"} }

func (h hostOf) Init(_ context.Context, given *betterauth.Host) error {
	h.site.host = given
	return nil
}

// quick hashes at no cost, which would hide everything else.
type quick struct{}

func (quick) Hash(context.Context, string) (string, error)         { return "quick", nil }
func (quick) Verify(context.Context, string, string) (bool, error) { return false, nil }
func (quick) Send(context.Context, *betterauth.Message) error      { return nil }

func newSite(ctx context.Context) (s *site, err error) {
	s = &site{caching: map[string]*betterauth.Auth{}}
	if s.db, err = sqlite.Open(":memory:"); err != nil {
		return nil, err
	}
	for _, strategy := range []string{"compact", "jwt", "jwe", ""} {
		if s.auth, err = s.build(ctx, strategy); err != nil {
			return nil, errors.Join(err, s.db.Close())
		}
		s.caching[strategy] = s.auth
	}
	return s, nil
}

func (s *site) build(ctx context.Context, strategy string) (*betterauth.Auth, error) {
	s.admin = admin.New(admin.Config{})
	cfg := betterauth.Config{
		BaseURL: subject.Origin, Secret: subject.Secret, Schema: betterauth.SchemaMigrate,
		Logger: slog.New(slog.DiscardHandler),
		ClientIP: betterauth.ClientIPConfig{
			Headers: []string{"X-Forwarded-For"}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		},
		RateLimit: betterauth.RateLimitConfig{Rules: []betterauth.RateLimit{
			betterauth.Limit("/**/*a*b*c/**", betterauth.Rule{Window: time.Second, Max: 1 << 30}),
			betterauth.Limit("/**", betterauth.Rule{Window: time.Second, Max: 1 << 30}),
		}},
		// The same account is guessed at as often as it takes.
		Failures:       betterauth.FailuresConfig{Disabled: true},
		TrustedOrigins: []string{"https://*.a*b*c*.example.com", "https://**.example.com", "exp://**/a*b*c/**/x", "myapp://", "https://app.example.com"},
		Password:       betterauth.PasswordConfig{Hasher: quick{}},
		Mailer:         quick{},
	}
	cfg.Session.CookieCache = betterauth.CookieCacheConfig{Enabled: strategy != "", Strategy: strategy}
	return betterauth.New(cfg).Database(s.db).Plugin(
		account.New(account.Config{}), s.admin, apikey.New(apikey.Config{EnableSessions: true, EnableMetadata: true}), bearer.New(bearer.Config{}),
		emailotp.New(emailotp.Config{ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}}), emailpassword.New(emailpassword.Config{MaxLength: 100_000}),
		emailverification.New(emailverification.Config{}), magiclink.New(magiclink.Config{}), passkey.New(passkey.Config{}), username.New(username.Config{}),
		social.New(social.Config{AccountCookie: true}), genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{provider}}),
		oauthpopup.New(oauthpopup.Config{}), oauthproxy.New(oauthproxy.Config{}),
		hostOf{s},
	).Build(ctx)
}

// provider is one that nobody comes back from.
var provider = genericoauth.Provider{
	ID: "provider", Client: oauth.Client{ID: "client", Secret: "secret"},
	AuthorizeURL: "https://provider.example/authorize", TokenURL: "https://provider.example/token", UserInfoURL: "https://provider.example/me",
}

func (s *site) close() {
	_ = s.auth.Close(context.Background())
	_ = s.db.Close()
}

// signedIn makes a user with these roles and returns what their browser sends.
func (s *site) signedIn(roles ...string) (http.Header, error) {
	ctx := context.Background()
	s.sessions++
	users, err := betterauth.StoreOf[betterauth.User](s.host)
	if err != nil {
		return nil, err
	}
	user := &betterauth.User{Name: "A", Email: fmt.Sprintf("person%d@example.com", s.sessions)}
	if err := users.Create(ctx, user); err != nil {
		return nil, err
	}
	if len(roles) > 0 {
		if _, err := s.admin.SetRoles(ctx, user.ID, roles...); err != nil {
			return nil, err
		}
	}
	session, err := s.auth.CreateSession(ctx, user.ID, betterauth.SignIn{Method: "cost"})
	if err != nil {
		return nil, err
	}
	return http.Header{
		"Cookie": {subject.SessionCookie + "=" + url.QueryEscape(session.Token+"."+s.host.Sign(session.Token))},
		"Origin": {subject.Origin},
	}, nil
}

// registration is the body of a passkey's registration with n transports. Its
// challenge is one that was never made: all that is parsed comes before.
func registration(n int) (string, error) {
	phone := passkeytest.New(passkeytest.Options{Origin: subject.Origin})
	created, err := phone.Create([]byte(`{"challenge":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","rp":{"id":"localhost","name":"x"},
		"user":{"id":"AAAA","name":"x","displayName":"x"},"pubKeyCredParams":[{"alg":-7,"type":"public-key"}]}`),
		passkeytest.CreateOptions{Transports: strings.Split(strings.Repeat("usb,", n)+"nfc", ",")})
	return `{"response":` + string(created) + `}`, err
}
