package oauthpopup_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// The opener is told once, and the popup has the session.
func TestTellsTheOpener(t *testing.T) {
	t.Parallel()
	for name, inCookie := range map[string]bool{"stored": false, "in the cookie": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, options{social: social.Config{StateInCookie: inCookie}})
			c := popup(kit)
			callback := begin(t, c, map[string]string{"additionalData": `{"plan":"a"}`, "newUserCallbackURL": "/welcome"})
			c.Header.Del("Referer") // the provider's page leads back
			m := message(t, c.Get(callback+"&code=ada"))
			if m.Token != "cookie" || m.RedirectTo != "/welcome" || m.Error != nil {
				t.Errorf("%+v", m)
			}
			if body := string(c.Get("/get-session").Body); !strings.Contains(body, "ada@example.com") {
				t.Errorf("no session: %s", body)
			}
			if left := c.Cookie(marker); left != "" {
				t.Errorf("the cookie stays: %s", left)
			}
			if again := c.Get(callback + "&code=ada").Want(http.StatusFound).Header.Get("Location"); !strings.Contains(again, "error=state_mismatch") {
				t.Errorf("a second time: %s", again)
			}
		})
	}
}

// With bearer the page gets the signed token, which it needs where its cookies are kept
// apart; without, it gets none.
func TestToken(t *testing.T) {
	t.Parallel()
	kit := newKit(t, options{more: []betterauth.Plugin{bearer.New(bearer.Config{RequireSignature: true})}})
	c := popup(kit)
	m := message(t, c.Get(begin(t, c, nil)+"&code=ada"))
	page := kit.Client()
	page.Header.Set("Authorization", "Bearer "+m.Token)
	if body := string(page.Get("/get-session").Body); !strings.Contains(body, "ada@example.com") {
		t.Errorf("%+v: %s", m, body)
	}
}

// What leads to an app may hold a session, which is for the app alone.
func TestAnAppsFlow(t *testing.T) {
	t.Parallel()
	kit := newKit(t, options{more: []betterauth.Plugin{expo.New(expo.Config{Schemes: []string{"myapp"}})}})
	c := popup(kit)
	if m := message(t, c.Get(start(map[string]string{"callbackURL": "myapp://home"}))); m.Error == nil || m.Error.Code != "invalid_callback_url" {
		t.Errorf("%+v", m)
	}
	// The TypeScript server's cookie is for any flow.
	text := `{"popupOrigin":"` + app + `","popupNonce":"` + nonce + `"}`
	c.SetCookie(marker, text+"."+kit.Host.Sign(text))
	c.Header.Set("Origin", plugintest.BaseURL)
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "tiny", "callbackURL": "myapp://home"}).Want(http.StatusOK).Into(&begun)
	to, err := url.Parse(begun.URL)
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Get("/callback/tiny?code=ada&state=" + to.Query().Get("state")); a.Status != http.StatusFound || !strings.HasPrefix(a.Header.Get("Location"), "myapp://home?cookie=") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// Whatever keeps somebody from being signed in, the page learns it.
func TestTellsOfFailures(t *testing.T) {
	t.Parallel()
	kit := newKit(t, options{})
	c := popup(kit)
	const hostile = `</script><script>alert(1)</script>&` + "\u2028"
	denied := c.Get(begin(t, c, map[string]string{"errorCallbackURL": app + "/oops"}) + "&error=access_denied&error_description=" + url.QueryEscape(hostile))
	m := message(t, denied)
	if m.Error == nil || m.Error.Code != "access_denied" || m.Error.Description != hostile || m.Token != "" || m.RedirectTo != "" || !strings.HasPrefix(m.Next, app+"/oops?error=access_denied") {
		t.Errorf("%+v", m)
	}
	if n := strings.Count(string(denied.Body), "</script>"); n != 2 {
		t.Errorf("a description ends the element: %s", denied.Body)
	}
	m = message(t, c.Get(begin(t, c, nil)))
	if m.Error == nil || m.Error.Code != "no_code" {
		t.Errorf("%+v", m)
	}
	callback := begin(t, c, nil)
	kit.Clock.Advance(11 * time.Minute)
	if m := message(t, c.Get(callback+"&code=ada")); m.Error == nil || m.Error.Code != "state_mismatch" {
		t.Errorf("too late: %+v", m)
	}
	for code, others := range map[string]map[string]string{
		"provider_not_found":            {"provider": "other"},
		"invalid_callback_url":          {"callbackURL": "https://evil.example"},
		"invalid_error_callback_url":    {"errorCallbackURL": "//evil.example"},
		"invalid_new_user_callback_url": {"newUserCallbackURL": "javascript:alert(1)"},
		"invalid_additional_data":       {"additionalData": "[1]"},
	} {
		c := popup(kit)
		m := message(t, c.Get(start(others)))
		if m.Error == nil || m.Error.Code != code || m.Next != "" || c.Cookie(marker) != "" || c.Cookie("better-auth.state") != "" {
			t.Errorf("%s: %+v", code, m)
		}
	}
	if n, err := plugintest.StoreOf[betterauth.User](kit).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d users, %v", n, err)
	}
}

// A second step is asked for in the popup's page, not skipped.
func TestSecondStep(t *testing.T) {
	t.Parallel()
	kit := newKit(t, options{more: []betterauth.Plugin{twofactor.New(twofactor.Config{EveryMethod: true, OTP: twofactor.OTPConfig{Enabled: true}})}})
	c := popup(kit)
	message(t, c.Get(begin(t, c, nil)+"&code=ada"))
	user := kit.User("ada@example.com")
	if _, err := kit.Users().Update(t.Context(), database.Set{"twoFactorEnabled": true}, database.Eq("id", user.ID)); err != nil {
		t.Fatal(err)
	}
	c = popup(kit)
	m := message(t, c.Get(begin(t, c, nil)+"&code=ada"))
	if m.Error == nil || m.Error.Code != "further_step_required" || m.Token != "" {
		t.Errorf("%+v", m)
	}
	c.Get("/get-session").WantBody(http.StatusOK, "null")
}

// Only a trusted page can open a popup, and it must be the one that gets the message.
func TestWhoOpens(t *testing.T) {
	t.Parallel()
	kit := newKit(t, options{})
	lax := newKit(t, options{popup: oauthpopup.Config{AllowMissingReferrer: true}})
	set := func(name, value string) func(*plugintest.Client) {
		return func(c *plugintest.Client) { c.Header.Set(name, value) }
	}
	none := func(c *plugintest.Client) { c.Header.Del("Referer") }
	for name, test := range map[string]struct {
		origin string
		by     func(*plugintest.Client)
		kit    *plugintest.Kit
		opens  bool
	}{
		"the application":                       {opens: true},
		"another site":                          {by: set("Referer", "https://evil.example/")},
		"another trusted page":                  {by: set("Referer", plugintest.BaseURL+"/")},
		"a longer name":                         {by: set("Referer", app+".evil.example/")},
		"somebody in the URL":                   {by: set("Referer", "https://app.example@evil.example/")},
		"nobody says":                           {by: none},
		"nobody says, and may":                  {by: none, kit: lax, opens: true},
		"another site, where nobody must say":   {by: set("Referer", "https://evil.example/"), kit: lax},
		"a script of another site":              {by: set("Origin", "https://evil.example")},
		"a page without an origin":              {by: set("Origin", "null")},
		"a page here":                           {origin: plugintest.BaseURL, by: set("Referer", plugintest.BaseURL+"/x"), opens: true},
		"a page here that says nothing":         {origin: plugintest.BaseURL, by: func(c *plugintest.Client) { none(c); c.Header.Set("Sec-Fetch-Site", "same-origin") }, opens: true},
		"a page here for the application":       {by: func(c *plugintest.Client) { none(c); c.Header.Set("Sec-Fetch-Site", "same-origin") }},
		"an origin that is not trusted":         {origin: "https://evil.example", by: set("Referer", "https://evil.example/")},
		"an origin that anybody can have":       {origin: "https://evil.vercel.app", by: set("Referer", "https://evil.vercel.app/")},
		"a page's address":                      {origin: app + "/", by: set("Referer", app+"/")},
		"an origin in other letters":            {origin: "https://APP.example", by: set("Referer", app+"/")},
		"every origin":                          {origin: "*"},
		"a relative place":                      {origin: "/", by: none},
		"an origin that is none":                {origin: "null", by: set("Origin", "null")},
		"a scheme that is no page's":            {origin: "javascript:alert(1)"},
		"an origin that is not named":           {origin: " "},
		"the application, by a script's header": {by: func(c *plugintest.Client) { none(c); c.Header.Set("Origin", app) }, opens: true},
	} {
		if test.kit == nil {
			test.kit = kit
		}
		c := popup(test.kit)
		if test.by != nil {
			test.by(c)
		}
		others := map[string]string{}
		if test.origin != "" {
			others["popupOrigin"] = test.origin
		}
		a := c.Get(start(others))
		if opens := a.Status == http.StatusFound; opens != test.opens {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if !test.opens && (a.Code() != "INVALID_ORIGIN" || len(a.Header["Set-Cookie"]) > 0) {
			t.Errorf("%s: %d %s %v", name, a.Status, a.Body, a.Header)
		}
	}
}

// The cookie is of one flow: a sign-in without a popup that follows one is as ever. One of
// the TypeScript server names no flow.
func TestOneFlow(t *testing.T) {
	t.Parallel()
	kit := newKit(t, options{})
	c := popup(kit)
	begin(t, c, nil)
	left := c.Cookie(marker)
	c.Header.Set("Origin", plugintest.BaseURL)
	callback := func() string {
		t.Helper()
		var begun social.Begun
		c.Post("/sign-in/social", map[string]any{"provider": "tiny", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
		to, err := url.Parse(begun.URL)
		if err != nil {
			t.Fatal(err)
		}
		return "/callback/tiny?code=ada&state=" + to.Query().Get("state")
	}
	c.Get(callback()).WantRedirect("/home")
	if c.Cookie(marker) != left || left == "" {
		t.Error("the cookie of another flow is gone")
	}

	sign := func(text string) { c.SetCookie(marker, text+"."+kit.Host.Sign(text)) }
	sign(`{"popupOrigin":"` + app + `","popupNonce":"` + nonce + `"}`)
	if m := message(t, c.Get(callback())); m.RedirectTo != "/home" {
		t.Errorf("%+v", m)
	}
	sign(`{"popupOrigin":"https://evil.example","popupNonce":"` + nonce + `"}`)
	c.Get(callback()).WantRedirect("/home")
	sign(`{"popupOrigin":"*"}`)
	c.Get(callback()).WantRedirect("/home")
	c.SetCookie(marker, `{"popupOrigin":"`+app+`","popupNonce":""}.`+strings.Repeat("A", 43)+"=")
	c.Get(callback()).WantRedirect("/home")
}

// A step that a hook demands after the session was made ends the session, as without a
// popup.
func TestStepAfterTheSession(t *testing.T) {
	t.Parallel()
	demand := betterauth.Inline{ID: "confirm", After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.EverySignIn, func(*betterauth.Ctx, *betterauth.Result) error {
		return betterauth.StepUp(map[string]bool{"confirm": true})
	})}}
	kit := newKit(t, options{more: []betterauth.Plugin{demand}})
	c := popup(kit)
	if m := message(t, c.Get(begin(t, c, nil)+"&code=ada")); m.Error == nil || m.Error.Code != "further_step_required" || m.Token != "" {
		t.Errorf("%+v", m)
	}
	c.Get("/get-session").WantBody(http.StatusOK, "null")
	if n := len(kit.Rows()["session"]); n != 0 {
		t.Errorf("%d sessions stay", n)
	}
}
