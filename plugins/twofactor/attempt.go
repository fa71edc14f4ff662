package twofactor

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The kinds of code.
const (
	kindTOTP   = "totp"
	kindOTP    = "otp"
	kindBackup = "backup-code"
)

// triesPerChallenge is how many wrong codes of an authenticator app, or backup
// codes, a challenge survives.
const triesPerChallenge = 5

// VerifiedAnswer is the answer to a right code. Token is the session's token; it is
// absent if no session was asked for.
type VerifiedAnswer struct {
	Token *string          `json:"token,omitzero"`
	User  *betterauth.User `json:"user"`
}

// attempt is one try at the second step, by somebody who is signed in and sets
// it up, or who gave the first proof and is not signed in yet. It is made in a
// transaction that holds the user's row: tries of one user take turns, so that
// each sees what the one before it counted, used up or locked.
type attempt struct {
	*TwoFactor
	c    *betterauth.Ctx
	kind string
	user *betterauth.User
	// row is the user's enrolment, nil without one.
	row *Enrolment
	// proof counts a wrong code for the account, nil for who is signed in.
	proof *betterauth.Proof
	// session is whose the browser is, nil for a sign-in under way. Then
	// challenge is what that waits at.
	session   *betterauth.Session
	challenge *betterauth.Verification
	tries     int
}

// try makes an attempt of whoever asks. Somebody who is signed in gains nothing
// by guessing and is not counted.
func (p *TwoFactor) try(c *betterauth.Ctx, kind string, f func(a *attempt) (VerifiedAnswer, error)) (VerifiedAnswer, error) {
	a := &attempt{TwoFactor: p, kind: kind}
	userID, err := a.whose(c)
	if err != nil {
		return VerifiedAnswer{}, err
	}
	if a.signingIn() {
		if a.proof, err = p.host.Failures().Begin(c, betterauth.Subject{UserID: userID}); err != nil {
			return VerifiedAnswer{}, err
		}
		defer a.proof.End()
	}
	return a.run(c, userID, f)
}

// run makes the attempt in its transaction.
func (a *attempt) run(c *betterauth.Ctx, userID string, f func(a *attempt) (VerifiedAnswer, error)) (VerifiedAnswer, error) {
	begin := c.Transaction
	if !a.signingIn() {
		// The session may have ended since it was read, or be somebody else's who
		// acts in the user's place.
		begin = func(f func(tx *betterauth.Ctx) error) error {
			return c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error { return f(tx) })
		}
	}
	var answer VerifiedAnswer
	err := begin(func(tx *betterauth.Ctx) (err error) {
		if err := a.hold(tx, userID); err != nil {
			return err
		}
		answer, err = f(a)
		return err
	})
	if err != nil {
		return VerifiedAnswer{}, err
	}
	return answer, nil
}

// whose finds out which user an attempt is of: the session's, else that of the
// sign-in under way.
func (a *attempt) whose(c *betterauth.Ctx) (userID string, err error) {
	id, err := c.StoredSession()
	if err == nil {
		a.session = id.Session
		return id.User.ID, nil
	}
	if !errors.Is(err, betterauth.ErrNoSession) {
		return "", err
	}
	for _, identifier := range c.SignedCookieValues(cookieChallenge) {
		if !strings.HasPrefix(identifier, prefixChallenge) || len(identifier) != lenChallenge {
			continue // other signed cookies name stored values, too
		}
		challenge, err := a.host.Verifications().Find(c, identifier)
		if errors.Is(err, database.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		// The one that was begun last, if a browser has several of the cookie.
		if a.challenge == nil || challenge.CreatedAt.After(a.challenge.CreatedAt) {
			a.challenge = challenge
		}
	}
	if a.challenge == nil {
		return "", ErrInvalidCookie
	}
	return a.challenge.Value, nil
}

// hold begins: the user's row is held from now on, and what whose found is
// looked at again.
func (a *attempt) hold(tx *betterauth.Ctx, userID string) (err error) {
	a.c = tx
	a.user, err = a.users.GetLocked(tx, database.Eq("id", userID))
	if errors.Is(err, database.ErrNotFound) {
		return ErrInvalidCookie
	}
	if err != nil {
		return err
	}
	if a.signingIn() {
		_, err := a.host.Verifications().Find(tx, a.challenge.Identifier)
		if errors.Is(err, database.ErrNotFound) {
			return ErrInvalidCookie
		}
		if err != nil {
			return err
		}
	}
	a.row, err = a.enrolment(tx, userID)
	return err
}

func (a *attempt) signingIn() bool { return a.session == nil }

// key names what is stored for this attempt and those after it.
func (a *attempt) key() string {
	if a.signingIn() {
		return a.challenge.Identifier
	}
	return a.user.ID + "!" + a.session.ID
}

// begin takes one of the challenge's tries.
func (a *attempt) begin() error {
	if !a.signingIn() {
		return nil
	}
	if err := a.demandUnlocked(a.c, a.user.ID, a.row); err != nil {
		return err
	}
	taken, err := a.host.Verifications().Take(a.c, prefixAttempts+a.challenge.Identifier)
	if errors.Is(err, database.ErrNotFound) {
		return ErrInvalidCookie
	}
	if err != nil {
		return err
	}
	a.tries, err = strconv.Atoi(taken.Value)
	if err == nil && a.tries >= 0 && a.tries < triesPerChallenge {
		return nil
	}
	if err := a.endChallenge(); err != nil {
		return err
	}
	return betterauth.Commit(ErrTooManyAttempts)
}

// wrong counts a code that is not right and refuses it as code says. The count
// stays.
func (a *attempt) wrong(code *betterauth.ErrorCode) error {
	if !a.signingIn() {
		return betterauth.Commit(code)
	}
	if err := a.proof.Wrong(a.c); err != nil {
		return err
	}
	if a.kind != kindOTP {
		// Mailed codes count for themselves.
		left := a.challenge.ExpiresAt.Sub(a.host.Now())
		_, err := a.host.Verifications().Create(a.c, prefixAttempts+a.challenge.Identifier, strconv.Itoa(a.tries+1), left)
		if err != nil {
			return err
		}
	}
	locked, err := a.countFailure(a.c, a.user.ID, a.row)
	if err != nil {
		return err
	}
	betterauth.Emit(a.c, a.host, Failed{UserID: a.user.ID, Kind: a.kind, Locked: locked})
	return betterauth.Commit(code)
}

// right ends the count of wrong codes at the second step. That of the account
// ends with the session.
func (a *attempt) right() error {
	if !a.signingIn() {
		return nil
	}
	if err := a.proof.Right(a.c); err != nil {
		return err
	}
	return a.forgive(a.c, a.user.ID, a.row)
}

// activate asks for a second step from now on: the code has shown that the user
// can pass it. The session gets another token. It is no fresher for it: whoever
// has the session was shown the secret.
func (a *attempt) activate() (err error) {
	a.user, err = a.setEnabled(a.c, a.user.ID, true)
	if err != nil {
		return err
	}
	a.session, err = a.c.RotateSession(a.user)
	return err
}

// finish answers somebody who is signed in, and makes the session of somebody
// who is not: all gates are asked, since much may have happened since the first
// proof.
func (a *attempt) finish(trustDevice *bool) (VerifiedAnswer, error) {
	if !a.signingIn() {
		return VerifiedAnswer{Token: &a.session.Token, User: a.user}, nil
	}
	if err := a.endChallenge(); err != nil {
		return VerifiedAnswer{}, err
	}
	// Whether to be remembered was kept in a cookie since the first proof.
	session, err := a.c.SignIn(a.user, betterauth.SignIn{Method: Method, Assurance: betterauth.MultiFactor})
	if err != nil {
		return VerifiedAnswer{}, err
	}
	if err := a.proof.Forget(a.c); err != nil {
		return VerifiedAnswer{}, err
	}
	if trustDevice != nil && *trustDevice {
		if err := a.trust(a.c, a.user); err != nil {
			return VerifiedAnswer{}, err
		}
		a.c.Remember()
	}
	betterauth.Emit(a.c, a.host, Passed{UserID: a.user.ID, SessionID: session.ID, Kind: a.kind})
	return VerifiedAnswer{Token: &session.Token, User: a.user}, nil
}

// endChallenge takes the challenge and everything about it: nobody passes it
// again.
func (a *attempt) endChallenge() error {
	a.c.ClearCookie(cookieChallenge)
	id := a.challenge.Identifier
	_, err := a.values.Delete(a.c, database.In("identifier", id, prefixAttempts+id, prefixOTP+id))
	return err
}

// setEnabled says whether a second step is asked for.
func (p *TwoFactor) setEnabled(ctx context.Context, userID string, enabled bool) (*betterauth.User, error) {
	user, err := p.users.UpdateOne(ctx, database.Set{Enabled.Column().Name: enabled}, database.Eq("id", userID))
	if err != nil {
		return nil, err
	}
	if enabled {
		betterauth.Emit(ctx, p.host, Activated{UserID: userID})
	} else {
		betterauth.Emit(ctx, p.host, Deactivated{UserID: userID})
	}
	return user, nil
}
