package openid_test

import (
	"net/url"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/better-auth-go/better-auth/conformance/openid"
)

func TestCodeFlow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]openid.Config{
		"RS256":           {},
		"PS256":           {Algorithm: "PS256"},
		"ES256":           {Algorithm: "ES256"},
		"JWTs for access": {Algorithm: "ES256", JWTAccessTokens: true},
		"TLS":             {Algorithm: "ES256", TLS: true},
		"a clock behind":  {Algorithm: "ES256", JWTAccessTokens: true, Now: func() time.Time { return time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC) }},
		"a clock ahead":   {Algorithm: "ES256", JWTAccessTokens: true, Now: func() time.Time { return time.Date(2124, 1, 2, 3, 4, 5, 0, time.UTC) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, c)
			began := time.Now()
			if c.Now != nil {
				began = c.Now()
			}
			token, id := a.signIn(a.op.NewBrowser(), ada)

			var claims struct {
				Email, Name, Picture, Sid string
				Verified                  *bool `json:"email_verified"`
				AuthTime                  int64 `json:"auth_time"`
			}
			if err := id.Claims(&claims); err != nil {
				t.Fatal(err)
			}
			if id.Subject != ada.Sub || id.Nonce != "n-1" || id.Issuer != a.op.Issuer() || claims.Sid == "" {
				t.Errorf("the ID token is %+v, %+v", id, claims)
			}
			if claims.Email != ada.Email || claims.Name != ada.Name || claims.Picture != ada.Picture || claims.Verified == nil || !*claims.Verified {
				t.Errorf("it describes %+v", claims)
			}
			for what, at := range map[string]time.Time{"iat": id.IssuedAt, "exp": id.Expiry.Add(-time.Hour), "auth_time": time.Unix(claims.AuthTime, 0)} {
				slack := 30 * time.Second // of a slow machine
				if c.Now != nil {
					slack = 0 // the clock stands still
				}
				if off := at.Sub(began.Truncate(time.Second)); off < 0 || off > slack {
					t.Errorf("%s is %v off", what, off)
				}
			}
			if token.ExpiresIn != 3600 || token.RefreshToken == "" {
				t.Errorf("expires_in %d, refresh token %q", token.ExpiresIn, token.RefreshToken)
			}

			info, err := a.issuer.UserInfo(a.ctx(), oauth2.StaticTokenSource(token))
			if err != nil {
				t.Fatal(err)
			}
			if info.Subject != ada.Sub || info.Email != ada.Email || !info.EmailVerified {
				t.Errorf("userinfo is %+v", info)
			}
			for endpoint, want := range map[string]int{
				openid.Discovery: 1, openid.Authorize: 1, openid.Login: 2, openid.Callback: 1, openid.Token: 1, openid.Userinfo: 1, openid.Keys: 1,
			} {
				if n := a.op.Count(endpoint); n != want {
					t.Errorf("%s was asked %d times, not %d", endpoint, n, want)
				}
			}
		})
	}
}

func TestCodeIsWorthOneAttempt(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(verifier string) oauth2.AuthCodeOption{
		"right":                 oauth2.VerifierOption,
		"with another verifier": func(string) oauth2.AuthCodeOption { return oauth2.VerifierOption(oauth2.GenerateVerifier()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, openid.Config{Algorithm: "ES256"})
			pkce := oauth2.GenerateVerifier()
			code := a.answer(a.op.Authorize(a.ctx(), a.config.AuthCodeURL("st", oauth2.S256ChallengeOption(pkce)), ada)).Get("code")
			_, err := a.config.Exchange(a.ctx(), code, first(pkce))
			if (err == nil) != (name == "right") {
				t.Errorf("the first attempt: %v", err)
			}
			if _, err := a.config.Exchange(a.ctx(), code, oauth2.VerifierOption(pkce)); errorCode(err) != "invalid_grant" {
				t.Errorf("the second attempt: %v", err)
			}
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256", ResponseIssuer: true, Clients: []openid.Client{
		{ID: "app", Secret: "secret", RedirectURIs: []string{redirectURI}, RequirePKCE: true},
	}})
	pkce := oauth2.S256ChallengeOption(oauth2.GenerateVerifier())
	denied := a.answer(a.op.Deny(a.ctx(), a.config.AuthCodeURL("st", pkce)))
	if denied.Get("error") != "access_denied" || denied.Get("state") != "st" || denied.Get("iss") != a.op.Issuer() {
		t.Errorf("a refusal answers %v", denied)
	}
	if got := a.answer(a.op.Authorize(a.ctx(), a.config.AuthCodeURL("st"), ada)); got.Get("error") != "invalid_request" {
		t.Errorf("without PKCE: %v", got)
	}
	elsewhere := a.config
	elsewhere.RedirectURL = redirectURI + "/"
	if to, err := a.op.Authorize(a.ctx(), elsewhere.AuthCodeURL("st", pkce), ada); err == nil {
		t.Errorf("an unregistered redirect_uri led to %s", to)
	}
	if got := a.answer(a.op.Authorize(a.ctx(), a.config.AuthCodeURL("st", pkce), ada)); got.Get("iss") != a.op.Issuer() || got.Get("code") == "" {
		t.Errorf("a success answers %v", got)
	}
}

func TestFormPost(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256"})
	form, err := a.op.AuthorizeForm(a.ctx(), a.config.AuthCodeURL(`s"t`, oauth2.SetAuthURLParam("response_mode", "form_post")), ada)
	if err != nil {
		t.Fatal(err)
	}
	if form.Action != redirectURI || form.Values.Get("state") != `s"t` {
		t.Errorf("the form is %+v", form)
	}
	if _, err := a.config.Exchange(a.ctx(), form.Values.Get("code")); err != nil {
		t.Error(err)
	}
}

// A browser that has a session need not sign in again, unless the client demands it.
func TestSessionAtTheProvider(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a := newApp(t, openid.Config{Algorithm: "ES256", Now: func() time.Time { return now }})
	a.op.SetNow(func() time.Time { return now })
	b := a.op.NewBrowser()
	none := a.config.AuthCodeURL("st", oauth2.SetAuthURLParam("prompt", "none"))
	if got := a.answer(b.Authorize(a.ctx(), none, ada)); got.Get("error") != "login_required" {
		t.Errorf("prompt=none without a session: %v", got)
	}
	a.signIn(b, ada)
	began := now
	now = now.Add(time.Minute)
	if got := a.answer(b.Authorize(a.ctx(), none, ada)); got.Get("code") == "" {
		t.Errorf("prompt=none with a session: %v", got)
	}
	for _, row := range []struct {
		name, param, value string
		at                 time.Time
	}{
		{"nothing is demanded", "x", "", began},
		{"it is young enough", "max_age", "60", began},
		{"it is too old", "max_age", "59", now},
		{"a new one is demanded", "prompt", "login", now.Add(time.Minute)},
	} {
		if row.param == "prompt" {
			now = now.Add(time.Minute)
		}
		_, id := a.signIn(b, ada, oauth2.SetAuthURLParam(row.param, row.value), oauth2.SetAuthURLParam("acr_values", "mfa pwd"))
		var claims struct {
			AuthTime int64 `json:"auth_time"`
			ACR      string
		}
		if err := id.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		if claims.AuthTime != row.at.Unix() || claims.ACR != "mfa" {
			t.Errorf("%s: auth_time is %v off, acr %q", row.name, time.Unix(claims.AuthTime, 0).Sub(row.at), claims.ACR)
		}
	}
}

// What a provider of this kind can be made to say.
func TestClaimsAsGiven(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256", Metadata: map[string]any{"userinfo_endpoint": nil, "service_documentation": "https://example.com/"}})
	liar := ada
	liar.Claims = map[string]any{"email_verified": "true", "name": nil, "groups": []string{"staff"}}
	_, id := a.signIn(a.op.NewBrowser(), liar)
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if _, named := claims["name"]; named || claims["email_verified"] != "true" || claims["groups"] == nil {
		t.Errorf("the claims are %v", claims)
	}
	var document map[string]any
	if err := a.issuer.Claims(&document); err != nil {
		t.Fatal(err)
	}
	if _, there := document["userinfo_endpoint"]; there || document["service_documentation"] == nil {
		t.Errorf("the document is %v", document)
	}
	if u, err := url.Parse(a.issuer.Endpoint().TokenURL); err != nil || a.op.URL(openid.Token) != u.String() {
		t.Errorf("URL says %s, the document %s", a.op.URL(openid.Token), u)
	}
}
