package passkey

import (
	"cmp"
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
)

// assertion is an answer to a challenge on its way through the checks.
//
// It is checked without a lock, since a check takes longer than everything that is
// written, and the application may be asked. What is written, the challenge that is
// used up, the counter and the session, is one transaction. So an answer never uses
// up its challenge without its session, nor the other way round, and of any number of
// answers to one challenge one signs in. An answer that is refused uses up its
// challenge as well; see spend.
type assertion struct {
	parsed *protocol.ParsedCredentialAssertionData
	found  *betterauth.Verification // the challenge as stored; nil before it is found
	bound  bool                     // the browser is bound to it by a cookie
	begun  challenge
	key    *Passkey
	holds  bool // everything was checked but whether the counter grows
	// settled says that the counter was looked at, and the passkey found.
	settled bool
}

func (a *assertion) use() use { return useOf(a.key, &a.parsed.Response.AuthenticatorData) }

// readAssertion reads an assertion and finds the challenge it answers. What cannot be
// read uses up the challenge that the browser is bound to.
func (p *Passkeys) readAssertion(c *betterauth.Ctx, kind string, response jsontext.Value, a *assertion) (err error) {
	var sent string
	if a.parsed, sent, err = parseAssertion(response); err != nil {
		_, _ = p.take(c, kind, sent) // whatever became of it, the answer cannot be read
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
	return nil
}

// confirm uses up the challenge and stores the counter, in the transaction that makes or
// renews the session and holds the user's row. stillThere follows it.
func (p *Passkeys) confirm(a *assertion) func(tx *betterauth.Ctx, user *betterauth.User) error {
	return func(tx *betterauth.Ctx, _ *betterauth.User) error {
		if err := p.host.Verifications().Use(tx, a.found); errors.Is(err, database.ErrNotFound) {
			return noChallenge(a.bound)
		} else if err != nil {
			return err
		}
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

// spend uses up the challenge of an answer that was refused for a reason, and returns
// that reason; or that there is no challenge, if another answer was before this one. The
// counter of an answer that holds is stored all the same, and one that did not grow is
// told of, which the transaction that was rolled back could not.
func (p *Passkeys) spend(c *betterauth.Ctx, a *assertion, reason error) error {
	if a.found == nil {
		return reason
	}
	if _, further := betterauth.StepUpBody(reason); further {
		return reason // which committed
	}
	if err := p.host.Verifications().Use(c, a.found); errors.Is(err, database.ErrNotFound) {
		return noChallenge(a.bound)
	} else if err != nil {
		return errors.Join(reason, err)
	}
	if a.holds {
		if _, err := p.recordUse(c, a.key, a.use()); err != nil && !isRefusal(err) {
			return errors.Join(reason, err)
		}
	}
	return reason
}
