package magiclink_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
)

const accepted = `{"status":true}`

func kitFor(t *testing.T, cfg magiclink.Config, o plugintest.Options) *plugintest.Kit {
	t.Helper()
	o.Plugins = append([]betterauth.Plugin{magiclink.New(cfg)}, o.Plugins...)
	return plugintest.NewWith(t, o)
}

// ask asks for a link and returns the mail.
func ask(kit *plugintest.Kit, body map[string]any) *betterauth.Message {
	kit.Client().Post("/sign-in/magic-link", body).WantBody(http.StatusOK, accepted)
	return kit.Mail()
}

// bare is the link of a token without a callback URL, which answers with JSON.
func bare(token string) string { return "/magic-link/verify?token=" + url.QueryEscape(token) }

func sessions(t *testing.T, kit *plugintest.Kit, userID string) int {
	t.Helper()
	n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context(), database.Eq("userId", userID))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
