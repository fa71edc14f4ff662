package betterauth_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

const appOrigin = "https://app.example.com"

// siteAt is a kit behind appOrigin.
func siteAt(t *testing.T, db *database.DB, cookies betterauth.CookieConfig, cache betterauth.CookieCacheConfig) *plugintest.Kit {
	t.Helper()
	return plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}, Config: betterauth.Config{
		BaseURL: appOrigin, Cookies: cookies, Session: betterauth.SessionConfig{CookieCache: cache},
		Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
	}})
}

// tab is a browser with the standard library's jar, which keeps cookies by domain
// and path.
type tab struct {
	t   *testing.T
	jar *cookiejar.Jar
	kit *plugintest.Kit
}

func newTab(t *testing.T, kit *plugintest.Kit) *tab {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &tab{t, jar, kit}
}

func (b *tab) at(path string) *url.URL {
	u, err := url.Parse(appOrigin + "/api/auth" + path)
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

func (b *tab) ask(method, path, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, b.at(path).String(), strings.NewReader(body))
	r.Header.Set("Origin", appOrigin)
	r.Header.Set("Content-Type", "application/json")
	for _, ck := range b.jar.Cookies(b.at(path)) {
		r.AddCookie(ck)
	}
	w := httptest.NewRecorder()
	b.kit.Auth.ServeHTTP(w, r)
	b.jar.SetCookies(b.at(path), w.Result().Cookies())
	return w
}

// put gives the browser a cookie as the line of a server on the domain would.
func (b *tab) put(line string) {
	b.t.Helper()
	ck, err := http.ParseSetCookie(line)
	if err != nil {
		b.t.Fatal(err)
	}
	b.jar.SetCookies(b.at("/ok"), []*http.Cookie{ck})
}

// has counts the cookies that are sent under a name.
func (b *tab) has(name string) (n int) {
	for _, ck := range b.jar.Cookies(b.at("/get-session")) {
		if ck.Name == name {
			n++
		}
	}
	return n
}

func (b *tab) who() string {
	b.t.Helper()
	body := b.ask(http.MethodGet, "/get-session", "").Body.String()
	for _, email := range []string{"alice@example.com", "bob@example.com"} {
		if strings.Contains(body, email) {
			return email
		}
	}
	return body
}

const secureSession = "__Secure-better-auth.session_token"

// session is a cookie for a new session of a user.
func sessionOf(t *testing.T, kit *plugintest.Kit, email string) (line string, s *betterauth.Session) {
	t.Helper()
	s = kit.SignedIn(email).Session
	return secureSession + "=" + url.QueryEscape(s.Token+"."+kit.Host.Sign(s.Token)) + "; Secure; Path=", s
}

// A browser that has several cookies of one name is signed in by the one that is
// ours and names a live session, and has one of ours afterwards.
func TestSameCookieTwice(t *testing.T) {
	t.Parallel()
	caches := map[string]betterauth.CookieCacheConfig{
		"no cache": {}, "compact": {Enabled: true}, "jwe": {Enabled: true, Strategy: "jwe"},
	}
	scopes := map[string]betterauth.CookieConfig{
		"host":   {},
		"domain": {CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: ".example.com"}},
		"path":   {Path: "/api"},
	}
	for cacheName, cache := range caches {
		for scopeName, scope := range scopes {
			t.Run(cacheName+", "+scopeName, func(t *testing.T) {
				t.Parallel()
				databasetest.Each(t, func(t *testing.T, db *database.DB) {
					kit := siteAt(t, db, scope, cache)
					for _, place := range []string{"/", "/; Domain=example.com", "/; Domain=app.example.com", "/api/auth", "/api/auth; Domain=example.com"} {
						b := newTab(t, kit)
						stale, old := sessionOf(t, kit, "bob@example.com")
						kit.Clock.Advance(time.Second)
						live, _ := sessionOf(t, kit, "alice@example.com")
						if ended, err := kit.Auth.Sessions().Revoke(t.Context(), old.UserID, old.Token); !ended || err != nil {
							t.Fatal(ended, err)
						}
						b.put(stale + place)
						b.put(live + "/; Domain=.example.com")
						b.put(live + "/api")
						if who := b.who(); who != "alice@example.com" {
							t.Errorf("%s: %s", place, who)
						}
						if n := b.has(secureSession); n > 2 { // the one at /api is no place of ours, and as good
							t.Errorf("%s: %d session cookies are left", place, n)
						}
						if who := b.who(); who != "alice@example.com" {
							t.Errorf("%s: then %s", place, who)
						}
						if cache.Enabled && b.has("__Secure-better-auth.session_data") != 1 {
							t.Errorf("%s: %d copies", place, b.has("__Secure-better-auth.session_data"))
						}
					}
				})
			})
		}
	}
}

// Who signs in on a browser with an older cookie of another place is who they say.
func TestSignInBesideAnOlderCookie(t *testing.T) {
	t.Parallel()
	for name, cache := range map[string]betterauth.CookieCacheConfig{"no cache": {}, "cached": {Enabled: true}} {
		kit := siteAt(t, nil, betterauth.CookieConfig{}, cache)
		b := newTab(t, kit)
		older, session := sessionOf(t, kit, "bob@example.com") // still live
		b.put(older + "/; Domain=example.com")
		if who := b.who(); who != "bob@example.com" {
			t.Fatalf("%s: %s", name, who)
		}
		kit.Clock.Advance(time.Minute)
		w := b.ask(http.MethodPost, "/sign-up/email", `{"name":"Alice","email":"alice@example.com","password":"password1234"}`)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
		for range 2 {
			if who := b.who(); who != "alice@example.com" {
				t.Errorf("%s: %s", name, who)
			}
		}
		if n := b.has(secureSession); n != 1 {
			t.Errorf("%s: %d session cookies", name, n)
		}
		// Signing out ends whatever the browser was signed in by.
		b.put(older + "/; Domain=example.com")
		if w := b.ask(http.MethodPost, "/sign-out", "{}"); w.Code != http.StatusOK {
			t.Fatalf("%s: %s", name, w.Body)
		}
		if n := len(b.jar.Cookies(b.at("/get-session"))); n != 0 {
			t.Errorf("%s: %d cookies are left", name, n)
		}
		if left, err := kit.Auth.Sessions().List(t.Context(), session.UserID); err != nil || len(left) != 0 {
			t.Errorf("%s: sessions %v, %v", name, left, err)
		}
	}
}

// Another application's cookie of our name is left to it, and costs no line.
func TestAnotherApplicationsCookie(t *testing.T) {
	t.Parallel()
	for name, cache := range map[string]betterauth.CookieCacheConfig{"no cache": {}, "cached": {Enabled: true}} {
		kit, other := siteAt(t, nil, betterauth.CookieConfig{}, cache), siteAt(t, nil, betterauth.CookieConfig{}, cache)
		b := newTab(t, kit)
		foreign, session := sessionOf(t, other, "bob@example.com")
		foreign = strings.ReplaceAll(foreign, url.QueryEscape(other.Host.Sign(session.Token)), url.QueryEscape("AAAA"+other.Host.Sign(session.Token)[4:]))
		b.put(foreign + "/api/auth; Domain=example.com")
		if cache.Enabled {
			b.put("__Secure-better-auth.session_data=AAAA; Secure; Path=/api/auth; Domain=example.com")
		}
		live, _ := sessionOf(t, kit, "alice@example.com")
		b.put(live + "/")
		b.who()
		w := b.ask(http.MethodGet, "/get-session", "")
		if !strings.Contains(w.Body.String(), "alice@example.com") || len(w.Header()["Set-Cookie"]) != 0 {
			t.Errorf("%s: %s, cookies %q", name, w.Body, w.Header()["Set-Cookie"])
		}
		if w := b.ask(http.MethodPost, "/sign-out", "{}"); w.Code != http.StatusOK || b.has(secureSession) != 1 {
			t.Errorf("%s: %d, %d cookies are left", name, w.Code, b.has(secureSession))
		}
		if who := b.who(); who != "null" {
			t.Errorf("%s: %s", name, who)
		}
	}
}

// A copy counts with its own session's token, wherever it stands.
func TestCopyOfAnotherSession(t *testing.T) {
	t.Parallel()
	kit := siteAt(t, nil, betterauth.CookieConfig{}, betterauth.CookieCacheConfig{Enabled: true})
	copies := map[string]string{}
	tokens := map[string]string{}
	for _, email := range []string{"alice@example.com", "bob@example.com"} {
		b := newTab(t, kit)
		line, _ := sessionOf(t, kit, email)
		b.put(line + "/")
		b.who()
		for _, ck := range b.jar.Cookies(b.at("/ok")) {
			if strings.HasSuffix(ck.Name, "session_data") {
				copies[email] = ck.Value
			} else {
				tokens[email] = ck.Value
			}
		}
	}
	ask := func(pairs ...string) string {
		r := httptest.NewRequest(http.MethodGet, appOrigin+"/api/auth/get-session", nil)
		r.Header.Set("Cookie", strings.Join(pairs, "; "))
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		return w.Body.String()
	}
	token, data := secureSession+"=", "__Secure-better-auth.session_data="
	for _, order := range [][]string{{"alice@example.com", "bob@example.com"}, {"bob@example.com", "alice@example.com"}} {
		got := ask(token+tokens["alice@example.com"], data+copies[order[0]], data+copies[order[1]])
		if !strings.Contains(got, "alice@example.com") {
			t.Errorf("copies %v: %s", order, got)
		}
		if !strings.Contains(ask(data+copies[order[0]], token+tokens[order[1]]), order[1]) {
			t.Errorf("the copy of %s counts with the token of %s", order[0], order[1])
		}
	}
}

// Any number of cookies of one name costs what a few cost, and the answer's
// header stays short.
func TestManyOfOneName(t *testing.T) {
	t.Parallel()
	kit := siteAt(t, nil, betterauth.CookieConfig{}, betterauth.CookieCacheConfig{Enabled: true})
	var pairs []string
	for i := range 200 {
		token := fmt.Sprintf("token%027d", i)
		pairs = append(pairs, secureSession+"="+url.QueryEscape(token+"."+kit.Host.Sign(token)), fmt.Sprintf("__Secure-better-auth.session_data.%d=x", i))
	}
	live, _ := sessionOf(t, kit, "alice@example.com")
	live, _, _ = strings.Cut(live, ";")
	for name, c := range map[string]struct {
		pairs []string
		found bool
	}{
		"last of many":  {append(slices.Clone(pairs), live), false},
		"after seven":   {append(slices.Clone(pairs[:14]), live), true},
		"after garbage": {append(slices.Repeat([]string{secureSession + "=x"}, 30), live), true},
	} {
		r := httptest.NewRequest(http.MethodGet, appOrigin+"/api/auth/get-session", nil)
		r.Header.Set("Cookie", strings.Join(c.pairs, "; "))
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		if found := strings.Contains(w.Body.String(), "alice"); found != c.found {
			t.Errorf("%s: found %v", name, found)
		}
		if n := len(w.Header()["Set-Cookie"]); n > 60+101 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}

// Without a database the copies are the sessions.
func TestStatelessSameCookieTwice(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Stateless: true, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}, Config: betterauth.Config{
		BaseURL: appOrigin, Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
	}})
	b := newTab(t, kit)
	signUp := func(email string) {
		w := b.ask(http.MethodPost, "/sign-up/email", `{"name":"A","email":"`+email+`","password":"password1234"}`)
		if w.Code != http.StatusOK {
			t.Fatal(w.Body)
		}
	}
	signUp("bob@example.com")
	for _, ck := range b.jar.Cookies(b.at("/ok")) { // as if cookies had been shared then
		ck.Path, ck.Domain, ck.Secure = "/", "example.com", true
		b.jar.SetCookies(b.at("/ok"), []*http.Cookie{ck})
		b.put(ck.Name + "=; Max-Age=0; Path=/")
	}
	if who := b.who(); who != "bob@example.com" {
		t.Fatal(who)
	}
	kit.Clock.Advance(time.Second)
	signUp("alice@example.com")
	for range 2 {
		if who := b.who(); who != "alice@example.com" {
			t.Errorf("%s", who)
		}
	}
	if n := b.has(secureSession); n != 1 {
		t.Errorf("%d session cookies", n)
	}
}

// Signing out takes the cookies along that were set for another place, before the
// configuration changed: a session ends, and its copy is not believed on.
func TestSignOutOfAnotherPlace(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]plugintest.Options{
		"database":  {},
		"cache":     {Config: betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}},
		"stateless": {Stateless: true},
	} {
		for _, shared := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, now shared %t", name, shared), func(t *testing.T) {
				t.Parallel()
				o := o
				o.Plugins = []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}
				o.Config.BaseURL, o.Config.Password.Hasher = appOrigin, plugintest.FastHasher{}
				o.Config.Cookies.CrossSubDomain = betterauth.CrossSubDomainConfig{Enabled: shared, Domain: "example.com"}
				if !shared {
					o.Config.Cookies.CrossSubDomain.Domain = ""
				}
				b := newTab(t, plugintest.NewWith(t, o))
				if w := b.ask(http.MethodPost, "/sign-up/email", `{"name":"A","email":"bob@example.com","password":"password1234"}`); w.Code != http.StatusOK {
					t.Fatal(w.Body)
				}
				moved := newTab(t, b.kit)
				for _, ck := range b.jar.Cookies(b.at("/ok")) {
					ck.Path, ck.Secure = "/", true
					if !shared {
						ck.Domain = "example.com"
					}
					moved.jar.SetCookies(b.at("/ok"), []*http.Cookie{ck})
				}
				if who := moved.who(); who != "bob@example.com" {
					t.Fatalf("%q before", who)
				}
				if w := moved.ask(http.MethodPost, "/sign-out", "{}"); w.Code != http.StatusOK {
					t.Fatal(w.Body)
				}
				if who := moved.who(); who != "null" {
					t.Errorf("%q is signed in still", who)
				}
				if n := len(moved.jar.Cookies(b.at("/ok"))); n != 0 {
					t.Errorf("%d cookies are left", n)
				}
			})
		}
	}
}

// What the TypeScript server keeps in parts is cleared by the names that it gives
// them: other spellings of a number are other cookies, and cost no line each.
func TestStatelessClearsPartsByTheirNames(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Stateless: true, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{BaseURL: appOrigin}})
	const part = "__Secure-better-auth.account_data."
	pairs := []string{part + "0=x", part + "99=x", part + "100=x", part + "x=x"}
	for i := range 200 {
		pairs = append(pairs, part+strings.Repeat("0", i)+"1=x")
	}
	r := httptest.NewRequest(http.MethodPost, appOrigin+"/api/auth/sign-out", strings.NewReader("{}"))
	r.Header = http.Header{"Cookie": {strings.Join(pairs, "; ")}, "Origin": {appOrigin}, "Content-Type": {"application/json"}}
	w := httptest.NewRecorder()
	kit.Auth.ServeHTTP(w, r)
	var cleared []string
	for _, ck := range w.Result().Cookies() {
		if strings.HasPrefix(ck.Name, part) && ck.MaxAge < 0 {
			cleared = append(cleared, strings.TrimPrefix(ck.Name, part))
		}
	}
	if slices.Sort(cleared); w.Code != http.StatusOK || !slices.Equal(cleared, []string{"0", "1", "99"}) {
		t.Errorf("%d, %d cleared: %.80q", w.Code, len(cleared), cleared)
	}
}
