package betterauth

import (
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// Assurance says how strongly a sign-in proved who the person is.
type Assurance int

const (
	// SingleFactor is one proof: a password, a link in a mail, a passkey whose
	// authenticator did not verify its user.
	SingleFactor Assurance = iota
	// MultiFactor is possession and knowledge or biometry together: a passkey
	// with user verification, a password with a one-time code.
	MultiFactor
)

// SignIn says how somebody proved who they are.
type SignIn struct {
	// Method names the proof: "email", "passkey", "magic-link".
	Method string
	// Assurance is how strong the proof was. Default SingleFactor.
	Assurance Assurance
	// Remember false makes a session that ends with the browser, after a day at
	// most (half of SessionConfig.ExpiresIn, if that is less), and is never
	// prolonged, whatever client uses it. Nil follows the request's "don't remember" cookie, and remembers
	// without one.
	Remember *bool
	// Life is how long the session lasts. Default: SessionConfig.ExpiresIn, or a
	// day for one that is not remembered. It is the first expiry: where sessions
	// are refreshed this one is too, unless it is no longer than that of one that
	// is not remembered.
	Life time.Duration
	// NewUser says that the user was created by this very request.
	NewUser bool
	// Columns are values for added columns of the session, by logical name.
	Columns database.Set
	// AllowCrossSite lets Auth.SignIn accept a request that a page of another site
	// sent, such as the form that carries a SAML response. The handler must have
	// seen by itself that this browser asked to be signed in: by a state that it
	// keeps in a cookie (SameSite=None), and finds in RelayState or InResponseTo.
	// Operations, and Auth.CreateSession, have no use for it. Default false.
	AllowCrossSite bool
}

// Attempt is what a gate judges: a user who proved who they are, before any
// session exists.
type Attempt struct {
	User   *User
	SignIn SignIn
	// Renews is the session that the user proves again to be theirs, nil where a
	// new one is to be made. See Ctx.Reauthenticate.
	Renews *Session
}

// SessionGate is asked before any session is created, whatever the method.
// Check refuses by an error, or answers with a step-up (see StepUp); no session
// is made then. A panic refuses.
type SessionGate struct {
	// Name tells the gate apart in messages. Required.
	Name  string
	Check func(c *Ctx, a *Attempt) error
}

// StepUp is an error by which a gate, or any handler, answers the request with
// body and status 200 in place of its usual answer: "a second factor is
// needed". What the request wrote to the database stays.
func StepUp(body any) error { return &stepUp{body} }

type stepUp struct{ body any }

func (*stepUp) Error() string { return "betterauth: a further step is needed" }

// SignIn makes a session for user: the only way to one. Every gate is asked
// first; their errors and step-ups come back as they are and are to be
// returned by the handler. On success the session is stored and its cookies
// are set on the answer.
//
// After a step-up the browser is nobody's: it forgets the session it had, which
// may be somebody else's, and keeps the wish not to be remembered, which the
// sign-in that ends the further step follows with Remember nil.
//
// An operation that signs in says SignsIn; in any other it is an error, since
// nothing guarded the request as a sign-in.
//
// It runs in a transaction that holds the user's row, and shows the gates the
// user as stored now: a ban that commits at the same time either is seen, or
// finds the session to end. Inside Transaction it takes part in that one.
func (c *Ctx) SignIn(user *User, how SignIn) (session *Session, err error) {
	if c.op != nil && !c.op.SignsIn {
		return nil, fmt.Errorf("operation %s makes a session and does not say SignsIn", c.op.ID)
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

// admit holds the user's row, asks every gate about the user as stored now, and
// returns that. c is in a transaction.
func (c *Ctx) admit(userID string, attempt *Attempt) (*User, error) {
	current, err := c.auth.users.GetLocked(c, database.Eq("id", userID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrFailedToCreateSession.Because(fmt.Errorf("user %s is gone", userID))
	}
	if err != nil {
		return nil, err
	}
	attempt.User = current
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
	defer panics.Recover(&err, "gate %s of plugin %s", g.Name, g.plugin)
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
	var s *stepUp
	ok := errors.As(err, &s)
	return s, ok
}
