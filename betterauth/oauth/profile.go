package oauth

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Profile is what a provider says about a user.
type Profile struct {
	// Subject is the user's id at the provider, which never changes and is never given to
	// somebody else. It is compared byte by byte. Required: without it nobody signs in.
	Subject string
	// Email is the user's address, in any case. Without one nobody can sign up.
	Email string
	// EmailVerified says that the provider has verified that the address is the user's,
	// and that nobody else can claim it at this provider.
	EmailVerified bool
	// Name is the user's name, or "".
	Name string
	// Image is the URL of a picture, or "".
	Image string
	// Fields are values for added columns of the user, by name; MapUser sets them.
	Fields map[string]any
	// Raw is what the provider said, as JSON, for accountInfo.
	Raw jsontext.Value
}

// maxSubject is the length of the longest subject (OpenID Connect Core 1.0, section 2).
const maxSubject = 255

// isSubject reports whether text can be whose account it is: something to see, and nothing
// that databases cannot hold.
func isSubject(text string) bool {
	return len(text) <= maxSubject && strings.TrimSpace(text) != "" && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// Tokens are what a token endpoint answered.
type Tokens struct {
	AccessToken, RefreshToken, IDToken string
	// AccessTokenExpiresAt and RefreshTokenExpiresAt are nil if the provider did not say.
	AccessTokenExpiresAt, RefreshTokenExpiresAt *time.Time
	// Scopes are what was granted, if the provider said so.
	Scopes []string
	// Type is the token type, such as "Bearer".
	Type string
	// Raw is the answer, for providers that put more into it.
	Raw jsontext.Value
}

// True reads a flag that a provider sends: the boolean true, or the text "true", which
// some send. Everything else is false.
func True(flag jsontext.Value) bool {
	switch strings.TrimSpace(string(flag)) {
	case "true", `"true"`:
		return true
	}
	return false
}

// ID reads a user's id that a provider sends as text or as a whole number, of whose digits
// none is lost. Everything else is "", which is nobody's id.
func ID(id jsontext.Value) string {
	if id.Kind() != '0' {
		return asText(id)
	}
	for i, digit := range id {
		if (digit < '0' || digit > '9') && (digit != '-' || i > 0) {
			return ""
		}
	}
	return string(id)
}

// Placeholder is an address for a user of a provider that tells none: it is in the domain
// "invalid", where nobody gets mail (RFC 6761, section 6.4). namespace is the provider's
// id.
func Placeholder(subject, namespace string) string {
	return subject + "@" + namespace + ".placeholder.invalid"
}
