package genericoauth_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
)

// A native client whose ID token has no address sends the access token that tells it. That
// is compared with the ID token before the application names the account in its own way.
func TestNativeClientOfAnOwnSubject(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	kit := site(t, p, func(of *genericoauth.Provider) {
		of.Subject = func(_ context.Context, _ *oauth.Grant, profile *oauth.Profile) (string, error) {
			return "tenant|" + profile.Subject, nil
		}
	})
	now := kit.Clock.Now()
	token := p.sign(map[string]any{"iss": p.URL, "aud": "client", "sub": "sub-ada", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	for accessToken, status := range map[string]int{"at-ada": http.StatusOK, "at-eve": http.StatusUnauthorized} {
		a := kit.Client().Post("/sign-in/social", map[string]any{"provider": "idp", "idToken": map[string]any{"token": token, "accessToken": accessToken}})
		if a.Status != status {
			t.Errorf("%s: %d %s", accessToken, a.Status, a.Body)
		}
	}
	if account := accountOf(t, kit); account.AccountID != "tenant|sub-ada" {
		t.Error(account.AccountID)
	}
}
