package passkey_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Whatever bytes arrive at an endpoint of a ceremony, the answer is no 5xx, and
// nothing is stored unless the ceremony was honest, which is decided here
// without the code under test. Every challenge is the same, so that what the
// fuzzer changes gets past it; the seeds are the requests of all cases.

// fixedChallenge answers reads of 32 bytes, which only a challenge takes, with
// the same bytes, and all others from crypto/rand.
type fixedChallenge struct{}

func (fixedChallenge) Read(p []byte) (int, error) {
	if len(p) == 32 {
		clear(p)
		return len(p), nil
	}
	return rand.Read(p)
}

var theChallenge = base64.RawURLEncoding.EncodeToString(make([]byte, 32))

func seeded(n byte) io.Reader { return mathrand.NewChaCha8([32]byte{n}) }

// fuzzWorld is a relying party with Alice, who has two passkeys, and her session.
type fuzzWorld struct {
	kit     *plugintest.Kit
	alice   *plugintest.Client
	keys    map[string]any // by credential id, the public key
	session string         // the cookie
}

func newFuzzWorld(f *testing.F) *fuzzWorld {
	f.Helper()
	kit := plugintest.NewWith(f, plugintest.Options{
		Config: betterauth.Config{Random: fixedChallenge{}}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})},
	})
	w := &fuzzWorld{kit: kit, keys: map[string]any{}}
	w.alice = kit.SignedIn("alice@example.com")
	w.session = w.alice.Session.Token + "." + kit.Host.Sign(w.alice.Session.Token)
	for n, alg := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA} {
		a := passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, CountStep: 1, Rand: seeded(byte(n))})
		response, err := a.Create(w.alice.Get(registerOptions).Want(http.StatusOK).Body, passkeytest.CreateOptions{Algorithm: alg})
		if err != nil {
			f.Fatal(err)
		}
		w.alice.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response)}).Want(http.StatusOK)
		made := a.Credentials()[0]
		w.keys[base64.RawURLEncoding.EncodeToString(made.ID)] = made.PrivateKey.Public()
	}
	return w
}

// seeds adds the bodies that the cases send to path.
func seeds(f *testing.F, path string) {
	f.Helper()
	if worker := flag.Lookup("test.fuzzworker"); worker != nil && worker.Value.String() == "true" {
		return // the process that leads the workers hands them their inputs
	}
	kit := plugintest.NewWith(f, plugintest.Options{
		Config: betterauth.Config{Random: fixedChallenge{}}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})},
	})
	server := caseServer(kit)
	server.Rand = func() io.Reader { return seeded(0) }
	elsewhere := map[string]cases.Group{verifyRegistration: cases.Authentication, verifyAuthenticate: cases.Registration}[path]
	for _, c := range cases.All() {
		if c.Group == elsewhere || c.Group == cases.Management || c.Config != nil {
			continue
		}
		if request, _ := cases.Prepare(f, server, c); request.Path == path {
			switch body := request.Body.(type) {
			case string:
				f.Add([]byte(body))
			default:
				raw, err := json.Marshal(body, json.Deterministic(true))
				if err != nil {
					f.Fatal(err)
				}
				f.Add(raw)
			}
		}
	}
}

// browser is a client with or without Alice's session.
func (w *fuzzWorld) browser(t *testing.T, signedIn bool) *plugintest.Client {
	c := w.kit.With(t).Client()
	c.Header.Set("Sec-Fetch-Site", "same-origin")
	if signedIn {
		c.SetCookie("better-auth.session_token", w.session)
	}
	return c
}

// settle undoes what an honest ceremony did.
func (w *fuzzWorld) settle(t *testing.T, statements ...string) {
	t.Helper()
	for _, statement := range append(statements, `delete from verification`) {
		if _, err := w.kit.DB.Bun().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// judge fails for a 5xx, for a refusal that changed something and for anything
// accepted that dishonest finds fault with.
func (w *fuzzWorld) judge(t *testing.T, answer *plugintest.Answer, before map[string]string, dishonest func() error) {
	t.Helper()
	if answer.Status >= 500 {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	if answer.Status == http.StatusOK {
		if err := dishonest(); err != nil {
			t.Errorf("accepted, although %v: %s", err, answer.Body)
		}
		return
	}
	after := cases.Rows(t, w.kit.DB)
	for table := range before {
		if before[table] != after[table] {
			t.Errorf("%d %s changed %s", answer.Status, answer.Body, table)
		}
	}
}

func FuzzVerifyRegistration(f *testing.F) {
	w := newFuzzWorld(f)
	seeds(f, verifyRegistration)
	before := cases.Rows(f, w.kit.DB)
	f.Fuzz(func(t *testing.T, body []byte) {
		c := w.browser(t, true)
		c.Get(registerOptions).Want(http.StatusOK)
		answer := c.Post(verifyRegistration, string(body))
		w.judge(t, answer, before, func() error {
			after := cases.Rows(t, w.kit.DB)
			if before["user"] != after["user"] || before["session"] != after["session"] {
				return errors.New("more than a passkey changed")
			}
			if lines := strings.Count(after["passkey"], "\n"); lines != 3 {
				return fmt.Errorf("there are %d lines of passkeys", lines)
			}
			return ceremonyIsHonest(body, "webauthn.create")
		})
		w.settle(t, `delete from passkey where "credentialID" not in ('`+strings.Join(w.ids(), "','")+`')`)
	})
}

func (w *fuzzWorld) ids() []string {
	var all []string
	for id := range w.keys {
		all = append(all, id)
	}
	return all
}

func FuzzVerifyAuthentication(f *testing.F) {
	w := newFuzzWorld(f)
	seeds(f, verifyAuthenticate)
	before := cases.Rows(f, w.kit.DB)
	f.Fuzz(func(t *testing.T, body []byte) {
		// Alice's session lists her passkeys, so no user handle is demanded.
		for _, signedIn := range []bool{false, true} {
			c := w.browser(t, signedIn)
			c.Post(authenticateOptions, nil).Want(http.StatusOK)
			answer := c.Post(verifyAuthenticate, string(body))
			w.judge(t, answer, before, func() error {
				if err := ceremonyIsHonest(body, "webauthn.get"); err != nil {
					return err
				}
				return w.signatureHolds(body)
			})
			w.settle(t, `delete from session where token <> '`+w.alice.Session.Token+`'`,
				`update passkey set counter = 0, "backedUp" = true, "deviceType" = 'multiDevice'`)
		}
	})
}

func FuzzRegisterOptions(f *testing.F) {
	w := newFuzzWorld(f)
	for _, query := range []string{"", "name=Laptop", "name=%00", "name=%ff", "authenticatorAttachment=platform", "authenticatorAttachment=x&context=y",
		"name=a&name=b", "context=" + strings.Repeat("x", 3000), "name=%E2%80%AE", "%", "a=%zz", ";", "name[]=x"} {
		f.Add(query, w.session)
	}
	f.Add("", "")
	f.Add("", "x.y")
	before := cases.Rows(f, w.kit.DB)
	f.Fuzz(func(t *testing.T, query, session string) {
		if !sendable(query) {
			return
		}
		c := w.browser(t, false)
		c.SetCookie("better-auth.session_token", session)
		answer := c.Get(registerOptions + "?" + query)
		w.judge(t, answer, before, func() error {
			if session != w.session {
				return errors.New("nobody was signed in")
			}
			return nil
		})
		w.settle(t)
	})
}

func FuzzAuthenticateOptions(f *testing.F) {
	w := newFuzzWorld(f)
	for _, body := range []string{"", "{}", "null", "[]", `{"a":`, `{"a":1,"a":2}`, "\xff", strings.Repeat("[", 2000)} {
		f.Add(body, "", w.session)
		f.Add(body, "a=b", "x.y")
	}
	before := cases.Rows(f, w.kit.DB)
	f.Fuzz(func(t *testing.T, body, query, session string) {
		if !sendable(query) {
			return
		}
		c := w.browser(t, false)
		c.SetCookie("better-auth.session_token", session)
		answer := c.Post(authenticateOptions+"?"+query, body)
		w.judge(t, answer, before, func() error {
			for id := range w.keys {
				if strings.Contains(string(answer.Body), id) && session != w.session {
					return errors.New("a stranger learned of passkeys")
				}
			}
			return nil
		})
		w.settle(t)
	})
}

// sendable reports whether a server would hand this to a handler at all.
func sendable(query string) bool {
	_, err := http.NewRequest(http.MethodGet, "http://localhost/?"+query, nil)
	return err == nil && !strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' })
}

// sentResponse is what both ceremonies send, as far as it is judged here.
type sentResponse struct {
	Response struct {
		RawID    string `json:"rawId"`
		Response struct {
			ClientDataJSON    string `json:"clientDataJSON"`
			AuthenticatorData string `json:"authenticatorData"`
			Signature         string `json:"signature"`
		} `json:"response"`
	} `json:"response"`
}

func decodeLoose(s string) []byte {
	raw, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "=")) // what is wrong will not verify
	return raw
}

// ceremonyIsHonest looks at the client data, which an honest browser writes.
func ceremonyIsHonest(body []byte, typ string) error {
	var sent sentResponse
	if err := json.Unmarshal(body, &sent); err != nil {
		return err
	}
	var client struct {
		Type, Challenge, Origin, TopOrigin string
		CrossOrigin                        bool
	}
	err := json.Unmarshal(decodeLoose(sent.Response.Response.ClientDataJSON), &client, json.MatchCaseInsensitiveNames(true), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return err
	}
	if client.Type != typ || client.Challenge != theChallenge || client.Origin != plugintest.BaseURL || client.CrossOrigin || client.TopOrigin != "" {
		return fmt.Errorf("the client data are %+v", client)
	}
	return nil
}

// signatureHolds verifies an assertion with the key that Alice registered.
func (w *fuzzWorld) signatureHolds(body []byte) error {
	var sent sentResponse
	if err := json.Unmarshal(body, &sent); err != nil {
		return err
	}
	inner := sent.Response.Response
	hash := sha256.Sum256(decodeLoose(inner.ClientDataJSON))
	data := decodeLoose(inner.AuthenticatorData)
	relyingParty := sha256.Sum256([]byte("localhost"))
	if len(data) < 37 || string(data[:32]) != string(relyingParty[:]) || data[32]&1 == 0 {
		return errors.New("the authenticator data are of another relying party, or nobody was there")
	}
	message, signature := append(data, hash[:]...), decodeLoose(inner.Signature)
	digest := sha256.Sum256(message)
	holds := false
	switch key := w.keys[base64.RawURLEncoding.EncodeToString(decodeLoose(sent.Response.RawID))].(type) {
	case *ecdsa.PublicKey:
		holds = ecdsa.VerifyASN1(key, digest[:], signature)
	case ed25519.PublicKey:
		holds = ed25519.Verify(key, message, signature)
	}
	if !holds {
		return errors.New("the signature does not hold")
	}
	return nil
}
