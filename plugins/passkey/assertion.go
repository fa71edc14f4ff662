package passkey

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
)

// assertion is an answer to a challenge on its way through the checks.
//
// It is checked without a lock, since a check takes longer than everything that is
// written. What is written, the challenge that is used up, the counter and the session, is
// one transaction. So of any number of answers to one challenge one signs in, and a crash
// leaves no session whose challenge could be answered again. An answer that is refused uses
// up its challenge as well; see spend. Where the application is asked, the challenge is
// used up before that, so that it is asked about one answer.
type assertion struct {
	parsed *protocol.ParsedCredentialAssertionData
	found  *betterauth.Verification // the challenge as stored; nil before it is found
	bound  bool                     // the browser is bound to it by a cookie
	begun  challenge
	key    *Passkey
	holds  bool // everything was checked but whether the counter grows
	// settled says that the counter was looked at, and the passkey found.
	settled bool
	// used says that the challenge is used up, and committed that the counter is stored.
	used, committed bool
}

func (a *assertion) use() use { return useOf(a.key, &a.parsed.Response.AuthenticatorData) }

// readAssertion reads an assertion and finds the challenge it answers. What cannot be
// read uses up the challenge that the browser is bound to.
func (p *Passkeys) readAssertion(c *betterauth.Ctx, kind string, response jsontext.Value, a *assertion) (err error) {
	var sent string
	if a.parsed, sent, err = parseAssertion(response); err != nil {
		// Whatever became of the challenge, the answer cannot be read.
		if _, failed := p.take(c, kind, sent); failed != nil && !isRefusal(failed) {
			return failed
		}
		return ErrInvalidResponse.Because(err)
	}
	identifier, bound, err := p.begunBy(c, sent)
	if err != nil {
		return err
	}
	a.bound = bound
	a.found, err = p.host.Verifications().Find(c, identifier)
	if errors.Is(err, database.ErrNotFound) {
		return noChallenge(bound)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(a.found.Value), &a.begun); err != nil {
		return ErrChallengeNotFound.Because(err)
	}
	if a.begun.Type != kind || a.begun.Expected == "" {
		return ErrChallengeNotFound
	}
	if p.cfg.Authentication.AfterVerification != nil {
		return p.useUp(c, a)
	}
	return nil
}

// useUp uses up the challenge, unless that has happened.
func (p *Passkeys) useUp(ctx context.Context, a *assertion) error {
	if a.used {
		return nil
	}
	err := p.host.Verifications().Use(ctx, a.found)
	if errors.Is(err, database.ErrNotFound) {
		a.used, a.found = true, nil // by another answer
		return noChallenge(a.bound)
	}
	a.used = err == nil
	return err
}

// confirm uses up the challenge and stores the counter, in the transaction that makes or
// renews the session and holds the user's row. stillThere follows it.
func (p *Passkeys) confirm(a *assertion) func(tx *betterauth.Ctx, user *betterauth.User) error {
	return func(tx *betterauth.Ctx, _ *betterauth.User) error {
		before := a.used
		if err := p.useUp(tx, a); err != nil {
			return err
		}
		a.used = before // until the transaction is committed
		var err error
		a.settled, err = p.recordUse(tx, a.key, a.use())
		return err
	}
}

// stillThere refuses a passkey that was deleted since its use was stored, such as by a
// gate: what ends passkeys ends sessions too, and would not find the one that is made,
// nor the further step that a gate has begun. outcome is what the sign-in came to; it is
// returned for a passkey that is there. The caller holds the user's row.
func (p *Passkeys) stillThere(ctx context.Context, a *assertion, outcome error) error {
	if _, further := betterauth.StepUpBody(outcome); outcome != nil && !further {
		return outcome
	}
	where := []database.Cond{database.Eq("id", a.key.ID), database.Eq("userId", a.key.UserID)}
	if !a.settled {
		where = append(where, database.Eq("counter", 0))
	}
	there, err := p.store.Exists(ctx, where...)
	switch {
	case err != nil:
		return err
	case !there && !a.settled:
		err = p.counterStands(ctx, a.key, a.use())
	case !there:
		err = ErrPasskeyNotFound
	}
	return cmp.Or(err, outcome)
}

// transact makes or renews the session that an answer is for, in one transaction with the
// rest; see confirm.
func (p *Passkeys) transact(c *betterauth.Ctx, a *assertion, f func(tx *betterauth.Ctx) error) error {
	err := c.Transaction(f)
	if _, further := betterauth.StepUpBody(err); err == nil || further {
		a.used, a.committed = true, true
	}
	return err
}

// answered runs check, which comes to what an answer is worth, and uses up the challenge of
// one that is refused, fails or panics.
func (p *Passkeys) answered(c *betterauth.Ctx, kind string, a *assertion, check func() (*betterauth.Identity, error)) (*betterauth.Identity, error) {
	returned := false
	defer func() {
		if !returned {
			_ = p.spend(c, a, nil) // the panic goes on, and says more
		}
	}()
	id, err := check()
	returned = true
	if err != nil {
		return nil, p.refused(c, kind, a.key.UserID, a.key.ID, p.spend(c, a, err))
	}
	return id, nil
}

// spend uses up the challenge of an answer that was refused for a reason, even if the
// client has gone, and returns that reason; or that there is no challenge, if another
// answer was before this one. The counter of an answer that holds is stored all the same,
// and one that did not grow is told of, which the transaction that was rolled back could
// not. If the database fails, the answer fails, whatever it was refused for.
func (p *Passkeys) spend(c *betterauth.Ctx, a *assertion, reason error) error {
	if a.found == nil || a.committed {
		return reason
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c), spending)
	defer cancel()
	if err := p.useUp(ctx, a); err != nil {
		return err
	}
	if a.holds {
		if _, err := p.recordUse(ctx, a.key, a.use()); err != nil && !isRefusal(err) {
			return err
		}
	}
	return reason
}

// spending is how long it may take to use up a challenge once the client has gone.
const spending = 10 * time.Second
