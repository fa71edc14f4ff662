package cookie_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/cookie"
)

// Each set of characters ends where the specification says, and not one earlier.
func TestCharacterSets(t *testing.T) {
	t.Parallel()
	const letters, digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	for c := range 0x100 {
		text := string([]byte{byte(c)})
		_, err := cookie.Serialize(text, "v", cookie.Attributes{})
		if want := c < 0x80 && strings.Contains(letters+digits+"!#$%&'*+-.^_`|~", text); (err == nil) != want {
			t.Errorf("a name of byte %#x: %v", c, err)
		}
		_, err = cookie.Serialize("n", "v", cookie.Attributes{Path: "/" + text})
		if want := c >= 0x20 && c <= 0x7E && c != ';'; (err == nil) != want {
			t.Errorf("a path with byte %#x: %v", c, err)
		}
		kept := cookie.Encode(text) == text
		if want := c < 0x80 && strings.Contains(letters+digits+"-_.!~*'()", text); kept != want {
			t.Errorf("byte %#x is encoded as %q", c, cookie.Encode(text))
		}
		if c == '%' {
			continue // the beginning of an escape
		}
		value, parsed := cookie.ParseLast("n=x" + text + "x")["n"]
		if want := c >= 0x20 && c <= 0x7E && c != '"' && c != '\\'; c == ';' {
			if value != "x" {
				t.Errorf("a semicolon does not end a value: %q", value)
			}
		} else if parsed != want || parsed && value != "x"+text+"x" {
			t.Errorf("a value with byte %#x: %q, %v", c, value, parsed)
		}
	}
}

func TestDecodeEscapes(t *testing.T) {
	t.Parallel()
	for escaped, want := range map[string]string{
		"%7f": "\x7f", "%7F": "\x7f", "%6a": "j", "%6A": "j", "%2b%2B": "++", "%c3%bf": "ÿ", "%20": " ", "%39": "9",
		"%g0": "%g0", "%g0%9F%94%90": "%g0%9F%94%90", "%0g": "%0g", "%G1": "%G1", "%1G": "%1G", "%1:": "%1:", "%/1": "%/1", "%@1": "%@1", "%1`": "%1`",
	} {
		if got := cookie.Decode(escaped); got != want {
			t.Errorf("Decode(%q) = %q, want %q", escaped, got, want)
		}
	}
}

// A header holds as many cookies as net/http takes, and one more is too many.
func TestHowManyCookies(t *testing.T) {
	t.Parallel()
	header := func(n int) string {
		pairs := make([]string, n)
		for i := range pairs {
			pairs[i] = "c" + strconv.Itoa(i) + "=v"
		}
		return strings.Join(pairs, "; ")
	}
	if got := len(cookie.Parse(header(3000))); got != 3000 {
		t.Errorf("%d of 3000 cookies are read", got)
	}
	if got := len(cookie.Parse(header(3001))); got != 0 {
		t.Errorf("%d of 3001 cookies are read", got)
	}
}

// The number of the last chunk is 99: name.100 is another cookie.
func TestLastChunk(t *testing.T) {
	t.Parallel()
	value, parts, ok := cookie.Join(cookie.Jar{"n.99": "a", "n.100": "b"}, "n")
	if !ok || value != "a" || !slices.Equal(parts, []string{"n.99"}) {
		t.Errorf("%q, %v, %v", value, parts, ok)
	}
}

// A whole value has no second one made of the same cookie.
func TestJoinAllOfOneCookie(t *testing.T) {
	t.Parallel()
	values, parts := cookie.JoinAll(cookie.Jar{"n": "a"}, nil, "n")
	if !slices.Equal(values, []string{"a"}) || !slices.Equal(parts, []string{"n"}) {
		t.Errorf("%q, %q", values, parts)
	}
}

// Bytes that are no UTF-8 are written as U+FFFD, which takes nine characters:
// the chunks have room for that, and none is over the limit of browsers.
func TestChunksOfBrokenText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("\xff", 3000), strings.Repeat("\uFFFD", 3000), strings.Repeat("\xffa", 1500)} {
		chunks, err := cookie.Chunk("n", text, cookie.Attributes{})
		if err != nil {
			t.Fatal(err)
		}
		for i, chunk := range chunks {
			line, err := cookie.Serialize(chunk.Name, chunk.Value, cookie.Attributes{})
			if err != nil || len(line) > 4050 {
				t.Errorf("%s takes %d bytes, %v", chunk.Name, len(line), err)
			}
			if i < len(chunks)-1 && len(line) < 4000 {
				t.Errorf("%s takes %d bytes only", chunk.Name, len(line))
			}
		}
	}
}
