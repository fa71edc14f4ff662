package social_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// leaver is a user with accounts, of which the last in the list was used last.
func leaver(t *testing.T, kit *plugintest.Kit, providers ...string) *plugintest.Client {
	t.Helper()
	c := kit.SignedIn("ada@example.com")
	for _, provider := range providers {
		token := "token-of-" + provider
		if err := plugintest.StoreOf[betterauth.Account](kit).Create(t.Context(), &betterauth.Account{UserID: c.User.ID, ProviderID: provider, AccountID: "s", IDToken: &token}); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(time.Second)
	}
	return c
}

func withLogout(t *testing.T, id, end string) social.Provider {
	p := tiny(t)
	p.ID, p.EndSessionURL = id, end
	return p
}

func TestSignsOutAtProvider(t *testing.T) {
	t.Parallel()
	with := withLogout(t, "with", "https://id.example/end?ui=en")
	configured := withLogout(t, "configured", "https://other.example/end")
	configured.PostLogoutRedirectURI = "/bye"
	disabled := withLogout(t, "disabled", "https://disabled.example/end")
	disabled.DisableLogout = true
	without := withLogout(t, "without", "")
	for name, test := range map[string]struct {
		accounts []string
		body     any
		want     string
		params   url.Values
		stay     bool
	}{
		"nobody's provider":    {},
		"without and disabled": {accounts: []string{"without", "disabled", "credential", "gone"}},
		"by its ID token":      {accounts: []string{"with"}, want: "https://id.example/end", params: url.Values{"ui": {"en"}, "id_token_hint": {"token-of-with"}}},
		"back to a page": {accounts: []string{"with"}, body: map[string]any{"callbackURL": "/bye", "state": "s1"}, want: "https://id.example/end",
			params: url.Values{"ui": {"en"}, "id_token_hint": {"token-of-with"}, "post_logout_redirect_uri": {plugintest.BaseURL + "/bye"}, "client_id": {"id"}, "state": {"s1"}}},
		"without redirect": {accounts: []string{"with"}, body: map[string]any{"disableRedirect": true}, stay: true, want: "https://id.example/end",
			params: url.Values{"ui": {"en"}, "id_token_hint": {"token-of-with"}}},
		"the last used": {accounts: []string{"with", "configured", "without"}, want: "https://other.example/end",
			params: url.Values{"id_token_hint": {"token-of-configured"}, "post_logout_redirect_uri": {plugintest.BaseURL + "/bye"}, "client_id": {"id"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.New(t, social.New(social.Config{Providers: []social.Provider{with, configured, disabled, without}}))
			c := leaver(t, kit, test.accounts...)
			a := c.Post("/sign-out", test.body).Want(http.StatusOK)
			if test.want == "" {
				a.WantBody(http.StatusOK, `{"success":true}`)
				return
			}
			var out betterauth.SignedOut
			a.Into(&out)
			to, err := url.Parse(out.URL)
			if err != nil {
				t.Fatal(err)
			}
			if got := to.Query(); to.Scheme+"://"+to.Host+to.Path != test.want || got.Encode() != test.params.Encode() {
				t.Errorf("leads to %s", out.URL)
			}
			wantLocation := out.URL
			if test.stay {
				wantLocation = ""
			}
			if !out.Success || out.Redirect == nil || *out.Redirect == test.stay || a.Header.Get("Location") != wantLocation {
				t.Errorf("%+v, Location %q", out, a.Header.Get("Location"))
			}
			if len(kit.Rows()["session"]) != 0 {
				t.Error("the session lives on")
			}
			c.Post("/sign-out", nil).WantBody(http.StatusOK, `{"success":true}`)
		})
	}
}

func TestSignOutRefusesForeignTargets(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, social.New(social.Config{Providers: []social.Provider{withLogout(t, "with", "https://id.example/end")}}))
	c := leaver(t, kit, "with")
	c.Post("/sign-out", map[string]any{"callbackURL": "https://evil.example/"}).WantError(betterauth.ErrInvalidCallbackURL)
	out, err := plugintest.Call[betterauth.SignedOut](c, "signOut", betterauth.SignOutInput{CallbackURL: new("https://evil.example/")})
	if err != nil || out.URL != "" || !out.Success {
		t.Errorf("in process: %+v, %v", out, err)
	}
}

// Whoever acts as somebody else gets nothing of theirs, and signs out nobody elsewhere.
func TestSignOutOfImpersonation(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, social.New(social.Config{Providers: []social.Provider{withLogout(t, "with", "https://id.example/end")}}), admin.New(admin.Config{}))
	ada := leaver(t, kit, "with")
	root := kit.SignedIn("root@example.com")
	if _, err := kit.Users().Update(t.Context(), database.Set{"role": "admin"}, idIs(root.User.ID)); err != nil {
		t.Fatal(err)
	}
	root.Post("/admin/impersonate-user", map[string]any{"userId": ada.User.ID}).Want(http.StatusOK)
	root.Post("/sign-out", nil).WantBody(http.StatusOK, `{"success":true}`)
}

func idIs(id string) database.Cond { return database.Eq("id", id) }

// A provider whose document cannot be read does not keep anybody from signing out here.
func TestSignOutWhileProviderIsDown(t *testing.T) {
	t.Parallel()
	down := withLogout(t, "down", "")
	down.Resolve = func(context.Context, *oauth.Caller) (*oauth.Provider, error) { return nil, errors.New("down") }
	kit := plugintest.New(t, social.New(social.Config{Providers: []social.Provider{down}}))
	leaver(t, kit, "down").Post("/sign-out", nil).WantBody(http.StatusOK, `{"success":true}`)
	if len(kit.Rows()["session"]) != 0 {
		t.Error("the session lives on")
	}
}
