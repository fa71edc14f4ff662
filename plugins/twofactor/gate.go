package twofactor

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// cookieChallenge holds the identifier of a sign-in that waits for its second
// step.
const cookieChallenge = "two_factor"

// The identifiers of a challenge and of how often it was tried. The first is 24
// characters long.
const (
	prefixChallenge = "2fa-"
	prefixAttempts  = "2fa-attempts-"
	lenChallenge    = len(prefixChallenge) + lenSuffix
	lenSuffix       = 20
)

// Redirected is the answer to a sign-in that needs a second step.
type Redirected struct {
	TwoFactorRedirect bool `json:"twoFactorRedirect"`
	// TwoFactorMethods are the methods that this user can pass the second step with,
	// beside a backup code: "totp", "otp".
	TwoFactorMethods []string `json:"twoFactorMethods"`
}

// ask is the gate. It runs in the transaction of the sign-in, which holds the
// user's row.
func (p *TwoFactor) ask(c *betterauth.Ctx, a *betterauth.Attempt) error {
	if enabled, _ := Enabled.Get(a.User); !enabled || !p.covers(c, a) {
		return nil
	}
	trusted, err := p.trusted(c, a.User)
	if err != nil || trusted {
		return err
	}
	if err := p.challenge(c, a.User); err != nil {
		return err
	}
	methods, err := p.methods(c, a.User)
	if err != nil {
		return err
	}
	if r := c.Request(); r != nil && r.Method == http.MethodGet && p.cfg.Page != "" {
		return betterauth.StepUp(betterauth.Redirect{URL: withMethods(p.cfg.Page, methods)})
	}
	return betterauth.StepUp(Redirected{TwoFactorRedirect: true, TwoFactorMethods: methods})
}

// covers reports whether a sign-in needs the second step. A session that is
// renewed does not: it passed the second step when it was made, and there would be
// none to come back to. What the application asks for outside of any operation
// (Auth.CreateSession) is a sign-in.
func (p *TwoFactor) covers(c *betterauth.Ctx, a *betterauth.Attempt) bool {
	if a.SignIn.Assurance >= betterauth.MultiFactor || a.Renews != nil {
		return false
	}
	ownHandler := c.Request() != nil && c.Operation().ID == ""
	return p.cfg.EveryMethod || slices.Contains(p.cfg.Methods, a.SignIn.Method) || p.ownHandlers && ownHandler
}

// challenge remembers that user gave the first proof, and binds that to the
// browser.
func (p *TwoFactor) challenge(c *betterauth.Ctx, user *betterauth.User) error {
	suffix, err := p.host.RandomString(lenSuffix, betterauth.URLSafe)
	if err != nil {
		return err
	}
	identifier := prefixChallenge + suffix
	if _, err := p.host.Verifications().Create(c, identifier, user.ID, p.cfg.ChallengeTTL); err != nil {
		return err
	}
	if _, err := p.host.Verifications().Create(c, prefixAttempts+identifier, "0", p.cfg.ChallengeTTL); err != nil {
		return err
	}
	c.SetCookie(betterauth.Cookie{Key: cookieChallenge, Value: identifier, MaxAge: p.cfg.ChallengeTTL, Signed: true})
	return nil
}

// methods are the kinds of code that the user can be asked for.
func (p *TwoFactor) methods(c *betterauth.Ctx, user *betterauth.User) ([]string, error) {
	methods := []string{}
	if !p.cfg.TOTP.Disabled {
		row, err := p.enrolment(c, user.ID)
		if err != nil {
			return nil, err
		}
		if row != nil && row.verified() {
			methods = append(methods, kindTOTP)
		}
	}
	if p.cfg.OTP.Enabled {
		methods = append(methods, kindOTP)
	}
	return methods, nil
}

// enrolment returns a user's row, nil without one.
func (p *TwoFactor) enrolment(c *betterauth.Ctx, userID string) (*Enrolment, error) {
	row, err := p.enrolments.Get(c, database.Eq("userId", userID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	return row, err
}

func withMethods(page string, methods []string) string {
	return betterauth.AddParams(page, betterauth.Param{Name: "twoFactorMethods", Value: strings.Join(methods, ",")})
}
