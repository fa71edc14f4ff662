package secret_test

import (
	"crypto/rand"
	"strings"
	"testing"
)

func FuzzDecrypt(f *testing.F) {
	ring := rotated(f)
	sealed, err := ring.Encrypt(rand.Reader, "plaintext")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{sealed, "", "$ba$", "$ba$1$", "$ba$99999999999999999999$00", strings.Repeat("0", 80)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, envelope string) {
		plaintext, err := ring.Decrypt(envelope)
		if err == nil && plaintext != "plaintext" {
			t.Errorf("a forged envelope opens as %q", plaintext)
		}
		if err != nil && plaintext != "" {
			t.Errorf("an error beside a plaintext")
		}
	})
}

func FuzzOpenJWE(f *testing.F) {
	ring := rotated(f)
	token, err := ring.SealJWE(rand.Reader, "salt", []byte(`{"a":1}`))
	if err != nil {
		f.Fatal(err)
	}
	jwt := ring.SignJWT([]byte(`{"a":1}`))
	for _, seed := range []string{token, jwt, "", "....", "..", "e30..." + token, "e30.e30."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := ring.OpenJWE("salt", token); err == nil && string(claims) != `{"a":1}` {
			t.Errorf("a forged JWE opens as %s", claims)
		}
		agree(t, ring, token)
		if claims, err := ring.VerifyJWT(token); err == nil && string(claims) != `{"a":1}` {
			t.Errorf("a forged JWT verifies as %s", claims)
		}
	})
}
