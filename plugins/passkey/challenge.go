package passkey

import (
	"encoding/base64"
	"errors"
	"io"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// challengeCookie is the key of the cookie that binds a ceremony to a browser.
const challengeCookie = "better-auth-passkey"

const (
	registration   = "registration"
	authentication = "authentication"
	steppingUp     = "step-up"
)

// challenge is a ceremony that was begun, as the reference stores it. What the
// reference does not know comes after its members.
type challenge struct {
	Type     string         `json:"type"`
	Expected string         `json:"expectedChallenge"`
	User     challengeUser  `json:"userData"`
	Context  jsontext.Value `json:"context,omitzero"`
	// Mediation is "conditional" for a passkey made without asking.
	Mediation string `json:"mediation,omitzero"`
	// New is the user to create with the passkey.
	New *NewUser `json:"newUser,omitzero"`
	// Verified says that the resolver vouches for a visitor without a session.
	Verified bool `json:"verified,omitzero"`
	// Session and Allowed are the ids of the session that steps up and of the
	// passkeys it may do so with.
	Session string   `json:"session,omitzero"`
	Allowed []string `json:"allowed,omitzero"`
}

// challengeUser is whom the ceremony is for; without ID it is for anybody.
type challengeUser struct {
	ID          string `json:"id"`
	Name        string `json:"name,omitzero"`
	DisplayName string `json:"displayName,omitzero"`
}

// begin makes the challenge of a ceremony, 32 random bytes (section 13.4.3), and
// remembers it.
//
// A browser is bound to it by a signed cookie that holds the row's random
// identifier. A client that is no browser may keep no cookies; for it the
// identifier is derived from the challenge, which it sends back signed by its
// authenticator. Either way the row is single-use.
func (p *Passkeys) begin(c *betterauth.Ctx, begun challenge) (string, error) {
	random := make([]byte, 32)
	if _, err := io.ReadFull(p.host.Random(), random); err != nil {
		return "", err
	}
	begun.Expected = base64.RawURLEncoding.EncodeToString(random)
	identifier := p.unboundIdentifier(begun.Expected)
	if p.binds(c) {
		var err error
		if identifier, err = p.host.RandomString(32, betterauth.URLSafe); err != nil {
			return "", err
		}
	}
	value, err := json.Marshal(begun)
	if err != nil {
		return "", err
	}
	if _, err := p.host.Verifications().Create(c, identifier, string(value), p.cfg.ChallengeTTL); err != nil {
		return "", err
	}
	c.SetCookie(betterauth.Cookie{Key: challengeCookie, Value: identifier, MaxAge: p.cfg.ChallengeTTL, Signed: true})
	return begun.Expected, nil
}

// binds reports whether the client must bring the cookie back. Browsers say
// Sec-Fetch-Site with every request and cannot be made to leave it out by a
// page; a request with any cookie comes from a client that keeps them.
func (p *Passkeys) binds(c *betterauth.Ctx) bool {
	r := c.Request()
	if r == nil || p.cfg.AllowUnboundChallenges {
		return false
	}
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Cookie") != ""
}

// unboundIdentifier is 32 characters that only this server can compute from a
// challenge, shaped like a random identifier.
func (p *Passkeys) unboundIdentifier(expected string) string {
	return base64.RawURLEncoding.EncodeToString(p.host.Derive("passkey challenge", expected))[:32]
}

// take ends the ceremony that the client began and returns it: among any number
// of answers to one challenge, one gets it, whether the answer holds or not.
// sent is the challenge in the client's response, "" if that cannot be read.
func (p *Passkeys) take(c *betterauth.Ctx, kind, sent string) (*challenge, error) {
	identifier, bound, err := p.begunBy(c, sent)
	if err != nil {
		return nil, err
	}
	row, err := p.host.Verifications().Take(c, identifier)
	if errors.Is(err, database.ErrNotFound) {
		return nil, noChallenge(bound)
	}
	if err != nil {
		return nil, err
	}
	var begun challenge
	if err := json.Unmarshal([]byte(row.Value), &begun); err != nil {
		return nil, ErrChallengeNotFound.Because(err)
	}
	if begun.Type != kind || begun.Expected == "" {
		return nil, ErrChallengeNotFound
	}
	return &begun, nil
}

// begunBy names the stored challenge that a response answers, and whether the
// browser is bound to it by a cookie. Of several cookies,
// which a browser may have of one name, it is the one of the challenge that was
// sent; each is bound to this browser, and only that one is spent.
func (p *Passkeys) begunBy(c *betterauth.Ctx, sent string) (identifier string, bound bool, err error) {
	brought := c.SignedCookieValues(challengeCookie)
	switch {
	case len(brought) == 0 && sent == "":
		return "", false, noChallenge(false)
	case len(brought) == 0:
		return p.unboundIdentifier(sent), false, nil
	}
	for _, candidate := range brought[1:] {
		row, err := p.host.Verifications().Find(c, candidate)
		if errors.Is(err, database.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", true, err
		}
		var begun challenge
		if json.Unmarshal([]byte(row.Value), &begun) == nil && begun.Expected != "" && begun.Expected == sent {
			return candidate, true, nil
		}
	}
	return brought[0], true, nil
}
