package plugins_test

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// somewhere is a provider at which everybody is Ada. Its token endpoint is
// somewhereElse.
func somewhere() social.Provider {
	return social.Provider{
		ID: "somewhere", AuthorizeURL: "https://somewhere.example/authorize", TokenURL: "https://somewhere.example/token",
		Client: social.Client{ID: "client", Secret: "secret", VerifyIDToken: func(context.Context, string, string) error { return nil }},
		IDTokens: &oauth.IDTokens{Verify: func(_ context.Context, c *oauth.Caller, _ *oauth.Provider, _, _ string) (*oauth.Claims, error) {
			return &oauth.Claims{Subject: "ada", AuthTime: c.Now(), Raw: []byte("{}")}, nil
		}},
		User: func(context.Context, *social.Grant) (*social.Profile, error) {
			return &social.Profile{Subject: "ada", Email: adasEmail, EmailVerified: true, Name: "Ada"}, nil
		},
	}
}

// tapped is a provider google whose every ID token is Ada's.
func tapped() social.Provider {
	p := somewhere()
	p.ID, p.Client.VerifyIDToken = "google", nil
	p.IDTokens = &oauth.IDTokens{Verify: func(context.Context, *oauth.Caller, *oauth.Provider, string, string) (*oauth.Claims, error) {
		return &oauth.Claims{Subject: "ada"}, nil
	}}
	return p
}

// somewhereElse answers every request as a token endpoint.
type somewhereElse struct{}

func (somewhereElse) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"access_token":"granted","token_type":"bearer","id_token":"signed"}`))}, nil
}
