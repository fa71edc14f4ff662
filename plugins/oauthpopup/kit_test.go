package oauthpopup_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/social"
)

const (
	app    = "https://app.example"
	nonce  = "00112233445566778899aabbccddeeff"
	marker = "better-auth.oauth_popup"
)

// tiny is a provider whose code is the name of the user.
func tiny(t testing.TB) social.Provider {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			_, _ = w.Write([]byte(`{"access_token":"at-` + r.FormValue("code") + `","expires_in":3600}`))
			return
		}
		name := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer at-")
		_ = json.NewEncoder(w).Encode(map[string]string{"id": "sub-" + name, "email": name + "@example.com"})
	}))
	server.Config.SetKeepAlivesEnabled(false) // no connection outlives its test
	t.Cleanup(server.Close)
	return social.Provider{
		ID: "tiny", Client: social.Client{ID: "id", Secret: "secret"}, AuthorizeURL: server.URL + "/authorize", TokenURL: server.URL + "/token",
		User: func(ctx context.Context, g *social.Grant) (*social.Profile, error) {
			var in struct {
				ID    string `json:"id"`
				Email string `json:"email"`
			}
			_, err := g.Get(ctx, server.URL+"/me", &in)
			return &social.Profile{Subject: in.ID, Email: in.Email, EmailVerified: true, Name: in.ID}, err
		},
	}
}

type options struct {
	social social.Config
	popup  oauthpopup.Config
	more   []betterauth.Plugin
	cfg    betterauth.Config
}

func newKit(t testing.TB, o options) *plugintest.Kit {
	o.social.Providers = append(o.social.Providers, tiny(t))
	o.cfg.TrustedOrigins = append(o.cfg.TrustedOrigins, app, "https://*.vercel.app")
	return plugintest.NewWith(t, plugintest.Options{Config: o.cfg, Plugins: append(o.more, social.New(o.social), oauthpopup.New(o.popup))})
}

// popup is the browser that a page of the application opened.
func popup(kit *plugintest.Kit) *plugintest.Client {
	c := kit.Client()
	c.Header.Del("Origin")
	c.Header.Set("Referer", app+"/")
	c.Header.Set("Sec-Fetch-Site", "cross-site")
	c.Header.Set("Sec-Fetch-Mode", "navigate")
	return c
}

// start is what the official client opens.
func start(others map[string]string) string {
	q := url.Values{"provider": {"tiny"}, "popupOrigin": {app}, "popupNonce": {nonce}, "callbackURL": {"/home"}, "scopes": {"a,b"}}
	for name, value := range others {
		if q.Set(name, value); value == "" {
			q.Del(name)
		}
	}
	return "/oauth-popup/start?" + q.Encode()
}

// begin begins a flow and returns what the provider sends back, but for the code.
func begin(t testing.TB, c *plugintest.Client, others map[string]string) (callback string) {
	t.Helper()
	to, err := url.Parse(c.Get(start(others)).Want(http.StatusFound).Header.Get("Location"))
	if err != nil || to.Path != "/authorize" {
		t.Fatalf("the popup is led to %s, %v", to, err)
	}
	return "/callback/tiny?state=" + url.QueryEscape(to.Query().Get("state"))
}

type told struct {
	Type, TargetOrigin, Nonce, Token, RedirectTo, Next string
	Error                                              *struct{ Code, Description string }
}

var inert = regexp.MustCompile(`(?s)<script type="application/json" id="better-auth-oauth-popup" nonce="([A-Za-z0-9]{24})">(.*?)</script>`)

// message is what a page tells the opener.
func message(t testing.TB, a *plugintest.Answer) (m told) {
	t.Helper()
	found := inert.FindSubmatch(a.Want(http.StatusOK).Body)
	if found == nil {
		t.Fatalf("no page of a popup: %s", a.Body)
	}
	if err := json.Unmarshal(found[2], &m); err != nil {
		t.Fatal(err)
	}
	h := a.Header
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'; script-src 'nonce-"+string(found[1])+"';") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy %q", csp)
	}
	if h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Opener-Policy") != "unsafe-none" {
		t.Errorf("headers %v", h)
	}
	if m.Type != "better-auth:oauth-popup" || m.TargetOrigin != app || m.Nonce != nonce {
		t.Errorf("%+v", m)
	}
	return m
}
