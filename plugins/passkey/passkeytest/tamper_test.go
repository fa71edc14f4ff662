package passkeytest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

func setMember(name string, value any) func(map[string]any) {
	return func(members map[string]any) { members[name] = value }
}

func flipByte(i int) func([]byte) []byte {
	return func(data []byte) []byte {
		data[(i+len(data))%len(data)] ^= 0x01
		return data
	}
}

func setResponse(name string, value any) func(map[string]any) {
	return func(object map[string]any) { object["response"].(map[string]any)[name] = value }
}

// Each case is refused, and for the layer that was bent: want is part of what
// go-webauthn says about it.
func TestTamperedRegistrationIsRefused(t *testing.T) {
	t.Parallel()
	present := passkeytest.UserPresent
	packed := passkeytest.AttestationPackedSelf
	type bend = passkeytest.Tamper
	tests := map[string]struct {
		create passkeytest.CreateOptions
		want   string
	}{
		"type":             {passkeytest.CreateOptions{Tamper: bend{ClientData: setMember("type", "webauthn.get")}}, "ceremony type"},
		"challenge":        {passkeytest.CreateOptions{Tamper: bend{ClientData: setMember("challenge", "AAAA")}}, "challenge"},
		"origin":           {passkeytest.CreateOptions{Tamper: bend{ClientData: setMember("origin", "https://evil.example")}}, "origin"},
		"origin option":    {passkeytest.CreateOptions{Origin: "https://evil.example"}, "origin"},
		"cross origin":     {passkeytest.CreateOptions{Tamper: bend{ClientData: setMember("crossOrigin", true)}}, "cross origin"},
		"client data JSON": {passkeytest.CreateOptions{Tamper: bend{ClientDataJSON: func(d []byte) []byte { return d[1:] }}}, "parse"},
		"RP ID":            {passkeytest.CreateOptions{RPID: "evil.example"}, "RP Hash"},
		"RP ID hash":       {passkeytest.CreateOptions{Tamper: bend{AuthData: flipByte(0)}}, "RP Hash"},
		"no user present":  {passkeytest.CreateOptions{Flags: new(passkeytest.Flags)}, "presence"},
		"user not verified": {
			passkeytest.CreateOptions{Flags: &present}, "verification",
		},
		"backed up, not eligible": {
			passkeytest.CreateOptions{Flags: new(present | passkeytest.UserVerified | passkeytest.BackedUp)}, "Backup",
		},
		"algorithm not offered in key": {
			passkeytest.CreateOptions{Algorithm: passkeytest.ES256, Tamper: bend{COSEKey: func(k map[int]any) { k[3] = -35 }}}, "algorithm",
		},
		"key type": {
			passkeytest.CreateOptions{Algorithm: passkeytest.ES256, Tamper: bend{COSEKey: func(k map[int]any) { k[1] = 1 }}}, "",
		},
		"point off the curve": {
			passkeytest.CreateOptions{Algorithm: passkeytest.ES256, Tamper: bend{COSEKey: func(k map[int]any) { k[-2] = make([]byte, 32) }}}, "curve",
		},
		"key bytes": {
			passkeytest.CreateOptions{Tamper: bend{COSEKeyBytes: func(d []byte) []byte { return d[:len(d)-1] }}}, "",
		},
		"attestation object without authData": {
			passkeytest.CreateOptions{Tamper: bend{AttestationObject: func(o map[string]any) { delete(o, "authData") }}}, "",
		},
		"unknown attestation format": {
			passkeytest.CreateOptions{Tamper: bend{AttestationObject: setMember("fmt", "no-such-format")}}, "format",
		},
		"none with a statement": {
			passkeytest.CreateOptions{Tamper: bend{AttestationStatement: setMember("alg", -7)}}, "attestation",
		},
		"packed signature": {
			passkeytest.CreateOptions{Attestation: packed, Tamper: bend{Signature: flipByte(-1)}}, "signature",
		},
		"packed algorithm": {
			passkeytest.CreateOptions{Attestation: packed, Tamper: bend{AttestationStatement: setMember("alg", -7)}}, "algorithm",
		},
		"packed, changed on the way": {
			passkeytest.CreateOptions{Attestation: packed, Tamper: bend{AuthData: flipByte(36), SignOriginal: true}}, "signature",
		},
		"attestation object cut short": {
			passkeytest.CreateOptions{Tamper: bend{AttestationObjectBytes: func(d []byte) []byte { return d[:len(d)-1] }}}, "attestation",
		},
		"response JSON cut short": {
			passkeytest.CreateOptions{Tamper: bend{ResponseJSON: func(d []byte) []byte { return d[:len(d)-1] }}}, "",
		},
		"response id": {
			passkeytest.CreateOptions{Tamper: bend{Response: setMember("id", "****")}}, "",
		},
		"response type": {
			passkeytest.CreateOptions{Tamper: bend{Response: setMember("type", "password")}}, "type",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, rp := newAuthenticator(nil), newRelyingParty(t, nil)
			options := rp.creationOptions(webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
				ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
			}))
			response, err := a.Create(options, test.create)
			if err != nil {
				t.Fatal(err)
			}
			_, err = rp.finishCreation(response)
			checkRefused(t, err, test.want)
		})
	}
}

func TestTamperedAuthenticationIsRefused(t *testing.T) {
	t.Parallel()
	type bend = passkeytest.Tamper
	tests := map[string]struct {
		get  passkeytest.GetOptions
		want string
	}{
		"type":                 {passkeytest.GetOptions{Tamper: bend{ClientData: setMember("type", "webauthn.create")}}, "ceremony type"},
		"challenge":            {passkeytest.GetOptions{Tamper: bend{ClientData: setMember("challenge", "AAAA")}}, "challenge"},
		"origin, signed":       {passkeytest.GetOptions{Tamper: bend{ClientData: setMember("origin", "https://evil.example")}}, "origin"},
		"origin option":        {passkeytest.GetOptions{Origin: "https://evil.example"}, "origin"},
		"top origin":           {passkeytest.GetOptions{Tamper: bend{ClientData: func(m map[string]any) { m["crossOrigin"], m["topOrigin"] = true, "https://evil.example" }}}, "cross origin"},
		"client data JSON":     {passkeytest.GetOptions{Tamper: bend{ClientDataJSON: func(d []byte) []byte { return d[1:] }}}, "invalid character"},
		"client data, on way":  {passkeytest.GetOptions{Tamper: bend{ClientData: setMember("extra", 1), SignOriginal: true}}, "signature"},
		"RP ID option":         {passkeytest.GetOptions{RPID: "evil.example"}, "RP Hash"},
		"RP ID hash, signed":   {passkeytest.GetOptions{Tamper: bend{AuthData: flipByte(0)}}, "RP Hash"},
		"counter, on the way":  {passkeytest.GetOptions{Tamper: bend{AuthData: flipByte(36), SignOriginal: true}}, "signature"},
		"authenticator data":   {passkeytest.GetOptions{Tamper: bend{AuthData: func(d []byte) []byte { return d[:36] }}}, ""},
		"no user present":      {passkeytest.GetOptions{Flags: new(passkeytest.BackupEligible)}, "presence"},
		"user not verified":    {passkeytest.GetOptions{Flags: new(passkeytest.Synced &^ passkeytest.UserVerified)}, "verification"},
		"backup eligible gone": {passkeytest.GetOptions{Flags: new(passkeytest.UserPresent | passkeytest.UserVerified)}, "Backup Eligible"},
		"signature":            {passkeytest.GetOptions{Tamper: bend{Signature: flipByte(-1)}}, "signature"},
		"signature cut":        {passkeytest.GetOptions{Tamper: bend{Signature: func(s []byte) []byte { return s[:len(s)-1] }}}, "signature"},
		"signature absent":     {passkeytest.GetOptions{Tamper: bend{Signature: func([]byte) []byte { return nil }}}, ""},
		"response id":          {passkeytest.GetOptions{Tamper: bend{Response: setMember("id", "AAAA==")}}, ""},
		"response type":        {passkeytest.GetOptions{Tamper: bend{Response: setMember("type", "password")}}, "type"},
		"response member":      {passkeytest.GetOptions{Tamper: bend{Response: setResponse("signature", 7)}}, ""},
		"rawId of nobody":      {passkeytest.GetOptions{Tamper: bend{Response: func(o map[string]any) { o["id"], o["rawId"] = "AAAA", "AAAA" }}}, "no such credential"},
		"extension nobody asked for": {
			passkeytest.GetOptions{ClientExtensions: map[string]any{"prf": map[string]any{"enabled": false}}}, "xtension",
		},
	}
	for name, test := range tests {
		for _, algorithm := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA} {
			t.Run(algorithm.String()+"/"+name, func(t *testing.T) {
				t.Parallel()
				a, rp := newAuthenticator(nil), newRelyingParty(t, nil)
				rp.register(a, passkeytest.CreateOptions{Algorithm: algorithm})
				_, err := rp.login(a, test.get, webauthn.WithUserVerification(protocol.VerificationRequired))
				checkRefused(t, err, test.want)

				if _, err := rp.login(a, passkeytest.GetOptions{}); err != nil {
					t.Errorf("the honest sign-in afterwards: %s", describe(err))
				}
			})
		}
	}
}

func checkRefused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatal("accepted")
	}
	if text := describe(err); !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
		t.Errorf("refused with %q, want something about %q", text, want)
	}
}

// What a server has to put up with: members and outputs it does not know.
func TestUnusualCeremoniesAreAccepted(t *testing.T) {
	t.Parallel()
	a, rp := newAuthenticator(nil), newRelyingParty(t, nil)
	rp.register(a, passkeytest.CreateOptions{
		CredentialID: slices.Repeat([]byte{0xAB}, 1023),
		Extensions:   map[string]any{"credProtect": 2},
		Tamper: passkeytest.Tamper{
			ClientData: setMember("other_keys_can_be_added_here", "see the specification"),
			Response:   func(o map[string]any) { delete(o, "clientExtensionResults") },
		},
	})
	credential, err := rp.login(a, passkeytest.GetOptions{Extensions: map[string]any{"uvm": []any{}}})
	if err != nil {
		t.Fatal(describe(err))
	}
	if len(credential.ID) != 1023 {
		t.Errorf("credential id of %d bytes", len(credential.ID))
	}
}

// A function is given a copy: what it does to a key at registration does not
// reach the key that is kept.
func TestTamperLeavesTheCredentialAlone(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			a, rp := newAuthenticator(nil), newRelyingParty(t, nil)
			_, err := a.Create(rp.creationOptions(), passkeytest.CreateOptions{
				Algorithm: algorithm,
				Tamper: passkeytest.Tamper{COSEKey: func(members map[int]any) {
					for _, member := range members {
						if data, ok := member.([]byte); ok {
							clear(data)
						}
					}
				}},
			})
			if err != nil {
				t.Fatal(err)
			}
			kept := a.Credentials()[0]
			rp.register(newAuthenticator(nil), passkeytest.CreateOptions{PrivateKey: kept.PrivateKey, CredentialID: kept.ID})
			if _, err := rp.login(a, passkeytest.GetOptions{}); err != nil {
				t.Error(describe(err))
			}
		})
	}
}
