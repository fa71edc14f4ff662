package passkey_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json"
)

func TestOptionsFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{
		AuthenticatorAttachment: "cross-platform", Hints: []string{"security-key", "hybrid"}, Algorithms: []int64{-7, -35}, ResidentKey: "required",
		Extensions: passkey.Extensions{
			Registration:   map[string]any{"prf": map[string]any{}, "largeBlob": map[string]any{"support": "preferred"}, "credProps": false},
			Authentication: map[string]any{"largeBlob": map[string]any{"read": true}},
		},
	})
	alice := kit.SignedIn("alice@example.com")
	for path, want := range map[string][]string{
		registerOptions: {
			`"pubKeyCredParams":[{"alg":-7,"type":"public-key"},{"alg":-35,"type":"public-key"}]`,
			`"authenticatorSelection":{"residentKey":"required","userVerification":"preferred","authenticatorAttachment":"cross-platform","requireResidentKey":true}`,
			`"extensions":{"largeBlob":{"support":"preferred"},"prf":{},"credProps":true},"hints":["security-key","hybrid"]}`,
		},
		registerOptions + "?authenticatorAttachment=platform": {`"authenticatorAttachment":"platform"`},
		authenticateOptions: {`"userVerification":"preferred","hints":["security-key","hybrid"],"extensions":{"largeBlob":{"read":true}}}`},
	} {
		body := string(alice.Get(path).Want(http.StatusOK).Body)
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s lacks %s: %s", path, part, body)
			}
		}
	}
	// Without configuration they are the reference's.
	plain := newKit(t, passkey.Config{}).SignedIn("alice@example.com")
	if body := string(plain.Get(authenticateOptions).Body); !strings.HasSuffix(body, `"timeout":60000,"userVerification":"preferred"}`) {
		t.Errorf("default options: %s", body)
	}
	if body := string(plain.Get(registerOptions).Body); !strings.HasSuffix(body, `"extensions":{"credProps":true},"hints":[]}`) {
		t.Errorf("default options: %s", body)
	}
}

func TestAlgorithms(t *testing.T) {
	t.Parallel()
	long, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		cfg    passkey.Config
		create passkeytest.CreateOptions
		ok     bool
	}{
		"offered":        {passkey.Config{Algorithms: []int64{-7}}, passkeytest.CreateOptions{Algorithm: passkeytest.ES256}, true},
		"a list of none": {passkey.Config{Algorithms: []int64{}}, passkeytest.CreateOptions{}, true},
		"not offered":    {passkey.Config{Algorithms: []int64{-7}}, passkeytest.CreateOptions{Algorithm: passkeytest.EdDSA}, false},
		"RSA of 2048":    {passkey.Config{}, passkeytest.CreateOptions{Algorithm: passkeytest.RS256}, true},
		"RSA too short":  {passkey.Config{MinRSABits: 3072}, passkeytest.CreateOptions{Algorithm: passkeytest.RS256}, false},
		"RSA long":       {passkey.Config{MinRSABits: 3072}, passkeytest.CreateOptions{PrivateKey: long}, true},
		"RSA stays weak": {passkey.Config{MinRSABits: 2048}, passkeytest.CreateOptions{PrivateKey: long}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, tt.cfg)
			a := newAuthenticator()
			answer := register(t, kit.SignedIn("alice@example.com"), a, tt.create)
			if !tt.ok {
				notRegistered(t, kit, answer)
				return
			}
			answer.Want(http.StatusOK)
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
		})
	}
}

// What is within the bounds for RSA is accepted, to the last bit. Nobody can sign with
// these keys: their modulus is no product of primes anybody knows.
func TestBoundsOfRSA(t *testing.T) {
	t.Parallel()
	const modulus, exponent = -1, -2
	long := bytes.Repeat([]byte{0xff}, 1024)
	for name, tt := range map[string]struct {
		label int
		value []byte
		ok    bool
	}{
		"8192 bits":            {modulus, long, true},
		"8193 bits":            {modulus, append([]byte{1}, long...), false},
		"exponent 3":           {exponent, []byte{3}, true},
		"exponent 1":           {exponent, []byte{1}, false},
		"exponent of 31 bits":  {exponent, []byte{0x7f, 0xff, 0xff, 0xff}, true},
		"exponent of 32 bits":  {exponent, []byte{0x80, 0, 0, 1}, false},
		"even, and of 31 bits": {exponent, []byte{0x7f, 0xff, 0xff, 0xfe}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{})
			answer := register(t, kit.SignedIn("alice@example.com"), newAuthenticator(), passkeytest.CreateOptions{
				Algorithm: passkeytest.RS256, Tamper: passkeytest.Tamper{COSEKey: func(m map[int]any) { m[tt.label] = tt.value }},
			})
			if !tt.ok {
				notRegistered(t, kit, answer)
				return
			}
			answer.Want(http.StatusOK)
		})
	}
}

// A key that would not be accepted today still signs in.
func TestStricterAlgorithmsKeepPasskeys(t *testing.T) {
	t.Parallel()
	before := newKit(t, passkey.Config{})
	a := newAuthenticator()
	register(t, before.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{Algorithm: passkeytest.RS256}).Want(http.StatusOK)
	after := plugintest.NewWith(t, plugintest.Options{DB: before.DB, Plugins: plugins(passkey.Config{Algorithms: []int64{-7}, MinRSABits: 4096})})
	authenticate(t, after.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	const partner = "https://partner.example"
	framed := func(crossOrigin any, top string) passkeytest.Tamper {
		return bentClient(func(m map[string]any) {
			m["crossOrigin"] = crossOrigin
			if top != "" {
				m["topOrigin"] = top
			}
		})
	}
	for name, tt := range map[string]struct {
		cfg    passkey.Config
		tamper passkeytest.Tamper
		ok     bool
	}{
		"same origin":           {passkey.Config{TopOrigins: []string{partner}}, passkeytest.Tamper{}, true},
		"off":                   {passkey.Config{}, framed(true, partner), false},
		"off, top unknown":      {passkey.Config{}, framed(true, ""), false},
		"listed":                {passkey.Config{TopOrigins: []string{partner}}, framed(true, partner), true},
		"listed in upper case":  {passkey.Config{TopOrigins: []string{strings.ToUpper(partner) + "/"}}, framed(true, partner), true},
		"another":               {passkey.Config{TopOrigins: []string{partner}}, framed(true, "https://evil.example"), false},
		"another port":          {passkey.Config{TopOrigins: []string{partner}}, framed(true, partner+":8443"), false},
		"with a path":           {passkey.Config{TopOrigins: []string{partner}}, framed(true, partner+"/"), false},
		"upper case":            {passkey.Config{TopOrigins: []string{partner}}, framed(true, "HTTPS://PARTNER.EXAMPLE"), false},
		"our own":               {passkey.Config{TopOrigins: []string{partner}}, framed(true, plugintest.BaseURL), false},
		"top unknown":           {passkey.Config{TopOrigins: []string{partner}}, framed(true, ""), false},
		"top unknown, allowed":  {passkey.Config{TopOrigins: []string{partner}, AllowUnknownTopOrigin: true}, framed(true, ""), true},
		"another, top allowed":  {passkey.Config{TopOrigins: []string{partner}, AllowUnknownTopOrigin: true}, framed(true, "https://evil.example"), false},
		"top without the frame": {passkey.Config{TopOrigins: []string{partner}}, framed(false, partner), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, tt.cfg)
			alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
			answer := register(t, alice, a, passkeytest.CreateOptions{Tamper: tt.tamper})
			if !tt.ok {
				notRegistered(t, kit, answer)
				register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
			}
			answer = authenticate(t, kit.Client(), a, passkeytest.GetOptions{Tamper: tt.tamper})
			if tt.ok != (answer.Status == http.StatusOK) || answer.Status >= 500 {
				t.Errorf("signing in: %d %s", answer.Status, answer.Body)
			}
		})
	}
}

const fingerprint = "14:6D:E9:83:C5:73:06:50:D8:EE:B9:95:2F:34:FC:64:16:A0:83:42:E6:1D:BE:A8:8A:04:96:B2:3F:CF:44:E5"

func TestAndroidOrigin(t *testing.T) {
	t.Parallel()
	const want = "android:apk-key-hash:FG3pg8VzBlDY7rmVLzT8ZBagg0LmHb6oigSWsj_PROU"
	for _, text := range []string{fingerprint, strings.ToLower(fingerprint), strings.ReplaceAll(fingerprint, ":", "")} {
		if got, err := passkey.AndroidOrigin(text); got != want || err != nil {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "14:6D", fingerprint + ":00", strings.Repeat("zz", 32)} {
		if got, err := passkey.AndroidOrigin(text); err == nil {
			t.Errorf("%q became %s", text, got)
		}
	}
}

// Apps and pages on other domains are origins like any other, and no more than
// those that are listed.
func TestNativeAndRelatedOrigins(t *testing.T) {
	t.Parallel()
	app, err := passkey.AndroidOrigin(fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	related, extension := "https://example.de", "chrome-extension://"+strings.Repeat("a", 32)
	for name, tt := range map[string]struct {
		origins, related []string
		origin           string
		ok               bool
	}{
		"app":                    {[]string{plugintest.BaseURL, app}, nil, app, true},
		"app alone":              {[]string{app}, nil, app, true},
		"app alone, web":         {[]string{app}, nil, plugintest.BaseURL, false},
		"another app":            {[]string{plugintest.BaseURL, app}, nil, "android:apk-key-hash:" + strings.Repeat("A", 43), false},
		"app in another case":    {[]string{plugintest.BaseURL, app}, nil, strings.ToLower(app), false},
		"app that is not listed": {nil, nil, app, false},
		"related":                {nil, []string{related}, related, true},
		"own beside related":     {nil, []string{related}, plugintest.BaseURL, true},
		"not related":            {nil, nil, related, false},
		"own, spelt otherwise":   {[]string{"HTTP://LocalHost:3000/"}, nil, plugintest.BaseURL, true},
		"related, Unicode":       {nil, []string{"https://Bücher.example:443/"}, "https://xn--bcher-kva.example", true},
		"below a related one":    {nil, []string{related}, "https://www.example.de", false},
		"browser extension":      {[]string{plugintest.BaseURL, extension}, nil, extension, true},
		"another extension":      {[]string{plugintest.BaseURL, extension}, nil, "chrome-extension://" + strings.Repeat("b", 32), false},
		"six names beside an app": {[]string{plugintest.BaseURL, app}, []string{"https://a.example", "https://b.example",
			"https://c.example", "https://d.example", "https://e.example"}, app, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{Origins: tt.origins, RelatedOrigins: tt.related})
			a := passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, CountStep: 1})
			answer := register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{Origin: tt.origin})
			if !tt.ok {
				notRegistered(t, kit, answer)
				return
			}
			answer.Want(http.StatusOK)
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{Origin: tt.origin}).Want(http.StatusOK)
		})
	}
}

func TestWellKnown(t *testing.T) {
	t.Parallel()
	if documents := passkey.New(passkey.Config{}).WellKnown(); len(documents) != 0 {
		t.Errorf("without configuration: %v", documents)
	}
	documents := passkey.New(passkey.Config{
		RelatedOrigins: []string{"https://Example.de/", "https://example.co.uk:443"},
		Pages:          passkey.Pages{Enroll: "https://example.com/passkeys/new", Manage: "https://example.com/passkeys"},
	}).WellKnown()
	for path, want := range map[string]string{
		passkey.RelatedOriginsPath: `{"origins":["https://example.de","https://example.co.uk"]}`,
		passkey.EndpointsPath:      `{"enroll":"https://example.com/passkeys/new","manage":"https://example.com/passkeys"}`,
	} {
		for method, status := range map[string]int{http.MethodGet: 200, http.MethodHead: 200, http.MethodPost: 405, http.MethodOptions: 405} {
			w := ask(documents[path], method, path)
			body := want
			if method != http.MethodGet {
				body = ""
			}
			if w.Code != status || w.Body.String() != body || status == 200 && w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%s %s: %d %s %v", method, path, w.Code, w.Body, w.Header())
			}
			cache := "public, max-age=300"
			if status != 200 {
				cache = "no-store"
			}
			if length := w.Header().Get("Content-Length"); status == 200 && length != strconv.Itoa(len(want)) || status == 405 && w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, %v", method, path, status, w.Header())
			}
			if w.Header().Get("Cache-Control") != cache || w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: %v", method, path, w.Header())
			}
		}
	}
	if len(documents) != 2 {
		t.Errorf("%d documents", len(documents))
	}
	only := passkey.New(passkey.Config{Pages: passkey.Pages{Manage: "https://example.com/passkeys"}}).WellKnown()
	if w := ask(only[passkey.EndpointsPath], http.MethodGet, passkey.EndpointsPath); len(only) != 1 || w.Body.String() != `{"manage":"https://example.com/passkeys"}` {
		t.Errorf("manage alone: %s", w.Body)
	}
	// What JSON cannot hold is no document, and nobody keeps it.
	broken := passkey.New(passkey.Config{Pages: passkey.Pages{Manage: "https://example.com/\xff"}}).WellKnown()[passkey.EndpointsPath]
	if w := ask(broken, http.MethodGet, passkey.EndpointsPath); w.Code != http.StatusInternalServerError || w.Body.Len() != 0 || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a page that is no text: %d %s %v", w.Code, w.Body, w.Header())
	}
}

type signal struct {
	RPID        string   `json:"rpId"`
	UserID      string   `json:"userId"`
	Accepted    []string `json:"allAcceptedCredentialIds"`
	Name        string   `json:"name"`
	DisplayName string   `json:"displayName"`
}

// What a page signals is what authenticators were given at registration.
func TestSignal(t *testing.T) {
	t.Parallel()
	for handle, stable := range map[passkey.UserHandle]bool{passkey.UserHandleStable: true, passkey.UserHandleRandom: false} {
		kit := newKit(t, passkey.Config{UserHandle: handle, AllowDeletingLast: true})
		alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
		kit.Client().Get("/passkey/signal").Want(http.StatusUnauthorized)
		if body := string(alice.Get("/passkey/signal").Want(http.StatusOK).Body); !strings.Contains(body, `"allAcceptedCredentialIds":[]`) {
			t.Errorf("without passkeys: %s", body)
		}
		a, other := newAuthenticator(), newAuthenticator()
		var first, second row
		register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&first)
		register(t, alice, other, passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&second)
		register(t, bob, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
		var got signal
		alice.Get("/passkey/signal").Want(http.StatusOK).Into(&got)
		var options struct {
			RP struct {
				ID string `json:"id"`
			} `json:"rp"`
			User struct {
				ID          string `json:"id"`
				Name        string `json:"name"`
				DisplayName string `json:"displayName"`
			} `json:"user"`
		}
		alice.Get(registerOptions).Into(&options)
		if got.RPID != options.RP.ID || got.Name != options.User.Name || got.DisplayName != options.User.DisplayName || stable != (got.UserID == options.User.ID) || stable != (got.UserID != "") {
			t.Errorf("%s: %+v, registration has %+v", handle, got, options)
		}
		if !slices.Equal(sorted(got.Accepted), sorted([]string{first.CredentialID, second.CredentialID})) {
			t.Errorf("%s: accepted %v", handle, got.Accepted)
		}
		alice.Post("/passkey/delete-passkey", map[string]any{"id": first.ID}).Want(http.StatusOK)
		alice.Get("/passkey/signal").Into(&got)
		if !slices.Equal(got.Accepted, []string{second.CredentialID}) {
			t.Errorf("%s: accepted %v after deleting", handle, got.Accepted)
		}
		// The page knows the id it sent, and is told that nobody has it.
		authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).WantError(passkey.ErrPasskeyNotFound)
	}
}

// Whoever has no address goes by their name, in new passkeys and in signals.
func TestSignalWithoutAnAddress(t *testing.T) {
	t.Parallel()
	cfg := open(nil)
	cfg.UserHandle = passkey.UserHandleStable
	kit := newKit(t, cfg)
	visitor := kit.Client()
	visitor.Post("/passkey/verify-registration", madeFor(t, visitor, newAuthenticator(), "Ada", passkeytest.CreateOptions{})).Want(http.StatusOK)
	var got signal
	visitor.Get("/passkey/signal").Want(http.StatusOK).Into(&got)
	if got.Name != "Ada" || got.DisplayName != "Ada" || got.UserID == "" {
		t.Errorf("%+v", got)
	}
}

func TestRowsStayTheReferences(t *testing.T) {
	t.Parallel()
	for cfg, want := range map[bool]string{
		false: "name,publicKey,userId,credentialID,counter,deviceType,backedUp,transports,createdAt,aaguid,id",
		true:  "name,publicKey,userId,credentialID,counter,deviceType,backedUp,transports,createdAt,aaguid,id,lastUsedAt",
	} {
		alice := newKit(t, passkey.Config{TrackLastUse: cfg}).SignedIn("alice@example.com")
		register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
		var rows []map[string]any
		if err := json.Unmarshal(alice.Get("/passkey/list-user-passkeys").Body, &rows); err != nil {
			t.Fatal(err)
		}
		var got []string
		for name := range rows[0] {
			got = append(got, name)
		}
		if names := strings.Split(want, ","); !slices.Equal(sorted(got), sorted(names)) {
			t.Errorf("%v, want %v", got, names)
		}
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }
