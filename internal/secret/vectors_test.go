package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/secret"
	"github.com/better-auth-go/better-auth/internal/vectors"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	sessionSalt = "better-auth-session"
	accountSalt = "better-auth-account"
)

func single(t testing.TB, value string) *secret.Ring {
	t.Helper()
	ring, err := secret.NewRing(nil, value)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func recorded(t testing.TB) *secret.Ring {
	t.Helper()
	return single(t, vectors.Load[string](t, "secret"))
}

type versioned struct {
	Secrets []struct {
		Version int    `json:"version"`
		Value   string `json:"value"`
	} `json:"secrets"`
	LegacySecret string `json:"legacySecret"`
	Current      struct {
		Envelope string `json:"envelope"`
	} `json:"current"`
	Previous struct {
		Envelope string `json:"envelope"`
	} `json:"previous"`
	LegacyBareHex struct {
		Hex string `json:"hex"`
	} `json:"legacyBareHex"`
	Decrypted []string `json:"decrypted"`
}

func (v versioned) ring(t testing.TB) *secret.Ring {
	t.Helper()
	var keys []secret.Key
	for _, s := range v.Secrets {
		keys = append(keys, secret.Key{Version: s.Version, Value: s.Value})
	}
	ring, err := secret.NewRing(keys, v.LegacySecret)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestSignedCookieVectors(t *testing.T) {
	t.Parallel()
	ring := recorded(t)
	for _, v := range vectors.Load[[]struct {
		Value     string `json:"value"`
		Signature string `json:"signature"`
	}](t, "signedCookie") {
		if got := ring.Sign(v.Value); got != v.Signature {
			t.Errorf("Sign(%q) = %s, want %s", v.Value, got, v.Signature)
		}
		if !ring.Verify(v.Value, v.Signature) || !ring.VerifyCurrent(v.Value, v.Signature) {
			t.Errorf("the recorded signature of %q does not verify", v.Value)
		}
		if ring.Verify(v.Value+"x", v.Signature) {
			t.Errorf("the signature of %q verifies another value", v.Value)
		}
	}
}

func TestEncryptVectors(t *testing.T) {
	t.Parallel()
	ring := recorded(t)
	for _, v := range vectors.Load[[]struct {
		Plaintext string `json:"plaintext"`
		Hex       string `json:"hex"`
		NonceHex  string `json:"nonceHex"`
	}](t, "symmetricEncrypt.cases") {
		nonce, err := hex.DecodeString(v.NonceHex)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := ring.Encrypt(bytes.NewReader(nonce), v.Plaintext)
		if err != nil || sealed != v.Hex {
			t.Errorf("Encrypt(%q) = %s, %v, want %s", v.Plaintext, sealed, err, v.Hex)
		}
		if opened, err := ring.Decrypt(v.Hex); err != nil || opened != v.Plaintext {
			t.Errorf("Decrypt = %q, %v, want %q", opened, err, v.Plaintext)
		}
	}
	state := vectors.Load[struct {
		SetCookie string `json:"setCookie"`
		Plaintext string `json:"plaintext"`
	}](t, "oauth.oauthStateCookie")
	if opened, err := ring.Decrypt(cookieValue(state.SetCookie)); err != nil || opened != state.Plaintext {
		t.Errorf("OAuth state = %q, %v, want %q", opened, err, state.Plaintext)
	}
}

func TestEncryptVersionedVectors(t *testing.T) {
	t.Parallel()
	v := vectors.Load[versioned](t, "symmetricEncryptVersioned")
	ring := v.ring(t)
	for i, envelope := range []string{v.Current.Envelope, v.Previous.Envelope, v.LegacyBareHex.Hex} {
		if opened, err := ring.Decrypt(envelope); err != nil || opened != v.Decrypted[i] {
			t.Errorf("envelope %d = %q, %v, want %q", i, opened, err, v.Decrypted[i])
		}
	}
	nonce, err := hex.DecodeString(strings.TrimPrefix(v.Current.Envelope, "$ba$2$")[:48])
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := ring.Encrypt(bytes.NewReader(nonce), v.Decrypted[0])
	if err != nil || sealed != v.Current.Envelope {
		t.Errorf("Encrypt = %s, %v, want %s", sealed, err, v.Current.Envelope)
	}
}

func TestJWEVectors(t *testing.T) {
	t.Parallel()
	ring := recorded(t)
	for _, salt := range []string{sessionSalt, accountSalt} {
		v := vectors.Load[struct {
			Kid     string         `json:"kid"`
			Token   string         `json:"token"`
			Decoded jsontext.Value `json:"decoded"`
		}](t, "jwe_"+salt)
		claims, err := ring.OpenJWE(salt, v.Token)
		if err != nil {
			t.Fatalf("%s: %v", salt, err)
		}
		sameJSON(t, claims, v.Decoded)
		parts := strings.Split(v.Token, ".")
		iv, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			t.Fatal(err)
		}
		token, err := ring.SealJWE(bytes.NewReader(iv), salt, claims)
		if err != nil || token != v.Token {
			t.Errorf("%s: SealJWE = %s, %v, want %s", salt, token, err, v.Token)
		}
		header, err := base64.RawURLEncoding.DecodeString(parts[0])
		if err != nil || !strings.Contains(string(header), v.Kid) {
			t.Errorf("%s: header %s lacks kid %s", salt, header, v.Kid)
		}
	}
}

func TestJWERotationVectors(t *testing.T) {
	t.Parallel()
	ring := vectors.Load[versioned](t, "symmetricEncryptVersioned").ring(t)
	v := vectors.Load[struct {
		Current  string           `json:"current"`
		Previous string           `json:"previous"`
		Legacy   string           `json:"legacy"`
		Decoded  []jsontext.Value `json:"decoded"`
	}](t, "jweRotation")
	for i, token := range []string{v.Current, v.Previous, v.Legacy} {
		claims, err := ring.OpenJWE(sessionSalt, token)
		if err != nil {
			t.Fatalf("token %d: %v", i, err)
		}
		sameJSON(t, claims, v.Decoded[i])
	}
}

func TestJWTVectors(t *testing.T) {
	t.Parallel()
	type signed struct {
		Token string   `json:"token"`
		Texts []string `json:"headerAndPayload"`
	}
	ring := recorded(t)
	tokens := vectors.Load[[]signed](t, "emailVerificationJWT")
	tokens = append(tokens, vectors.Load[signed](t, "signJWT"))
	cached := vectors.Load[struct {
		Value   string `json:"cookieValue"`
		Header  string `json:"header"`
		Payload string `json:"payload"`
	}](t, "sessionDataCookies.jwt")
	tokens = append(tokens, signed{cached.Value, []string{cached.Header, cached.Payload}})
	for _, v := range tokens {
		claims, err := ring.VerifyJWT(v.Token)
		if err != nil || string(claims) != v.Texts[1] {
			t.Errorf("VerifyJWT = %s, %v, want %s", claims, err, v.Texts[1])
		}
		if got := ring.SignJWT([]byte(v.Texts[1])); got != v.Token {
			t.Errorf("SignJWT = %s, want %s", got, v.Token)
		}
	}
}

func TestSessionDataVectors(t *testing.T) {
	t.Parallel()
	ring := recorded(t)
	t.Run("compact", func(t *testing.T) {
		t.Parallel()
		v := vectors.Load[struct {
			Value      string `json:"cookieValue"`
			SignedText string `json:"signedText"`
		}](t, "sessionDataCookies.compact")
		text, err := base64.RawURLEncoding.DecodeString(v.Value)
		if err != nil {
			t.Fatal(err)
		}
		var cache struct {
			Session   jsontext.Value `json:"session"`
			ExpiresAt jsontext.Value `json:"expiresAt"`
			Signature string         `json:"signature"`
		}
		if err := json.Unmarshal(text, &cache); err != nil {
			t.Fatal(err)
		}
		signed := strings.TrimSuffix(string(cache.Session), "}") + `,"expiresAt":` + string(cache.ExpiresAt) + "}"
		if signed != v.SignedText {
			t.Fatalf("signed text = %s, want %s", signed, v.SignedText)
		}
		if !ring.VerifyBytesURL([]byte(signed), cache.Signature) {
			t.Error("the recorded signature does not verify")
		}
		if got := ring.SignBytesURL([]byte(signed)); got != cache.Signature {
			t.Errorf("SignBytesURL = %s, want %s", got, cache.Signature)
		}
	})
	t.Run("jwe", func(t *testing.T) {
		t.Parallel()
		v := vectors.Load[struct {
			Value   string         `json:"cookieValue"`
			Payload jsontext.Value `json:"payload"`
		}](t, "sessionDataCookies.jwe")
		claims, err := ring.OpenJWE(sessionSalt, v.Value)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, claims, v.Payload)
	})
	t.Run("account", func(t *testing.T) {
		t.Parallel()
		v := vectors.Load[struct {
			Value   string         `json:"value"`
			Decoded jsontext.Value `json:"decoded"`
		}](t, "oauth.accountCookie")
		claims, err := ring.OpenJWE(accountSalt, v.Value)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, claims, v.Decoded)
		if _, err := ring.OpenJWE(sessionSalt, v.Value); err == nil {
			t.Error("an account token opens as a session token")
		}
	})
}

func TestHashVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.Load[[]struct {
		Input  string `json:"input"`
		Output string `json:"output"`
	}](t, "sha256Base64UrlNoPad") {
		if got := secret.HashURL(v.Input); got != v.Output {
			t.Errorf("HashURL(%q) = %s, want %s", v.Input, got, v.Output)
		}
	}
	reserved := vectors.Load[struct {
		Identifier string `json:"identifier"`
		ID         string `json:"id"`
	}](t, "reserveVerificationId")
	if got := secret.HashURL("reserve:" + reserved.Identifier); got != reserved.ID {
		t.Errorf("reservation id = %s, want %s", got, reserved.ID)
	}
	member := vectors.Load[struct {
		Input string `json:"input"`
		Key   string `json:"key"`
	}](t, "teamMembershipKey")
	if got := secret.HashURL(member.Input); got != member.Key {
		t.Errorf("membership key = %s, want %s", got, member.Key)
	}
	device := vectors.Load[struct {
		UserID     string `json:"userId"`
		Identifier string `json:"identifier"`
		Token      string `json:"token"`
	}](t, "trustDeviceToken")
	if got := recorded(t).SignBytesURL([]byte(device.UserID + "!" + device.Identifier)); got != device.Token {
		t.Errorf("trusted device token = %s, want %s", got, device.Token)
	}
}

func cookieValue(setCookie string) string {
	_, value, _ := strings.Cut(setCookie, "=")
	value, _, _ = strings.Cut(value, ";")
	return value
}

// sameJSON compares without regard to space and the order of members.
func sameJSON(t *testing.T, got, want []byte) {
	t.Helper()
	x, y := jsontext.Value(bytes.Clone(got)), jsontext.Value(bytes.Clone(want))
	if err := x.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	if err := y.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("got %s, want %s", x, y)
	}
}
