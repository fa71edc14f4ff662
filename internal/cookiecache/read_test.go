package cookiecache_test

import (
	"encoding/base64"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookiecache"
	"github.com/better-auth-go/better-auth/internal/vectors"
	"github.com/go-json-experiment/json/jsontext"
)

var ownClaims = []string{
	`{"session":{},"user":{},"updatedAt":1,"version":"1"}`,
	`{"session":{"id":"s","n":null},"user":{"a":[1,{"b":"}\"]"}]},"updatedAt":-1,"version":""}`,
	`{"session":{"id":"\\"},"user":{"name":"Å\\\"{"},"updatedAt":1700000000000,"version":"2","iat":1,"exp":2}`,
	`{"session":{"id":"s"},"user":{},"updatedAt":1,"version":"1","iat":1700000000,"exp":1700000300,"jti":"a-b"}`,
}

// What is read in one pass is what json reads.
func TestOwnClaimsAreReadAsJSON(t *testing.T) {
	t.Parallel()
	for _, claims := range ownClaims {
		own, ok := cookiecache.ReadOwn([]byte(claims))
		want, valid := cookiecache.ReadAny([]byte(claims))
		if !ok || !valid || !reflect.DeepEqual(own, want) {
			t.Errorf("%s: %+v, %t; want %+v, %t", claims, own, ok, want, valid)
		}
	}
	for _, claims := range []string{
		``, `{}`, `null`, `{"session":{},"user":{},"updatedAt":1,"version":"1"}x`, `{"session":{},"user":{},"updatedAt":01,"version":"1"}`, `{"session":{},"user":{},"updatedAt":1.0,"version":"1"}`,
		`{"session":{},"user":{},"updatedAt":1,"version":"\u0031"}`, `{"session":{},"user":{},"updatedAt":1,"version":1}`, "{\"session\":{},\"user\":{},\"updatedAt\":1,\"version\":\"\xff\"}", "{\"session\":{},\"user\":{},\"updatedAt\":1,\"version\":\"\n\"}",
		`{"user":{},"session":{},"updatedAt":1,"version":"1"}`, `{"session":{,"user":{},"updatedAt":1,"version":"1"}`, `{"session":[],"user":{},"updatedAt":1,"version":"1"}`, `{"session":{},"user":{},"updatedAt":99999999999999999999,"version":"1"}`,
		`{"session":{},"user":{},"updatedAt":1,"version":"1","exp":2}`, `{"session":{},"user":{},"updatedAt":1,"version":"1","iat":1,"exp":2,"jti":"x","exp":3}`,
		`{"session":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40) + `,"user":{},"updatedAt":1,"version":"1"}`,
	} {
		if own, ok := cookiecache.ReadOwn([]byte(claims)); ok {
			t.Errorf("%s is read as %+v", claims, own)
		}
	}
}

// FuzzReadOwn proves it of everything whose rows are JSON, which shows later.
func FuzzReadOwn(f *testing.F) {
	for _, claims := range ownClaims {
		f.Add([]byte(claims))
	}
	f.Fuzz(func(t *testing.T, claims []byte) {
		own, ok := cookiecache.ReadOwn(claims)
		if !ok || !own.Session.IsValid() || !own.User.IsValid() {
			return
		}
		if want, valid := cookiecache.ReadAny(claims); !valid || !reflect.DeepEqual(own, want) {
			t.Errorf("%s: %+v; json reads %+v, %t", claims, own, want, valid)
		}
	})
}

// A compact copy opens to what the general way makes of it, whatever was changed, and
// also where it is spelt otherwise.
func TestCompactCopiesOpenOneWay(t *testing.T) {
	t.Parallel()
	c := codec(t, cookiecache.Compact, "a secret of the application's own")
	value, err := c.Seal(jsontext.Value(`{"id":"s","x":"\"expiresAt\":5,\"signature\":\""}`), jsontext.Value(`{"id":"u"}`), "1", time.UnixMilli(9), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	agree := func(raw string) (opened bool) {
		value := base64.RawURLEncoding.EncodeToString([]byte(raw))
		got, until, ok := c.Open(value)
		want, wantUntil, wantOK := c.OpenForeign(value)
		if !reflect.DeepEqual(got, want) || !until.Equal(wantUntil) || ok != wantOK {
			t.Errorf("%s: %+v, %v, %t\nwant %+v, %v, %t", raw, got, until, ok, want, wantUntil, wantOK)
		}
		return ok
	}
	if !agree(string(raw)) || !agree(" "+strings.Replace(string(raw), `,"expiresAt":`, `, "expiresAt": `, 1)) {
		t.Error("a copy of ours is not opened")
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		b := []byte(string(raw))
		switch i := random.IntN(len(b)); random.IntN(3) {
		case 0:
			b[i] = `"{}[]:,0\ x`[random.IntN(11)]
		case 1:
			b = append(b[:i], b[i+1:]...)
		default:
			b = append(b[:i], append([]byte{`"{}[]:,0\ x`[random.IntN(11)]}, b[i:]...)...)
		}
		agree(string(b))
	}
}

// The TypeScript server's copies are read in one pass as well.
func TestRecordedCopiesAreOurSpelling(t *testing.T) {
	t.Parallel()
	recorded := vectors.Load[struct {
		SetCookie string `json:"setCookie"`
	}](t, "sessionDataCookies.jwt")
	_, value, _ := strings.Cut(recorded.SetCookie, "=")
	_, payload, _ := strings.Cut(value, ".")
	payload, _, _ = strings.Cut(payload, ".")
	claims, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := cookiecache.ReadOwn(claims); !ok {
		t.Errorf("%s is not read in one pass", claims)
	}
}
