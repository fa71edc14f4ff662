package social_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/social/socialtest"
)

// facebook answers for tokens: whose each is, and of which application.
func facebook(t *testing.T) *oauth.Caller {
	t.Helper()
	const ours = `"app_id":"` + socialtest.ClientID + `","is_valid":true,`
	owners := map[string]string{
		"own":     `{"data":{` + ours + `"user_id":"1"}}`,
		"other":   `{"data":{` + ours + `"user_id":"2"}}`,
		"native":  `{"data":{"app_id":"native-app","is_valid":true,"user_id":"1"}}`,
		"foreign": `{"data":{"app_id":"somebody-else","is_valid":true,"user_id":"1"}}`,
		"over":    `{"data":{"app_id":"` + socialtest.ClientID + `","is_valid":false,"user_id":"1"}}`,
	}
	transport := socialtest.NewTransport()
	transport.Handle("GET https://graph.facebook.com/debug_token", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("access_token"); got != socialtest.ClientID+"|"+socialtest.ClientSecret {
			t.Errorf("Facebook is asked as %q", got)
		}
		_, _ = io.WriteString(w, owners[r.URL.Query().Get("input_token")])
	})
	transport.Handle("GET https://graph.facebook.com/me", func(w http.ResponseWriter, r *http.Request) {
		id := map[string]string{"Bearer own": "1", "Bearer native": "1", "Bearer foreign": "1", "Bearer other": "2"}[r.Header.Get("Authorization")]
		_, _ = io.WriteString(w, `{"id":"`+id+`","name":"Sara","email":"sara@sara.example"}`)
	})
	return oauth.NewCaller(&http.Client{Transport: transport}, socialtest.Now)
}

// native signs in as a client that sends tokens does.
func native(ctx context.Context, c *oauth.Caller, p social.Provider, idToken, accessToken, nonce string) (*social.Profile, error) {
	claims, err := p.VerifyIDToken(ctx, c, idToken, nonce)
	if err != nil {
		return nil, err
	}
	return p.NewGrant(c, social.Tokens{IDToken: idToken, AccessToken: accessToken}, claims).Profile(ctx)
}

// A native app sends an access token in the place of an ID token. Whatever application a
// token is of, Facebook says with it who the user is; only our own may count.
func TestFacebookAccessTokens(t *testing.T) {
	t.Parallel()
	own := func(_ context.Context, g *social.Grant) (*social.Profile, error) {
		return &social.Profile{Subject: "own"}, nil
	}
	for name, c := range map[string]struct {
		idToken, accessToken, nonce string
		change                      func(*social.Client)
		subject                     string // "" for a refusal
	}{
		"an access token":                           {idToken: "own", subject: "1"},
		"twice":                                     {idToken: "own", accessToken: "own", subject: "1"},
		"of another application":                    {idToken: "foreign"},
		"of another application beside":             {idToken: "own", accessToken: "foreign"},
		"of another user beside":                    {idToken: "own", accessToken: "other"},
		"no longer valid":                           {idToken: "over"},
		"unknown":                                   {idToken: "unknown"},
		"with a nonce that it cannot have":          {idToken: "own", nonce: "n"},
		"of the native app":                         {idToken: "native", subject: "1", change: func(c *social.Client) { c.Audiences = []string{"native-app"} }},
		"of a native app that is not named":         {idToken: "native"},
		"without a secret":                          {idToken: "own", change: func(c *social.Client) { c.Secret = "" }},
		"the application's own user":                {idToken: "own", subject: "own", change: func(c *social.Client) { c.User = own }},
		"another application's beside its own user": {idToken: "own", accessToken: "foreign", change: func(c *social.Client) { c.User = own }},
		"another user's beside its own user":        {idToken: "own", accessToken: "other", change: func(c *social.Client) { c.User = own }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with := socialtest.Client()
			if c.change != nil {
				c.change(&with)
			}
			profile, err := native(t.Context(), facebook(t), social.Facebook(with), c.idToken, c.accessToken, c.nonce)
			switch {
			case c.subject == "" && err == nil:
				t.Errorf("there is a profile, %+v", profile)
			case c.subject != "" && (err != nil || profile.Subject != c.subject || profile.EmailVerified):
				t.Errorf("the profile is %+v (%v)", profile, err)
			}
			if _, ok := errors.AsType[*oauth.InvalidTokenError](err); !ok && err != nil && !errors.Is(err, oauth.ErrNoProfile) && c.idToken != "unknown" {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
