package genericoauth_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

func TestSignsInByIssuer(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	kit := site(t, p, func(of *genericoauth.Provider) { of.AccessType, of.AccessTokenLife = "offline", time.Hour })
	c := kit.Client()
	query := begin(t, p, c, map[string]any{"scopes": []string{"calendar", "openid"}})
	if got := query.Get("scope"); got != "openid email calendar" {
		t.Errorf("scope %q", got)
	}
	for _, name := range []string{"nonce", "code_challenge", "state"} {
		if query.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if query.Get("access_type") != "offline" || query.Get("redirect_uri") != plugintest.BaseURL+"/api/auth/callback/idp" {
		t.Error(query)
	}
	c.Get("/callback/idp?code=ada&state=" + query.Get("state")).WantRedirect("/home")
	account := accountOf(t, kit)
	if account.AccountID != "sub-ada" || account.ProviderID != "idp" || betterauth.OrZero(account.IDToken) == "" || !account.AccessTokenExpiresAt.Equal(kit.Clock.Now().Add(time.Hour)) {
		t.Errorf("%+v", account)
	}
	if user := kit.User("ada@example.com"); !user.EmailVerified || user.Name != "ada" {
		t.Errorf("%+v", user)
	}
	if p.form.Get("client_secret") != "secret" || p.form.Get("code_verifier") == "" {
		t.Error(p.form)
	}
	if to := signIn(t, p, kit.Client(), "ada"); to != "/home" {
		t.Error(to)
	}
}

// What a provider says otherwise than the ID token, or without one, signs nobody in.
func TestRefuses(t *testing.T) {
	t.Parallel()
	const noInfo = "/oops?error=unable_to_get_user_info"
	for name, test := range map[string]struct {
		of     func(*genericoauth.Provider)
		claims func(map[string]any)
		info   func(map[string]any)
		tokens func(map[string]any)
		want   string
	}{
		"another nonce":         {claims: func(c map[string]any) { c["nonce"] = "x" }, want: noInfo},
		"no nonce":              {claims: func(c map[string]any) { delete(c, "nonce") }, want: noInfo},
		"another issuer":        {claims: func(c map[string]any) { c["iss"] = "https://other.example" }, want: noInfo},
		"another client":        {claims: func(c map[string]any) { c["aud"] = "other" }, want: noInfo},
		"no ID token":           {tokens: func(a map[string]any) { delete(a, "id_token") }, want: noInfo},
		"no ID token, no nonce": {of: func(p *genericoauth.Provider) { p.DisableNonce, p.RequireIDToken = true, true }, tokens: func(a map[string]any) { delete(a, "id_token") }, want: noInfo},
		"user info of another": {claims: func(c map[string]any) { delete(c, "email") },
			info: func(i map[string]any) { i["sub"] = "sub-eve" }, want: noInfo},
		"user info without a subject": {claims: func(c map[string]any) { delete(c, "email") }, info: func(i map[string]any) { delete(i, "sub") }, want: noInfo},
		"own function about another": {of: func(p *genericoauth.Provider) {
			p.Client.User = func(context.Context, *oauth.Grant) (*oauth.Profile, error) {
				return &oauth.Profile{Subject: "sub-eve", Email: "eve@example.com"}, nil
			}
		}, want: noInfo},
		"the provider's subject is empty": {of: func(p *genericoauth.Provider) {
			p.Subject = func(context.Context, *oauth.Grant, *oauth.Profile) (string, error) { return "", nil }
		}, want: noInfo},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newIDP(t)
			p.claims, p.info, p.tokens = test.claims, test.info, test.tokens
			kit := site(t, p, test.of)
			before := kit.Rows()
			if to := signIn(t, p, kit.Client(), "ada"); to != test.want {
				t.Errorf("led to %s", to)
			}
			if after := kit.Rows(); len(after["user"]) != len(before["user"]) || len(after["session"]) != 0 {
				t.Error("something is stored")
			}
		})
	}
}

// Where the ID token has no address, the user info endpoint is asked, and is believed
// about the same subject only.
func TestUserInfoCompletesTheIDToken(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.claims = func(c map[string]any) { delete(c, "email") }
	kit := site(t, p, nil)
	if to := signIn(t, p, kit.Client(), "ada"); to != "/home" {
		t.Fatal(to)
	}
	if user := kit.User("ada@example.com"); !user.EmailVerified || betterauth.OrZero(user.Image) == "" {
		t.Errorf("%+v", user)
	}
}

// A provider that is down lets the application start, answers 503, and signs in once it is
// back, with no restart.
func TestDiscoveryIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.down = true
	kit := site(t, p, nil)
	if log := kit.Log.String(); !strings.Contains(log, "the discovery document of a provider cannot be used") || !strings.Contains(log, "document="+p.URL+"/.well-known/openid-configuration ") {
		t.Errorf("what cannot be read is not logged:\n%s", log)
	}
	kit.Client().Post("/sign-in/social", map[string]any{"provider": "idp"}).WantError(social.ErrProviderDown)
	p.set(func() { p.down = false })
	kit.Client().Post("/sign-in/social", map[string]any{"provider": "idp"}).WantError(social.ErrProviderDown)
	if log := kit.Log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, `configure="check that this server reaches the provider`) {
		t.Errorf("a sign-in that fails does not say what to look at:\n%s", log)
	}
	kit.Clock.Advance(5 * time.Second)
	if to := signIn(t, p, kit.Client(), "ada"); to != "/home" {
		t.Error(to)
	}
}

// Endpoints and keys of a document change; those of the application stay.
func TestDocumentIsReadAgain(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	kit := site(t, p, func(of *genericoauth.Provider) { of.EndSessionURL = "https://end.example" })
	p.set(func() { p.document = func(d map[string]any) { d["authorization_endpoint"] = p.URL + "/new" } })
	kit.Clock.Advance(time.Hour)
	var begun social.Begun
	kit.Client().Post("/sign-in/social", map[string]any{"provider": "idp"}).Want(http.StatusOK).Into(&begun)
	if !strings.HasPrefix(begun.URL, p.URL+"/new?") {
		t.Error(begun.URL)
	}
}

// A provider of OAuth alone, by its endpoints: the subject is "id", and the ID token that
// nobody can verify is not read.
func TestSignsInByEndpoints(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	kit := site(t, p, func(of *genericoauth.Provider) {
		of.Issuer, of.AuthorizeURL, of.TokenURL, of.UserInfoURL = "", p.URL+"/auth?tenant=1", p.URL+"/token", p.URL+"/me"
		of.DisablePKCE, of.Client.Authentication = true, oauth.SecretBasic
		of.TokenParams = []betterauth.Param{{Name: "resource", Value: "r"}}
		of.EditToken = func(r *oauth.TokenRequest) { r.Header.Set("X-Tenant", "1") }
	})
	c := kit.Client()
	query := begin(t, p, c, nil)
	if query.Get("nonce") != "" || query.Get("code_challenge") != "" || query.Get("tenant") != "1" || query.Get("scope") != "email" {
		t.Error(query)
	}
	c.Get("/callback/idp?code=ada&state=" + query.Get("state")).WantRedirect("/home")
	if account := accountOf(t, kit); account.AccountID != "7" {
		t.Errorf("%+v", account)
	}
	if id, secret, _ := (&http.Request{Header: p.header}).BasicAuth(); id != "client" || secret != "secret" || p.form.Get("client_secret") != "" || p.form.Get("resource") != "r" || p.header.Get("X-Tenant") != "1" {
		t.Error(p.form, p.header)
	}
}

func TestOwnFunctions(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	kit := site(t, p, func(of *genericoauth.Provider) {
		of.Issuer, of.AuthorizeURL, of.TokenURL = "", p.URL+"/auth", p.URL+"/none"
		of.Client.Exchange = func(_ context.Context, back oauth.Callback) (*oauth.Tokens, error) {
			return &oauth.Tokens{AccessToken: "own-" + back.Code}, nil
		}
		of.Client.User = func(_ context.Context, g *oauth.Grant) (*oauth.Profile, error) {
			return &oauth.Profile{Subject: "s", Email: g.AccessToken + "@example.com", EmailVerified: true}, nil
		}
		of.Subject = func(_ context.Context, _ *oauth.Grant, profile *oauth.Profile) (string, error) {
			return profile.Subject + "!", nil
		}
	})
	if to := signIn(t, p, kit.Client(), "ada"); to != "/home" {
		t.Fatal(to)
	}
	kit.User("own-ada@example.com")
	if account := accountOf(t, kit); account.AccountID != "s!" {
		t.Errorf("%+v", account)
	}
}

// The document decides how a client authenticates, and that callbacks name the issuer.
func TestFollowsTheDocument(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.document = func(d map[string]any) {
		d["token_endpoint_auth_methods_supported"] = []string{"client_secret_basic"}
		d["authorization_response_iss_parameter_supported"] = true
	}
	kit := site(t, p, nil)
	if to := signIn(t, p, kit.Client(), "ada"); to != "/oops?error=issuer_missing" {
		t.Error(to)
	}
	c := kit.Client()
	query := begin(t, p, c, nil)
	c.Get("/callback/idp?code=ada&iss=" + url.QueryEscape(p.URL) + "&state=" + query.Get("state")).WantRedirect("/home")
	if _, secret, _ := (&http.Request{Header: p.header}).BasicAuth(); secret != "secret" {
		t.Error(p.header)
	}
}
