package secret_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/internal/secret"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var encode = base64.RawURLEncoding.EncodeToString

// The test case of RFC 7518, appendix B.3.
func TestA256CBCHS512Vector(t *testing.T) {
	t.Parallel()
	var key []byte
	for i := range 64 {
		key = append(key, byte(i))
	}
	const data = "The second principle of Auguste Kerckhoffs"
	iv := unhex(t, "1af38c2dc2b96ffdd86694092341bc04")
	body := unhex(t, "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd"+
		"822c301dd67c373bccb584ad3e9279c2e6d12a1374b77f077553df829410446b"+
		"36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3"+
		"a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950b"+
		"be2638d09dd7a4930930806d0703b1f6")
	tag := unhex(t, "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5")
	const want = "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience"
	got, err := secret.OpenWith(key, data, encode(iv)+"."+encode(body)+"."+encode(tag))
	if err != nil || string(got) != want {
		t.Errorf("opened %q, %v", got, err)
	}
	for i := range 3 {
		changed := [][]byte{bytes.Clone(iv), bytes.Clone(body), bytes.Clone(tag)}
		changed[i][len(changed[i])-1] ^= 1
		if got, err := secret.OpenWith(key, data, encode(changed[0])+"."+encode(changed[1])+"."+encode(changed[2])); !errors.Is(err, secret.ErrAuthentication) || got != nil {
			t.Errorf("part %d changed: %q, %v", i, got, err)
		}
	}
	if _, err := secret.OpenWith(key, data+".", encode(iv)+"."+encode(body)+"."+encode(tag)); !errors.Is(err, secret.ErrAuthentication) {
		t.Errorf("other associated data: %v", err)
	}
}

// sealed makes a token of any padded plaintext, as only a holder of the key can.
func sealed(key []byte, begins string, padded []byte, tagBytes int) string {
	iv := bytes.Repeat([]byte{7}, aes.BlockSize)
	block, err := aes.NewCipher(key[32:])
	if err != nil {
		panic(err)
	}
	body := bytes.Clone(padded)
	if whole := len(body) / aes.BlockSize * aes.BlockSize; whole > 0 {
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(body[:whole], body[:whole])
	}
	header := strings.TrimSuffix(begins, "..")
	mac := hmac.New(sha512.New, key[:32])
	mac.Write(append(append([]byte(header), iv...), body...))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(header))*8))
	return begins + encode(iv) + "." + encode(body) + "." + encode(mac.Sum(nil)[:tagBytes])
}

// agree compares what both ways to open a token say of it.
func agree(t *testing.T, ring *secret.Ring, token string) {
	t.Helper()
	got, err := ring.DecryptJWE("salt", token)
	want, wantErr := ring.OpenForeign("salt", token)
	if !bytes.Equal(got, want) || err != wantErr {
		t.Errorf("%q: %q, %v; go-jose says %q, %v", token, got, err, want, wantErr)
	}
}

// What is opened here is opened by go-jose to the same, and the other way round.
func TestOwnTokensOpenAsGoJoseOpensThem(t *testing.T) {
	t.Parallel()
	ring := rotated(t)
	key, begins := ring.Derived("salt")
	token, err := ring.SealJWE(rand.NewChaCha8([32]byte{}), "salt", []byte(`{"a":"`+strings.Repeat("x", 30)+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	if claims, err := ring.DecryptJWE("salt", token); err != nil || !strings.HasPrefix(string(claims), `{"a":"x`) {
		t.Fatalf("%s, %v", claims, err)
	}
	tokens := []string{token, token + ".", token + "=", token + "\n", strings.Replace(token, "..", ".", 1), strings.Replace(token, "..", ".AA.", 1), token[:len(token)-1], begins, begins + "..", begins + "."}
	for _, padded := range []string{"", "short", strings.Repeat("\x10", 16), "{}" + strings.Repeat("\x0e", 14), "{}" + strings.Repeat("\x0d", 14), strings.Repeat("x", 16), strings.Repeat("\x00", 16), strings.Repeat("\x11", 32), "{}" + strings.Repeat("\x0e", 13)} {
		for _, n := range []int{32, 31, 33, 0, 48} {
			tokens = append(tokens, sealed(key, begins, []byte(padded), n))
		}
	}
	// The same bytes in another spelling: the last characters of a tag and a vector have
	// bits that mean nothing.
	for i, c := range token {
		if next := i + 1; next == len(token) || token[next] == '.' {
			tokens = append(tokens, token[:i]+string(c+1)+token[next:], token[:i]+string(c+2)+token[next:])
		}
	}
	parts := strings.Split(token, ".")
	tag, _ := base64.RawURLEncoding.DecodeString(parts[4])
	body, _ := base64.RawURLEncoding.DecodeString(parts[3])
	joined := append(body, tag...)
	for _, at := range []int{len(joined), len(joined) - 48, len(joined) - 16, 0} {
		tokens = append(tokens, parts[0]+".."+parts[2]+"."+encode(joined[:at])+"."+encode(joined[at:]))
	}
	for _, token := range tokens {
		agree(t, ring, token)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		b := []byte(token)
		for range 1 + random.IntN(2) {
			switch i := random.IntN(len(b)); random.IntN(3) {
			case 0:
				b[i] = "AQgw_-.=\n"[random.IntN(9)]
			case 1:
				b = append(b[:i], b[i+1:]...)
			default:
				b = append(b[:i], append([]byte{"AQgw_-."[random.IntN(7)]}, b[i:]...)...)
			}
		}
		agree(t, ring, string(b))
	}
}

// Each key is derived once, and salts that nobody counted on do not fill the memory.
func TestDerivedKeysAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	ring := rotated(t)
	first, _ := ring.Derived("salt")
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			salt := fmt.Sprint("salt ", i)
			token, err := ring.SealJWE(rand.NewChaCha8([32]byte{byte(i)}), salt, []byte(`{"a":1}`))
			if err != nil {
				t.Error(err)
				return
			}
			if claims, err := ring.OpenJWE(salt, token); err != nil || string(claims) != `{"a":1}` {
				t.Errorf("%s: %s, %v", salt, claims, err)
			}
		})
	}
	wg.Wait()
	again, _ := ring.Derived("salt")
	if &first[0] != &again[0] {
		t.Error("the key was derived twice")
	}
	if n := ring.KeptKeys(); n != 16 {
		t.Errorf("%d keys are kept", n)
	}
}

// A claim that is verified beside an object is as one that was added to it.
func TestVerifyWithClaim(t *testing.T) {
	t.Parallel()
	ring := rotated(t)
	object := []byte(`{"a":1}`)
	for _, n := range []int64{0, -5, 1_700_000_000_000} {
		signature := ring.SignBytesURL(secret.AddClaim(object, "expiresAt", n))
		if !ring.VerifyWithClaim(object, "expiresAt", n, signature) {
			t.Errorf("%d is not verified", n)
		}
		for _, wrong := range []bool{
			ring.VerifyWithClaim(object, "expiresAt", n+1, signature), ring.VerifyWithClaim([]byte(`{"a":2}`), "expiresAt", n, signature),
			ring.VerifyWithClaim(object, "exp", n, signature), ring.VerifyWithClaim(object, "expiresAt", n, signature+"="), ring.VerifyWithClaim(object, "expiresAt", n, ""),
		} {
			if wrong {
				t.Errorf("%d: something else is verified", n)
			}
		}
	}
	old, err := secret.NewRing(nil, "old-secret")
	if err != nil {
		t.Fatal(err)
	}
	if !ring.VerifyWithClaim(object, "exp", 1, old.SignBytesURL(secret.AddClaim(object, "exp", 1))) {
		t.Error("an older secret of the ring does not verify")
	}
}

// What is kept for the next message has nothing of the last one.
func TestMACsAreCleared(t *testing.T) {
	t.Parallel()
	if left := rotated(t).LeftBehind("a message of some length", strings.Repeat("m", 300)); left != "" {
		t.Errorf("%q is left", left)
	}
}
