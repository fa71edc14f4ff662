package passkey_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

const (
	flagUP = 1 << 0
	flagBE = 1 << 3
	flagBS = 1 << 4
)

func clientData(change func(map[string]any)) passkeytest.Tamper {
	return passkeytest.Tamper{ClientData: change}
}

func authData(change func([]byte) []byte) passkeytest.Tamper {
	return passkeytest.Tamper{AuthData: change}
}

func inner(change func(map[string]any)) passkeytest.Tamper {
	return passkeytest.Tamper{Response: func(m map[string]any) { change(m["response"].(map[string]any)) }}
}

// ceremonyTampers bend what both ceremonies have, by the step of sections 7.1
// and 7.2 that must notice.
func ceremonyTampers() map[string]passkeytest.Tamper {
	return map[string]passkeytest.Tamper{
		"type":              clientData(func(m map[string]any) { m["type"] = "webauthn.other" }),
		"challenge":         clientData(func(m map[string]any) { m["challenge"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }),
		"origin":            clientData(func(m map[string]any) { m["origin"] = "https://evil.example" }),
		"origin with path":  clientData(func(m map[string]any) { m["origin"] = plugintest.BaseURL + "/login" }),
		"origin upper case": clientData(func(m map[string]any) { m["origin"] = "HTTP://LOCALHOST:3000" }),
		"origin user info":  clientData(func(m map[string]any) { m["origin"] = "http://x@localhost:3000" }),
		"cross origin":      clientData(func(m map[string]any) { m["crossOrigin"] = true }),
		"top origin":        clientData(func(m map[string]any) { m["crossOrigin"], m["topOrigin"] = true, "https://evil.example" }),
		"client data text":  {ClientDataJSON: func([]byte) []byte { return []byte("nonsense") }},
		"client data empty": {ClientDataJSON: func([]byte) []byte { return nil }},
		"RP ID hash":        authData(func(d []byte) []byte { d[0] ^= 1; return d }),
		"user not present":  authData(func(d []byte) []byte { d[32] &^= flagUP; return d }),
		"backup state without eligibility": authData(func(d []byte) []byte {
			d[32] = d[32]&^flagBE | flagBS
			return d
		}),
		"authenticator data short": authData(func(d []byte) []byte { return d[:36] }),
		"authenticator data long":  authData(func(d []byte) []byte { return append(d, 1, 2, 3) }),
		"id not raw id":            {Response: func(m map[string]any) { m["id"] = "AAAA" }},
		"id padded":                {Response: func(m map[string]any) { m["id"] = m["id"].(string) + "==" }},
		"type of credential":       {Response: func(m map[string]any) { m["type"] = "password" }},
		"no response":              {Response: func(m map[string]any) { delete(m, "response") }},
		"response a string":        {Response: func(m map[string]any) { m["response"] = "x" }},
		"client data not base64":   inner(func(m map[string]any) { m["clientDataJSON"] = "%%%" }),
		"client data missing":      inner(func(m map[string]any) { delete(m, "clientDataJSON") }),
	}
}

func TestBentRegistrations(t *testing.T) {
	t.Parallel()
	tampers := ceremonyTampers()
	for name, tamper := range map[string]passkeytest.Tamper{
		"attestation object not CBOR": inner(func(m map[string]any) { m["attestationObject"] = "AAAA" }),
		"attestation object missing":  inner(func(m map[string]any) { delete(m, "attestationObject") }),
		"unknown format":              {AttestationObject: func(m map[string]any) { m["fmt"] = "homemade" }},
		"none with a statement":       {AttestationObject: func(m map[string]any) { m["attStmt"] = map[string]any{"alg": -7} }},
		"key of no algorithm":         {COSEKey: func(m map[int]any) { m[3] = -999 }},
		"key type":                    {COSEKey: func(m map[int]any) { m[1] = 99 }},
		"symmetric key":               {COSEKey: func(m map[int]any) { clear(m); m[1], m[3], m[-1] = 4, 5, make([]byte, 32) }},
		"curve":                       {COSEKey: func(m map[int]any) { m[-1] = 2 }},
		"off the curve":               {COSEKey: func(m map[int]any) { m[-2] = bytes.Repeat([]byte{1}, 32) }},
		"y missing":                   {COSEKey: func(m map[int]any) { delete(m, -3) }},
		"y compressed":                {COSEKey: func(m map[int]any) { m[-3] = true }},
		"zero point":                  {COSEKey: func(m map[int]any) { m[-2], m[-3] = make([]byte, 32), make([]byte, 32) }},
		"key bytes":                   {COSEKeyBytes: func([]byte) []byte { return []byte{0xff} }},
	} {
		tampers[name] = tamper
	}
	for name, tamper := range tampers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{})
			answer := register(t, kit.SignedIn("alice@example.com"), newAuthenticator(), passkeytest.CreateOptions{Algorithm: passkeytest.ES256, Tamper: tamper})
			refused(t, kit, answer)
		})
	}
}

// refused demands a 4xx with a code and an unchanged database.
func refused(t *testing.T, kit *plugintest.Kit, answer *plugintest.Answer) {
	t.Helper()
	if answer.Status < 400 || answer.Status > 499 || answer.Code() == "" {
		t.Errorf("status %d, body %s", answer.Status, answer.Body)
	}
	if n, err := plugintest.StoreOf[passkey.Passkey](kit).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d passkeys, %v", n, err)
	}
}

func TestWeakKeysAreRefused(t *testing.T) {
	t.Parallel()
	small := new(big.Int).Lsh(big.NewInt(1), 511)
	tests := map[string]struct {
		alg    passkeytest.Algorithm
		change func(map[int]any)
	}{
		"Ed25519 all zero":     {passkeytest.EdDSA, func(m map[int]any) { m[-2] = make([]byte, 32) }},
		"Ed25519 neutral":      {passkeytest.EdDSA, func(m map[int]any) { m[-2] = append([]byte{1}, make([]byte, 31)...) }},
		"Ed25519 signed zero":  {passkeytest.EdDSA, func(m map[int]any) { m[-2] = append(make([]byte, 31), 0x80) }},
		"Ed25519 short":        {passkeytest.EdDSA, func(m map[int]any) { m[-2] = make([]byte, 31) }},
		"X25519":               {passkeytest.EdDSA, func(m map[int]any) { m[-1] = 4 }},
		"RSA of 512 bits":      {passkeytest.RS256, func(m map[int]any) { m[-1] = small.Add(small, big.NewInt(1)).Bytes() }},
		"RSA exponent 1":       {passkeytest.RS256, func(m map[int]any) { m[-2] = []byte{1} }},
		"RSA even exponent":    {passkeytest.RS256, func(m map[int]any) { m[-2] = []byte{1, 0, 0} }},
		"RSA even modulus":     {passkeytest.RS256, func(m map[int]any) { m[-1] = append(bytes.Repeat([]byte{0xff}, 255), 0xfe) }},
		"RSA of 16384 bits":    {passkeytest.RS256, func(m map[int]any) { m[-1] = bytes.Repeat([]byte{0xff}, 2048) }},
		"RSA without modulus":  {passkeytest.RS256, func(m map[int]any) { delete(m, -1) }},
		"ES256 says it is RSA": {passkeytest.ES256, func(m map[int]any) { m[3] = -257 }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{})
			answer := register(t, kit.SignedIn("alice@example.com"), newAuthenticator(),
				passkeytest.CreateOptions{Algorithm: tt.alg, Tamper: passkeytest.Tamper{COSEKey: tt.change}})
			refused(t, kit, answer)
		})
	}
}

func TestBentAuthentications(t *testing.T) {
	t.Parallel()
	tampers := ceremonyTampers()
	for name, tamper := range map[string]passkeytest.Tamper{
		"signature":               {Signature: func(sig []byte) []byte { sig[len(sig)-1] ^= 1; return sig }},
		"signature empty":         {Signature: func([]byte) []byte { return nil }},
		"signature trailing":      {Signature: func(sig []byte) []byte { return append(sig, 0) }},
		"client data not signed":  {ClientData: func(m map[string]any) { m["extra"] = "x" }, SignOriginal: true},
		"flags not signed":        {AuthData: func(d []byte) []byte { d[32] ^= 1 << 2; return d }, SignOriginal: true},
		"signature missing":       inner(func(m map[string]any) { delete(m, "signature") }),
		"auth data missing":       inner(func(m map[string]any) { delete(m, "authenticatorData") }),
		"user handle of 65 bytes": inner(func(m map[string]any) { m["userHandle"] = base64.RawURLEncoding.EncodeToString(make([]byte, 65)) }),
		"no user handle":          inner(func(m map[string]any) { delete(m, "userHandle") }),
		"unknown credential": {Response: func(m map[string]any) {
			m["id"] = base64.RawURLEncoding.EncodeToString([]byte("nobody has this!"))
			m["rawId"] = m["id"]
		}},
	} {
		tampers[name] = tamper
	}
	for name, tamper := range tampers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{})
			a := newAuthenticator()
			alice := kit.SignedIn("alice@example.com")
			register(t, alice, a, passkeytest.CreateOptions{Algorithm: passkeytest.ES256}).Want(http.StatusOK)
			before := list(t, alice)
			answer := authenticate(t, kit.Client(), a, passkeytest.GetOptions{Tamper: tamper})
			if answer.Status < 400 || answer.Status > 499 || answer.Code() == "" {
				t.Errorf("status %d, body %s", answer.Status, answer.Body)
			}
			if answer.SetCookie("better-auth.session_token") != nil {
				t.Error("a session cookie came with a refusal")
			}
			if after := list(t, alice); after[0].Counter != before[0].Counter {
				t.Errorf("the counter moved from %d to %d", before[0].Counter, after[0].Counter)
			}
		})
	}
}

func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	alice := kit.SignedIn("alice@example.com")
	for _, body := range []string{`{}`, `{"response":null}`, `{"response":[]}`, `{"response":"x"}`, `{"response":{}}`, `[]`, `null`, `{"response":{"id":1}}`,
		`{"response":{"id":"AA","rawId":"AA","type":"public-key","response":{}}}`} {
		for _, path := range []string{verifyRegistration, verifyAuthenticate} {
			if answer := alice.Post(path, body); answer.Status != http.StatusBadRequest || answer.Code() == "" {
				t.Errorf("%s %s: %d %s", path, body, answer.Status, answer.Body)
			}
		}
	}
	huge := `{"response":"` + strings.Repeat("x", 70<<10) + `"}`
	if answer := alice.Post(verifyAuthenticate, huge); answer.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body over the limit: %d", answer.Status)
	}
}

func TestCounterMustGrow(t *testing.T) {
	t.Parallel()
	at := func(n uint32) passkeytest.GetOptions { return passkeytest.GetOptions{SignCount: &n} }
	tests := map[string]struct {
		counts []uint32
		ok     bool // the last one
	}{
		"grows":             {[]uint32{5, 6}, true},
		"jumps":             {[]uint32{5, 500}, true},
		"equal":             {[]uint32{5, 5}, false},
		"lower":             {[]uint32{5, 4}, false},
		"zero after five":   {[]uint32{5, 0}, false},
		"stays zero":        {[]uint32{0, 0}, true},
		"zero to one":       {[]uint32{0, 1}, true},
		"over the column":   {[]uint32{5, 1 << 31}, false},
		"largest in column": {[]uint32{5, 1<<31 - 1}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{})
			a := newAuthenticator()
			register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
			for i, n := range tt.counts {
				answer := authenticate(t, kit.Client(), a, at(n))
				ok := i < len(tt.counts)-1 || tt.ok
				if ok != (answer.Status == http.StatusOK) || answer.Status >= 500 {
					t.Errorf("counter %d: status %d %s", n, answer.Status, answer.Body)
				}
			}
		})
	}
}

func TestCloneDetection(t *testing.T) {
	t.Parallel()
	at := func(n uint32) passkeytest.GetOptions { return passkeytest.GetOptions{SignCount: &n} }
	for policy, want := range map[passkey.CloneDetection]struct{ status, suspected int }{
		passkey.CloneFail:   {http.StatusBadRequest, 1},
		passkey.CloneWarn:   {http.StatusOK, 1},
		passkey.CloneIgnore: {http.StatusOK, 0},
	} {
		var suspected int
		kit := plugintest.New(t, passkey.New(passkey.Config{CloneDetection: policy, AllowDeletingLast: true}), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
			betterauth.On(func(context.Context, passkey.CloneSuspected) { suspected++ })}})
		alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
		register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
		authenticate(t, kit.Client(), a, at(7)).Want(http.StatusOK)
		authenticate(t, kit.Client(), a, at(3)).Want(want.status)
		if rows := list(t, alice); suspected != want.suspected || rows[0].Counter != 7 {
			t.Errorf("%s: %d suspected, counter %d", policy, suspected, rows[0].Counter)
		}
		alice.Post("/passkey/delete-passkey", map[string]any{"id": list(t, alice)[0].ID}).Want(http.StatusOK)
		authenticate(t, kit.Client(), a, at(8)).WantError(passkey.ErrPasskeyNotFound)
	}
}

func TestUserHandles(t *testing.T) {
	t.Parallel()
	handle := func(c *plugintest.Client) string {
		var options struct {
			User struct {
				ID string `json:"id"`
			} `json:"user"`
		}
		c.Get(registerOptions).Want(http.StatusOK).Into(&options)
		if raw, err := base64.RawURLEncoding.DecodeString(options.User.ID); err != nil || len(raw) != 32 || strings.Contains(string(raw), c.User.ID) {
			t.Errorf("handle %q, %v", raw, err)
		}
		return options.User.ID
	}
	for policy, same := range map[passkey.UserHandle]bool{passkey.UserHandleRandom: false, passkey.UserHandleStable: true} {
		kit := newKit(t, passkey.Config{UserHandle: policy})
		alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
		if first := handle(alice); (first == handle(alice)) != same || first == handle(bob) {
			t.Errorf("%s: handles are the same: %v, want %v; or bob's is alice's", policy, !same, same)
		}
	}
}

func TestBackupEligibility(t *testing.T) {
	t.Parallel()
	plain := passkeytest.UserPresent | passkeytest.UserVerified
	synced := passkeytest.Synced
	tests := []struct {
		policy    passkey.BackupEligibility
		from, to  passkeytest.Flags
		ok        bool
		afterward string
	}{
		{passkey.BackupUpgrade, plain, synced, true, "multiDevice"},
		{passkey.BackupUpgrade, synced, plain, false, "multiDevice"},
		{passkey.BackupStrict, plain, synced, false, "singleDevice"},
		{passkey.BackupStrict, synced, plain, false, "multiDevice"},
		{passkey.BackupIgnore, synced, plain, true, "multiDevice"},
		{passkey.BackupIgnore, plain, synced, true, "multiDevice"},
	}
	for _, tt := range tests {
		kit := newKit(t, passkey.Config{BackupEligibility: tt.policy})
		alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
		register(t, alice, a, passkeytest.CreateOptions{Flags: &tt.from}).Want(http.StatusOK)
		answer := authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &tt.to})
		if (answer.Status == http.StatusOK) != tt.ok || answer.Status >= 500 {
			t.Errorf("%s %v to %v: %d", tt.policy, tt.from, tt.to, answer.Status)
		}
		if rows := list(t, alice); rows[0].DeviceType != tt.afterward {
			t.Errorf("%s %v to %v: device type %s, want %s", tt.policy, tt.from, tt.to, rows[0].DeviceType, tt.afterward)
		}
	}
}

func TestUserVerificationIsEnforcedWhenRequired(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{UserVerification: "required"})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	unverified := passkeytest.UserPresent
	register(t, alice, a, passkeytest.CreateOptions{Flags: &unverified}).WantError(passkey.ErrRegistrationFailed)
	register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{Flags: &unverified}).WantError(passkey.ErrInvalidResponse)
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
}

// What must be accepted although it looks odd.
func TestOddButGood(t *testing.T) {
	t.Parallel()
	unverified := passkeytest.UserPresent
	creates := map[string]passkeytest.CreateOptions{
		"unknown client data":    {Tamper: clientData(func(m map[string]any) { m["other_keys_can_be_added_here"] = "x" })},
		"no extension results":   {Tamper: passkeytest.Tamper{Response: func(m map[string]any) { delete(m, "clientExtensionResults") }}},
		"unasked extension":      {ClientExtensions: map[string]any{"prf": map[string]any{"enabled": false}}},
		"unasked credProtect":    {Extensions: map[string]any{"credProtect": 2}},
		"user not verified":      {Flags: &unverified},
		"id of 1023 bytes":       {CredentialID: bytes.Repeat([]byte{7}, 1023)},
		"packed self":            {Attestation: passkeytest.AttestationPackedSelf},
		"transports with commas": {Transports: []string{"usb,evil", "usb", "usb", "<b>"}},
	}
	for name, o := range creates {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{})
			alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
			register(t, alice, a, o).Want(http.StatusOK)
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
			if rows := list(t, alice); strings.ContainsAny(strings.ReplaceAll(rows[0].Transports, ",hybrid", ""), ",<") {
				t.Errorf("transports %q", rows[0].Transports)
			}
		})
	}
}

func TestSameCredentialTwice(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	o := passkeytest.CreateOptions{CredentialID: []byte("0123456789abcdef")}
	register(t, alice, newAuthenticator(), o).Want(http.StatusOK)
	register(t, bob, newAuthenticator(), o).WantError(passkey.ErrPreviouslyRegistered)
	register(t, alice, newAuthenticator(), o).WantError(passkey.ErrPreviouslyRegistered)
}

func TestDeletedUserAndPasskey(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	if _, err := kit.Users().Delete(t.Context(), database.Eq("id", alice.User.ID)); err != nil {
		t.Fatal(err)
	}
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).WantError(passkey.ErrPasskeyNotFound)
}
