package passkeytest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

func creation(members string) []byte {
	return []byte(`{"challenge":"AAAA","rp":{"id":"example.org"},"user":{"id":"AQ"}` + members + `}`)
}

// What a browser refuses before the server hears of it.
func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	otherCurve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		options []byte
		change  func(*passkeytest.Options)
		create  passkeytest.CreateOptions
		want    error
	}{
		"empty":                {options: nil, want: passkeytest.ErrMalformed},
		"not an object":        {options: []byte(`[]`), want: passkeytest.ErrMalformed},
		"wrapped":              {options: []byte(`{"publicKey":` + string(creation("")) + `}`), want: passkeytest.ErrMalformed},
		"no challenge":         {options: []byte(`{"user":{"id":"AQ"}}`), want: passkeytest.ErrMalformed},
		"padded challenge":     {options: []byte(`{"challenge":"AA==","user":{"id":"AQ"}}`), want: passkeytest.ErrMalformed},
		"no user handle":       {options: []byte(`{"challenge":"AAAA"}`), want: passkeytest.ErrMalformed},
		"user handle too long": {options: []byte(`{"challenge":"AAAA","user":{"id":"` + strings.Repeat("A", 87) + `"}}`), want: passkeytest.ErrMalformed},
		"line break in id":     {options: []byte(`{"challenge":"AA\nAA","user":{"id":"AQ"}}`), want: passkeytest.ErrMalformed},
		"foreign RP ID":        {options: []byte(`{"challenge":"AAAA","rp":{"id":"evil.org"},"user":{"id":"AQ"}}`), want: passkeytest.ErrSecurity},
		"half a label":         {options: []byte(`{"challenge":"AAAA","rp":{"id":"ample.org"},"user":{"id":"AQ"}}`), want: passkeytest.ErrSecurity},
		"no known algorithm":   {options: creation(`,"pubKeyCredParams":[{"type":"public-key","alg":-53}]`), want: passkeytest.ErrNotSupported},
		"wrong type":           {options: creation(`,"pubKeyCredParams":[{"type":"password","alg":-7}]`), want: passkeytest.ErrNotSupported},
		"resident required": {
			options: creation(`,"authenticatorSelection":{"residentKey":"required"}`),
			change:  func(o *passkeytest.Options) { o.NoResidentKeys = true },
			want:    passkeytest.ErrNotAllowed,
		},
		"requireResidentKey": {
			options: creation(`,"authenticatorSelection":{"requireResidentKey":true}`),
			change:  func(o *passkeytest.Options) { o.NoResidentKeys = true },
			want:    passkeytest.ErrNotAllowed,
		},
		"verification required": {
			options: creation(`,"authenticatorSelection":{"userVerification":"required"}`),
			change:  func(o *passkeytest.Options) { o.Flags = passkeytest.UserPresent },
			want:    passkeytest.ErrNotAllowed,
		},
		"key of another curve": {options: creation(""), create: passkeytest.CreateOptions{PrivateKey: otherCurve}, want: passkeytest.ErrKey},
		"id too long":          {options: creation(""), create: passkeytest.CreateOptions{CredentialID: make([]byte, 1<<16)}, want: passkeytest.ErrMalformed},
		"unknown algorithm":    {options: creation(""), create: passkeytest.CreateOptions{Algorithm: -53}, want: passkeytest.ErrNotSupported},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthenticator(test.change)
			if _, err := a.Create(test.options, test.create); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if n := len(a.Credentials()); n != 0 {
				t.Errorf("%d credentials kept", n)
			}
		})
	}
}

func TestGetRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options string
		want    error
	}{
		"wrapped":               {`{"publicKey":{"challenge":"AAAA"}}`, passkeytest.ErrMalformed},
		"no challenge":          {`{}`, passkeytest.ErrMalformed},
		"foreign RP ID":         {`{"challenge":"AAAA","rpId":"evil.org"}`, passkeytest.ErrSecurity},
		"not in allow list":     {`{"challenge":"AAAA","allowCredentials":[{"type":"public-key","id":"BBBB"}]}`, passkeytest.ErrNotAllowed},
		"not resident":          {`{"challenge":"AAAA"}`, passkeytest.ErrNotAllowed},
		"verification required": {`{"challenge":"AAAA","userVerification":"required","allowCredentials":[{"type":"public-key","id":"AAAA"}]}`, passkeytest.ErrNotAllowed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthenticator(func(o *passkeytest.Options) { o.Flags = passkeytest.UserPresent })
			if _, err := a.Create(creation(""), passkeytest.CreateOptions{CredentialID: []byte{0, 0, 0}}); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Get([]byte(test.options), passkeytest.GetOptions{}); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestExcludeCredentials(t *testing.T) {
	t.Parallel()
	a := newAuthenticator(nil)
	if _, err := a.Create(creation(""), passkeytest.CreateOptions{CredentialID: []byte{0, 0, 0}}); err != nil {
		t.Fatal(err)
	}
	again := creation(`,"excludeCredentials":[{"type":"public-key","id":"BBBB"},{"type":"public-key","id":"AAAA"}]`)
	if _, err := a.Create(again, passkeytest.CreateOptions{}); !errors.Is(err, passkeytest.ErrExcluded) {
		t.Errorf("error %v, want ErrExcluded", err)
	}
	if _, err := newAuthenticator(nil).Create(again, passkeytest.CreateOptions{}); err != nil {
		t.Errorf("an authenticator without the credential: %v", err)
	}
}

func TestResidentKeyRequirement(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	tests := []struct {
		selection string
		force     *bool
		want      bool
	}{
		{`{}`, nil, false},
		{`{"residentKey":"discouraged"}`, nil, false},
		{`{"residentKey":"discouraged","requireResidentKey":true}`, nil, false},
		{`{"residentKey":"preferred"}`, nil, true},
		{`{"residentKey":"required"}`, nil, true},
		{`{"requireResidentKey":true}`, nil, true},
		{`{"residentKey":"required"}`, &no, false},
		{`{}`, &yes, true},
	}
	for i, test := range tests {
		a := newAuthenticator(nil)
		if _, err := a.Create(creation(`,"authenticatorSelection":`+test.selection), passkeytest.CreateOptions{Resident: test.force}); err != nil {
			t.Fatal(err)
		}
		if got := a.Credentials()[0].Resident; got != test.want {
			t.Errorf("%d: %s: resident %v, want %v", i, test.selection, got, test.want)
		}
	}
}

func TestResidentCredentialReplacesTheUsersOlderOne(t *testing.T) {
	t.Parallel()
	a := newAuthenticator(nil)
	required := `,"authenticatorSelection":{"residentKey":"required"}`
	for _, id := range []byte{1, 2} {
		if _, err := a.Create(creation(required), passkeytest.CreateOptions{CredentialID: []byte{id}}); err != nil {
			t.Fatal(err)
		}
	}
	other := bytes.Replace(creation(required), []byte(`"AQ"`), []byte(`"Ag"`), 1)
	if _, err := a.Create(other, passkeytest.CreateOptions{CredentialID: []byte{3}}); err != nil {
		t.Fatal(err)
	}
	var ids []byte
	for _, c := range a.Credentials() {
		ids = append(ids, c.ID...)
	}
	if !bytes.Equal(ids, []byte{2, 3}) {
		t.Errorf("credentials %v, want 2 and 3", ids)
	}
}

func TestChoiceOfCredential(t *testing.T) {
	t.Parallel()
	a := newAuthenticator(nil)
	for i, handle := range []string{"AQ", "Ag", "Aw"} {
		options := bytes.Replace(creation(`,"authenticatorSelection":{"residentKey":"required"}`), []byte(`"AQ"`), []byte(`"`+handle+`"`), 1)
		if _, err := a.Create(options, passkeytest.CreateOptions{CredentialID: []byte{byte(i), 0, 0}}); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		options string
		get     passkeytest.GetOptions
		want    string
	}{
		"newest":              {`{"challenge":"AAAA"}`, passkeytest.GetOptions{}, "AgAA"},
		"allow list":          {`{"challenge":"AAAA","allowCredentials":[{"type":"public-key","id":"BBBB"},{"type":"public-key","id":"AQAA"}]}`, passkeytest.GetOptions{}, "AQAA"},
		"picked":              {`{"challenge":"AAAA"}`, passkeytest.GetOptions{CredentialID: []byte{0, 0, 0}}, "AAAA"},
		"picked, not allowed": {`{"challenge":"AAAA","allowCredentials":[{"type":"public-key","id":"AQAA"}]}`, passkeytest.GetOptions{CredentialID: []byte{0, 0, 0}}, "AAAA"},
	}
	for name, test := range tests {
		response, err := a.Get([]byte(test.options), test.get)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := decodeObject(t, response)["id"]; got != test.want {
			t.Errorf("%s: %v answered, want %s", name, got, test.want)
		}
	}
	if !a.Remove([]byte{2, 0, 0}) || a.Remove([]byte{2, 0, 0}) {
		t.Error("Remove reports the wrong thing")
	}
	if _, err := a.Get([]byte(`{"challenge":"AAAA"}`), passkeytest.GetOptions{CredentialID: []byte{2, 0, 0}}); !errors.Is(err, passkeytest.ErrNotAllowed) {
		t.Errorf("a removed credential: error %v", err)
	}
}

func TestRelyingPartyID(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		origin, configured, requested, want string
	}{
		"host of the origin": {"https://login.example.org:8443", "", "", "login.example.org"},
		"parent domain":      {"https://login.example.org", "", "example.org", "example.org"},
		"default":            {"https://login.example.org", "example.org", "", "example.org"},
		"related origin":     {"https://example.net", "example.org", "example.org", "example.org"},
		"app":                {"android:apk-key-hash:AAAA", "example.org", "example.org", "example.org"},
	}
	for name, test := range tests {
		a := passkeytest.New(passkeytest.Options{Origin: test.origin, RPID: test.configured})
		options := bytes.Replace(creation(""), []byte(`"example.org"`), []byte(`"`+test.requested+`"`), 1)
		if _, err := a.Create(options, passkeytest.CreateOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := a.Credentials()[0].RPID; got != test.want {
			t.Errorf("%s: RP ID %q, want %q", name, got, test.want)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	a := newAuthenticator(nil)
	if err := a.Import(passkeytest.Credential{ID: []byte{1}, RPID: testRPID}); !errors.Is(err, passkeytest.ErrKey) {
		t.Errorf("no key: error %v", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Import(passkeytest.Credential{RPID: testRPID, PrivateKey: key}); !errors.Is(err, passkeytest.ErrMalformed) {
		t.Errorf("no id: error %v", err)
	}
}

func TestRandomnessThatFails(t *testing.T) {
	t.Parallel()
	zeros := strings.NewReader(strings.Repeat("\x00", 1<<12))
	for _, test := range []struct {
		name   string
		change func(*passkeytest.Options)
	}{
		{"ends", func(o *passkeytest.Options) { o.Rand = strings.NewReader("short") }},
		{"never a scalar", func(o *passkeytest.Options) { o.Rand = zeros }},
	} {
		if _, err := newAuthenticator(test.change).Create(creation(""), passkeytest.CreateOptions{}); err == nil {
			t.Errorf("%s: registered", test.name)
		}
	}
}

// Counters of concurrent assertions are all different; the race detector
// watches the rest.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	const n = 16
	a := newAuthenticator(func(o *passkeytest.Options) { o.CountStep = 1 })
	if _, err := a.Create(creation(`,"authenticatorSelection":{"residentKey":"required"}`), passkeytest.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	counters := make([]uint32, n)
	for i := range n {
		wg.Go(func() {
			response, err := a.Get([]byte(`{"challenge":"AAAA"}`), passkeytest.GetOptions{Tamper: passkeytest.Tamper{
				// Calling back must not dead-lock.
				Response: func(map[string]any) { a.Credentials() },
			}})
			if err != nil {
				t.Error(err)
				return
			}
			parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
			if err != nil {
				t.Error(err)
				return
			}
			counters[i] = parsed.Response.AuthenticatorData.Counter
			other := bytes.Replace(creation(""), []byte(`"AQ"`), fmt.Appendf(nil, `"%s"`, strings.Repeat("A", 2+i%2)), 1)
			if _, err := a.Create(other, passkeytest.CreateOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	seen := map[uint32]bool{}
	for _, c := range counters {
		if c == 0 || seen[c] {
			t.Errorf("counter %d twice or zero", c)
		}
		seen[c] = true
	}
	if got := len(a.Credentials()); got != n+1 {
		t.Errorf("%d credentials, want %d", got, n+1)
	}
}
