package passkey

import (
	"encoding/base64"
	"errors"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// Authentication configures signing in and stepping up with a passkey.
type Authentication struct {
	// AfterVerification is called for each verified assertion before anything is written.
	// An error or a panic refuses it. Default nil.
	AfterVerification func(c *betterauth.Ctx, a VerifiedAuthentication) error
}

// VerifiedAuthentication is a verified assertion.
type VerifiedAuthentication struct {
	// Passkey is the row, with the counter of the previous sign-in.
	Passkey *Passkey
	// UserVerified says that the authenticator verified its user.
	UserVerified bool
	// StepUp says that the user is already signed in and proves again who they are.
	StepUp bool
	// Response is the AuthenticationResponseJSON.
	Response jsontext.Value
}

func (p *Passkeys) afterAssertion(c *betterauth.Ctx, a VerifiedAuthentication) error {
	if p.cfg.Authentication.AfterVerification == nil {
		return nil
	}
	return p.cfg.Authentication.AfterVerification(c, a)
}

// SteppedUp says that a user proved again who they are. Their session counts as fresh.
type SteppedUp struct{ UserID, PasskeyID, SessionID string }

// stepUpOptions are requestOptions for the user's own passkeys. A user who has
// none cannot step up: ErrPasskeyMissing.
func (p *Passkeys) stepUpOptions(c *betterauth.Ctx, _ betterauth.None) (requestOptions, error) {
	id := c.Identity()
	keys, err := p.List(c, id.User.ID)
	if err != nil {
		return requestOptions{}, err
	}
	if len(keys) == 0 {
		return requestOptions{}, ErrPasskeyMissing
	}
	begun := challenge{Type: steppingUp, User: challengeUser{ID: id.User.ID}, Session: id.Session.ID}
	for _, key := range keys {
		begun.Allowed = append(begun.Allowed, key.ID)
	}
	return p.requestOptions(c, begun, keys)
}

// verifyStepUp follows section 7.2 as signing in does, and then makes the
// session the request is from fresh instead of making another.
func (p *Passkeys) verifyStepUp(c *betterauth.Ctx, in VerifyAuthenticationInput) (*betterauth.Identity, error) {
	if p.cfg.DisableVerification && !p.cfg.AllowInsecureUnverifiedAssertion {
		return nil, ErrVerificationDisabled
	}
	a := assertion{key: &Passkey{UserID: c.Identity().User.ID}}
	return p.answered(c, steppingUp, &a, func() (*betterauth.Identity, error) { return p.stepUp(c, in, &a) })
}

func (p *Passkeys) stepUp(c *betterauth.Ctx, in VerifyAuthenticationInput, a *assertion) (*betterauth.Identity, error) {
	id := c.Identity()
	if err := p.readAssertion(c, steppingUp, in.Response, a); err != nil {
		return nil, err
	}
	if a.begun.User.ID != id.User.ID || a.begun.Session != id.Session.ID {
		return nil, ErrChallengeNotFound
	}
	key, err := p.store.Get(c, database.Eq("credentialID", base64.RawURLEncoding.EncodeToString(a.parsed.RawID)), database.Eq("userId", id.User.ID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrPasskeyNotFound
	}
	if err != nil {
		return nil, err
	}
	a.key = key
	if !slices.Contains(a.begun.Allowed, key.ID) {
		return nil, ErrPasskeyNotFound
	}
	if err := p.verifyAssertion(c, &a.begun, key, a.parsed); err != nil {
		return nil, err
	}
	// The library has checked it, except where verification is switched off.
	if !a.parsed.Response.AuthenticatorData.Flags.HasUserVerified() {
		return nil, ErrInvalidResponse.Because(errors.New("the user was not verified"))
	}
	if err := p.afterAssertion(c, VerifiedAuthentication{Passkey: key, UserVerified: true, StepUp: true, Response: in.Response}); err != nil {
		return nil, err
	}
	a.holds = true
	var session *betterauth.Session
	err = p.transact(c, a, func(tx *betterauth.Ctx) (err error) {
		how := betterauth.SignIn{Method: "passkey", Assurance: betterauth.MultiFactor, Confirm: p.confirm(a)}
		session, err = tx.Reauthenticate(how)
		if err := p.stillThere(tx, a, err); err != nil {
			return err
		}
		betterauth.Emit(tx, p.host, SteppedUp{UserID: id.User.ID, PasskeyID: key.ID, SessionID: session.ID})
		return p.recordProof(tx, session)
	})
	if err != nil {
		return nil, err
	}
	p.extended(c, authentication, id.User.ID, key.ID, &a.parsed.ClientExtensionResults)
	return &betterauth.Identity{Session: session, User: c.Identity().User}, nil
}
