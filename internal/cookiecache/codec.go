// Package cookiecache writes and reads the copy of a session that a cookie carries,
// in the three forms that the TypeScript server knows. What is in a copy, and whether
// it is still to be believed, is for the caller to judge.
//
// Start here; compact.go has the form that is not a token, and leaveout.go takes
// columns out of what is copied.
package cookiecache

import (
	"io"
	"strconv"
	"time"

	"github.com/better-auth-go/better-auth/internal/secret"
	"github.com/go-json-experiment/json/jsontext"
)

// The strategies.
const (
	Compact = "compact" // signed JSON
	JWT     = "jwt"     // RFC 7519, signed
	JWE     = "jwe"     // RFC 7516, encrypted
)

const (
	// salt separates the key of cached sessions from other keys.
	salt = "better-auth-session"
	// Lives of copies for a browser that is not to be remembered: their cookie
	// has no age of its own.
	forgetfulCompact = time.Minute
	forgetfulSealed  = 5 * time.Minute
)

// Codec seals and opens copies. It is safe for concurrent use if Random is.
type Codec struct {
	Ring     *secret.Ring
	Random   io.Reader
	Strategy string
}

// Copy is a session as it travels.
type Copy struct {
	// Session and User are rows, as JSON.stringify writes them.
	Session jsontext.Value `json:"session"`
	User    jsontext.Value `json:"user"`
	// UpdatedAt is when the copy was made, in Unix milliseconds.
	UpdatedAt int64  `json:"updatedAt"`
	Version   string `json:"version"`

	Expires int64 `json:"exp,omitzero"` // in Unix seconds, of tokens only
}

// ForgetfulAge is how long the copy of a browser that is not to be remembered is
// believed.
func (c Codec) ForgetfulAge() time.Duration {
	if c.Strategy == Compact {
		return forgetfulCompact
	}
	return forgetfulSealed
}

// Seal makes the value of a copy that is made at now and believed for age. The error
// is that of Random.
func (c Codec) Seal(session, user jsontext.Value, version string, now time.Time, age time.Duration) (string, error) {
	payload := payload(session, user, version, now)
	if c.Strategy == Compact {
		return c.sealCompact(payload, now.Add(age)), nil
	}
	claims := secret.AddClaim(payload, "iat", now.Unix())
	claims = secret.AddClaim(claims, "exp", now.Add(age).Unix())
	if c.Strategy == JWT {
		return c.Ring.SignJWT(claims), nil
	}
	jti, err := secret.UUID(c.Random)
	if err != nil {
		return "", err
	}
	claims = append(claims[:len(claims)-1], `,"jti":"`+jti+`"}`...)
	return c.Ring.SealJWE(c.Random, salt, claims)
}

// payload is written as JavaScript's JSON.stringify would: the reference checks the
// signature over its own serialisation.
func payload(session, user jsontext.Value, version string, now time.Time) []byte {
	out := append([]byte(`{"session":`), session...)
	out = append(append(out, `,"user":`...), user...)
	out = strconv.AppendInt(append(out, `,"updatedAt":`...), now.UnixMilli(), 10)
	out, _ = jsontext.AppendQuote(append(out, `,"version":`...), version) // invalid UTF-8 is replaced
	return append(out, '}')
}

// Open opens a copy that was made with a secret of the ring, and says until when it
// is to be believed. ok is false for any other value.
func (c Codec) Open(value string) (copied Copy, expires time.Time, ok bool) {
	var claims []byte
	var err error
	switch c.Strategy {
	case Compact:
		return c.openCompact(value)
	case JWT:
		claims, err = c.Ring.VerifyJWT(value)
	default:
		claims, err = c.Ring.DecryptJWE(salt, value)
	}
	if err != nil || !copied.read(claims) {
		return Copy{}, expires, false
	}
	return copied, time.Unix(copied.Expires, 0), true
}
