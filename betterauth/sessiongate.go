package betterauth

import (
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// Assurance says how strong the proof of a sign-in was.
type Assurance int

const (
	// SingleFactor is one proof: a password, a link in a mail, a passkey whose
	// authenticator did not verify its user.
	SingleFactor Assurance = iota
	// MultiFactor is possession together with knowledge or biometry: a passkey with user
	// verification, a password with a one-time code.
	MultiFactor
)

// SignIn says how a user proved who they are, and what session they get.
type SignIn struct {
	// Method names the proof: "email", "passkey", "magic-link".
	Method string
	// Assurance is how strong the proof was. Default SingleFactor.
	Assurance Assurance
	// Remember says whether the browser keeps the session after it closes. With false the
	// cookie ends with the browser, and the session ends after a day at most (half of
	// SessionConfig.ExpiresIn, if that is less) and is never prolonged, whatever client
	// uses it. With nil the request's "don't remember" cookie decides, and without that
	// cookie the browser is remembered.
	Remember *bool
	// Life is how long the session lasts at first. Default: SessionConfig.ExpiresIn, or a
	// day for a session that is not remembered. If sessions are refreshed, this one is
	// too, unless its Life is no longer than that of a session that is not remembered.
	Life time.Duration
	// NewUser says that this request created the user.
	NewUser bool
	// Columns are values for added columns of the session, by logical name.
	Columns database.Set
	// Confirm is called in the sign-in's transaction, once the user's row is locked and
	// before the gates: look there again whether what proved the user still counts, and
	// use it up. So one transaction holds both, and of two answers to one challenge one
	// signs in. user is the user as stored now. An error refuses, is returned unchanged
	// and rolls back what Confirm wrote, and so does a gate's. So after an error of SignIn
	// that is no step-up, which commits, the caller uses up what proved the user, with a
	// context that outlives the request. Default nil.
	Confirm func(tx *Ctx, user *User) error
	// AllowCrossSite lets Auth.SignIn accept a request that a page of another site sent,
	// such as the form that carries a SAML response. The handler must itself check that
	// this browser asked to sign in: by a state that it stored in a cookie
	// (SameSite=None) and finds in RelayState or InResponseTo. Operations and
	// Auth.CreateSession ignore it. Default false.
	AllowCrossSite bool
}

// Attempt is what a gate decides about: a user who proved who they are, before a session
// is made.
type Attempt struct {
	User   *User
	SignIn SignIn
	// Renews is the session whose user proves again who they are; nil if a new session is
	// about to be made. See Ctx.Reauthenticate.
	Renews *Session
}

// SessionGate is called before any session is made, by whatever method. Check refuses by
// returning an error, or asks for a further step by returning a StepUp; no session is
// made then. A panic refuses.
type SessionGate struct {
	// Name identifies the gate in messages. Required.
	Name  string
	Check func(c *Ctx, a *Attempt) error
}

// StepUp returns an error with which a gate, or any handler, replaces the usual answer by
// body with status 200: "a second factor is needed". What the request wrote to the
// database is committed, but a session that it made ends.
func StepUp(body any) error { return &stepUp{body} }

type stepUp struct{ body any }

func (*stepUp) Error() string { return "betterauth: a further step is needed" }

// SignIn makes a session for user; no other function does. It calls every gate first, and
// returns their errors and step-ups unchanged; the handler returns them too. On success
// the session is stored and its cookies are set on the answer.
//
// After a step-up the browser is signed out: it deletes the session that it had, which
// may be another user's. It keeps its choice not to be remembered; the sign-in that
// completes the further step follows that choice with Remember nil.
//
// An operation that signs in declares MakesSession. In any other operation SignIn is an
// error, since the core did not guard the request as a sign-in.
//
// SignIn runs in a transaction that locks the user's row, and passes the gates the user
// as stored now. So a ban that commits at the same time is either seen by a gate, or
// finds the new session and ends it. If the user no longer exists, the error is
// ErrFailedToCreateSession and database.ErrNotFound. Inside Transaction it takes part in
// that transaction.
func (c *Ctx) SignIn(user *User, how SignIn) (session *Session, err error) {
	if c.op != nil && c.op.SignIn != MakesSession {
		return nil, fmt.Errorf("operation %s makes a session but does not declare SignIn: MakesSession", c.op.ID)
	}
	err = c.Transaction(func(tx *Ctx) error {
		attempt := &Attempt{SignIn: how}
		current, err := tx.admit(user.ID, attempt)
		if err != nil {
			return err
		}
		if session, err = tx.createSession(current, attempt.SignIn); err != nil {
			return err
		}
		tx.made = append(tx.made, session.ID)
		tx.signIns = append(tx.signIns, SignedIn{UserID: current.ID, SessionID: session.ID,
			Method: attempt.SignIn.Method, Assurance: attempt.SignIn.Assurance, NewUser: attempt.SignIn.NewUser})
		return nil
	})
	if err != nil {
		if isAnswer(err) {
			c.postponeSession(how.Remember)
		}
		return nil, err
	}
	if c.op == nil {
		c.tellSignIns() // else the operation may fail yet
	}
	return session, nil
}

// admit holds the user's row, has the proof confirmed, asks every gate about the user as
// stored now, and returns that. c is in a transaction.
func (c *Ctx) admit(userID string, attempt *Attempt) (*User, error) {
	current, err := c.auth.users.GetLocked(c, database.Eq("id", userID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrFailedToCreateSession.Because(fmt.Errorf("user %s is gone: %w", userID, err))
	}
	if err != nil {
		return nil, err
	}
	attempt.User = current
	if attempt.SignIn.Confirm != nil {
		if err := attempt.SignIn.Confirm(c, current); err != nil {
			return nil, err
		}
	}
	for _, gate := range c.auth.gates {
		if err := gate.ask(c, attempt); err != nil {
			return nil, err
		}
	}
	return current, nil
}

type compiledGate struct {
	SessionGate
	plugin string
}

func (g compiledGate) ask(c *Ctx, a *Attempt) (err error) {
	defer panics.Contribution(&err, "gate", g.Name, g.plugin)
	err = g.Check(c, a)
	if err != nil && !isAnswer(err) {
		return fmt.Errorf("gate %s of plugin %s: %w", g.Name, g.plugin, err)
	}
	return err
}

// isAnswer reports whether err is a step-up, which is an answer and not a failure.
func isAnswer(err error) bool {
	_, ok := asStepUp(err)
	return ok
}

func asStepUp(err error) (*stepUp, bool) {
	if err == nil {
		return nil, false
	}
	var s *stepUp
	ok := errors.As(err, &s)
	return s, ok
}
