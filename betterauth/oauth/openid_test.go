package oauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

func TestOpenIDUser(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		claims, info, member string
		want                 oauth.Profile
		err                  error
	}{
		"by the ID token":            {claims: `{"sub":"s","email":"a@example.com","email_verified":"true"}`, info: `{"sub":"other"}`, want: oauth.Profile{Subject: "s", Email: "a@example.com", EmailVerified: true}},
		"completed":                  {claims: `{"sub":"s"}`, info: `{"sub":"s","email":"a@example.com","email_verified":1}`, want: oauth.Profile{Subject: "s", Email: "a@example.com"}},
		"of another":                 {claims: `{"sub":"s"}`, info: `{"sub":"S","email":"a@example.com"}`, err: oauth.ErrOtherSubject},
		"of nobody":                  {claims: `{"sub":"s"}`, info: `{"id":"s","email":"a@example.com"}`, err: oauth.ErrOtherSubject},
		"by user info":               {info: `{"sub":"s","id":"i","email":"a@example.com","name":"A"}`, want: oauth.Profile{Subject: "s", Email: "a@example.com", Name: "A"}},
		"by its id":                  {info: `{"sub":"s","id":12345678901234567890,"email_verified":true}`, member: "id", want: oauth.Profile{Subject: "12345678901234567890"}},
		"by an id of another type":   {info: `{"id":{"a":1}}`, member: "id", err: oauth.ErrNoProfile},
		"by an address that is none": {info: `{"sub":"s","email":["a@example.com"]}`, want: oauth.Profile{Subject: "s"}},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer at" {
				t.Errorf("%s: %v", name, r.Header)
			}
			_, _ = w.Write([]byte(test.info))
		}))
		t.Cleanup(server.Close)
		p := &oauth.Provider{ID: "p", IDTokens: &oauth.IDTokens{}, User: oauth.OpenIDUser(server.URL, test.member)}
		tokens := oauth.Tokens{AccessToken: "at"}
		var claims *oauth.Claims
		if test.claims != "" {
			tokens.IDToken, claims = "x", &oauth.Claims{Subject: "s", Raw: []byte(test.claims)}
		}
		got, err := p.NewGrant(oauth.NewCaller(http.DefaultClient, time.Now), tokens, claims).Profile(t.Context())
		if !errors.Is(err, test.err) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (got.Subject != test.want.Subject || got.Email != test.want.Email || got.EmailVerified != test.want.EmailVerified || got.Name != test.want.Name) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
