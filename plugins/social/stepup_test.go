package social_test

import (
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// assured keeps how strong the last sign-in was.
type assured struct{ last atomic.Int64 }

func (a *assured) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "assured", Gates: []betterauth.SessionGate{{Name: "assured", Check: func(_ *betterauth.Ctx, attempt *betterauth.Attempt) error {
		a.last.Store(int64(attempt.SignIn.Assurance))
		return nil
	}}}}
}

func TestStepUpByTheIDToken(t *testing.T) {
	t.Parallel()
	const failed = "/oops?error=reauthentication_failed"
	ada := person{sub: "ada", email: "ada@example.com", verified: true}
	for name, test := range map[string]struct {
		in     object
		who    person
		claims func(c object, now time.Time)
		want   string
		strong bool
	}{
		"signed in now":           {who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() }, want: "/settings"},
		"within the skew":         {who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() - 30 }, want: "/settings"},
		"before":                  {who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() - 31 }, want: failed},
		"no more than is allowed": {in: object{"maxAge": 86400}, who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() - 331 }, want: failed},
		"as much as is allowed":   {in: object{"maxAge": 86400}, who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() - 330 }, want: "/settings"},
		"within the age":          {in: object{"maxAge": 60}, who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() - 90 }, want: "/settings"},
		"beyond the age":          {in: object{"maxAge": 60}, who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() - 91 }, want: failed},
		"in the future":           {who: ada, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() + 31 }, want: failed},
		"nobody knows when":       {who: ada, claims: func(object, time.Time) {}, want: failed},
		"no time at all":          {who: ada, claims: func(c object, _ time.Time) { c["auth_time"] = 0 }, want: failed},
		"another subject":         {who: person{sub: "eve", email: "ada@example.com", verified: true}, claims: func(c object, now time.Time) { c["auth_time"] = now.Unix() }, want: failed},
		"two factors by method":   {who: ada, claims: func(c object, now time.Time) { c["auth_time"], c["amr"] = now.Unix(), []string{"pwd", "mfa"} }, want: "/settings", strong: true},
		"two factors by class":    {who: ada, claims: func(c object, now time.Time) { c["auth_time"], c["acr"] = now.Unix(), "urn:strong" }, want: "/settings", strong: true},
		"other methods":           {who: ada, claims: func(c object, now time.Time) { c["auth_time"], c["amr"], c["acr"] = now.Unix(), []string{"pwd"}, "" }, want: "/settings"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, gate := newIDP(t), &assured{}
			kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{gate, social.New(social.Config{
				Providers: []social.Provider{p.provider("idp"), p.plain("plain")}, MultiFactorMethods: []string{"mfa"}, MultiFactorClasses: []string{"urn:strong"}})}})
			p.now = kit.Clock.Now
			c := kit.Client()
			flow := func(path string, in object, who person) string {
				asked := object{"provider": "idp", "callbackURL": "/settings", "errorCallbackURL": "/oops"}
				for name, value := range in {
					asked[name] = value
				}
				var begun social.Begun
				c.Post(path, asked).Want(http.StatusOK).Into(&begun)
				return c.Get("/callback/idp?" + p.approve(begun.URL, who).Encode()).Header.Get("Location")
			}
			flow("/sign-in/social", nil, ada)
			kit.Clock.Advance(25 * time.Hour)
			now := kit.Clock.Now()
			p.reset(bend{claims: func(c object) { test.claims(c, now) }})
			if to := flow("/reauthenticate/social", test.in, test.who); to != test.want {
				t.Errorf("leads to %s", to)
			}
			if fresh := c.Get("/list-sessions").Status == http.StatusOK; fresh != (test.want == "/settings") {
				t.Errorf("that the session is fresh is %t", fresh)
			}
			if strong := betterauth.Assurance(gate.last.Load()) == betterauth.MultiFactor; strong != test.strong {
				t.Errorf("that the proof counts as two factors is %t", strong)
			}
			c.Post("/reauthenticate/social", object{"provider": "plain"}).WantError(social.ErrReauthenticationNotSupported)
		})
	}
}

// A gate that refuses leaves the session as it was.
func TestStepUpAsksTheGates(t *testing.T) {
	t.Parallel()
	banned := &betterauth.ErrorCode{Code: "BANNED_TODAY", Message: "Not today", Status: http.StatusForbidden}
	var closed atomic.Bool
	p := newIDP(t)
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{p.provider("idp")}}), gated{func(a *betterauth.Attempt) error {
		if a.Renews != nil && closed.Load() {
			return banned
		}
		return nil
	}}}})
	p.now = kit.Clock.Now
	c, ada := kit.Client(), person{sub: "ada", email: "ada@example.com", verified: true}
	p.reset(bend{claims: func(c object) { c["auth_time"] = p.now().Unix() }})
	for _, path := range []string{"/sign-in/social", "/reauthenticate/social"} {
		var begun social.Begun
		c.Post(path, object{"provider": "idp", "callbackURL": "/settings", "errorCallbackURL": "/oops"}).Want(http.StatusOK).Into(&begun)
		to, err := url.Parse(c.Get("/callback/idp?" + p.approve(begun.URL, ada).Encode()).Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		if got := to.Query().Get("error"); closed.Load() && got != "BANNED_TODAY" || !closed.Load() && got != "" {
			t.Errorf("%s leads to %s", path, to)
		}
		closed.Store(true)
		kit.Clock.Advance(25 * time.Hour)
	}
	if c.Get("/list-sessions").Status == http.StatusOK {
		t.Error("the session is fresh")
	}
}

type gated struct {
	check func(a *betterauth.Attempt) error
}

func (g gated) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "gated", Gates: []betterauth.SessionGate{{Name: "gated", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error { return g.check(a) }}}}
}
