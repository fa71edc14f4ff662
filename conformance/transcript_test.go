package conformance_test

import (
	"context"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/go-json-experiment/json/jsontext"
)

// transcript is a sequence of requests that the reference was asked, with what
// it answered.
type transcript struct {
	Config  string `json:"config"` // in words, for people
	BaseURL string `json:"baseURL"`
	Secret  string `json:"secret"`
	Steps   []step `json:"steps"`
}

type step struct {
	Label   string `json:"label"`
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    jsontext.Value    `json:"body"`
		RawBody string            `json:"rawBody"`
	} `json:"request"`
	Response exchange `json:"response"`
}

func transcripts(t *testing.T) map[string]transcript {
	t.Helper()
	raw, err := os.ReadFile("testdata/transcripts.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]transcript
	parse(t, raw, &all)
	return all
}

const absent = "no such operation yet" // which the test sees confirmed: it is 404

// leftOut are the steps of the transcript "core" that cannot be compared.
var leftOut = map[string]string{}

// requireVerification names the transcript of a server where an address has to
// be verified before anybody can sign in with it.
const requireVerification = "requireVerification"

// What the reference answered is answered here, but for ids, tokens, dates and
// the few differences.json allows.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	allowed := differencesIn(t, "differences.json")
	configs := map[string]betterauth.Config{
		"core": {
			TrustedOrigins: []string{"https://app.example.com", "https://*.wild.com", "myapp://"},
			RateLimit:      betterauth.RateLimitConfig{Disabled: true},
			CORS:           betterauth.CORSConfig{Disabled: true}, // there the framework answers pages of other origins
		},
		"rateLimit": {},
		"cacheAndDefer": {
			Session: betterauth.SessionConfig{
				DeferRefresh: true, UpdateAge: -1, CookieCache: betterauth.CookieCacheConfig{Enabled: true},
			},
			RateLimit: betterauth.RateLimitConfig{Disabled: true},
		},
		requireVerification: {
			Mailer:    betterauth.MailerFunc(func(context.Context, *betterauth.Message) error { return nil }),
			RateLimit: betterauth.RateLimitConfig{Disabled: true},
		},
	}
	recorded := transcripts(t)
	if len(recorded) != len(configs) {
		t.Fatalf("%d transcripts, %d configurations", len(recorded), len(configs))
	}
	ran := map[string]bool{}
	for name, script := range recorded {
		t.Run(name, func(t *testing.T) {
			ran[name] = true // -run may leave some out
			cfg := configs[name]
			cfg.BaseURL, cfg.Secret, cfg.Schema = script.BaseURL, script.Secret, betterauth.SchemaMigrate
			cfg.ClientIP.Headers = []string{"X-Forwarded-For"}
			cfg.Clock = tickingClock()
			cfg.Password.Hasher = plugintest.FastHasher{} // no answer shows a hash; handover_test.go shows that both servers read the other's
			password := emailpassword.Config{RequireVerifiedEmail: name == requireVerification}
			play := newReplay(t, build(t, cfg, password), script)
			for _, s := range script.Steps {
				if why, ok := leftOut[s.Label]; ok && name == "core" {
					play.leaveOut(s, why)
					continue
				}
				for field, lines := range play.step(s) {
					where := name + " / " + s.Label + " / " + field
					if !explained(allowed, where, lines.want, lines.got) {
						t.Errorf("%s:\nreference %s\n     here %s", where, lines.want, lines.got)
					}
				}
			}
		})
	}
	for _, place := range allowed {
		name, _, _ := strings.Cut(place.where, " / ")
		if _, known := configs[name]; !known || ran[name] && !place.used.Load() {
			t.Errorf("differences.json: %s does not happen (any more) at %s", place.id, place.where)
		}
	}
}

func build(t *testing.T, cfg betterauth.Config, password emailpassword.Config) *betterauth.Auth {
	t.Helper()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	auth, err := betterauth.New(cfg).Database(db).
		Plugin(emailpassword.New(password), emailverification.New(emailverification.Config{}), account.New(account.Config{}), social.New(social.Config{})).
		Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

// tickingClock goes on a millisecond each time it is asked, so that sessions
// have an order and a slow machine exceeds no window.
func tickingClock() func() time.Time {
	start := time.Now()
	var ticks atomic.Int64
	return func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
}
