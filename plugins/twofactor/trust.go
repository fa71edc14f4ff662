package twofactor

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// cookieTrust holds "<token>!<identifier>": the identifier of a stored value
// that holds the user's id, and proof that it was given to this user.
const cookieTrust = "trust_device"

const prefixTrust = "trust-device-"

// trusted reports whether the browser may skip the second step, and renews its
// trust. The stored value is taken, so that a copied cookie and its original do
// not both go on: the first that is used ends the other.
func (p *TwoFactor) trusted(c *betterauth.Ctx, user *betterauth.User) (bool, error) {
	cookies := c.SignedCookieValues(cookieTrust)
	if len(cookies) == 0 {
		return false, nil
	}
	for _, cookie := range cookies {
		token, identifier, _ := strings.Cut(cookie, "!")
		if !strings.HasPrefix(identifier, prefixTrust) || !p.host.Verify(user.ID+"!"+identifier, padded(token)) {
			continue
		}
		row, err := p.host.Verifications().Take(c, identifier)
		if err == nil && row.Value == user.ID {
			return true, p.trust(c, user)
		}
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			return false, err
		}
	}
	c.ClearCookie(cookieTrust)
	return false, nil
}

// trust lets the browser skip the second step for a while.
func (p *TwoFactor) trust(c *betterauth.Ctx, user *betterauth.User) error {
	suffix, err := p.host.RandomString(32, betterauth.URLSafe)
	if err != nil {
		return err
	}
	identifier := prefixTrust + suffix
	if _, err := p.host.Verifications().Create(c, identifier, user.ID, p.cfg.TrustTTL); err != nil {
		return err
	}
	c.SetCookie(betterauth.Cookie{
		Key: cookieTrust, Value: p.trustToken(user.ID, identifier) + "!" + identifier, MaxAge: p.cfg.TrustTTL, Signed: true,
	})
	return nil
}

// trustToken is a signature as the reference writes it here: base64url.
func (p *TwoFactor) trustToken(userID, identifier string) string {
	signature := p.host.Sign(userID + "!" + identifier)
	return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(signature), "=")
}

// padded is a trust token as Host.Verify takes signatures, "" if it is none.
func padded(token string) string {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// distrust ends the trust in all devices of a user.
func (p *TwoFactor) distrust(ctx context.Context, userID string) error {
	return p.deleteOf(ctx, userID, prefixTrust)
}

// deleteOf removes what is stored under a prefix for a user.
func (p *TwoFactor) deleteOf(ctx context.Context, userID, prefix string) error {
	// Expired ones are left to whoever sweeps them: two statements that delete
	// the same rows in different orders may wait for each other.
	_, err := p.values.Delete(ctx, database.StartsWith("identifier", prefix), database.Eq("value", userID), database.Gt("expiresAt", p.host.Now()))
	return err
}
