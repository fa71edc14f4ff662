package social_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/social/socialtest"
)

// The picture becomes part of the user, so a large one is left out.
func TestMicrosoftPhotos(t *testing.T) {
	t.Parallel()
	p := social.MicrosoftWith(client, social.MicrosoftOptions{PhotoSize: 648})
	for size, taken := range map[int]bool{0: false, 1: true, 128 << 10: true, 128<<10 + 1: false} {
		transport := socialtest.NewTransport()
		transport.Handle("GET https://graph.microsoft.com/v1.0/me/photos/648x648/$value", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = io.WriteString(w, strings.Repeat("x", size))
		})
		claims := &oauth.Claims{Subject: "s", Raw: []byte(`{"sub":"s","oid":"o"}`)}
		caller := oauth.NewCaller(&http.Client{Transport: transport}, socialtest.Now)
		profile, err := p.NewGrant(caller, social.Tokens{AccessToken: "a"}, claims).Profile(t.Context())
		if err != nil || profile.Subject != "o" {
			t.Fatalf("the profile is %+v (%v)", profile, err)
		}
		if strings.HasPrefix(profile.Image, "data:image/png;base64,") != taken {
			t.Errorf("a picture of %d bytes is taken: %v", size, !taken)
		}
	}
}
