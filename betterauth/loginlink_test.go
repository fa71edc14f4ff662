package betterauth_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// A link that signs in is followed from a mail, which is another site; a form
// that signs in is not sent from there.
func TestLoginForgeryIsNoMatterOfLinks(t *testing.T) {
	t.Parallel()
	plugin := betterauth.Inline{ID: "links", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "link", Methods: []string{http.MethodGet, http.MethodPost}, Path: "/link", Access: betterauth.Public, SignIn: betterauth.MakesSession},
			func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil }),
	}}
	c := plugintest.New(t, plugin).Client()
	c.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}
	c.Get("/link").Want(http.StatusOK)
	c.Post("/link", nil).WantError(betterauth.ErrCrossSiteLogin)
}
