package passkey_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json"
)

// Each benchmark sends requests to the handler and reports, as x-bare, how many
// times it takes what one verification of an ES256 signature takes by itself,
// measured in the same run, before and after. Both are the fastest of their
// kind, so that what else the machine does counts little.

var benchedAlgorithms = []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256}

func BenchmarkBareVerification(b *testing.B) {
	for _, alg := range benchedAlgorithms {
		b.Run(alg.String(), func(b *testing.B) {
			verify := bareVerification(b, alg)
			b.ReportAllocs()
			for b.Loop() {
				verify()
			}
		})
	}
}

func BenchmarkRegisterOptions(b *testing.B) {
	kit := newKit(b, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	serve(b, kit, func(int) *http.Request { return benchRequest(http.MethodGet, registerOptions, "", alice) })
}

func BenchmarkAuthenticateOptions(b *testing.B) {
	kit := newKit(b, passkey.Config{})
	serve(b, kit, func(int) *http.Request { return benchRequest(http.MethodGet, authenticateOptions, "", kit.Client()) })
}

func BenchmarkRegistration(b *testing.B) {
	for _, alg := range benchedAlgorithms {
		b.Run(alg.String(), func(b *testing.B) {
			kit := newKit(b, passkey.Config{})
			key := benchKey(b, alg)
			serve(b, kit, func(i int) *http.Request {
				// Nobody has many passkeys, and everybody has a list of their own.
				c := kit.SignedIn(fmt.Sprintf("user%d@example.com", i/16))
				o := passkeytest.CreateOptions{PrivateKey: key, CredentialID: fmt.Appendf(nil, "credential %8d", i)}
				response, err := newAuthenticator().Create(c.Get(registerOptions).Want(http.StatusOK).Body, o)
				if err != nil {
					b.Fatal(err)
				}
				return benchRequest(http.MethodPost, verifyRegistration, `{"response":`+string(response)+`}`, c)
			})
		})
	}
}

func BenchmarkAuthentication(b *testing.B) {
	for _, alg := range benchedAlgorithms {
		b.Run(alg.String(), func(b *testing.B) {
			kit := newKit(b, passkey.Config{})
			a, alice := newAuthenticator(), kit.SignedIn("alice@example.com")
			response, err := a.Create(alice.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{PrivateKey: benchKey(b, alg)})
			if err != nil {
				b.Fatal(err)
			}
			alice.Post(verifyRegistration, `{"response":`+string(response)+`}`).Want(http.StatusOK)
			serve(b, kit, func(int) *http.Request {
				c := kit.Client()
				response, err := a.Get(c.Get(authenticateOptions).Want(http.StatusOK).Body, passkeytest.GetOptions{})
				if err != nil {
					b.Fatal(err)
				}
				return benchRequest(http.MethodPost, verifyAuthenticate, `{"response":`+string(response)+`}`, c)
			})
		})
	}
}

// serve measures the handler alone: what clients and authenticators do is done
// before.
func serve(b *testing.B, kit *plugintest.Kit, prepare func(i int) *http.Request) {
	b.Helper()
	requests := make([]*http.Request, b.N)
	for i := range requests {
		requests[i] = prepare(i)
	}
	bare := bareTimes(b)
	times := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for _, r := range requests {
		w, start := httptest.NewRecorder(), time.Now()
		kit.Auth.ServeHTTP(w, r)
		times = append(times, time.Since(start))
		if w.Code != http.StatusOK {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	b.StopTimer()
	bare = append(bare, bareTimes(b)...)
	b.ReportMetric(float64(slices.Min(times))/float64(slices.Min(bare)), "x-bare")
}

func benchRequest(method, path, body string, c *plugintest.Client) *http.Request {
	r := httptest.NewRequest(method, plugintest.BaseURL+"/api/auth"+path, strings.NewReader(body))
	r.Header.Set("Origin", plugintest.BaseURL)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, name := range []string{"better-auth.session_token", "better-auth.better-auth-passkey"} {
		if value := c.Cookie(name); value != "" {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	return r
}

// bareTimes are how long verifications of an ES256 signature take now.
func bareTimes(b *testing.B) []time.Duration {
	b.Helper()
	verify := bareVerification(b, passkeytest.ES256)
	times := make([]time.Duration, 300)
	for i := range times {
		start := time.Now()
		verify()
		times[i] = time.Since(start)
	}
	return times
}

func benchKey(b *testing.B, alg passkeytest.Algorithm) crypto.Signer {
	b.Helper()
	a := newAuthenticator()
	options := []byte(`{"challenge":"AAAA","rp":{"id":"localhost"},"user":{"id":"AQ"}}`)
	if _, err := a.Create(options, passkeytest.CreateOptions{Algorithm: alg}); err != nil {
		b.Fatal(err)
	}
	return a.Credentials()[0].PrivateKey
}

// bareVerification verifies one assertion with the standard library and nothing
// around it.
func bareVerification(b *testing.B, alg passkeytest.Algorithm) func() {
	b.Helper()
	a := newAuthenticator()
	if _, err := a.Create([]byte(`{"challenge":"AAAA","rp":{"id":"localhost"},"user":{"id":"AQ"},"authenticatorSelection":{"residentKey":"required"}}`),
		passkeytest.CreateOptions{Algorithm: alg}); err != nil {
		b.Fatal(err)
	}
	response, err := a.Get([]byte(`{"challenge":"AAAA"}`), passkeytest.GetOptions{})
	if err != nil {
		b.Fatal(err)
	}
	var sent struct {
		Response struct {
			ClientDataJSON    string `json:"clientDataJSON"`
			AuthenticatorData string `json:"authenticatorData"`
			Signature         string `json:"signature"`
		} `json:"response"`
	}
	if err := json.Unmarshal(response, &sent); err != nil {
		b.Fatal(err)
	}
	var parts [3][]byte
	for i, text := range []string{sent.Response.AuthenticatorData, sent.Response.ClientDataJSON, sent.Response.Signature} {
		if parts[i], err = base64.RawURLEncoding.DecodeString(text); err != nil {
			b.Fatal(err)
		}
	}
	hash := sha256.Sum256(parts[1])
	message, signature := append(parts[0], hash[:]...), parts[2]
	public := a.Credentials()[0].PrivateKey.Public()
	return func() {
		holds := false
		digest := sha256.Sum256(message)
		switch key := public.(type) {
		case *ecdsa.PublicKey:
			holds = ecdsa.VerifyASN1(key, digest[:], signature)
		case ed25519.PublicKey:
			holds = ed25519.Verify(key, message, signature)
		case *rsa.PublicKey:
			holds = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
		}
		if !holds {
			b.Fatal("the signature does not hold")
		}
	}
}
