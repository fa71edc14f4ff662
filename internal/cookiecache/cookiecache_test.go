package cookiecache_test

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookiecache"
	"github.com/better-auth-go/better-auth/internal/secret"
	"github.com/better-auth-go/better-auth/internal/vectors"
	"github.com/go-json-experiment/json/jsontext"
)

var strategies = []string{cookiecache.Compact, cookiecache.JWT, cookiecache.JWE}

func codec(t *testing.T, strategy, key string) cookiecache.Codec {
	t.Helper()
	ring, err := secret.NewRing(nil, key)
	if err != nil {
		t.Fatal(err)
	}
	return cookiecache.Codec{Ring: ring, Random: rand.Reader, Strategy: strategy}
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	const session, user, version = `{"id":"s","token":"<&>"}`, `{"id":"u","name":"Å"}`, "v\"2\u2028"
	now := time.UnixMilli(1_767_323_045_678)
	for _, strategy := range strategies {
		mine := codec(t, strategy, "a secret of the application's own")
		value, err := mine.Seal(jsontext.Value(session), jsontext.Value(user), version, now, time.Minute)
		if err != nil {
			t.Errorf("%s: %v", strategy, err)
			continue
		}
		got, expires, ok := mine.Open(value)
		if !ok || string(got.Session) != session || string(got.User) != user || got.Version != version || got.UpdatedAt != now.UnixMilli() {
			t.Errorf("%s: opened %t: %+v", strategy, ok, got)
		}
		want := now.Add(time.Minute)
		if strategy != cookiecache.Compact {
			want = want.Truncate(time.Second)
		}
		if !expires.Equal(want) {
			t.Errorf("%s: believed until %v, want %v", strategy, expires, want)
		}
		if _, _, ok := codec(t, strategy, "another secret than the first one").Open(value); ok {
			t.Errorf("%s: opened with another secret", strategy)
		}
		for _, other := range strategies {
			if _, _, ok := codec(t, other, "a secret of the application's own").Open(value); ok != (other == strategy) {
				t.Errorf("%s: opened as %s: %t", strategy, other, ok)
			}
		}
		for i := range value {
			changed := []byte(value)
			changed[i] ^= 2
			if got, _, ok := mine.Open(string(changed)); ok && (string(got.Session) != session || string(got.User) != user) {
				t.Errorf("%s: opened with byte %d changed: %+v", strategy, i, got)
			}
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, strategy := range strategies {
		c := codec(t, strategy, "a secret of the application's own")
		signed := func(payload string) string {
			raw := `{"session":` + payload + `,"expiresAt":9,"signature":"` +
				c.Ring.SignBytesURL(secret.AddClaim([]byte(payload), "expiresAt", 9)) + `"}`
			return base64.RawURLEncoding.EncodeToString([]byte(raw))
		}
		if _, expires, ok := c.Open(signed(`{"a":1}`)); ok != (strategy == cookiecache.Compact) || ok && expires.UnixMilli() != 9 {
			t.Errorf("%s: a signed copy: %t, %v", strategy, ok, expires)
		}
		for name, value := range map[string]string{
			"nothing": "", "no base64": "!", "no JSON": base64.RawURLEncoding.EncodeToString([]byte("{")),
			"a list": signed(`[1]`), "another type": signed(`{"session":{},"version":7}`), "a member twice": signed(`{"user":{},"user":{}}`),
			"too deep": signed(`{"session":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`),
		} {
			if got, _, ok := c.Open(value); ok {
				t.Errorf("%s: %s is opened: %+v", strategy, name, got)
			}
		}
	}
}

func TestSealNeedsRandomness(t *testing.T) {
	t.Parallel()
	c := codec(t, cookiecache.JWE, "a secret of the application's own")
	cause := errors.New("no randomness")
	c.Random = iotest.ErrReader(cause)
	if _, err := c.Seal(jsontext.Value("{}"), jsontext.Value("{}"), "1", time.Now(), time.Minute); !errors.Is(err, cause) {
		t.Errorf("sealed with %v", err)
	}
}

func TestForgetfulAge(t *testing.T) {
	t.Parallel()
	for strategy, want := range map[string]time.Duration{cookiecache.Compact: time.Minute, cookiecache.JWT: 5 * time.Minute, cookiecache.JWE: 5 * time.Minute} {
		if got := (cookiecache.Codec{Strategy: strategy}).ForgetfulAge(); got != want {
			t.Errorf("%s: %v", strategy, got)
		}
	}
}

// What the TypeScript server wrote is read, and what does not depend on chance is
// written as it writes it.
func TestRecorded(t *testing.T) {
	t.Parallel()
	for _, strategy := range strategies {
		recorded := vectors.Load[struct {
			Secret    string `json:"secret"`
			SetCookie string `json:"setCookie"`
		}](t, "sessionDataCookies."+strategy)
		pair, _, _ := strings.Cut(recorded.SetCookie, ";")
		_, value, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(value)
		if err != nil {
			t.Fatal(err)
		}
		c := codec(t, strategy, recorded.Secret)
		got, expires, ok := c.Open(value)
		if !ok {
			t.Errorf("%s: not opened", strategy)
			continue
		}
		made := time.UnixMilli(got.UpdatedAt)
		if strategy == cookiecache.JWE {
			continue
		}
		age := 5 * time.Minute
		if expires.Sub(made) > age || expires.Sub(made) <= age-time.Second {
			t.Errorf("%s: believed for %v", strategy, expires.Sub(made))
		}
		if again, err := c.Seal(got.Session, got.User, got.Version, made, age); again != value || err != nil {
			t.Errorf("%s: sealed as %s, %v; want %s", strategy, again, err, value)
		}
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	leave := func(names ...string) func(string) bool {
		return func(name string) bool { return strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") }
	}
	for _, tt := range []struct{ object, without, want string }{
		{`{"a":1,"b":{"a":[2]},"c":"<&>"}`, "a", `{"b":{"a":[2]},"c":"<&>"}`},
		{`{"a":1,"b":2,"c":3}`, "b c", `{"a":1}`},
		{`{"a":1}`, "a", `{}`},
		{`{"a":1,"é\"":2}`, "x", `{"a":1,"é\"":2}`},
	} {
		got, err := cookiecache.Without(jsontext.Value(tt.object), leave(strings.Fields(tt.without)...))
		if string(got) != tt.want || err != nil {
			t.Errorf("%s without %s: %s, %v", tt.object, tt.without, got, err)
		}
	}
	for _, broken := range []string{"", `{"a":`, `{"a":1`} {
		if got, err := cookiecache.Without(jsontext.Value(broken), leave("b")); err == nil {
			t.Errorf("%q is %s", broken, got)
		}
	}
}
