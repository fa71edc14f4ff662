package betterauth_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Where a session's cookie goes is what the application says, and by default what
// the base URL says.
func TestWhereTheSessionCookieGoes(t *testing.T) {
	t.Parallel()
	shared := func(domain string) betterauth.CookieConfig {
		return betterauth.CookieConfig{CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: domain}}
	}
	for name, tt := range map[string]struct {
		config betterauth.Config
		origin string // where the request is sent
		want   http.Cookie
	}{
		"https": {betterauth.Config{BaseURL: appOrigin}, appOrigin,
			http.Cookie{Name: "__Secure-" + sessionCookie, Secure: true}},
		"https, never secure": {betterauth.Config{BaseURL: appOrigin, Cookies: betterauth.CookieConfig{InsecureNeverSecure: true}}, appOrigin,
			http.Cookie{Name: sessionCookie}},
		"shared with a domain": {betterauth.Config{BaseURL: appOrigin, Cookies: shared("example.com")}, appOrigin,
			http.Cookie{Name: "__Secure-" + sessionCookie, Secure: true, Domain: "example.com"}},
		"shared with what is below the host": {betterauth.Config{BaseURL: appOrigin, Cookies: shared("")}, appOrigin,
			http.Cookie{Name: "__Secure-" + sessionCookie, Secure: true, Domain: "app.example.com"}},
		"a domain that is not shared with": {betterauth.Config{BaseURL: appOrigin,
			Cookies: betterauth.CookieConfig{CrossSubDomain: betterauth.CrossSubDomainConfig{Domain: "another.example"}}}, appOrigin,
			http.Cookie{Name: "__Secure-" + sessionCookie, Secure: true}},
		"hosts of a request": {betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"*.example.com"}, Protocol: "https"}, Cookies: shared("example.com")}, "https://b.example.com",
			http.Cookie{Name: "__Secure-" + sessionCookie, Secure: true, Domain: "example.com"}},
	} {
		tt.config.Password.Hasher = plugintest.FastHasher{}
		kit, err := plugintest.Build(t, plugintest.Options{Config: tt.config, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r := httptest.NewRequest(http.MethodPost, tt.origin+"/api/auth/sign-up/email", strings.NewReader(`{"name":"A","email":"a@example.com","password":"password1234"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
			continue
		}
		if ck := cookies[0]; ck.Name != tt.want.Name || ck.Domain != tt.want.Domain || ck.Secure != tt.want.Secure || ck.Path != "/" || !ck.HttpOnly {
			t.Errorf("%s: %s", name, ck)
		}
	}
}

// A cookie that no browser would keep is left out, and the log says so. Scripts read
// those that are said to be readable, and no others.
func TestCookieThatCannotBeSet(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, betterauth.Inline{ID: "baker", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "bake", Method: http.MethodPost, Path: "/bake", Access: betterauth.Public}, func(c *betterauth.Ctx, _ betterauth.None) (bool, error) {
			c.SetCookie(betterauth.Cookie{Key: "two words", Value: "1"})
			c.SetCookie(betterauth.Cookie{Key: "word", Value: "1"})
			c.SetCookie(betterauth.Cookie{Key: "open", Value: "1", Readable: true})
			return true, nil
		})}})
	answer := kit.Client().Post("/bake", map[string]any{}).Want(http.StatusOK)
	word, open := answer.SetCookie("better-auth.word"), answer.SetCookie("better-auth.open")
	if len(answer.Cookies) != 2 || word == nil || !word.HttpOnly || open == nil || open.HttpOnly {
		t.Errorf("cookies %v", answer.Cookies)
	}
	if log := kit.Log.String(); strings.Count(log, "a cookie cannot be set") != 1 || !strings.Contains(log, "two words") {
		t.Errorf("log %s", log)
	}
}

// Signing out clears a cookie in the other places where this browser may have it: the
// session's, which is signed by us, and what it is sent along with; and nothing that
// the browser did not send, or that another application on the domain may have set.
func TestOtherPlacesAreClearedOfOwnCookies(t *testing.T) {
	t.Parallel()
	const foreign = "a.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D"
	host := betterauth.CookieConfig{HostPrefix: true}
	for name, tt := range map[string]struct {
		at      string // default appOrigin
		config  betterauth.CookieConfig
		cookies func(signed func(value string) string, token string) []string // name=value without the prefix
		// lines are how many lines there are of the session's cookie, its copy and the
		// wish not to be remembered. One clears it where it would be set now.
		lines   [3]int
		noCache bool
	}{
		"the session": {cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token)}
		}, lines: [3]int{3, 1, 1}},
		"the session and its copy": {cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token), cacheCookie + "=x"}
		}, lines: [3]int{3, 3, 1}},
		"beside another's cookie, twice": {cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token), "a=1", "a=2"}
		}, lines: [3]int{3, 1, 1}},
		"the copy twice": {cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token), cacheCookie + "=x", cacheCookie + "=y"}
		}, lines: [3]int{3, 1, 1}},
		"the session twice": {cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token), sessionCookie + "=" + signed("older")}
		}, lines: [3]int{6, 6, 6}},
		"the session, and another application's": {cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token), sessionCookie + "=" + foreign}
		}, lines: [3]int{1, 1, 1}},
		"the wish twice": {cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token), forgetCookie + "=" + signed("true"), forgetCookie + "=" + signed("false")}
		}, lines: [3]int{3, 1, 6}},
		"of another application": {cookies: func(func(string) string, string) []string {
			return []string{sessionCookie + "=" + foreign, cacheCookie + "=x"}
		}, lines: [3]int{1, 1, 1}},
		"only the copy": {cookies: func(func(string) string, string) []string { return []string{cacheCookie + "=x"} }, lines: [3]int{1, 1, 1}},
		"a host below nothing but a suffix": {at: "https://example.com", cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token)}
		}, lines: [3]int{2, 1, 1}},
		"a host with no domain": {at: "http://localhost:3000", cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token)}
		}, lines: [3]int{1, 1, 1}},
		"without a cache": {noCache: true, cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token)}
		}, lines: [3]int{1, 1, 1}},
		"of this host alone": {config: host, cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token), sessionCookie + "=" + signed("older")}
		}, lines: [3]int{1, 1, 1}},
		"of this host alone, on http": {at: "http://app.example.com", config: host, cookies: func(signed func(string) string, token string) []string {
			return []string{sessionCookie + "=" + signed(token)}
		}, lines: [3]int{3, 1, 1}},
	} {
		at := cmp.Or(tt.at, appOrigin)
		prefix := ""
		switch {
		case strings.HasPrefix(at, "http:"):
		case tt.config.HostPrefix:
			prefix = "__Host-"
		default:
			prefix = "__Secure-"
		}
		kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{BaseURL: at, Cookies: tt.config,
			Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: !tt.noCache}}}})
		token := kit.SignedIn("alice@example.com").Session.Token
		var sent []string
		for _, cookie := range tt.cookies(func(v string) string { return url.QueryEscape(v + "." + kit.Host.Sign(v)) }, token) {
			sent = append(sent, prefix+cookie)
		}
		w := signOutWith(kit, at, strings.Join(sent, "; "))
		var lines [3]int
		for _, ck := range w.Result().Cookies() {
			if ck.MaxAge >= 0 {
				t.Errorf("%s: %s", name, ck)
			}
			for i, of := range []string{sessionCookie, cacheCookie, forgetCookie} {
				if ck.Name == prefix+of {
					lines[i]++
				}
			}
		}
		if w.Code != http.StatusOK || lines != tt.lines {
			t.Errorf("%s: %d, lines %v, want %v", name, w.Code, lines, tt.lines)
		}
	}
}

func signOutWith(kit *plugintest.Kit, at, cookies string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, at+"/api/auth/sign-out", strings.NewReader("{}"))
	r.Header = http.Header{"Cookie": {cookies}, "Origin": {at}, "Content-Type": {"application/json"}}
	w := httptest.NewRecorder()
	kit.Auth.ServeHTTP(w, r)
	return w
}

// However many parts of a copy a browser sends, the answer has room for few lines
// about other places.
func TestLinesAboutOtherPlacesAreBounded(t *testing.T) {
	t.Parallel()
	kit := siteAt(t, nil, betterauth.CookieConfig{}, betterauth.CookieCacheConfig{Enabled: true})
	alice := kit.SignedIn("alice@example.com")
	own := "__Secure-" + sessionCookie + "=" + url.QueryEscape(alice.Session.Token+"."+kit.Host.Sign(alice.Session.Token))
	for i := range 60 {
		own += fmt.Sprintf("; __Secure-%s.%d=x", cacheCookie, i)
	}
	elsewhere := 0
	for _, ck := range signOutWith(kit, appOrigin, own).Result().Cookies() {
		if ck.Domain != "" {
			elsewhere++
		}
	}
	if elsewhere != 48 {
		t.Errorf("%d lines about other places", elsewhere)
	}
}

// readCookies answers what Ctx says of the cookies "a" of a request.
type readCookies struct {
	First   string   `json:"first"`
	Sent    bool     `json:"sent"`
	All     []string `json:"all"`
	Signed  string   `json:"signed"`
	Ours    bool     `json:"ours"`
	AllOurs []string `json:"allOurs"`
}

// A cookie stands for every value that came with its name. A signed one is the first
// whose signature is right, wherever it stands.
func TestCookiesOfTheRequest(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, betterauth.Inline{ID: "reader", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "read", Method: http.MethodGet, Path: "/read", Access: betterauth.Public}, func(c *betterauth.Ctx, _ betterauth.None) (out readCookies, err error) {
			out.First, out.Sent = c.Cookie("a")
			out.All = c.CookieValues("a")
			out.Signed, out.Ours = c.SignedCookie("a")
			out.AllOurs = c.SignedCookieValues("a")
			return out, nil
		})}})
	signed := func(value string) string { return url.QueryEscape(value + "." + kit.Host.Sign(value)) }
	raw := func(value string) string { return value + "." + kit.Host.Sign(value) }
	var many, ours []string
	for i := range 9 {
		many = append(many, signed(fmt.Sprint(i)))
		ours = append(ours, fmt.Sprint(i))
	}
	for name, tt := range map[string]struct {
		sent []string
		want readCookies
	}{
		"none":             {nil, readCookies{}},
		"not signed":       {[]string{"x"}, readCookies{First: "x", Sent: true, All: []string{"x"}}},
		"none of two":      {[]string{"x", "y"}, readCookies{First: "x", Sent: true, All: []string{"x", "y"}}},
		"empty":            {[]string{""}, readCookies{Sent: true, All: []string{""}}},
		"signed":           {[]string{signed("x")}, readCookies{First: raw("x"), Sent: true, All: []string{raw("x")}, Signed: "x", Ours: true, AllOurs: []string{"x"}}},
		"signed, the last": {[]string{"x", "y", signed("z")}, readCookies{First: "x", Sent: true, All: []string{"x", "y", raw("z")}, Signed: "z", Ours: true, AllOurs: []string{"z"}}},
		"the same twice": {[]string{signed("x"), signed("x"), signed("y")}, readCookies{First: raw("x"), Sent: true, All: []string{raw("x"), raw("x"), raw("y")},
			Signed: "x", Ours: true, AllOurs: []string{"x", "y"}}},
		"nine": {many, readCookies{First: raw("0"), Sent: true, Signed: "0", Ours: true, AllOurs: ours[:8]}},
	} {
		c := kit.Client()
		header := "other=1"
		for _, value := range tt.sent {
			header += "; better-auth.a=" + value
		}
		c.Header.Set("Cookie", header)
		var got readCookies
		if c.Get("/read").Want(http.StatusOK).Into(&got); tt.want.All == nil {
			got.All = tt.want.All // as in the case of nine
		}
		if got.First != tt.want.First || got.Sent != tt.want.Sent || got.Signed != tt.want.Signed || got.Ours != tt.want.Ours ||
			!slices.Equal(got.All, tt.want.All) || !slices.Equal(got.AllOurs, tt.want.AllOurs) {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
