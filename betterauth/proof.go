package betterauth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// Proof is one attempt at a secret, from Failures.Begin to End. It belongs to one request
// and is not safe for concurrent use.
type Proof struct {
	failures *Failures // nil where nothing is counted
	key      string
	turn     *turn
	// found is what Right saw.
	found failed
	// counted says that Wrong counted, or found a wait.
	counted, ended bool
}

// Wrong counts the proof as failed, even if the client has disconnected. Inside a
// transaction it takes part in it, so return the refusal with Commit. The error is
// ErrTooManyFailures if others failed often enough in the meantime: the client must not
// learn that the proof was wrong, and the proof does not count.
func (p *Proof) Wrong(ctx context.Context) error {
	if p.failures == nil {
		return nil
	}
	a := p.failures.auth
	ctx, cancel := outliving(ctx)
	defer cancel()
	var now failed
	var wait time.Duration
	err := a.db.Transaction(ctx, func(ctx context.Context) (err error) {
		if err := a.db.Lock(ctx, p.key); err != nil {
			return err
		}
		if now, err = a.failed(ctx, p.key); err != nil {
			return err
		}
		if wait = now.wait(a.now()); wait > 0 {
			return nil
		}
		now.count++
		now.until = a.now().Add(a.cfg.Failures.wait(now.count))
		return a.replaceCounter(ctx, now.row, p.key, now.value(), failuresKept)
	})
	if err != nil {
		return fmt.Errorf("counting a failure: %w", err)
	}
	p.counted = true
	if wait > 0 {
		return refuseGuess(ctx, wait)
	}
	return nil
}

// outliving returns a context that goes on for settleTime after ctx.
func outliving(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(settleTime, cancel) })
	return longer, func() {
		stop()
		cancel()
	}
}

// Right says that the proof is right. Call it before you do or answer anything because of
// the proof. The error is ErrTooManyFailures if others failed often enough in the
// meantime: the proof then counts as not checked. Right does not reset the count; see
// Forget.
func (p *Proof) Right(ctx context.Context) error {
	if p.failures == nil {
		return nil
	}
	a := p.failures.auth
	var err error
	if p.found, err = a.failed(ctx, p.key); err != nil {
		return err
	}
	if wait := p.found.wait(a.now()); wait > 0 {
		return refuseGuess(ctx, wait)
	}
	return nil
}

// Forget resets the count after Right, once the whole sign-in has succeeded, in the
// transaction that makes the session. If nobody failed, it costs nothing.
func (p *Proof) Forget(ctx context.Context) error {
	if p.failures == nil || p.found.row == nil {
		return nil
	}
	_, err := p.failures.auth.verifications.store.Delete(ctx, database.Eq("identifier", p.key))
	return err
}

// End lets the next proof of the same account be checked. Call it after a transaction
// around Wrong has ended; calling it more than once does no harm.
func (p *Proof) End() {
	if p.failures == nil || p.ended {
		return
	}
	p.ended = true
	p.failures.turns.end(p.turn, p.counted)
}

// enter waits until the proof may be looked at: no more at once than there may
// be failures, so that of many guesses that come together the others find the
// wait. wait is how long the account does, 0 where the proof has entered.
func (p *Proof) enter(ctx context.Context) (wait time.Duration, err error) {
	a := p.failures.auth
	p.turn = p.failures.turns.join(p.key)
	var place <-chan struct{}
	defer func() {
		if err != nil || wait > 0 {
			p.failures.turns.leave(p.turn, place)
		}
	}()
	for {
		failures := p.turn.failures.Load()
		now, err := a.failed(ctx, p.key)
		if err != nil {
			return 0, err
		}
		if wait := now.wait(a.now()); wait > 0 {
			return wait, nil
		}
		entered, next := p.failures.turns.enter(p.turn, failures, now.room(a.cfg.Failures.Free))
		if entered {
			return 0, nil
		}
		if place = next; place == nil {
			continue // somebody failed in the meantime
		}
		select {
		case <-place:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// enterKnown enters a client at an address where the user has a session, who is
// counted apart while everybody else waits.
func (p *Proof) enterKnown(ctx context.Context, s Subject, wait time.Duration) (time.Duration, error) {
	client := clientOf(ctx)
	known, err := p.failures.auth.knows(ctx, s.UserID, client)
	if err != nil || !known {
		return wait, err
	}
	p.key += "-" + p.failures.auth.keyed("failures", "client\x00"+s.UserID+"\x00"+client)
	return p.enter(ctx)
}

// failed is an account's failures, as stored: "<count>:<end of the wait in Unix
// milliseconds>".
type failed struct {
	row   *Verification // nil without failures
	count int
	until time.Time
}

func (s failed) value() string {
	return strconv.Itoa(s.count) + ":" + strconv.FormatInt(s.until.UnixMilli(), 10)
}

func (s failed) wait(now time.Time) time.Duration { return max(0, s.until.Sub(now)) }

// room is how many proofs may be looked at at once: as many as may fail without
// a wait, and one where each failure starts one.
func (s failed) room(free int) int { return max(1, free-s.count) }

func (a *Auth) failed(ctx context.Context, key string) (s failed, err error) {
	row, err := a.verifications.Find(ctx, key)
	if errors.Is(err, database.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	count, until, _ := strings.Cut(row.Value, ":")
	n, err := strconv.Atoi(count)
	if err != nil {
		return s, fmt.Errorf("the failures %s cannot be read: %w", row.ID, err)
	}
	at, err := strconv.ParseInt(until, 10, 64)
	if err != nil {
		return s, fmt.Errorf("the failures %s cannot be read: %w", row.ID, err)
	}
	return failed{row, n, time.UnixMilli(at)}, nil
}

// replaceCounter stores a count in row, which is under key, or anew without one.
// The caller holds the lock of that name.
func (a *Auth) replaceCounter(ctx context.Context, row *Verification, key, value string, ttl time.Duration) error {
	if row != nil {
		n, err := a.verifications.store.Update(ctx, database.Set{"value": value, "expiresAt": a.now().Add(ttl)}, database.Eq("id", row.ID))
		if err != nil || n > 0 {
			return err
		}
		// The count was ended at this moment.
	}
	_, err := a.verifications.Create(ctx, key, value, ttl)
	return err
}
