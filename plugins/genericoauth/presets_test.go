package genericoauth_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// internet answers for every host by a table of "host/path". The provider of OpenID
// Connect behind it answers for hosts that are not in the table.
type internet struct {
	answers map[string]string
	idp     *idp
	issuer  string
	asked   map[string]http.Header
}

func (n *internet) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	n.asked[r.URL.Host+r.URL.Path] = r.Header
	if body, ok := n.answers[r.URL.Host+r.URL.Path]; ok {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.WriteString(body)
		return w.Result(), nil
	}
	at := strings.Index(r.URL.Path, "/.well-known/")
	if at < 0 {
		at = max(strings.LastIndex(r.URL.Path, "/"), 0)
	}
	here := r.Clone(r.Context())
	here.URL.Path = r.URL.Path[at:]
	n.idp.ServeHTTP(w, here)
	answer := w.Result()
	if strings.Contains(r.URL.Path, "/.well-known/") {
		raw, _ := io.ReadAll(answer.Body)
		document := strings.ReplaceAll(string(raw), `"issuer":"`+n.idp.URL+`"`, `"issuer":"`+n.issuer+`"`)
		answer.Body = io.NopCloser(bytes.NewReader([]byte(strings.ReplaceAll(document, n.idp.URL, strings.TrimSuffix(n.issuer, "/")))))
	}
	return answer, nil
}

const tenant = "11111111-2222-3333-4444-555555555555"

func TestPresets(t *testing.T) {
	t.Parallel()
	client := oauth.Client{ID: "client", Secret: "secret"}
	const token = `{"access_token":"at-ada","token_type":"bearer"}`
	for _, test := range []struct {
		of      genericoauth.Provider
		answers map[string]string
		scope   string
		subject string
		email   string
		proven  bool
		claims  map[string]any
	}{
		{of: genericoauth.Auth0("tenant.eu.auth0.com", client), scope: "openid profile email", subject: "sub-ada", email: "ada@example.com", proven: true},
		{of: genericoauth.Keycloak("https://id.example.com/realms/staff", client), scope: "openid profile email", subject: "sub-ada", email: "ada@example.com", proven: true},
		{of: genericoauth.Okta("https://example.okta.com/oauth2/default", client), scope: "openid profile email", subject: "sub-ada", email: "ada@example.com", proven: true},
		{of: genericoauth.MicrosoftEntraID(tenant, client), scope: "openid profile email", subject: "oid-1", email: "ada@example.com",
			claims: map[string]any{"oid": "oid-1", "email_verified": nil}},
		{of: genericoauth.Gumroad(client), scope: "view_profile", subject: "g1", email: "ada@example.com", answers: map[string]string{
			"api.gumroad.com/oauth/token": token, "api.gumroad.com/v2/user": `{"success":true,"user":{"user_id":"g1","name":"Ada","email":"ada@example.com"}}`}},
		{of: genericoauth.HubSpot(client), scope: "oauth", subject: "77", email: "ada@example.com", answers: map[string]string{
			"api.hubapi.com/oauth/v1/token": token, "api.hubapi.com/oauth/v1/access-tokens/at-ada": `{"user":"ada@example.com","user_id":77}`}},
		{of: genericoauth.Line(client), scope: "openid profile email", subject: "u1", email: "ada@example.com", answers: map[string]string{
			"api.line.me/oauth2/v2.1/token": `{"access_token":"at-ada","id_token":"x.y.z"}`, "api.line.me/oauth2/v2.1/verify": `{"sub":"u1","name":"Ada","email":"ada@example.com"}`}},
		{of: genericoauth.Patreon(client), scope: "identity[email]", subject: "p1", email: "ada@example.com", proven: true, answers: map[string]string{
			"www.patreon.com/api/oauth2/token":       token,
			"www.patreon.com/api/oauth2/v2/identity": `{"data":{"id":"p1","attributes":{"email":"ada@example.com","full_name":"Ada","is_email_verified":true}}}`}},
		{of: genericoauth.Slack(client), scope: "openid profile email", subject: "s1", email: "ada@example.com", proven: true, answers: map[string]string{
			"slack.com/api/openid.connect.token": token, "slack.com/api/openid.connect.userInfo": `{"sub":"s1","name":"Ada","email":"ada@example.com","email_verified":true}`}},
		{of: genericoauth.Yandex(client), scope: "login:info login:email login:avatar", subject: "y1", email: "ada@example.com", answers: map[string]string{
			"oauth.yandex.com/token": token, "login.yandex.ru/info": `{"id":"y1","login":"ada","emails":["ada@example.com"]}`}},
	} {
		t.Run(test.of.ID, func(t *testing.T) {
			t.Parallel()
			p := newIDP(t)
			net := &internet{answers: test.answers, idp: p, issuer: test.of.Issuer, asked: map[string]http.Header{}}
			p.claims = func(c map[string]any) {
				c["iss"] = test.of.Issuer
				for name, value := range test.claims {
					c[name] = value
				}
			}
			test.of.LocalNetwork = true // or the names would be looked up
			kit := plugintest.NewWith(t, plugintest.Options{
				Config: betterauth.Config{HTTPClient: &http.Client{Transport: net}},
				Plugins: []betterauth.Plugin{social.New(social.Config{}),
					genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{test.of}})},
			})
			p.set(func() { p.now = kit.Clock.Now })
			c := kit.Client()
			var begun social.Begun
			c.Post("/sign-in/social", map[string]any{"provider": test.of.ID, "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
			to, err := url.Parse(begun.URL)
			if err != nil {
				t.Fatal(err)
			}
			if got := to.Query().Get("scope"); got != test.scope {
				t.Errorf("scope %q", got)
			}
			p.set(func() { p.nonce = to.Query().Get("nonce") })
			c.Get("/callback/" + test.of.ID + "?code=ada&state=" + to.Query().Get("state")).WantRedirect("/home")
			if account := accountOf(t, kit); account.AccountID != test.subject || account.ProviderID != test.of.ID {
				t.Errorf("%+v", account)
			}
			if user := kit.User(test.email); user.EmailVerified != test.proven {
				t.Errorf("%+v", user)
			}
			for place, want := range map[string]string{"login.yandex.ru/info": "OAuth at-ada", "slack.com/api/openid.connect.userInfo": "Bearer at-ada", "api.line.me/oauth2/v2.1/verify": ""} {
				if header, ok := net.asked[place]; ok && header.Get("Authorization") != want {
					t.Errorf("%s was asked with %q", place, header.Get("Authorization"))
				}
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	client := oauth.Client{ID: "client", Secret: "secret"}
	for want, of := range map[string]genericoauth.Provider{
		"provider x has an issuer that is no absolute URL with https": {ID: "x", Client: client, Issuer: "http://login.example"},
		"does not end with /.well-known/openid-configuration":         {ID: "x", Client: client, DiscoveryURL: "https://login.example/about"},
		"set UserInfoURL, Client.User or Issuer":                      {ID: "x", Client: client, AuthorizeURL: "https://a.example", TokenURL: "https://a.example"},
		"has RequireIDToken":                                          {ID: "x", Client: client, AuthorizeURL: "https://a.example", TokenURL: "https://a.example", UserInfoURL: "https://a.example", RequireIDToken: true},
		"has KeysURL without Issuer":                                  {ID: "x", Client: client, AuthorizeURL: "https://a.example", TokenURL: "https://a.example", KeysURL: "https://a.example"},
		"has no AuthorizeURL":                                         {ID: "x", Client: client, TokenURL: "https://a.example", UserInfoURL: "https://a.example"},
		"has a UserInfoURL that is no absolute URL":                   {ID: "x", Client: client, AuthorizeURL: "https://a.example", TokenURL: "https://a.example", UserInfoURL: "http://a.example"},
		"has no tenant id of Microsoft Entra":                         genericoauth.MicrosoftEntraID("common", client),
		"has no domain of Auth0":                                      genericoauth.Auth0("", client),
		"has no issuer; copy it":                                      genericoauth.Okta("", client),
		"has no Client.ID":                                            genericoauth.Gumroad(oauth.Client{}),
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{}), genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{of}})}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{}), genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{
		genericoauth.Gumroad(oauth.Client{}), genericoauth.Gumroad(client), genericoauth.Patreon(oauth.Client{}),
	}})}})
	for _, want := range []string{"provider gumroad has no Client.ID", "provider gumroad is configured twice", "provider patreon has no Client.ID"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q beside other problems: %v", want, err)
		}
	}
}

// Microsoft's user without an address gets one in a domain where nobody gets mail.
func TestEntraWithoutAddress(t *testing.T) {
	t.Parallel()
	raw, _ := json.Marshal(map[string]any{"sub": "s", "oid": "oid-1", "given_name": "Ada", "family_name": "L"})
	of := genericoauth.MicrosoftEntraID(tenant, oauth.Client{ID: "c"})
	claims := &oauth.Claims{Subject: "s", Raw: raw}
	described := &oauth.Provider{ID: of.ID, IDTokens: &oauth.IDTokens{}, User: of.Client.User}
	profile, err := described.NewGrant(oauth.NewCaller(http.DefaultClient, nil), oauth.Tokens{IDToken: "x"}, claims).Profile(t.Context())
	if err != nil || profile.Email != "oid-1@microsoft-entra-id.placeholder.invalid" || profile.Name != "Ada L" || profile.EmailVerified {
		t.Errorf("%+v, %v", profile, err)
	}
}
