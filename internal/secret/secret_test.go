package secret_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/better-auth-go/better-auth/internal/secret"
)

func rotated(t testing.TB) *secret.Ring {
	t.Helper()
	ring, err := secret.NewRing([]secret.Key{{Version: 2, Value: "new-secret"}, {Version: 1, Value: "old-secret"}}, "legacy-secret")
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestNewRingRefuses(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]secret.Key{
		"nothing":   nil,
		"negative":  {{Version: -1, Value: "hunter2"}},
		"duplicate": {{Version: 1, Value: "hunter2"}, {Version: 1, Value: "hunter3"}},
		"empty":     {{Version: 1, Value: ""}},
	} {
		ring, err := secret.NewRing(keys, "")
		if err == nil {
			t.Errorf("%s: no error, ring %v", name, ring)
		} else if strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: the error tells the secret: %v", name, err)
		}
	}
}

func TestDefaultIsNoLegacySecretBesideKeys(t *testing.T) {
	t.Parallel()
	ring, err := secret.NewRing([]secret.Key{{Version: 1, Value: "real-secret"}}, secret.Default)
	if err != nil {
		t.Fatal(err)
	}
	public := single(t, secret.Default)
	if ring.Verify("value", public.Sign("value")) {
		t.Error("a signature with the public default secret verifies")
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []secret.Key
		ok   bool
	}{
		{"2:new,1:old", []secret.Key{{Version: 2, Value: "new"}, {Version: 1, Value: "old"}}, true},
		{" 2 : x", nil, false},
		{" 0:a:b , 7: c ", []secret.Key{{Version: 0, Value: "a:b"}, {Version: 7, Value: "c"}}, true},
		{"", nil, true},
		{"  ", nil, true},
		{"hunter2", nil, false},
		{"-1:hunter2", nil, false},
		{"+1:hunter2", nil, false},
		{"1x:hunter2", nil, false},
		{":hunter2", nil, false},
		{"1: ", nil, false},
		{"1:hunter2,", nil, false},
		{"99999999999999999999:hunter2", nil, false},
	} {
		got, err := secret.ParseKeys(c.in)
		if (err == nil) != c.ok || !reflect.DeepEqual(got, c.want) {
			t.Errorf("ParseKeys(%q) = %v, %v", c.in, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseKeys(%q): the error tells the secret: %v", c.in, err)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	ring := rotated(t)
	for _, c := range []struct {
		name, secret   string
		verify, newest bool
	}{
		{"current", "new-secret", true, true},
		{"older", "old-secret", true, false},
		{"legacy", "legacy-secret", true, false},
		{"foreign", "other-secret", false, false},
	} {
		from := single(t, c.secret)
		signature := from.Sign("value")
		if got := ring.Verify("value", signature); got != c.verify {
			t.Errorf("%s: Verify = %v", c.name, got)
		}
		if got := ring.VerifyCurrent("value", signature); got != c.newest {
			t.Errorf("%s: VerifyCurrent = %v", c.name, got)
		}
		if got := ring.VerifyBytesURL([]byte("value"), from.SignBytesURL([]byte("value"))); got != c.verify {
			t.Errorf("%s: VerifyBytesURL = %v", c.name, got)
		}
		if _, err := ring.VerifyJWT(from.SignJWT([]byte(`{"a":1}`))); (err == nil) != c.verify {
			t.Errorf("%s: VerifyJWT: %v", c.name, err)
		}
		token, err := from.SealJWE(rand.Reader, "salt", []byte(`{"a":1}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ring.OpenJWE("salt", token); (err == nil) != c.verify {
			t.Errorf("%s: OpenJWE: %v", c.name, err)
		}
	}
}

func TestVerifyIsStrict(t *testing.T) {
	t.Parallel()
	ring := recorded(t)
	good := ring.Sign("value")
	for _, bad := range []string{"", "=", good[:43], good + "=", " " + good, strings.TrimRight(good, "="),
		base64.URLEncoding.EncodeToString(mustDecode(t, good)) + "x", good[:42] + flip(good[42:43]) + "="} {
		if ring.Verify("value", bad) {
			t.Errorf("Verify accepts %q", bad)
		}
	}
}

func TestVerifyBytesURLTakesBothAlphabets(t *testing.T) {
	t.Parallel()
	ring := recorded(t)
	for i := range 50 {
		msg := fmt.Appendf(nil, "message %d", i)
		mac, err := base64.RawURLEncoding.DecodeString(ring.SignBytesURL(msg))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			if !ring.VerifyBytesURL(msg, e.EncodeToString(mac)) {
				t.Errorf("message %d: %s does not verify", i, e.EncodeToString(mac))
			}
		}
		if ring.VerifyBytesURL(msg, base64.RawURLEncoding.EncodeToString(mac[:31])) {
			t.Error("a shortened signature verifies")
		}
	}
	for _, bad := range []string{"", "*", "\n"} {
		if ring.VerifyBytesURL([]byte("x"), bad) {
			t.Errorf("VerifyBytesURL accepts %q", bad)
		}
	}
}

func TestDecryptRefuses(t *testing.T) {
	t.Parallel()
	ring := rotated(t)
	sealed, err := ring.Encrypt(rand.Reader, "plaintext")
	if err != nil {
		t.Fatal(err)
	}
	body := strings.TrimPrefix(sealed, "$ba$2$")
	noLegacy, err := secret.NewRing([]secret.Key{{Version: 2, Value: "new-secret"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, envelope string
		ring           *secret.Ring
		want           error
	}{
		{"empty", "", ring, secret.ErrMalformed},
		{"no hex", "zz", ring, secret.ErrMalformed},
		{"odd", body + "0", ring, secret.ErrMalformed},
		{"short", body[:78], ring, secret.ErrMalformed},
		{"no version", "$ba$$" + body, ring, secret.ErrMalformed},
		{"negative version", "$ba$-1$" + body, ring, secret.ErrMalformed},
		{"no body", "$ba$2", ring, secret.ErrMalformed},
		{"unknown version", "$ba$3$" + body, ring, secret.ErrUnknownKey},
		{"wrong version", "$ba$1$" + body, ring, secret.ErrAuthentication},
		{"bare hex of a version", body, ring, secret.ErrAuthentication},
		{"bare hex without legacy", body, noLegacy, secret.ErrUnknownKey},
		{"version in an unversioned ring", sealed, single(t, "new-secret"), secret.ErrUnknownKey},
		{"changed", sealed[:len(sealed)-1] + flip(sealed[len(sealed)-1:]), ring, secret.ErrAuthentication},
	} {
		if got, err := c.ring.Decrypt(c.envelope); !errors.Is(err, c.want) || got != "" {
			t.Errorf("%s: %q, %v, want %v", c.name, got, err, c.want)
		}
	}
	if got, err := ring.Decrypt("$ba$2$" + strings.ToUpper(body)); err != nil || got != "plaintext" {
		t.Errorf("upper-case hex: %q, %v", got, err)
	}
}

func TestRandomnessFails(t *testing.T) {
	t.Parallel()
	ring := rotated(t)
	broken := iotest.ErrReader(io.ErrClosedPipe)
	if _, err := ring.Encrypt(broken, "x"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Encrypt: %v", err)
	}
	if _, err := ring.SealJWE(bytes.NewReader([]byte{1}), "salt", []byte("{}")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("SealJWE: %v", err)
	}
	if _, err := secret.Random(broken, 1, secret.Digits); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Random: %v", err)
	}
}

func TestJWTRefuses(t *testing.T) {
	t.Parallel()
	ring := recorded(t)
	encode := base64.RawURLEncoding.EncodeToString
	// sign makes a token with any header and a right signature.
	sign := func(header, claims string) string {
		input := encode([]byte(header)) + "." + encode([]byte(claims))
		return input + "." + ring.SignBytesURL([]byte(input))
	}
	good := sign(`{"alg":"HS256"}`, `{"a":1}`)
	if _, err := ring.VerifyJWT(good); err != nil {
		t.Fatalf("the control token: %v", err)
	}
	if claims, err := ring.VerifyJWT(sign(`{"typ":"JWT","alg":"HS256"}`, `{"a":1}`)); err != nil || string(claims) != `{"a":1}` {
		t.Errorf("a token with typ: %s, %v", claims, err)
	}
	for name, token := range map[string]string{
		"empty":            "",
		"two parts":        good[:strings.LastIndexByte(good, '.')],
		"four parts":       good + ".x",
		"none":             encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(`{"a":1}`)) + ".",
		"signed none":      sign(`{"alg":"none"}`, `{"a":1}`),
		"HS512":            sign(`{"alg":"HS512"}`, `{"a":1}`),
		"lower case":       sign(`{"alg":"hs256"}`, `{"a":1}`),
		"other name":       sign(`{"ALG":"HS256"}`, `{"a":1}`),
		"two algorithms":   sign(`{"alg":"none","alg":"HS256"}`, `{"a":1}`),
		"critical":         sign(`{"alg":"HS256","crit":["exp"]}`, `{"a":1}`),
		"critical null":    sign(`{"alg":"HS256","crit":null}`, `{"a":1}`),
		"array":            sign(`{"alg":"HS256"}`, `[1]`),
		"no JSON":          sign(`{"alg":"HS256"}`, `{"a":1`),
		"duplicate claims": sign(`{"alg":"HS256"}`, `{"a":1,"a":2}`),
		"padded":           good + "=",
		"no signature":     good[:strings.LastIndexByte(good, '.')+1],
	} {
		if claims, err := ring.VerifyJWT(token); err == nil {
			t.Errorf("%s: accepted with claims %s", name, claims)
		}
	}
	changed := strings.Replace(good, encode([]byte(`{"a":1}`)), encode([]byte(`{"a":2}`)), 1)
	if _, err := ring.VerifyJWT(changed); !errors.Is(err, secret.ErrAuthentication) {
		t.Errorf("changed claims: %v", err)
	}
	short := single(t, "short")
	if _, err := short.VerifyJWT(short.SignJWT([]byte(`{"a":1}`))); err != nil {
		t.Errorf("a secret under 32 bytes: %v", err)
	}
}

func TestJWERefuses(t *testing.T) {
	t.Parallel()
	ring := rotated(t)
	token, err := ring.SealJWE(rand.Reader, "salt", []byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	with := func(i int, s string) string {
		changed := append([]string(nil), parts...)
		changed[i] = s
		return strings.Join(changed, ".")
	}
	header := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, c := range []struct {
		name, salt, token string
		want              error
	}{
		{"empty", "salt", "", secret.ErrMalformed},
		{"dots", "salt", "....", secret.ErrMalformed},
		{"other salt", "other", token, secret.ErrUnknownKey},
		{"encrypted key", "salt", with(1, "AAAA"), secret.ErrMalformed},
		{"changed body", "salt", with(3, flip(parts[3][:1])+parts[3][1:]), secret.ErrAuthentication},
		{"changed tag", "salt", with(4, flip(parts[4][:1])+parts[4][1:]), secret.ErrAuthentication},
		{"short iv", "salt", with(2, "AAAA"), secret.ErrAuthentication},
		{"no kid", "salt", with(0, header(`{"alg":"dir","enc":"A256CBC-HS512"}`)), secret.ErrAuthentication},
		{"unknown kid", "salt", with(0, header(`{"alg":"dir","enc":"A256CBC-HS512","kid":"x"}`)), secret.ErrUnknownKey},
		{"other enc", "salt", with(0, header(`{"alg":"dir","enc":"A128CBC-HS256"}`)), secret.ErrMalformed},
		{"other alg", "salt", with(0, header(`{"alg":"A256KW","enc":"A256CBC-HS512"}`)), secret.ErrMalformed},
	} {
		if claims, err := ring.OpenJWE(c.salt, c.token); !errors.Is(err, c.want) || claims != nil {
			t.Errorf("%s: %s, %v, want %v", c.name, claims, err, c.want)
		}
	}
	for _, claims := range []string{"", "[]", `"x"`, `{"a":}`, "{}{}"} {
		if _, err := ring.SealJWE(rand.Reader, "salt", []byte(claims)); !errors.Is(err, secret.ErrMalformed) {
			t.Errorf("SealJWE(%q): %v", claims, err)
		}
	}
}

func TestSecretsStayOutOfOutput(t *testing.T) {
	t.Parallel()
	key := secret.Key{Version: 1, Value: "hunter2"}
	ring, err := secret.NewRing([]secret.Key{key}, "hunter2-legacy")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("m", "key", key, "ring", ring)
	slog.New(slog.NewTextHandler(&b, nil)).Info("m", "key", key, "ring", ring)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		_, _ = fmt.Fprintf(&b, verb+verb+verb, key, ring, []secret.Key{key})
	}
	for _, leak := range []string{"hunter2", hex.EncodeToString([]byte("hunter2")), "104 117 110"} {
		if strings.Contains(b.String(), leak) {
			t.Errorf("output has %q:\n%s", leak, b.String())
		}
	}
}

func TestRandom(t *testing.T) {
	t.Parallel()
	// 26 letters leave 234 as the first byte that is thrown away.
	got, err := secret.Random(bytes.NewReader(append([]byte{255, 234, 233, 0, 25, 26}, make([]byte, 64)...)), 4, secret.Lower)
	if err != nil || got != "zaza" {
		t.Errorf("Random = %q, %v, want zaza", got, err)
	}
	for _, alphabet := range []string{secret.Digits, secret.Letters, secret.LowerNumeric, secret.Alphanumeric, secret.URLSafe, secret.UserCode} {
		counts := map[rune]int{}
		s, err := secret.Random(rand.Reader, 200*len(alphabet), alphabet)
		if err != nil || len(s) != 200*len(alphabet) {
			t.Fatalf("Random: %d characters, %v", len(s), err)
		}
		for _, r := range s {
			counts[r]++
		}
		// 200 expected of each; 100 is over seven deviations away.
		for _, r := range alphabet {
			if counts[r] < 100 || counts[r] > 300 {
				t.Errorf("%q is drawn %d times of 200 expected", r, counts[r])
			}
		}
		if len(counts) != len(alphabet) {
			t.Errorf("%d characters drawn from %d", len(counts), len(alphabet))
		}
	}
	for _, bad := range []struct {
		n        int
		alphabet string
	}{{-1, "a"}, {1, ""}, {1, strings.Repeat("a", 257)}} {
		if _, err := secret.Random(rand.Reader, bad.n, bad.alphabet); err == nil {
			t.Errorf("Random(%d, %d characters) has no error", bad.n, len(bad.alphabet))
		}
	}
}

// flip changes a base64 or hex digit into another one.
func flip(s string) string {
	if s == "a" {
		return "b"
	}
	return "a"
}

func mustDecode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestUUID(t *testing.T) {
	t.Parallel()
	got, err := secret.UUID(bytes.NewReader(bytes.Repeat([]byte{0xff}, 16)))
	if err != nil || got != "ffffffff-ffff-4fff-bfff-ffffffffffff" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := secret.UUID(bytes.NewReader(make([]byte, 15))); err == nil {
		t.Error("made of too little randomness")
	}
}
