package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-jose/go-jose/v4"
)

// keyServer serves a key set that changes, and counts who reads it.
type keyServer struct {
	mu     sync.Mutex
	status int
	set    string
	reads  int
	clock  clock
}

func (k *keyServer) serve(set string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.set, k.status = set, http.StatusOK
}

func (k *keyServer) fail(status int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status = status
}

func (k *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reads++
	answering(k.status, "application/json", k.set)(w, r)
}

func (k *keyServer) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reads
}

func (k *keyServer) start(set string) (*oauth.Provider, *oauth.Caller) {
	k.clock.now = start
	k.serve(set)
	p, _ := verifier()
	return p, oauth.NewCaller(&http.Client{Transport: answers(k.ServeHTTP)}, k.clock.Now)
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	var k keyServer
	first, second := publicKey("one", rsaKeys()[0], ""), publicKey("two", rsaKeys()[1], "")
	p, c := k.start(keySet(first))
	long := claims{"exp": start.Add(4 * time.Hour).Unix()}
	old, next := token(t, long), sign(t, rsaKeys()[1], "two", jose.RS256, valid(long))
	step := func(what, token, reason string, reads int) {
		t.Helper()
		_, err := p.VerifyIDToken(t.Context(), c, token, "")
		if reason != "" {
			wantReason(t, err, reason)
		} else if err != nil {
			t.Errorf("%s: the token is refused: %v", what, err)
		}
		if k.count() != reads {
			t.Errorf("%s: the keys were read %d times but must be %d times", what, k.count(), reads)
		}
	}
	const unknown = "names a key that the provider does not have"
	step("the first", old, "", 1)
	step("the same again", old, "", 1)
	step("an unknown key at once", next, unknown, 2)
	k.serve(keySet(first, second))
	k.clock.advance(19 * time.Second)
	step("an unknown key soon", next, unknown, 2)
	k.clock.advance(2 * time.Second)
	step("an unknown key later", next, "", 3)
	step("the old key beside it", old, "", 3)
	k.serve(keySet(second))
	k.clock.advance(59 * time.Minute)
	step("the old key that was withdrawn", old, "", 3)
	k.clock.advance(2 * time.Minute)
	step("the old key after an hour", old, unknown, 4)
	k.clock.advance(time.Minute)
	k.fail(http.StatusServiceUnavailable)
	step("a known key while the provider is down", next, "", 4)
	k.clock.advance(time.Hour)
	if _, err := p.VerifyIDToken(t.Context(), c, next, ""); err == nil {
		t.Error("keys of which the provider does not say that they still hold are used")
	} else if _, ok := errors.AsType[*oauth.InvalidTokenError](err); ok {
		t.Errorf("the token is blamed for keys that cannot be read: %v", err)
	}
	k.serve(keySet(second))
	reads := k.count()
	if _, err := p.VerifyIDToken(t.Context(), c, next, ""); err == nil || k.count() != reads {
		t.Errorf("a provider that just failed is asked again at once: %v, %d reads", err, k.count()-reads)
	}
	k.clock.advance(5 * time.Second)
	step("the provider is back", next, "", 6)
	k.serve(keySet(first))
	step("a key that was rotated a moment ago", old, "", 7)
}

// Tokens with ever new key ids make this server ask once in a while, not once for each.
func TestUnknownKeysAreAskedForNowAndThen(t *testing.T) {
	t.Parallel()
	var k keyServer
	p, c := k.start(keySet(publicKey("one", rsaKeys()[0], "")))
	for i := range 50 {
		foreign := sign(t, edKey(), "id-"+strings.Repeat("x", i), jose.EdDSA, valid(nil))
		p.IDTokens.Algorithms = []string{"EdDSA"}
		_, err := p.VerifyIDToken(t.Context(), c, foreign, "")
		wantReason(t, err, "names a key that the provider does not have")
		k.clock.advance(time.Second)
	}
	if k.count() > 3 {
		t.Errorf("the keys were read %d times in 50 seconds", k.count())
	}
}

func TestKeysAreReadOnceForAllWhoWait(t *testing.T) {
	t.Parallel()
	good := token(t, nil)
	set := keySet(publicKey("one", rsaKeys()[0], "RS256"))
	synctest.Test(t, func(t *testing.T) {
		var reads, refused atomic.Int32
		p, _ := verifier()
		c := caller(func(w http.ResponseWriter, r *http.Request) {
			reads.Add(1)
			select {
			case <-r.Context().Done():
			case <-time.After(time.Second):
			}
			answering(200, "application/json", set)(w, r)
		})
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		for i := range 64 {
			ctx := t.Context()
			if i == 0 {
				ctx = impatient
			}
			all.Go(func() {
				if _, err := p.VerifyIDToken(ctx, c, good, ""); err != nil {
					refused.Add(1)
				}
			})
			if i == 0 {
				synctest.Wait() // the impatient one begins
			}
		}
		all.Wait()
		if reads.Load() != 1 || refused.Load() != 0 {
			t.Errorf("the keys were read %d times, and %d tokens refused", reads.Load(), refused.Load())
		}
	})
}

func TestKeySets(t *testing.T) {
	t.Parallel()
	own := publicKey("one", rsaKeys()[0], "RS256")
	encrypting, foreign := own, publicKey("one", rsaKeys()[1], "RS256")
	encrypting.Use = "enc"
	private := jose.JSONWebKey{Key: rsaKeys()[0], KeyID: "one", Algorithm: "RS256"}
	one := strings.TrimSuffix(strings.TrimPrefix(keySet(own), `{"keys":[`), `]}`)
	const unknown = "names a key that the provider does not have"
	for name, c := range map[string]struct {
		set    string
		reason string // of an invalid token; "-" for keys that cannot be read
	}{
		"one key":                         {keySet(own), ""},
		"two keys of one id":              {keySet(foreign, own), ""},
		"a key of an unknown kind beside": {`{"keys":[{"kty":"OKP2","kid":"x"},{"kty":"RSA"},7,` + one + `]}`, ""},
		"a key that encrypts":             {keySet(encrypting), unknown},
		"a private key":                   {keySet(private), unknown},
		"a shared secret":                 {`{"keys":[{"kty":"oct","kid":"one","k":"czNjcmV0czNjcmV0czNjcmV0czNjcmV0"}]}`, unknown},
		"no keys":                         {`{"keys":[]}`, "-"},
		"no set":                          {`{}`, "-"},
		"a list":                          {`[]`, "-"},
		"no JSON":                         {`<p>`, "-"},
		"a great many keys":               {`{"keys":[` + strings.Repeat(`{"kty":"x"},`, 100) + one + `]}`, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := verifier()
			_, err := p.VerifyIDToken(t.Context(), caller(answering(200, "application/json", c.set)), token(t, nil), "")
			_, invalid := errors.AsType[*oauth.InvalidTokenError](err)
			switch {
			case c.reason == "" && err != nil:
				t.Errorf("the token is refused: %v", err)
			case c.reason == "-" && (err == nil || invalid):
				t.Errorf("the error is %v but must be of the keys", err)
			case c.reason != "" && c.reason != "-":
				wantReason(t, err, c.reason)
			}
		})
	}
}

// A token without a key id matches several keys, but not any number of them.
func TestTokensWithoutAKeyIDTryFewKeys(t *testing.T) {
	t.Parallel()
	p, _ := verifier()
	foreign := publicKey("", rsaKeys()[1], "")
	keys := []jose.JSONWebKey{foreign, foreign, publicKey("", rsaKeys()[0], "")}
	anonymous := sign(t, rsaKeys()[0], "", jose.RS256, valid(nil))
	if _, err := p.VerifyIDToken(t.Context(), caller(answering(200, "application/json", keySet(keys...))), anonymous, ""); err != nil {
		t.Errorf("the third key is not tried: %v", err)
	}
	for range 8 {
		keys = append([]jose.JSONWebKey{foreign}, keys...)
	}
	_, err := p.VerifyIDToken(t.Context(), caller(answering(200, "application/json", keySet(keys...))), anonymous, "")
	wantReason(t, err, "has no signature of the provider")
}

func TestKeysByDiscovery(t *testing.T) {
	t.Parallel()
	const document = "https://provider.example/.well-known/openid-configuration"
	set := keySet(publicKey("one", rsaKeys()[0], "RS256"))
	for name, c := range map[string]struct {
		issuer, keys string
		good         bool
	}{
		"its own":                   {"https://provider.example", "https://provider.example/set", true},
		"with a slash":              {"https://provider.example/", "https://provider.example/set", true},
		"keys at another host":      {"https://provider.example", "https://93.184.216.34/set", true},
		"keys in the local network": {"https://provider.example", "https://10.0.0.1/set", false},
		"keys in the open":          {"https://provider.example", "http://93.184.216.34/set", false},
		"another issuer":            {"https://other.example", "https://provider.example/set", false},
		"no issuer":                 {"", "https://provider.example/set", false},
		"no keys":                   {"https://provider.example", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := verifier()
			p.IDTokens.KeysURL = document
			_, err := p.VerifyIDToken(t.Context(), caller(func(w http.ResponseWriter, r *http.Request) {
				body := set
				if r.URL.String() == document {
					body = `{"issuer":"` + c.issuer + `","jwks_uri":"` + c.keys + `"}`
				}
				answering(200, "application/json", body)(w, r)
			}), token(t, nil), "")
			if c.good != (err == nil) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
