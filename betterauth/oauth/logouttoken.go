package oauth

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// LogoutTokenLife is how old a logout token may be, by its time of issue, beside Skew.
const LogoutTokenLife = 5 * time.Minute

const (
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	logoutType  = "logout+jwt"
	// maxLogoutID is the length of the longest "jti" or "sid" in bytes.
	maxLogoutID = 1024
)

// LogoutToken is a verified logout token (OpenID Connect Back-Channel Logout 1.0, section
// 2.4): the provider says that a session there has ended.
type LogoutToken struct {
	// ID is "jti": whoever acts on a token must not act on another with the same ID, while
	// one of LogoutTokenLife and twice Skew may come.
	ID string
	// Issuer is "iss", IssuedAt "iat".
	Issuer   string
	IssuedAt time.Time
	// Subject is "sub", SessionID "sid": at least one of them is not "". Without SessionID
	// all of the user's sessions have ended.
	Subject, SessionID string
}

// VerifyLogoutToken verifies a logout token that a provider sends (section 2.6): its
// signature by a key and an algorithm of the provider's ID tokens, header "typ" if it has
// one, issuer, audience, time of issue, expiry if it has one, "jti", "events", that it has
// no nonce, and "sub" or "sid". That ID is new is for the caller to see to. If the token is
// refused, the error is an *InvalidTokenError; any other error says that the provider's
// keys could not be read. A provider with IDTokens.Verify has no logout tokens.
func (p *Provider) VerifyLogoutToken(ctx context.Context, c *Caller, token string) (*LogoutToken, error) {
	out, err := p.verifyLogout(ctx, c, token)
	if invalid, ok := errors.AsType[*InvalidTokenError](err); ok {
		return nil, &InvalidTokenError{Reason: invalid.Reason, logout: true}
	}
	return out, err
}

func (p *Provider) verifyLogout(ctx context.Context, c *Caller, token string) (*LogoutToken, error) {
	switch {
	case p.IDTokens == nil || p.IDTokens.Verify != nil:
		return nil, invalidToken("is of a provider whose tokens are not verified here")
	case len(token) > maxIDToken:
		return nil, invalidToken("is too long")
	}
	claims, header, err := p.signedWith(ctx, c, token)
	if err != nil {
		return nil, err
	}
	if typ, ok := header.ExtraHeaders[jose.HeaderType]; ok {
		if text, _ := typ.(string); !strings.EqualFold(text, logoutType) {
			return nil, invalidToken("is of another type")
		}
	}
	var in map[string]jsontext.Value
	if err := claims.Decode(&in); err != nil {
		return nil, invalidToken("has claims of the wrong type")
	}
	if err := p.checkLogout(claims, in, c.Now()); err != nil {
		return nil, err
	}
	return &LogoutToken{ID: asText(in["jti"]), Issuer: claims.Issuer, IssuedAt: claims.IssuedAt, Subject: claims.Subject, SessionID: claims.SessionID}, nil
}

func (p *Provider) checkLogout(claims *Claims, in map[string]jsontext.Value, now time.Time) error {
	id := asText(in["jti"])
	switch {
	case id == "" || len(id) > maxLogoutID:
		return invalidToken("has no id")
	case in["nonce"] != nil: // an ID token is none
		return invalidToken("has a nonce")
	case !isLogout(in["events"]):
		return invalidToken("is about another event")
	case claims.Subject == "" && claims.SessionID == "":
		return invalidToken("names nobody")
	case claims.Subject != "" && !isSubject(claims.Subject) || len(claims.SessionID) > maxLogoutID:
		return invalidToken("names somebody who cannot be")
	case now.Sub(claims.IssuedAt) > LogoutTokenLife+Skew:
		return invalidToken("is too old")
	case in["exp"] == nil: // older drafts have none
		claims.Expires = claims.IssuedAt.Add(LogoutTokenLife)
	}
	return p.checkClaims(claims, now, "", false)
}

func isLogout(events jsontext.Value) bool {
	var in map[string]jsontext.Value
	return events.Kind() == '{' && json.Unmarshal(events, &in) == nil && in[logoutEvent].Kind() == '{'
}
