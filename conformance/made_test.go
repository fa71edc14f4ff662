package conformance_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// making is what a scenario makes for a later request.
type making struct {
	Token   *signing `json:"token"`
	Code    *showing `json:"code"`
	Another string   `json:"another"` // a code of the same length that is not this one
}

// signing is a token as the server signs them for links (RFC 7519, HS256), made
// some seconds ago.
type signing struct {
	Claims jsontext.Value `json:"claims"`
	Age    int64          `json:"age"`
	Key    string         `json:"key"`
}

// showing is what an authenticator app shows (RFC 6238, SHA-1) that was set up
// by a URI, some periods from now.
type showing struct {
	URI     string `json:"uri"`
	Periods int64  `json:"periods"`
}

func (p *player) make(m *making) string {
	p.t.Helper()
	switch {
	case m.Token != nil:
		return m.Token.sign(p.text(string(m.Token.Claims), quoted), p.now())
	case m.Code != nil:
		return m.Code.show(p.t, p.text(m.Code.URI, nil), p.now())
	}
	code := p.text(m.Another, nil)
	return strconv.Itoa(int(code[0]-'0'+1)%10) + code[1:]
}

func (s *signing) sign(claims string, now time.Time) string {
	encode := base64.RawURLEncoding.EncodeToString
	issued := now.Unix() - s.Age
	claims = fmt.Sprintf(`%s,"iat":%d,"exp":%d}`, strings.TrimSuffix(claims, "}"), issued, issued+3600)
	text := encode([]byte(`{"alg":"HS256"}`)) + "." + encode([]byte(claims))
	sum := hmac.New(sha256.New, []byte(s.Key))
	sum.Write([]byte(text))
	return text + "." + encode(sum.Sum(nil))
}

func (s *showing) show(t *testing.T, uri string, now time.Time) string {
	t.Helper()
	at, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(query.Get("secret"))
	if err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
	digits, _ := strconv.Atoi(query.Get("digits"))
	period, _ := strconv.ParseInt(query.Get("period"), 10, 64)
	sum := hmac.New(sha1.New, key)
	sum.Write(binary.BigEndian.AppendUint64(nil, uint64(now.Unix()/period+s.Periods)))
	digest := sum.Sum(nil)
	number := binary.BigEndian.Uint32(digest[digest[19]&15:]) & math.MaxInt32
	return fmt.Sprintf("%0*d", digits, number%uint32(math.Pow10(digits)))
}
