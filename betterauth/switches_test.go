package betterauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// The checks of where a request comes from and of where it leads are switched off
// apart, and by route.
func TestOriginSwitches(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config                     betterauth.Config
		from, leads, other, logsIn bool // whether it is let through
	}{
		"none":                         {betterauth.Config{}, false, false, false, false},
		"origins":                      {betterauth.Config{InsecureDisableOriginCheck: true}, true, true, true, true},
		"CSRF":                         {betterauth.Config{InsecureDisableCSRFCheck: true}, true, false, true, true},
		"origins of the route":         {betterauth.Config{InsecureUncheckedOrigins: []string{"/echo/:id"}}, true, true, false, false},
		"origins below a path":         {betterauth.Config{InsecureUncheckedOrigins: []string{"/echo/"}}, true, true, false, false},
		"CSRF of the route":            {betterauth.Config{InsecureUncheckedCSRF: []string{"/echo/:text"}}, true, false, false, false},
		"CSRF of another":              {betterauth.Config{InsecureUncheckedCSRF: []string{"/sign-out"}}, false, false, true, false},
		"CSRF of a sign-in":            {betterauth.Config{InsecureUncheckedCSRF: []string{"/sign-in"}}, false, false, false, true},
		"origins of what begins alike": {betterauth.Config{InsecureUncheckedOrigins: []string{"/sign-out"}}, false, false, true, false},
	} {
		tt.config.Password = fastPasswords
		kit := plugintest.NewWith(t, plugintest.Options{Config: tt.config, Plugins: []betterauth.Plugin{probe(), emailpassword.New(emailpassword.Config{})}})
		ask := func(from, path, body string, cookie bool) bool {
			r := httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/api/auth"+path, strings.NewReader(body))
			r.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {from}}
			if cookie {
				r.Header.Set("Cookie", "a=b")
			}
			w := httptest.NewRecorder()
			kit.Auth.ServeHTTP(w, r)
			return w.Code != http.StatusForbidden
		}
		const evil = "https://evil.example"
		for what, c := range map[string]struct{ got, want bool }{
			"from elsewhere":           {ask(evil, "/echo/a", `{"text":"x"}`, true), tt.from},
			"to elsewhere":             {ask(plugintest.BaseURL, "/echo/a", `{"text":"x","callbackURL":"https://evil.example"}`, true), tt.leads},
			"another route":            {ask(evil, "/sign-out", `{}`, true), tt.other},
			"a sign-in from elsewhere": {ask(evil, "/sign-in/email", `{"email":"a@example.com","password":"password1234"}`, false), tt.logsIn},
		} {
			if c.got != c.want {
				t.Errorf("%s: %s is let through: %v", name, what, c.got)
			}
		}
	}
}

func TestSwitchesWithoutEffect(t *testing.T) {
	t.Parallel()
	host := func(cookies betterauth.CookieConfig) betterauth.Config {
		cookies.HostPrefix = true
		return betterauth.Config{BaseURL: "https://example.com", Cookies: cookies}
	}
	leaving := func(names ...string) betterauth.Config {
		return betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{plan},
			Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, LeaveOut: names}}}
	}
	for name, tt := range map[string]struct {
		config betterauth.Config
		want   string
	}{
		"unchecked":           {betterauth.Config{InsecureUncheckedOrigins: []string{"/sign-in/"}, InsecureUncheckedCSRF: []string{"/reset-password/:t"}}, ""},
		"unchecked, nobody's": {betterauth.Config{InsecureUncheckedCSRF: []string{"/sso"}}, "config InsecureUncheckedCSRF"},
		"unchecked, all":      {betterauth.Config{InsecureUncheckedOrigins: []string{"/"}}, "config InsecureUncheckedOrigins"},
		"unchecked, too long": {betterauth.Config{InsecureUncheckedOrigins: []string{"/api/auth/sign-in/email"}}, `write "/sign-in/email"`},
		"always and never":    {betterauth.Config{Cookies: betterauth.CookieConfig{AlwaysSecure: true, InsecureNeverSecure: true}}, "contradicts AlwaysSecure"},
		"host":                {host(betterauth.CookieConfig{}), ""},
		"host, shared":        {host(betterauth.CookieConfig{CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true}}), "config Cookies.CrossSubDomain"},
		"host, path":          {host(betterauth.CookieConfig{Path: "/api"}), "config Cookies.Path"},
		"host, insecure":      {host(betterauth.CookieConfig{InsecureNeverSecure: true}), "config Cookies.InsecureNeverSecure"},
		"host, one":           {host(betterauth.CookieConfig{Attributes: map[string]betterauth.CookieAttributes{"x": {Domain: "example.com"}}}), "config Cookies.Attributes x"},
		"left out":            {leaving("user.image", "session.ipAddress", "session.userAgent", "user.plan"), ""},
		"left out, of a session": {betterauth.Config{AdditionalColumns: sessionColumns,
			Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, LeaveOut: []string{"session.theme"}}}}, ""},
		"left out, of an account": {betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{betterauth.NewField[string]("account", database.Column{Name: "theme"})},
			Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, LeaveOut: []string{"account.theme"}}}}, "cannot be left out"},
		"left out, needed":   {leaving("user.email"), "cannot be left out"},
		"left out, unknown":  {leaving("plan"), "cannot be left out"},
		"left out, no cache": {betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{LeaveOut: []string{"user.image"}}}}, "no effect without the cache"},
		"sessions":           {betterauth.Config{Session: betterauth.SessionConfig{MaxPerUser: -1}}, "is negative"},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Config: tt.config, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := plugintest.Build(t, plugintest.Options{Stateless: true, Config: betterauth.Config{Session: betterauth.SessionConfig{MaxPerUser: 1}}}); err == nil || !strings.Contains(err.Error(), "MaxPerUser: has no effect") {
		t.Errorf("stateless: %v", err)
	}
	// What a plugin added it relies on.
	o := plugintest.Options{Config: leaving("user.suspended"), Plugins: []betterauth.Plugin{betterauth.Inline{ID: "other",
		Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{betterauth.NewField[bool]("user", database.Column{Name: "suspended"})}}}}}
	if _, err := plugintest.Build(t, o); err == nil || !strings.Contains(err.Error(), "cannot be left out") {
		t.Errorf("a plugin's column: %v", err)
	}
}

// With the prefix "__Host-" a cookie is of this host alone, whatever else is sent.
func TestHostPrefix(t *testing.T) {
	t.Parallel()
	kit := siteAt(t, nil, betterauth.CookieConfig{HostPrefix: true}, betterauth.CookieCacheConfig{Enabled: true})
	b := newTab(t, kit)
	w := b.ask(http.MethodPost, "/sign-up/email", `{"name":"Alice","email":"alice@example.com","password":"password1234"}`)
	lines := w.Header()["Set-Cookie"]
	if len(lines) != 2 {
		t.Fatalf("%q", lines)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "__Host-better-auth.session_") || !strings.Contains(line, "; Path=/;") || !strings.Contains(line, "; Secure") || strings.Contains(line, "Domain") {
			t.Errorf("%s", line)
		}
	}
	other, _ := sessionOf(t, kit, "bob@example.com") // what another application can set
	b.put(other + "/api/auth; Domain=example.com")
	if who := b.who(); who != "alice@example.com" {
		t.Errorf("%s", who)
	}
	b.ask(http.MethodPost, "/sign-out", "{}")
	if who := b.who(); who != "null" {
		t.Errorf("%s", who)
	}
	// Without https there are no secure cookies, and no prefix.
	plain := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{Cookies: betterauth.CookieConfig{HostPrefix: true}}})
	if c := plain.SignedIn("alice@example.com"); string(c.Get("/get-session").Body) == "null" {
		t.Error("on http://localhost nobody is signed in")
	}
}

func TestColumnsLeftOutOfTheCache(t *testing.T) {
	t.Parallel()
	for _, strategy := range []string{"compact", "jwt", "jwe"} {
		kit := cached(t, nil, betterauth.CookieCacheConfig{Strategy: strategy, LeaveOut: []string{"user.plan", "user.image", "session.userAgent"}})
		c := kit.SignedIn("alice@example.com")
		set := database.Set{"plan": "gold", "image": "https://img.example/alice"}
		if _, err := kit.Users().Update(t.Context(), set, database.Eq("id", c.User.ID)); err != nil {
			t.Fatal(err)
		}
		if _, err := plugintest.StoreOf[betterauth.Session](kit).Update(t.Context(), database.Set{"userAgent": "Browser/1.0", "ipAddress": "192.0.2.7"}, database.Eq("id", c.Session.ID)); err != nil {
			t.Fatal(err)
		}
		_, first := getSession(t, c, "")
		_, second := getSession(t, c, "")
		for _, value := range []string{"gold", "img.example", "Browser/1.0"} {
			if !strings.Contains(string(first.Body), value) || strings.Contains(string(second.Body), value) {
				t.Errorf("%s: %s in the database's answer %s, and in that of the copy %s", strategy, value, first.Body, second.Body)
			}
		}
		if len(second.Cookies) != 0 || !strings.Contains(string(second.Body), "alice@example.com") || !strings.Contains(string(second.Body), "192.0.2.7") {
			t.Errorf("%s: from the copy: %s, cookies %v", strategy, second.Body, second.Cookies)
		}
	}
}

// One session too many ends the oldest, exactly, however many sign in at once.
func TestSessionsPerUser(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{Session: betterauth.SessionConfig{MaxPerUser: 2}}})
		other := kit.SignedIn("bob@example.com")
		var clients []*plugintest.Client
		for range 4 {
			clients = append(clients, kit.SignedIn("alice@example.com"))
			kit.Clock.Advance(time.Second)
		}
		for i, c := range clients {
			if in := string(c.Get("/get-session").Body) != "null"; in != (i >= 2) {
				t.Errorf("session %d lives: %v", i, in)
			}
		}
		if string(other.Get("/get-session").Body) == "null" {
			t.Error("somebody else's session ended")
		}
		user := clients[0].User.ID
		var group sync.WaitGroup
		for range 12 {
			group.Go(func() {
				if _, err := kit.Auth.CreateSession(t.Context(), user, betterauth.SignIn{Method: "test"}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if left, err := kit.Auth.Sessions().List(t.Context(), user); err != nil || len(left) != 2 {
			t.Errorf("%d sessions, %v", len(left), err)
		}
		// What has expired does not count, and a renewed one is no new one.
		kit.Clock.Advance(8 * 24 * time.Hour)
		last := kit.SignedIn("alice@example.com")
		if rows, err := kit.Auth.Sessions().List(t.Context(), user); err != nil || len(rows) != 1 || rows[0].Token != last.Session.Token {
			t.Errorf("%v, %v", rows, err)
		}
	})
}
