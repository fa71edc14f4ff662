package cookie

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// SameSite is the value of the SameSite attribute (draft-ietf-httpbis-rfc6265bis,
// section 4.1.2.7). The zero value prints no attribute.
type SameSite string

// The values of the SameSite attribute.
const (
	SameSiteUnset  SameSite = ""
	SameSiteLax    SameSite = "lax"
	SameSiteStrict SameSite = "strict"
	SameSiteNone   SameSite = "none"
)

// maxMaxAge is 400 days in seconds, the longest life a browser grants.
const maxMaxAge = 34_560_000

// ErrInvalid is the error of [Serialize] and [Chunk] for a cookie that cannot
// be written; the error wraps it and says which part is at fault, without the
// value.
var ErrInvalid = errors.New("cookie: invalid cookie")

// Attributes are the attributes of a cookie. The zero value is a session
// cookie for the path and host of the request, readable by scripts.
type Attributes struct {
	Path        string // no attribute when empty
	Domain      string // no attribute when empty; "__Host-" cookies have none
	Secure      bool   // forced by SameSite none, Partitioned, and the name prefixes "__Secure-" and "__Host-"
	HTTPOnly    bool
	Partitioned bool       // prints Secure as well
	SameSite    SameSite   // no attribute when empty
	MaxAge      *int       // in seconds; nil or negative prints nothing, 0 clears the cookie, over 34560000 is an error
	Expires     *time.Time // nil prints nothing; whole seconds, in GMT
}

// Serialize returns the value of a Set-Cookie header. value is raw and is
// percent-encoded here; the attributes follow in the order Max-Age, Domain,
// Path, Expires, HttpOnly, Secure, SameSite, Partitioned. Errors wrap
// [ErrInvalid]: a name that is no RFC 7230 token, a Max-Age over 400 days, an
// unknown SameSite, or a Path or Domain outside the av-octets of RFC 6265,
// section 4.1.1.
func Serialize(name, value string, a Attributes) (string, error) {
	if !token(name) {
		return "", fmt.Errorf("%w: the name is not a token", ErrInvalid)
	}
	if a.MaxAge != nil && *a.MaxAge > maxMaxAge {
		return "", fmt.Errorf("%w: Max-Age is over %d seconds", ErrInvalid, maxMaxAge)
	}
	if !attributeText(a.Path) {
		return "", fmt.Errorf("%w: bad character in Path", ErrInvalid)
	}
	if !attributeText(a.Domain) {
		return "", fmt.Errorf("%w: bad character in Domain", ErrInvalid)
	}
	// Browsers compare the prefixes without regard to case, and drop a cookie
	// that breaks their rules.
	switch lower := strings.ToLower(name); {
	case strings.HasPrefix(lower, "__secure-"):
		a.Secure = true
	case strings.HasPrefix(lower, "__host-"):
		a.Secure, a.Path, a.Domain = true, "/", ""
	}
	// Nor do they keep these without it.
	if a.SameSite == SameSiteNone || a.Partitioned {
		a.Secure = true
	}

	var b strings.Builder
	encoded := Encode(value)
	b.Grow(len(name) + len(encoded) + len(a.Domain) + len(a.Path) + 128)
	write := func(parts ...string) {
		for _, part := range parts {
			b.WriteString(part)
		}
	}
	write(name, "=", encoded)
	if a.MaxAge != nil && *a.MaxAge >= 0 {
		write("; Max-Age=", strconv.Itoa(*a.MaxAge))
	}
	if a.Domain != "" {
		write("; Domain=", a.Domain)
	}
	if a.Path != "" {
		write("; Path=", a.Path)
	}
	if a.Expires != nil {
		b.WriteString("; Expires=" + a.Expires.UTC().Format(http.TimeFormat))
	}
	if a.HTTPOnly {
		b.WriteString("; HttpOnly")
	}
	if a.Secure {
		b.WriteString("; Secure")
	}
	switch a.SameSite {
	case SameSiteUnset:
	case SameSiteLax:
		b.WriteString("; SameSite=Lax")
	case SameSiteStrict:
		b.WriteString("; SameSite=Strict")
	case SameSiteNone:
		b.WriteString("; SameSite=None")
	default:
		return "", fmt.Errorf("%w: unknown SameSite %q", ErrInvalid, string(a.SameSite))
	}
	if a.Partitioned {
		b.WriteString("; Partitioned")
	}
	return b.String(), nil
}

// token reports whether s is a token of RFC 7230, section 3.2.6.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

func attributeText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7E || c == ';' {
			return false
		}
	}
	return true
}
