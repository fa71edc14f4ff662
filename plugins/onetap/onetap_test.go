package onetap_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/onetap"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/social/socialtest"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/go-json-experiment/json"
)

// googles is the key that stands for Google's; making one takes long.
var googles = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// token is an ID token of Google's for a client of ours, but for what is changed.
func token(t testing.TB, now time.Time, changed map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: googles(), KeyID: "g"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return signed(t, signer, now, changed)
}

func signed(t testing.TB, signer jose.Signer, now time.Time, changed map[string]any) string {
	t.Helper()
	claims := map[string]any{"iss": "https://accounts.google.com", "aud": "client", "azp": "client", "sub": "1001", "email": "Ada@example.com", "email_verified": true,
		"name": "Ada", "picture": "https://example.com/ada.png", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	maps.Copy(claims, changed)
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func newKit(t testing.TB, cfg onetap.Config, google social.Provider) *plugintest.Kit {
	t.Helper()
	return plugintest.NewWith(t, options(t, cfg, google))
}

func options(t testing.TB, cfg onetap.Config, google social.Provider) plugintest.Options {
	t.Helper()
	transport := socialtest.NewTransport()
	transport.Handle("GET https://www.googleapis.com/oauth2/v3/certs", func(w http.ResponseWriter, _ *http.Request) {
		keys, err := json.Marshal(map[string]any{"keys": []jose.JSONWebKey{{Key: googles().Public(), KeyID: "g", Algorithm: "RS256", Use: "sig"}}})
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(keys)
	})
	o := plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{google}}), onetap.New(cfg)}}
	o.Config.HTTPClient = &http.Client{Transport: transport}
	return o
}

func google() social.Provider { return social.Google(social.Client{ID: "client", Secret: "secret"}) }

func TestSignsUpAndIn(t *testing.T) {
	t.Parallel()
	kit := newKit(t, onetap.Config{}, google())
	var first, second onetap.SignedIn
	kit.Client().Post("/one-tap/callback", map[string]any{"idToken": token(t, kit.Clock.Now(), nil), "callbackURL": "/home"}).Want(http.StatusOK).Into(&first)
	c := kit.Client()
	c.Post("/one-tap/callback", map[string]any{"idToken": token(t, kit.Clock.Now(), nil)}).Want(http.StatusOK).Into(&second)
	if first.User.ID != second.User.ID || second.User.Email != "ada@example.com" || !second.User.EmailVerified || second.Token == "" || second.Token == first.Token {
		t.Errorf("%+v, %+v", first, second)
	}
	rows, err := plugintest.StoreOf[betterauth.Account](kit).List(t.Context(), database.Query{})
	if err != nil || len(rows) != 1 || rows[0].ProviderID != "google" || rows[0].AccountID != "1001" || betterauth.OrZero(rows[0].Scope) != "openid,profile,email" {
		t.Errorf("%+v, %v", rows, err)
	}
	var me betterauth.Identity
	if c.Get("/get-session").Want(http.StatusOK).Into(&me); me.User == nil || me.User.ID != first.User.ID {
		t.Errorf("signed in as %+v", me.User)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: other}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kit := newKit(t, onetap.Config{}, google())
	now := kit.Clock.Now()
	for name, c := range map[string]struct {
		token string
		want  *betterauth.ErrorCode
	}{
		"no token":            {"x.y.z", onetap.ErrInvalidToken},
		"another's signature": {signed(t, foreign, now, nil), onetap.ErrInvalidToken},
		"another client":      {token(t, now, map[string]any{"aud": "other"}), onetap.ErrInvalidToken},
		"another issuer":      {token(t, now, map[string]any{"iss": "https://accounts.example.com"}), onetap.ErrInvalidToken},
		"expired":             {token(t, now.Add(-2*time.Hour), nil), onetap.ErrInvalidToken},
		"too old":             {token(t, now.Add(-2*time.Hour), map[string]any{"exp": now.Add(time.Hour).Unix()}), onetap.ErrInvalidToken},
		"no subject":          {token(t, now, map[string]any{"sub": ""}), onetap.ErrInvalidToken},
		"no address":          {token(t, now, map[string]any{"email": ""}), onetap.ErrNoEmail},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(kit.Rows()["session"])
			kit.Client().Post("/one-tap/callback", map[string]any{"idToken": c.token}).WantError(c.want)
			if after := len(kit.Rows()["session"]); after != before {
				t.Errorf("%d sessions, before %d", after, before)
			}
		})
	}
}

// A nonce that the page says it gave to Google's library must be the token's.
func TestNonce(t *testing.T) {
	t.Parallel()
	kit := newKit(t, onetap.Config{}, google())
	sent := map[string]any{"idToken": token(t, kit.Clock.Now(), map[string]any{"nonce": "n"}), "nonce": "m"}
	kit.Client().Post("/one-tap/callback", sent).WantError(onetap.ErrInvalidToken)
	sent["nonce"] = "n"
	kit.Client().Post("/one-tap/callback", sent).Want(http.StatusOK)
	sent["idToken"] = token(t, kit.Clock.Now(), nil)
	kit.Client().Post("/one-tap/callback", sent).WantError(onetap.ErrInvalidToken)
}

// Keys that nobody answers for are no fault of the token's, whatever the connection says.
func TestKeysUnreadable(t *testing.T) {
	t.Parallel()
	o := options(t, onetap.Config{}, google())
	o.Config.HTTPClient = &http.Client{Transport: socialtest.NewTransport()}
	kit := plugintest.NewWith(t, o)
	kit.Client().Post("/one-tap/callback", map[string]any{"idToken": token(t, kit.Clock.Now(), nil)}).WantError(onetap.ErrUnavailable)
}

// The rules of the provider google hold.
func TestRulesOfTheProvider(t *testing.T) {
	t.Parallel()
	verified := google()
	verified.Client.RequireVerifiedEmail = true
	for name, c := range map[string]struct {
		cfg      onetap.Config
		provider social.Provider
		changed  map[string]any
		existing bool
		want     *betterauth.ErrorCode
	}{
		"sign-up off":         {cfg: onetap.Config{DisableSignUp: true}, provider: google(), want: onetap.ErrRefused},
		"sign-up off there":   {provider: social.Google(social.Client{ID: "client", Secret: "s", DisableSignUp: true}), want: onetap.ErrRefused},
		"another domain":      {provider: social.GoogleWith(social.Client{ID: "client", Secret: "s"}, social.GoogleOptions{HostedDomain: "example.com"}), want: onetap.ErrInvalidToken},
		"the domain":          {provider: social.GoogleWith(social.Client{ID: "client", Secret: "s"}, social.GoogleOptions{HostedDomain: "example.com"}), changed: map[string]any{"hd": "example.com"}},
		"unverified, matches": {provider: google(), changed: map[string]any{"email_verified": false}, existing: true, want: onetap.ErrRefused},
		"verified, matches":   {provider: google(), existing: true},
		"has to be verified":  {provider: verified, changed: map[string]any{"email_verified": "false"}, want: onetap.ErrEmailNotVerified},
		"the prompt's client": {cfg: onetap.Config{ClientID: "prompt"}, provider: google(), changed: map[string]any{"aud": "prompt", "azp": "prompt"}},
		"not the prompt's":    {cfg: onetap.Config{ClientID: "prompt"}, provider: google(), want: onetap.ErrInvalidToken},
		"no google":           {provider: social.GitHub(social.Client{ID: "client", Secret: "s"}), want: onetap.ErrNoClient},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, c.cfg, c.provider)
			if c.existing {
				if err := kit.Users().Create(t.Context(), &betterauth.User{Name: "Ada", Email: "ada@example.com", EmailVerified: true}); err != nil {
					t.Fatal(err)
				}
			}
			a := kit.Client().Post("/one-tap/callback", map[string]any{"idToken": token(t, kit.Clock.Now(), c.changed)})
			if c.want == nil {
				a.Want(http.StatusOK)
			} else if a.Status != c.want.Status || a.Code() != c.want.Code {
				t.Errorf("%d %s", a.Status, a.Body)
			}
			if log := kit.Log.String(); strings.Contains(log, "add social.Google to") != (c.want == onetap.ErrNoClient) {
				t.Errorf("what the log says to configure:\n%s", log)
			}
		})
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	plugintest.Run(t, func() betterauth.Plugin { return onetap.New(onetap.Config{}) },
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{google()}})}
		}),
		plugintest.Configure(func(o *plugintest.Options) {
			o.Config.HTTPClient = options(t, onetap.Config{}, google()).Config.HTTPClient
		}),
		plugintest.Sample(onetap.Callback, func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"idToken": token(t, k.Clock.Now(), nil), "callbackURL": "/home"}}
		}),
	)
}

// A token that a session was told signs in nobody by the prompt's endpoint either.
func TestTokenThatASessionWasTold(t *testing.T) {
	t.Parallel()
	kit := newKit(t, onetap.Config{}, google())
	text, c := token(t, kit.Clock.Now(), nil), kit.Client()
	for range 2 { // the page may send it twice
		c.Post("/one-tap/callback", map[string]any{"idToken": text}).Want(http.StatusOK)
	}
	row, err := plugintest.StoreOf[betterauth.Account](kit).Get(t.Context(), database.Eq("accountId", "1001"))
	if err != nil {
		t.Fatal(err)
	}
	c.Post("/get-access-token", map[string]any{"accountId": row.ID}).Want(http.StatusOK)
	kit.Client().Post("/one-tap/callback", map[string]any{"idToken": text}).WantError(onetap.ErrInvalidToken)
}
