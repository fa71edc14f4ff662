package passkey

import (
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
}

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
// renews the session and holds the user's row.
func (p *Passkeys) confirm(a *assertion) func(tx *betterauth.Ctx, user *betterauth.User) error {
	return func(tx *betterauth.Ctx, _ *betterauth.User) error {
		if err := p.host.Verifications().Use(tx, a.found); errors.Is(err, database.ErrNotFound) {
			return noChallenge(a.bound)
		} else if err != nil {
			return err
		}
		return p.recordUse(tx, a.key, a.parsed)
	}
}

// stillThere refuses a passkey that was deleted since its use was stored, such as by a
// gate: what ends passkeys ends sessions too, and would not find the one that is made.
// The caller holds the user's row.
func (p *Passkeys) stillThere(ctx context.Context, key *Passkey) error {
	there, err := p.store.Exists(ctx, database.Eq("id", key.ID), database.Eq("userId", key.UserID))
	if err == nil && !there {
		err = ErrPasskeyNotFound
	}
	return err
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
		if err := p.recordUse(c, a.key, a.parsed); err != nil && !isRefusal(err) {
			return errors.Join(reason, err)
		}
	}
	return reason
}
