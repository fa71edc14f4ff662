package genericoauth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/go-jose/go-jose/v4"
)

// idp is a provider of OpenID Connect whose code is the name of the user. Functions change
// what it says.
type idp struct {
	*httptest.Server
	key *ecdsa.PrivateKey
	now func() time.Time

	mu       sync.Mutex
	down     bool
	nonce    string
	form     url.Values // of the last request to the token endpoint
	header   http.Header
	document func(map[string]any)
	claims   func(map[string]any)
	info     func(map[string]any)
	tokens   func(map[string]any)
}

func newIDP(t testing.TB) *idp {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{key: key, now: time.Now}
	p.Server = httptest.NewServer(p)
	p.Config.SetKeepAlivesEnabled(false) // no connection outlives its test
	t.Cleanup(p.Close)
	return p
}

func (p *idp) set(f func()) { p.mu.Lock(); defer p.mu.Unlock(); f() }

func (p *idp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	answer := map[string]any{}
	var edit func(map[string]any)
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer = map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"userinfo_endpoint": p.URL + "/me", "end_session_endpoint": p.URL + "/end?from=us", "id_token_signing_alg_values_supported": []string{"ES256"}}
		edit = p.document
	case "/keys":
		answer["keys"] = []any{jose.JSONWebKey{Key: p.key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}
	case "/token":
		_ = r.ParseForm()
		p.form, p.header = r.PostForm, r.Header
		name := r.PostForm.Get("code")
		claims := map[string]any{"iss": p.URL, "aud": "client", "sub": "sub-" + name, "email": name + "@example.com", "email_verified": true, "name": name,
			"iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix(), "nonce": p.nonce}
		if p.claims != nil {
			p.claims(claims)
		}
		answer = map[string]any{"access_token": "at-" + name, "refresh_token": "rt", "id_token": p.sign(claims), "scope": "openid email"}
		edit = p.tokens
	case "/me":
		name := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer at-")
		answer = map[string]any{"sub": "sub-" + name, "id": 7, "email": name + "@example.com", "email_verified": "true", "name": name, "picture": "https://p.example/x"}
		edit = p.info
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	if edit != nil {
		edit(answer)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (p *idp) sign(claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.key, KeyID: "k"}}, nil)
	if err != nil {
		panic(err)
	}
	payload, _ := json.Marshal(claims)
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	token, _ := signed.CompactSerialize()
	return token
}

// site is an application with one generic provider, "idp".
func site(t testing.TB, p *idp, edit func(*genericoauth.Provider)) *plugintest.Kit {
	of := genericoauth.Provider{ID: "idp", Client: oauth.Client{ID: "client", Secret: "secret"}, Issuer: p.URL, Scopes: []string{"email"}}
	if edit != nil {
		edit(&of)
	}
	kit := plugintest.New(t, social.New(social.Config{}), genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{of}}))
	p.set(func() { p.now = kit.Clock.Now })
	return kit
}

// begin begins to sign in and returns the query of the provider's page.
func begin(t testing.TB, p *idp, c *plugintest.Client, more map[string]any) url.Values {
	t.Helper()
	body := map[string]any{"provider": "idp", "callbackURL": "/home", "errorCallbackURL": "/oops"}
	for name, value := range more {
		body[name] = value
	}
	var begun social.Begun
	c.Post("/sign-in/social", body).Want(http.StatusOK).Into(&begun)
	to, err := url.Parse(begun.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.set(func() { p.nonce = to.Query().Get("nonce") })
	return to.Query()
}

// signIn goes through a whole flow and returns where it leads.
func signIn(t testing.TB, p *idp, c *plugintest.Client, name string) string {
	t.Helper()
	query := begin(t, p, c, nil)
	a := c.Get("/callback/idp?code=" + name + "&state=" + query.Get("state"))
	if a.Status != http.StatusFound {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

// accountOf is the one account of a user.
func accountOf(t testing.TB, kit *plugintest.Kit) *betterauth.Account {
	t.Helper()
	rows := plugintest.StoreOf[betterauth.Account](kit)
	all, err := rows.List(t.Context(), queryAll)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d accounts, %v", len(all), err)
	}
	return all[0]
}
