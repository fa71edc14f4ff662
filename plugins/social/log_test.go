package social_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// A flow that fails by the configuration warns of it, with what to compare with the
// provider's console.
func TestLogNamesProviderAndRedirectURI(t *testing.T) {
	t.Parallel()
	refusing := tiny(t)
	refusing.TokenURL = refusingTokens(t)
	redirect := "redirectURI=" + plugintest.BaseURL + "/api/auth/callback/tiny"
	for name, test := range map[string]struct {
		answer string
		want   []string
		quiet  bool
		public bool // the client has no secret
	}{
		"refused code":    {answer: "code=ada", want: []string{"code=invalid_code", redirect, "provider=tiny", "configure="}},
		"no secret":       {answer: "code=ada", public: true, want: []string{"code=invalid_code", "secret=none"}},
		"redirect URI":    {answer: "error=redirect_uri_mismatch", want: []string{"code=redirect_uri_mismatch", redirect, "configure="}},
		"refused scope":   {answer: "error=invalid_scope", want: []string{"code=invalid_scope", "provider=tiny", "configure=\"check Scopes"}},
		"refused consent": {answer: "error=access_denied", want: []string{"code=access_denied", "provider=tiny"}, quiet: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusing := refusing
			if test.public {
				refusing.Client.Secret = ""
			}
			kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{refusing}})}})
			c := kit.Client()
			var begun social.Begun
			c.Post("/sign-in/social", map[string]any{"provider": "tiny"}).Want(http.StatusOK).Into(&begun)
			to, err := url.Parse(begun.URL)
			if err != nil {
				t.Fatal(err)
			}
			c.Get("/callback/tiny?" + test.answer + "&state=" + to.Query().Get("state"))
			log := kit.Log.String()
			for _, want := range test.want {
				if !strings.Contains(log, want) {
					t.Errorf("%s is missing in\n%s", want, log)
				}
			}
			if !test.public && strings.Contains(log, "secret=") {
				t.Errorf("the secret is spoken of:\n%s", log)
			}
			if warned := strings.Contains(log, "level=WARN"); warned == test.quiet {
				t.Errorf("warned: %v\n%s", warned, log)
			}
		})
	}
}

// A client that the provider does not accept any more is a matter of the configuration; a
// grant that a user withdrew is not.
func TestLogSaysThatTheClientIsRefused(t *testing.T) {
	t.Parallel()
	for code, warns := range map[string]bool{"invalid_client": true, "unauthorized_client": true, "invalid_grant": false} {
		kit := plugintest.New(t, social.New(social.Config{Providers: []social.Provider{refreshing(t, func(string) string { return `{"error":"` + code + `"}` })}}))
		c := kit.SignedIn("ada@example.com")
		access, refresh, ends := "at", "rt", kit.Clock.Now()
		row := &betterauth.Account{UserID: c.User.ID, ProviderID: "refreshing", AccountID: "ada", AccessToken: &access, RefreshToken: &refresh, AccessTokenExpiresAt: &ends}
		if err := plugintest.StoreOf[betterauth.Account](kit).Create(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		c.Post("/get-access-token", map[string]any{"accountId": row.ID}).WantError(social.ErrNoAccessToken)
		c.Post("/refresh-token", map[string]any{"accountId": row.ID}).WantError(social.ErrNotRefreshed)
		if warned := strings.Count(kit.Log.String(), "level=WARN"); warns && warned != 2 || !warns && warned != 0 {
			t.Errorf("%s: %d warnings\n%s", code, warned, kit.Log)
		}
		if warns && strings.Count(kit.Log.String(), "provider=refreshing") != 2 {
			t.Errorf("%s: the provider is not named\n%s", code, kit.Log)
		}
	}
}

// refusingTokens is a token endpoint that knows no client.
func refusingTokens(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
	}))
	t.Cleanup(server.Close)
	return server.URL
}
