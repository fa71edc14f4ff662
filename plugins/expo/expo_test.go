package expo_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

const (
	email    = "ada@example.com"
	password = "password1234"
)

func site(t *testing.T, db *database.DB, cfg expo.Config, more ...betterauth.Plugin) *plugintest.Kit {
	t.Helper()
	if cfg.Schemes == nil {
		cfg.Schemes = []string{"myapp"}
	}
	return plugintest.NewWith(t, plugintest.Options{DB: db,
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
			TrustedOrigins: []string{"https://app.example.com", "otherapp://"}},
		Plugins: append([]betterauth.Plugin{emailpassword.New(emailpassword.Config{}), magiclink.New(magiclink.Config{}),
			emailverification.New(emailverification.Config{AutoSignInAfterVerification: true}), expo.New(cfg)}, more...)})
}

// client is one that sends these headers alone, as an app does: no Origin.
func client(k *plugintest.Kit, header http.Header) *plugintest.Client {
	c := k.Client()
	c.Header = header.Clone()
	return c
}

// What expo-origin says counts where a native client says it, and nowhere else.
func TestOrigin(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		k := site(t, db, expo.Config{})
		owner := k.SignedIn(email)
		for name, tt := range map[string]struct {
			header http.Header
			want   *betterauth.ErrorCode
		}{
			"the app":                          {http.Header{"Expo-Origin": {"myapp://"}}, nil},
			"the app, in capitals":             {http.Header{"Expo-Origin": {"MyApp://"}}, nil},
			"with a path":                      {http.Header{"Expo-Origin": {"myapp://sign-in"}}, nil},
			"another trusted app":              {http.Header{"Expo-Origin": {"otherapp://"}}, nil},
			"nothing":                          {http.Header{}, betterauth.ErrMissingOrigin},
			"an empty one":                     {http.Header{"Expo-Origin": {""}}, betterauth.ErrMissingOrigin},
			"a strange app":                    {http.Header{"Expo-Origin": {"evilapp://"}}, betterauth.ErrInvalidOrigin},
			"an app of nearly that name":       {http.Header{"Expo-Origin": {"myapp2://"}}, betterauth.ErrInvalidOrigin},
			"Expo Go":                          {http.Header{"Expo-Origin": {"exp://192.168.0.2:8081"}}, betterauth.ErrInvalidOrigin},
			"a page":                           {http.Header{"Expo-Origin": {"https://evil.example"}}, betterauth.ErrMissingOrigin},
			"a page that is trusted":           {http.Header{"Expo-Origin": {"https://app.example.com"}}, betterauth.ErrMissingOrigin},
			"code":                             {http.Header{"Expo-Origin": {"javascript:alert(1)"}}, betterauth.ErrInvalidOrigin},
			"twice":                            {http.Header{"Expo-Origin": {"myapp://", "myapp://"}}, betterauth.ErrMissingOrigin},
			"a browser's page that says so":    {http.Header{"Expo-Origin": {"myapp://"}, "Origin": {"https://evil.example"}}, betterauth.ErrInvalidOrigin},
			"a sandboxed page that says so":    {http.Header{"Expo-Origin": {"myapp://"}, "Origin": {"null"}}, betterauth.ErrMissingOrigin},
			"a page without Origin":            {http.Header{"Expo-Origin": {"myapp://"}, "Referer": {"https://evil.example/x"}}, betterauth.ErrInvalidOrigin},
			"a browser without either":         {http.Header{"Expo-Origin": {"myapp://"}, "Sec-Fetch-Site": {"cross-site"}}, betterauth.ErrMissingOrigin},
			"Origin is believed, not the rest": {http.Header{"Expo-Origin": {"evilapp://"}, "Origin": {"https://app.example.com"}}, nil},
		} {
			for path, body := range map[string]map[string]any{
				"/update-session": {}, "/sign-in/email": {"email": email, "password": "wrong password"},
			} {
				c := owner.Fork()
				c.Header = tt.header.Clone()
				got := c.Post(path, body).Code()
				refused := got == "MISSING_OR_NULL_ORIGIN" || got == "INVALID_ORIGIN"
				if tt.want == nil && refused || tt.want != nil && got != tt.want.Code {
					t.Errorf("%s, %s: %q", name, path, got)
				}
			}
		}
		// Without a cookie an app signs in, and one that is not trusted does not.
		signIn := map[string]any{"email": email, "password": password}
		client(k, http.Header{"Expo-Origin": {"evilapp://"}}).Post("/sign-in/email", signIn).WantError(betterauth.ErrInvalidOrigin)
		client(k, http.Header{"Expo-Origin": {"myapp://"}}).Post("/sign-in/email", signIn).Want(http.StatusUnauthorized)
	})
}

func TestOriginOverrideTurnedOff(t *testing.T) {
	t.Parallel()
	k := site(t, databasetest.SQLiteMemory(t), expo.Config{DisableOriginOverride: true})
	c := k.SignedIn(email)
	c.Header = http.Header{"Expo-Origin": {"myapp://"}}
	c.Post("/sign-out", map[string]any{}).WantError(betterauth.ErrMissingOrigin)
}

// handed are the cookies in a redirect to an app, by name.
func handed(t *testing.T, a *plugintest.Answer) (to *url.URL, cookies map[string]string) {
	t.Helper()
	if a.Status != http.StatusFound {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	cookies = map[string]string{}
	for line := range strings.SplitSeq(to.Query().Get("cookie"), ", better-auth") {
		pair, _, _ := strings.Cut(line, ";")
		if name, value, ok := strings.Cut(pair, "="); ok {
			cookies[strings.TrimPrefix(name, "better-auth")] = value
		}
	}
	return to, cookies
}

// link asks for a magic link that leads to a place, and returns its route.
func link(t *testing.T, k *plugintest.Kit, callbackURL string) string {
	t.Helper()
	client(k, http.Header{"Expo-Origin": {"myapp://"}}).Post("/sign-in/magic-link", map[string]any{"email": email, "callbackURL": callbackURL}).Want(http.StatusOK)
	return k.Route(k.Mail())
}

// A link that signs in hands the session to the app it leads to, as the session of
// that link alone.
func TestHandOver(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		k := site(t, db, expo.Config{Schemes: []string{"myapp", "Com.Example.App"}})
		for _, place := range []string{"myapp://home", "myapp:///home?tab=a%20b&x=1", "MYAPP://home", "com.example.app:/home"} {
			browser := k.Client()
			to, cookies := handed(t, browser.Get(link(t, k, place)))
			token, err := url.QueryUnescape(cookies[".session_token"])
			if err != nil || token == "" {
				t.Fatalf("%s: handed %v", place, cookies)
			}
			c := client(k, http.Header{"Expo-Origin": {"myapp://"}})
			c.SetCookie("better-auth.session_token", token)
			if body := string(c.Get("/get-session").Body); !strings.Contains(body, email) {
				t.Errorf("%s: the app's session is %s", place, body)
			}
			rest := to.Query()
			rest.Del("cookie")
			if strings.Contains(place, "tab") && rest.Encode() != "tab=a+b&x=1" {
				t.Errorf("the app's own parameters are %q", rest.Encode())
			}
		}
	})
}

// No cookie leaves in a URL but for a sign-in of this very request, and none but to an
// app of ours.
func TestNothingElseIsHandedOver(t *testing.T) {
	t.Parallel()
	k := site(t, databasetest.SQLiteMemory(t), expo.Config{})
	for _, place := range []string{"/home", plugintest.BaseURL + "/home", "https://app.example.com/home", "otherapp://home"} {
		if a := k.Client().Get(link(t, k, place)); a.Status != http.StatusFound || strings.Contains(a.Header.Get("Location"), "cookie") {
			t.Errorf("%s: %d %s", place, a.Status, a.Header.Get("Location"))
		}
	}
	for _, place := range []string{"evilapp://home", "exp://192.168.0.2:8081", "javascript://home", "myapp2://home"} {
		k.Client().Post("/sign-in/magic-link", map[string]any{"email": email, "callbackURL": place}).WantError(betterauth.ErrInvalidCallbackURL)
	}

	// A link that fails says so, without the cookies of the browser that follows it.
	used := link(t, k, "myapp://home")
	handed(t, k.Client().Get(used))
	owner := k.SignedIn(email)
	to, cookies := handed(t, owner.Get(used))
	if to.Query().Get("error") != "INVALID_TOKEN" || len(cookies) > 0 || to.Query().Has("cookie") {
		t.Errorf("a used link leads to %s", to)
	}

	// Nor does one that verifies an address, although the browser's own cookies are
	// renewed: it made no session.
	unverified := &betterauth.User{Name: "Bob", Email: "bob@example.com"}
	if err := k.Users().Create(t.Context(), unverified); err != nil {
		t.Fatal(err)
	}
	bob := k.SignedInAs(unverified)
	bob.Post("/send-verification-email", map[string]any{"email": unverified.Email, "callbackURL": "myapp://home"}).Want(http.StatusOK)
	if to, _ := handed(t, bob.Get(k.Route(k.Mail()))); to.Query().Has("cookie") {
		t.Errorf("verifying leads to %s", to)
	}

	// What a link has as cookies is not the app's session: it would be somebody's
	// choice whose.
	forged := "myapp://home?x=1&c%6Fokie=better-auth.session_token%3Dtheirs"
	route := link(t, k, forged)
	if _, cookies := handed(t, k.Client().Get(route)); cookies[".session_token"] == "theirs" || cookies[".session_token"] == "" {
		t.Errorf("handed %v", cookies)
	}
	if to, _ := handed(t, k.Client().Get(route)); to.Query().Get("cookie") != "" || to.Query().Get("x") != "1" {
		t.Errorf("a failing link leads to %s", to)
	}
}

// An app goes on to the second step with what waits for it, and has no session yet.
func TestHandOverOfASecondStep(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		k := site(t, db, expo.Config{}, twofactor.New(twofactor.Config{EveryMethod: true, Page: "myapp://second-step", OTP: twofactor.OTPConfig{Enabled: true}}))
		user := &betterauth.User{Name: "Ada", Email: email, EmailVerified: true}
		twofactor.Enabled.Set(user, true)
		if err := k.Users().Create(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		to, cookies := handed(t, k.Client().Get(link(t, k, "myapp://home")))
		if to.Host != "second-step" || cookies[".session_token"] != "" || cookies[".two_factor"] == "" {
			t.Fatalf("leads to %s with %v", to, cookies)
		}
		c := client(k, http.Header{"Expo-Origin": {"myapp://"}})
		challenge, _ := url.QueryUnescape(cookies[".two_factor"])
		c.SetCookie("better-auth.two_factor", challenge)
		c.Post("/two-factor/send-otp", map[string]any{}).Want(http.StatusOK)
		c.Post("/two-factor/verify-otp", map[string]any{"code": k.Mail().Code}).Want(http.StatusOK)
		if body := string(c.Get("/get-session").Body); !strings.Contains(body, email) {
			t.Errorf("the session is %s", body)
		}
	})
}

func TestAuthorizationProxy(t *testing.T) {
	t.Parallel()
	k := site(t, databasetest.SQLiteMemory(t), expo.Config{AuthorizationOrigins: []string{"https://Accounts.example.org", "https://id.example.net:8443", "https://example.com"}})
	ask := func(query string) *plugintest.Answer { return k.Client().Get("/expo-authorization-proxy?" + query) }
	to := "https://accounts.example.org/authorize?client_id=a&state=abc-def"
	a := ask("authorizationURL=" + url.QueryEscape(to))
	if ck := a.SetCookie("better-auth.state"); a.Header.Get("Location") != to || ck == nil || ck.MaxAge != 300 || !ck.HttpOnly || !strings.HasPrefix(ck.Value, "abc-def.") {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	a = ask("oauthState=sealed&authorizationURL=" + url.QueryEscape(to))
	if ck := a.SetCookie("better-auth.oauth_state"); a.Header.Get("Location") != to || ck == nil || ck.MaxAge != 600 || ck.Value != "sealed" || a.SetCookie("better-auth.state") != nil {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	ask("authorizationURL=" + url.QueryEscape("https://id.example.net:8443/?state=x")).Want(http.StatusFound)
	ask("authorizationURL=" + url.QueryEscape("https://accounts.example.org:443/?state=x")).Want(http.StatusFound)
	ask("authorizationURL="+url.QueryEscape("https://accounts.example.org/?stat=x")).WantBody(http.StatusBadRequest, `{"message":"Unexpected error"}`)
	ask("").WantError(betterauth.ErrValidation)
	for _, refused := range []string{
		"", "x", "/x", "//accounts.example.org/?state=x", "http://accounts.example.org/?state=x", "https://evil.example/?state=x", "myapp://?state=x",
		"https://accounts.example.org.evil.example/?state=x", "https://accounts.example.org@evil.example/?state=x", "https://u:p@accounts.example.org/?state=x",
		`https://accounts.example.org\@evil.example/?state=x`, "https://accounts.example.org/?state=x#y", "https://accounts.example.org:8443/?state=x",
		"javascript:alert(1)//?state=x", "https://аccounts.example.org/?state=x", " https://accounts.example.org/?state=x", "https://accounts.example.org/\n?state=x",
		plugintest.BaseURL + "/callback/google?state=x&code=y",
	} {
		a := ask("authorizationURL=" + url.QueryEscape(refused))
		if a.WantBody(http.StatusBadRequest, `{"message":"Invalid authorizationURL"}`); len(a.Cookies) > 0 {
			t.Errorf("%q sets %v", refused, a.Cookies)
		}
	}
	closed := site(t, databasetest.SQLiteMemory(t), expo.Config{})
	closed.Client().Get("/expo-authorization-proxy?authorizationURL="+url.QueryEscape(to)).WantBody(http.StatusBadRequest, `{"message":"Invalid authorizationURL"}`)
}

// Whoever begins a link and sends somebody else to end it gets nothing of their account at
// the provider, also where people link accounts with other addresses.
func TestAuthorizationProxyLinksNobodyElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		allow, through, unverified bool
		code, leads                string
	}{
		"the same address":                          {through: true, code: "ada", leads: "/home"},
		"another address":                           {through: true, code: "victim", leads: "/failed?error=email_does_not_match"},
		"a user who has not verified theirs":        {through: true, unverified: true, code: "ada", leads: "/failed?error=email_not_verified"},
		"another address, allowed":                  {allow: true, through: true, code: "victim", leads: "/home"},
		"another address, in the session's browser": {code: "victim", leads: "/home"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := social.Provider{
				ID: "op", Client: social.Client{ID: "id", Secret: "secret"}, AuthorizeURL: "https://provider.example/authorize", TokenURL: tokens(t),
				User: func(_ context.Context, g *social.Grant) (*social.Profile, error) {
					return &social.Profile{Subject: g.AccessToken, Email: g.AccessToken + "@example.com", EmailVerified: true, Name: "A"}, nil
				},
			}
			k := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{
				expo.New(expo.Config{Schemes: []string{"myapp"}, AuthorizationOrigins: []string{"https://provider.example"}, LinkOtherAddresses: test.allow}),
				social.New(social.Config{Linking: social.Linking{AllowDifferentEmails: true}, Providers: []social.Provider{provider}})}})
			c := k.SignedIn("ada@example.com")
			if _, err := k.Users().Update(t.Context(), database.Set{"emailVerified": !test.unverified}, database.Eq("id", c.User.ID)); err != nil {
				t.Fatal(err)
			}
			var begun social.Begun
			c.Post("/link-social", map[string]any{"provider": "op", "callbackURL": "/home", "errorCallbackURL": "/failed"}).Want(http.StatusOK).Into(&begun)
			to, err := url.Parse(begun.URL)
			if err != nil {
				t.Fatal(err)
			}
			if test.through {
				c = k.Client() // another browser
				c.Get("/expo-authorization-proxy?authorizationURL=" + url.QueryEscape(begun.URL)).WantRedirect(begun.URL)
			}
			c.Get("/callback/op?code=" + test.code + "&state=" + to.Query().Get("state")).WantRedirect(test.leads)
		})
	}
}

// tokens is a token endpoint whose access token is the code.
func tokens(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"` + r.FormValue("code") + `","token_type":"bearer"}`))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Anybody can ask the proxy to sign a state, so it signs nothing that could be meant
// for something else.
func TestAuthorizationProxySignsStatesAlone(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		k := site(t, db, expo.Config{AuthorizationOrigins: []string{"https://accounts.example.org"}})
		for name, state := range map[string]string{
			"a session's token":    k.SignedIn(email).Session.Token,
			"a token's head":       "eyJhbGciOiJIUzI1NiJ9.e30",
			"an object":            `{"session":{}}`,
			"a claim":              "sign-up claim:x",
			"an address":           "sign-in-otp-a@example.com",
			"longer than any":      strings.Repeat("a", 129),
			"what is not printed":  "a\x00b",
			"a line more":          "abc\n",
			"letters beyond ASCII": "ä",
		} {
			a := k.Client().Get("/expo-authorization-proxy?authorizationURL=" + url.QueryEscape("https://accounts.example.org/?state="+url.QueryEscape(state)))
			if a.WantBody(http.StatusBadRequest, `{"message":"Unexpected error"}`); len(a.Cookies) > 0 {
				t.Errorf("%s is signed: %v", name, a.Cookies)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]expo.Config{
		"no app is trusted, since Schemes is empty":         {},
		`"my app" of Schemes is not the scheme`:             {Schemes: []string{"my app"}},
		`"" of Schemes is not the scheme`:                   {Schemes: []string{""}},
		`"1app" of Schemes is not the scheme`:               {Schemes: []string{"1app"}},
		`"*" of Schemes is not the scheme`:                  {Schemes: []string{"*"}},
		`"myapp://home" of Schemes is not the scheme`:       {Schemes: []string{"myapp://home"}},
		`"https" of Schemes is not an app's own`:            {Schemes: []string{"HTTPS"}},
		`"javascript" of Schemes is not an app's own`:       {Schemes: []string{"myapp", "javascript"}},
		`"intent" of Schemes is not an app's own`:           {Schemes: []string{"intent"}},
		"set AllowExpoGo during development":                {Schemes: []string{"exp"}},
		`"http://a.example" of AuthorizationOrigins is not`: {Schemes: []string{"myapp"}, AuthorizationOrigins: []string{"http://a.example"}},
		`"*" of AuthorizationOrigins is not`:                {Schemes: []string{"myapp"}, AuthorizationOrigins: []string{"*"}},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{expo.New(cfg)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	k := plugintest.New(t, expo.New(expo.Config{AllowExpoGo: true, Schemes: []string{"myapp://"}}))
	origins := k.Auth.Manifests()
	if !slices.ContainsFunc(origins, func(m betterauth.Manifest) bool {
		return slices.Equal(m.TrustedOrigins, []string{"myapp://", "exp://"})
	}) {
		t.Error("the apps are not trusted")
	}
	c := k.SignedIn(email)
	c.Header = http.Header{"Expo-Origin": {"exp://192.168.0.2:8081"}}
	c.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
}
