package betterauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// Where the base URL is that of each request, pages of all hosts that are served are
// trusted, and so are those of the fallback.
func TestHostsThatAreServedAreTrusted(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{
		DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"a.example", "*.b.example"}, Protocol: "https", Fallback: "https://main.example"}}})
	for from, trusted := range map[string]bool{
		"https://a.example":    true,
		"https://x.b.example":  true,
		"https://main.example": true,
		"https://c.example":    false,
		"http://a.example":     false,
		"https://b.example":    false,
	} {
		r := httptest.NewRequest(http.MethodPost, "https://a.example/api/auth/sign-out", strings.NewReader("{}"))
		r.Header = http.Header{"Cookie": {"x=1"}, "Origin": {from}, "Content-Type": {"application/json"}}
		w := httptest.NewRecorder()
		if kit.Auth.ServeHTTP(w, r); trusted != (w.Code == http.StatusOK) || !trusted && !strings.Contains(w.Body.String(), betterauth.ErrInvalidOrigin.Code) {
			t.Errorf("%s: %d %s", from, w.Code, w.Body)
		}
	}
}

// Plugins ask where a browser may be sent. Everywhere, if the application says so for
// all routes or for the one that is asked.
func TestTrustedTargets(t *testing.T) {
	t.Parallel()
	asking := betterauth.Inline{ID: "asking", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "ask", Method: http.MethodGet, Path: "/ask", Access: betterauth.Public}, func(c *betterauth.Ctx, in targetInput) (bool, error) {
			return c.Trusted(in.CallbackURL), nil
		})}}
	for name, tt := range map[string]struct {
		config betterauth.Config
		all    bool
	}{
		"by default":           {betterauth.Config{}, false},
		"not checked":          {betterauth.Config{InsecureDisableOriginCheck: true}, true},
		"not checked here":     {betterauth.Config{InsecureUncheckedOrigins: []string{"/ask"}}, true},
		"no page checked":      {betterauth.Config{InsecureDisableCSRFCheck: true}, false},
		"no page checked here": {betterauth.Config{InsecureUncheckedCSRF: []string{"/ask"}}, false},
	} {
		c := plugintest.NewWith(t, plugintest.Options{Config: tt.config, Plugins: []betterauth.Plugin{asking}}).Client()
		for target, trusted := range map[string]bool{"/home": true, plugintest.BaseURL + "/x": true, "https://evil.example": tt.all, "//evil.example": tt.all} {
			var got bool
			if c.Get("/ask?callbackURL=" + target).Want(http.StatusOK).Into(&got); got != trusted {
				t.Errorf("%s: %s is trusted: %t", name, target, got)
			}
		}
	}
}

// Where mails have links, the log says which hosts could name this server though anybody
// can have them.
func TestOpenHostsAreTold(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]bool{"*.vercel.app": true, "*": true, "*.example.com": false, "example.com": false, "localhost:*": false} {
		kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{pattern}}}})
		if told := strings.Contains(kit.Log.String(), "anybody can have one"); told != want {
			t.Errorf("%s: told %t\n%s", pattern, told, kit.Log.String())
		}
	}
}
