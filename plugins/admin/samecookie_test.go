package admin_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

// The way back is found though another application's cookie, or an older one of
// ours, has the same name.
func TestWayBackBesideOtherCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
	c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
	stale := "0123456789abcdef0123456789abcdef:"
	c.Beside(adminCookie, "x")
	c.Beside(adminCookie, stale+"."+s.Host.Sign(stale))
	c.Post("/admin/stop-impersonating", nil).Want(http.StatusOK)
	if who := whose(c); who != "admin@example.com" {
		t.Errorf("back as %s", who)
	}
}
