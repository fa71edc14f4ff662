package secret_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/secret"
)

// counting counts the bytes that are drawn.
type counting struct{ drawn int }

func (c *counting) Read(b []byte) (int, error) {
	c.drawn += len(b)
	return rand.Read(b)
}

// allBytes yields every byte once, over and over: whatever draws evenly from it
// gives each character equally often.
type allBytes struct{ next byte }

func (a *allBytes) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = a.next
		a.next++
	}
	return len(b), nil
}

// Of bytes that are all equally likely each character comes equally often: to
// the last one where the bytes come in turn, and within what chance allows
// (nine standard deviations) where they are drawn.
func TestRandomIsEven(t *testing.T) {
	t.Parallel()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	alphabets := []string{secret.Digits, secret.Lower, secret.Letters, secret.LowerNumeric, secret.Alphanumeric, secret.URLSafe, secret.UserCode, "ab", "abc", string(every)}
	for _, alphabet := range alphabets {
		size := len(alphabet)
		perRound := 256 / size // how often each character comes of all bytes
		in, err := secret.Random(&allBytes{}, 20*perRound*size, alphabet)
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := secret.Random(rand.Reader, 400*size, alphabet)
		if err != nil {
			t.Fatal(err)
		}
		for i := range size {
			c := alphabet[i : i+1]
			if n := strings.Count(in, c); n != 20*perRound {
				t.Errorf("%d characters: %q comes %d times of all bytes, want %d", size, c, n, 20*perRound)
			}
			if n := bytes.Count([]byte(drawn), []byte(c)); n < 220 || n > 580 {
				t.Errorf("%d characters: %q comes %d times, want about 400", size, c, n)
			}
		}
	}
}

func TestRandomLengths(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 7, 8, 32, 1000} {
		source := &counting{}
		got, err := secret.Random(source, n, secret.Alphanumeric)
		if err != nil || len(got) != n {
			t.Errorf("%d characters: %q, %v", n, got, err)
		}
		// An id of a request should not empty a pool of randomness.
		if source.drawn > 2*n+16 {
			t.Errorf("%d characters take %d bytes", n, source.drawn)
		}
	}
	if got, err := secret.Random(rand.Reader, 5, "x"); err != nil || got != "xxxxx" {
		t.Errorf("one character: %q, %v", got, err)
	}
	for name, f := range map[string]func() (string, error){
		"a negative length":  func() (string, error) { return secret.Random(rand.Reader, -1, secret.Digits) },
		"an empty alphabet":  func() (string, error) { return secret.Random(rand.Reader, 1, "") },
		"257 characters":     func() (string, error) { return secret.Random(rand.Reader, 1, strings.Repeat("a", 257)) },
		"no randomness left": func() (string, error) { return secret.Random(bytes.NewReader(nil), 1, secret.Digits) },
	} {
		if got, err := f(); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What is wrong is named by its position, from 1, and its version; keys and rings
// print no more than that.
func TestWhatIsSaidOfKeys(t *testing.T) {
	t.Parallel()
	fine := secret.Key{Version: 0, Value: "fine"}
	for want, keys := range map[string][]secret.Key{
		"secret: key 2: negative version -1":          {fine, {Version: -1, Value: "hunter2"}},
		"secret: key 2: version 0 is given twice":     {fine, {Version: 0, Value: "hunter2"}},
		"secret: key 2: version 1 has an empty value": {fine, {Version: 1}},
	} {
		if _, err := secret.NewRing(keys, ""); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for text, want := range map[string]string{
		"1:a,hunter2":   "secret: entry 2: want version:value",
		"1:a,x:hunter2": "secret: entry 2: the version is not a non-negative integer",
		"1:a,2:":        "secret: entry 2: the value is empty",
	} {
		if _, err := secret.ParseKeys(text); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	ring, err := secret.NewRing([]secret.Key{fine, {Version: 7, Value: "hunter2"}}, "legacy")
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		if got := fmt.Sprintf(verb, secret.Key{Version: 7, Value: "hunter2"}); got != "secret.Key(version 7)" {
			t.Errorf("%s of a key: %q", verb, got)
		}
		if got := fmt.Sprintf(verb, ring); got != "secret.Ring(3 secrets)" {
			t.Errorf("%s of a ring: %q", verb, got)
		}
	}
}

// A signature takes no memory for its hash: a hash that has taken in the key is
// used again. Under the race detector a pool forgets some of what it is given, so
// the figure itself is not compared.
func TestSigningReusesHashes(t *testing.T) {
	ring := single(t, "a secret of some length")
	again := testing.AllocsPerRun(200, func() { ring.Sign("value") })
	made := testing.AllocsPerRun(200, func() { single(t, "a secret of some length") })
	first := testing.AllocsPerRun(200, func() { single(t, "a secret of some length").Sign("value") }) - made
	if 2*again > first {
		t.Errorf("a signature allocates %v times, the first of a ring %v times", again, first)
	}
}

func TestAddClaim(t *testing.T) {
	object := []byte(`{"sub":"ada"}`)
	if got, want := string(secret.AddClaim(object, "exp", 1764000000)), `{"sub":"ada","exp":1764000000}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if string(object) != `{"sub":"ada"}` {
		t.Errorf("the object is now %s", object)
	}
}
