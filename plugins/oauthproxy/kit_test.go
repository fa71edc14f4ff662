package oauthproxy_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/social"
)

const (
	production = "https://app.example"
	preview    = "https://pr-7.preview.example"
	shared     = "a secret that both servers share, 0123456789"
)

// provider is one whose code is the name of the user.
func provider(t testing.TB, id string) social.Provider {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			if r.FormValue("redirect_uri") != production+"/api/auth/callback/"+id || r.FormValue("code_verifier") == "" {
				t.Errorf("token endpoint got %v", r.Form)
			}
			_, _ = w.Write([]byte(`{"access_token":"at-` + r.FormValue("code") + `","refresh_token":"rt","expires_in":3600,"scope":"a b"}`))
			return
		}
		name := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer at-")
		_ = json.NewEncoder(w).Encode(map[string]string{"id": "sub-" + name, "email": name + "@example.com"})
	}))
	server.Config.SetKeepAlivesEnabled(false) // no connection outlives its test
	t.Cleanup(server.Close)
	return social.Provider{
		ID: id, Client: social.Client{ID: "id", Secret: "secret"}, AuthorizeURL: server.URL + "/authorize", TokenURL: server.URL + "/token",
		User: func(ctx context.Context, g *social.Grant) (*social.Profile, error) {
			var in struct {
				ID    string `json:"id"`
				Email string `json:"email"`
			}
			_, err := g.Get(ctx, server.URL+"/me", &in)
			return &social.Profile{Subject: in.ID, Email: in.Email, EmailVerified: true, Name: in.ID, Image: "https://p.example/" + in.ID}, err
		},
	}
}

// pair are a production server and a preview, with the same provider.
type pair struct {
	production, preview *plugintest.Kit
}

type pairOptions struct {
	trusted        []string
	social         social.Config
	previewProxy   oauthproxy.Config
	productionOnly func(*social.Provider)
}

func newPair(t testing.TB, edit func(*pairOptions)) pair {
	o := pairOptions{trusted: []string{"https://*.preview.example"}, previewProxy: oauthproxy.Config{ProductionURL: production, Secret: shared}}
	if edit != nil {
		edit(&o)
	}
	tiny, other := provider(t, "tiny"), provider(t, "other")
	o.social.Providers = []social.Provider{tiny, other}
	if o.productionOnly != nil {
		o.productionOnly(&tiny)
	}
	return pair{
		production: plugintest.NewWith(t, plugintest.Options{
			Config: betterauth.Config{BaseURL: production, Secret: "the secret of production, 0123456789ab", TrustedOrigins: o.trusted},
			Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{tiny, other}}),
				oauthproxy.New(oauthproxy.Config{ProductionURL: production, Secret: shared})}}),
		preview: plugintest.NewWith(t, plugintest.Options{
			Config:  betterauth.Config{BaseURL: preview, Secret: "the secret of the preview, 0123456789ab"},
			Plugins: []betterauth.Plugin{social.New(o.social), oauthproxy.New(o.previewProxy)}}),
	}
}

// begin begins at the preview and returns the state that the provider gets.
func begin(t testing.TB, c *plugintest.Client, path string, more map[string]any) string {
	t.Helper()
	body := map[string]any{"provider": "tiny", "callbackURL": "/home?a=1", "errorCallbackURL": "/oops", "newUserCallbackURL": "/welcome"}
	for name, value := range more {
		body[name] = value
	}
	if path == "/link-social" {
		delete(body, "newUserCallbackURL")
	}
	var begun social.Begun
	c.Post(path, body).Want(http.StatusOK).Into(&begun)
	to, err := url.Parse(begun.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := to.Query().Get("redirect_uri"); got != production+"/api/auth/callback/tiny" {
		t.Errorf("redirect_uri %s", got)
	}
	return to.Query().Get("state")
}

// through lets the provider send a browser to production, and returns where that leads.
func (p pair) through(t testing.TB, name, state string) string {
	t.Helper()
	a := p.production.Client().Get("/callback/tiny?code=" + name + "&state=" + url.QueryEscape(state))
	if a.Status != http.StatusFound {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

// route is what Client.Get takes of a URL of the preview.
func route(t testing.TB, place string) string {
	t.Helper()
	path, ok := strings.CutPrefix(place, preview+"/api/auth")
	if !ok {
		t.Fatalf("leads to %s", place)
	}
	return path
}

func (p pair) advance(d time.Duration) {
	p.production.Clock.Advance(d)
	p.preview.Clock.Advance(d)
}
