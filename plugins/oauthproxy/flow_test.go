package oauthproxy_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// A user signs in at the preview, through production, which stores nothing.
func TestSignsInThroughProduction(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*pairOptions){
		"stored": nil, "in the cookie": func(o *pairOptions) { o.social.StateInCookie = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, edit)
			before := p.production.Rows()
			c := p.preview.Client()
			final := p.through(t, "ada", begin(t, c, "/sign-in/social", nil))
			c.Get(route(t, final)).WantRedirect("/welcome")
			user := p.preview.User("ada@example.com")
			if !user.EmailVerified || user.Name != "sub-ada" || betterauth.OrZero(user.Image) != "https://p.example/sub-ada" {
				t.Errorf("%+v", user)
			}
			rows, err := plugintest.StoreOf[betterauth.Account](p.preview).List(t.Context(), database.Query{Limit: 5})
			if err != nil || len(rows) != 1 || rows[0].AccountID != "sub-ada" || betterauth.OrZero(rows[0].AccessToken) != "at-ada" || betterauth.OrZero(rows[0].RefreshToken) != "rt" ||
				betterauth.OrZero(rows[0].Scope) != "a,b" || rows[0].AccessTokenExpiresAt == nil {
				t.Errorf("%+v, %v", rows, err)
			}
			if !reflect.DeepEqual(before, p.production.Rows()) {
				t.Error("production stored something")
			}
			again := p.preview.Client()
			again.Get(route(t, p.through(t, "ada", begin(t, again, "/sign-in/social", nil)))).WantRedirect("/home?a=1")
			if strings.Contains(final, "ada@") || strings.Contains(p.production.Log.String()+p.preview.Log.String(), "at-ada") {
				t.Error("the profile or a token is readable")
			}
		})
	}
}

func TestLinksThroughProduction(t *testing.T) {
	t.Parallel()
	p := newPair(t, nil)
	c := p.preview.Client()
	c.Get(route(t, p.through(t, "ada", begin(t, c, "/sign-in/social", nil)))).WantRedirect("/welcome")
	accounts, user := plugintest.StoreOf[betterauth.Account](p.preview), p.preview.User("ada@example.com")
	if _, err := accounts.Delete(t.Context(), database.Eq("userId", user.ID)); err != nil {
		t.Fatal(err)
	}
	final := p.through(t, "ada", begin(t, c, "/link-social", nil))
	c.Get(route(t, final)).WantRedirect("/home?a=1")
	if n, err := accounts.Count(t.Context(), database.Eq("userId", user.ID), database.Eq("accountId", "sub-ada")); err != nil || n != 1 {
		t.Errorf("%d accounts, %v", n, err)
	}
	other := p.through(t, "eve", begin(t, c, "/link-social", nil))
	c.Get(route(t, other)).WantRedirect("/oops?error=email_does_not_match")
}

// What is sent on works in the browser that began, once, for a minute, for its provider.
func TestReceiverRefuses(t *testing.T) {
	t.Parallel()
	p := newPair(t, nil)
	start := func() (*plugintest.Client, string) {
		c := p.preview.Client()
		return c, route(t, p.through(t, "ada", begin(t, c, "/sign-in/social", nil)))
	}
	edit := func(place string, set func(url.Values)) string {
		path, raw, _ := strings.Cut(place, "?")
		query, _ := url.ParseQuery(raw)
		set(query)
		return path + "?" + query.Encode()
	}
	const errorPage = preview + "/api/auth/error"
	for name, test := range map[string]struct {
		change func(place string) string
		other  bool
		after  time.Duration
		want   string
	}{
		"another browser":  {other: true, want: "/oops?error=state_mismatch"},
		"too late":         {after: 61 * time.Second, want: "/oops?error=payload_expired"},
		"another provider": {change: func(p string) string { return strings.Replace(p, "/tiny/", "/other/", 1) }, want: "/oops?error=provider_mismatch"},
		"no profile":       {change: func(p string) string { return edit(p, func(q url.Values) { q.Del("profile") }) }, want: errorPage + "?error=missing_profile"},
		"a changed profile": {change: func(p string) string {
			return edit(p, func(q url.Values) { q.Set("profile", q.Get("profile")[:len(q.Get("profile"))-2]+"00") })
		}, want: errorPage + "?error=invalid_profile"},
		"no hex": {change: func(p string) string { return edit(p, func(q url.Values) { q.Set("profile", "zz") }) }, want: errorPage + "?error=invalid_profile"},
	} {
		c, place := start()
		if test.change != nil {
			place = test.change(place)
		}
		if test.other {
			c = p.preview.Client()
		}
		p.advance(test.after)
		c.Get(place).WantRedirect(test.want)
		if c.Get("/get-session").WantBody(http.StatusOK, "null"); t.Failed() {
			t.Fatal(name)
		}
	}
	c, place := start()
	c.Get(edit(place, func(q url.Values) { q.Set("callbackURL", "https://evil.example") })).WantError(betterauth.ErrInvalidCallbackURL)
	c.Get(place).WantRedirect("/welcome")
	c.Get(place).WantRedirect(errorPage + "?error=state_mismatch")
}

// Of many requests with one profile one signs in, whatever keeps the flow.
func TestUsedOnce(t *testing.T) {
	t.Parallel()
	for name, inCookie := range map[string]bool{"stored": false, "in the cookie": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, func(o *pairOptions) { o.social.StateInCookie = inCookie })
			c := p.preview.Client()
			place := route(t, p.through(t, "ada", begin(t, c, "/sign-in/social", nil)))
			var in atomic.Int64
			forks := make([]*plugintest.Client, 8)
			for i := range forks {
				forks[i] = c.Fork()
			}
			plugintest.AtOnce(len(forks), func(i int) {
				if to := forks[i].Get(place).Header.Get("Location"); to == "/welcome" || strings.HasPrefix(to, "/home") {
					in.Add(1)
				}
			})
			if in.Load() != 1 {
				t.Errorf("%d requests signed in", in.Load())
			}
		})
	}
}

// The log of production names the provider that fails, though the flow is another server's.
func TestProductionLogsTheProvider(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(o *pairOptions) {
		o.productionOnly = func(of *social.Provider) {
			of.User = func(context.Context, *social.Grant) (*social.Profile, error) { return nil, errors.New("no profile") }
		}
	})
	if to := p.through(t, "ada", begin(t, p.preview.Client(), "/sign-in/social", nil)); to != preview+"/oops?error=unable_to_get_user_info" {
		t.Errorf("it ends at %s", to)
	}
	if log := p.production.Log.String(); !strings.Contains(log, "code=unable_to_get_user_info") || !strings.Contains(log, "provider=tiny") {
		t.Errorf("the log of production:\n%s", log)
	}
}

// Production sends profiles to trusted servers alone, and to the one route for them.
func TestProductionRefuses(t *testing.T) {
	t.Parallel()
	const errorPage = production + "/api/auth/error"
	p := newPair(t, func(o *pairOptions) { o.trusted = nil })
	if to := p.through(t, "ada", begin(t, p.preview.Client(), "/sign-in/social", nil)); to != errorPage+"?error=invalid_callback_url" {
		t.Errorf("an untrusted server: %s", to)
	}
	if log := p.production.Log.String(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, "not trusted: "+preview+"\"") || !strings.Contains(log, "Config.TrustedOrigins") || strings.Contains(log, ": : ") {
		t.Errorf("the log does not name the server that is not trusted:\n%s", log)
	}
	p = newPair(t, nil)
	state := begin(t, p.preview.Client(), "/sign-in/social", nil)
	ask := func(path, want string) {
		t.Helper()
		p.production.Client().Get(path + "&state=" + url.QueryEscape(state)).WantRedirect(want)
	}
	ask("/callback/other?code=ada", errorPage+"?error=provider_mismatch")
	ask("/callback/tiny?error=access_denied", preview+"/oops?error=access_denied")
	ask("/callback/tiny?x=1", preview+"/oops?error=no_code")
	p.advance(11 * time.Minute)
	ask("/callback/tiny?code=ada", preview+"/oops?error=state_mismatch")
	state = state[:len(state)-2] + "00"
	ask("/callback/tiny?code=ada", errorPage+"?error=state_mismatch")
}

// Either server may refuse sign-ups.
func TestSignUpsRefused(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(o *pairOptions) { o.productionOnly = func(p *social.Provider) { p.Client.DisableSignUp = true } })
	c := p.preview.Client()
	c.Get(route(t, p.through(t, "ada", begin(t, c, "/sign-in/social", nil)))).WantRedirect("/oops?error=signup_disabled")
}

// Another secret, the header that skips, and production itself.
func TestNotCarried(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(o *pairOptions) { o.previewProxy.Secret = "another secret of the preview 0123456789" })
	state := begin(t, p.preview.Client(), "/sign-in/social", nil)
	if to := p.through(t, "ada", state); to != production+"/api/auth/error?error=state_mismatch" {
		t.Errorf("with another secret: %s", to)
	}
	for _, kit := range []*plugintest.Kit{p.preview, p.production} {
		c := kit.Client()
		c.Header.Set("X-Skip-OAuth-Proxy", "1")
		if kit == p.production {
			c.Header.Del("X-Skip-OAuth-Proxy")
		}
		var begun social.Begun
		c.Post("/sign-in/social", map[string]any{"provider": "tiny"}).Want(http.StatusOK).Into(&begun)
		to, _ := url.Parse(begun.URL)
		if len(to.Query().Get("state")) != 32 {
			t.Errorf("carried: %s", begun.URL)
		}
	}
}

// A host that a request names is where the production server sends profiles. Where anybody
// can have such a host, an attacker would begin a flow with theirs, send somebody else to
// the provider with it, and finish it with their profile.
func TestHostsThatAnybodyCanHave(t *testing.T) {
	t.Parallel()
	anyHost := func(context.Context, string) (bool, error) { return true, nil }
	for name, test := range map[string]struct {
		dynamic *betterauth.DynamicBaseURL
		cfg     oauthproxy.Config
		ok      bool
	}{
		"hosts that anybody can register":         {&betterauth.DynamicBaseURL{AllowedHosts: []string{"app.example", "*.vercel.app"}}, oauthproxy.Config{ProductionURL: production}, false},
		"hosts of tenants":                        {&betterauth.DynamicBaseURL{AllowHost: anyHost}, oauthproxy.Config{ProductionURL: production}, false},
		"the same with an address of the preview": {&betterauth.DynamicBaseURL{AllowedHosts: []string{"*.vercel.app"}}, oauthproxy.Config{ProductionURL: production, CurrentURL: preview}, true},
		"the same at the production server":       {&betterauth.DynamicBaseURL{AllowedHosts: []string{"*.vercel.app"}}, oauthproxy.Config{}, true},
		"hosts of one's own":                      {&betterauth.DynamicBaseURL{AllowedHosts: []string{"*.preview.example"}}, oauthproxy.Config{ProductionURL: production}, true},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Config: betterauth.Config{DynamicBaseURL: test.dynamic}, Plugins: []betterauth.Plugin{social.New(social.Config{}), oauthproxy.New(test.cfg)}})
		if ok := err == nil; ok != test.ok || !ok && !strings.Contains(err.Error(), "set CurrentURL") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for want, test := range map[string]struct {
		cfg  oauthproxy.Config
		base string
	}{
		"ProductionURL is no absolute URL": {oauthproxy.Config{ProductionURL: "http://app.example"}, preview},
		"CurrentURL is no absolute URL":    {oauthproxy.Config{CurrentURL: "pr-7"}, preview},
		"Secret has less than 32":          {oauthproxy.Config{Secret: "short"}, preview},
		"MaxAge is not between":            {oauthproxy.Config{MaxAge: time.Hour}, preview},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Config: betterauth.Config{BaseURL: test.base}, Plugins: []betterauth.Plugin{social.New(social.Config{}), oauthproxy.New(test.cfg)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}
