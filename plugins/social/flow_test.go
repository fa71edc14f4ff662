package social_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// tiny is a provider whose code is the name of the user.
func tiny(t testing.TB) social.Provider {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/token":
			_, _ = w.Write([]byte(`{"access_token":"at-` + r.FormValue("code") + `","token_type":"bearer","expires_in":3600}`))
		case "/me":
			name := r.Header.Get("Authorization")[len("Bearer at-"):]
			_, _ = w.Write([]byte(`{"id":"` + name + `","email":"` + name + `@example.com"}`))
		}
	}))
	t.Cleanup(server.Close)
	return social.Provider{
		ID: "tiny", Client: social.Client{ID: "id", Secret: "secret"}, AuthorizeURL: server.URL + "/authorize", TokenURL: server.URL + "/token",
		User: func(ctx context.Context, g *social.Grant) (*social.Profile, error) {
			var in struct {
				ID    string `json:"id"`
				Email string `json:"email"`
			}
			raw, err := g.Get(ctx, server.URL+"/me", &in)
			return &social.Profile{Subject: in.ID, Email: in.Email, EmailVerified: true, Name: in.ID, Raw: raw}, err
		},
	}
}

// begin begins a flow with the provider tiny and returns its state.
func begin(t testing.TB, c *plugintest.Client) string {
	t.Helper()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "tiny", "callbackURL": "/home", "errorCallbackURL": "/failed"}).Want(http.StatusOK).Into(&begun)
	to, err := url.Parse(begun.URL)
	if err != nil {
		t.Fatal(err)
	}
	return to.Query().Get("state")
}

// comeBack returns where the callback of a user of tiny leads.
func comeBack(c *plugintest.Client, name, state string) string {
	return c.Get("/callback/tiny?code=" + name + "&state=" + state).Want(http.StatusFound).Header.Get("Location")
}

func TestSignsUpAndIn(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{tiny(t)}})}})
	var first string
	for range 2 {
		c := kit.Client()
		state := begin(t, c)
		if to := comeBack(c, "ada", state); to != "/home" {
			t.Fatal(to)
		}
		var in struct {
			User betterauth.User `json:"user"`
		}
		c.Get("/get-session").Want(http.StatusOK).Into(&in)
		if in.User.Email != "ada@example.com" || first != "" && in.User.ID != first {
			t.Errorf("signed in %+v", in.User)
		}
		first = in.User.ID
		if to := comeBack(c, "ada", state); !strings.Contains(to, "error=state_mismatch") {
			t.Error(to)
		}
	}
}
