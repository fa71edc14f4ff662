package betterauth

import (
	"context"
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// FailuresConfig says how many guesses at the secrets of one account are checked, whoever
// makes them: passwords, mailed codes and second steps count together. RateLimitConfig
// counts per client, so it does not stop an attacker who has many addresses. NIST SP
// 800-63B, section 5.2.2.
type FailuresConfig struct {
	// Disabled counts nothing. Default false.
	Disabled bool
	// Free is how many failures in a row cause no wait, at most 100. Default 20.
	Free int
	// FirstWait is the first wait after Free failures; each further failure doubles it.
	// Default 30 seconds.
	FirstWait time.Duration
	// MaxWait is the longest wait, at most 24 hours. Default 1 hour.
	MaxWait time.Duration
}

const (
	// mostFree is what NIST SP 800-63B, section 5.2.2, allows in a row.
	mostFree = 100
	// failuresKept is how long failures count after the last one.
	failuresKept = 24 * time.Hour
	// failuresPrefix begins what is stored of an account's failures.
	failuresPrefix = "failures-"
	// settleTime is how long counting may take once the client has gone.
	settleTime = 10 * time.Second
)

func (c *FailuresConfig) configure() (problems []error) {
	add := func(item, format string, args ...any) {
		problems = append(problems, problem("", "config Failures"+item, format, args...))
	}
	if c.Free < 0 || c.FirstWait < 0 || c.MaxWait < 0 {
		add("", "Free, FirstWait or MaxWait is negative; leave them at 0 for the defaults")
	}
	setDefault(&c.Free, 20)
	setDefault(&c.MaxWait, time.Hour)
	setDefault(&c.FirstWait, min(30*time.Second, c.MaxWait))
	if c.Free > mostFree {
		add(".Free", "is over %d, the most that NIST SP 800-63B allows in a row; lower it", mostFree)
	}
	if c.FirstWait > c.MaxWait {
		add(".FirstWait", "is longer than MaxWait, which is %v; lower it, or raise MaxWait", c.MaxWait)
	}
	if c.MaxWait > failuresKept {
		add(".MaxWait", "is over %v, after which failures are forgotten; lower it", failuresKept)
	}
	return problems
}

// wait is what follows the n-th failure in a row.
func (c *FailuresConfig) wait(n int) time.Duration {
	if n < c.Free {
		return 0
	}
	wait := c.FirstWait
	for ; n > c.Free && wait < c.MaxWait; n-- {
		wait *= 2
	}
	return min(wait, c.MaxWait)
}

// Subject is the account whose secret somebody tries.
type Subject struct {
	// UserID is the user's id, "" if no user was found.
	UserID string
	// Name is what the person typed, such as an address. It counts if UserID is "", so
	// that the count does not reveal who has an account. Its case does not matter.
	Name string
}

// Failures counts failed proofs in a row for each account, of all kinds and from all
// clients. After Config.Failures.Free failures, each further one starts a wait, in which
// no proof is checked and the error is ErrTooManyFailures. A sign-in resets the count,
// and so does a day without a failure.
//
// A plugin that accepts something guessable, such as a password or a short code, asks
// Failures first: with Check for a proof that stands alone, with Begin for one that signs
// in. Long random tokens, links and passkeys need none of this.
//
// Of guesses at the same time, no more are answered than the count allows, in however
// many processes; right ones at the same time all succeed. During a wait, clients at an
// address from which the user has a session have a count of their own, so that others
// cannot lock the owner out.
//
// It is safe for concurrent use.
type Failures struct {
	auth  *Auth
	turns turns
}

// Failures returns the counter of failed proofs.
func (h *Host) Failures() *Failures { return h.auth.failures }

// Check runs prove, which reports whether a proof that stands alone is right. A wrong
// proof counts; a right one resets the count. An error of prove is returned unchanged and
// does not count. The error is ErrTooManyFailures if the proof is not checked, or if its
// result must not be told. Call it outside of any transaction.
//
// For a proof that signs in use Begin: the count may be reset only when the whole sign-in
// has succeeded. Otherwise whoever knows a password could guess at second steps for ever.
func (f *Failures) Check(ctx context.Context, s Subject, prove func(ctx context.Context) (right bool, err error)) (right bool, err error) {
	proof, err := f.Begin(ctx, s)
	if err != nil {
		return false, err
	}
	defer proof.End()
	right, err = prove(ctx)
	switch {
	case err != nil:
		return false, err
	case !right:
		return false, proof.Wrong(ctx)
	}
	if err := proof.Right(ctx); err != nil {
		return false, err
	}
	return true, proof.Forget(ctx)
}

// errProofInside is a plugin that would wait for others while it holds what they
// wait for, and whose count a rollback would undo.
var errProofInside = errors.New("betterauth: Failures.Begin was called inside a transaction; call it before")

// Begin is called before a proof is checked, outside of any transaction. During a wait
// the error is ErrTooManyFailures. Otherwise the caller checks the proof, calls Wrong or
// Right before it answers or does anything else, and calls End in any case. A proof for
// which neither was called, because the database failed for instance, does not count.
func (f *Failures) Begin(ctx context.Context, s Subject) (*Proof, error) {
	if f.auth.cfg.Failures.Disabled {
		return &Proof{}, nil
	}
	if f.auth.inTransaction(ctx) {
		return nil, errProofInside
	}
	p := &Proof{failures: f, key: f.key(s)}
	wait, err := p.enter(ctx)
	if err == nil && wait > 0 {
		wait, err = p.enterKnown(ctx, s, wait)
	}
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, refuseGuess(ctx, wait)
	}
	return p, nil
}

// Reset resets a user's count, for all clients. It is for what proves more than any
// guess, such as a password reset by a mailed link. Inside a transaction it takes part in
// it.
func (f *Failures) Reset(ctx context.Context, userID string) error {
	if f.auth.cfg.Failures.Disabled {
		return nil
	}
	_, err := f.auth.verifications.store.Delete(ctx, database.StartsWith("identifier", f.key(Subject{UserID: userID})))
	return err
}

// key names what is stored without telling of whom.
func (f *Failures) key(s Subject) string {
	kind, value := "user", s.UserID
	if value == "" {
		kind, value = "name", strings.ToLower(strings.TrimSpace(s.Name))
	}
	return failuresPrefix + f.auth.keyed("failures", kind+"\x00"+value)
}

// keyed is a hash that tells nothing to who has not the application's secret.
func (a *Auth) keyed(label, value string) string {
	return base64.RawURLEncoding.EncodeToString(a.derive("betterauth."+label, value)[:16])
}

func (a *Auth) inTransaction(ctx context.Context) bool {
	return a.db.Conn(ctx) != a.db.Conn(context.Background())
}

// knows reports whether a client's address is one where the user has a session.
// For nobody it looks, too.
func (a *Auth) knows(ctx context.Context, userID, client string) (bool, error) {
	if client == "" {
		return false, nil
	}
	return a.sessions.store.Exists(ctx, database.Eq("userId", userID), database.Eq("ipAddress", client), database.Gt("expiresAt", a.now()))
}

// clientOf is the address of the client that ctx belongs to, "" without one.
func clientOf(ctx context.Context) string {
	c, ok := CtxFrom(ctx)
	if !ok {
		return ""
	}
	return c.ClientIP()
}

// refuseGuess says how long to wait.
func refuseGuess(ctx context.Context, wait time.Duration) error {
	if c, ok := CtxFrom(ctx); ok {
		seconds := strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
		c.Header().Set("X-Retry-After", seconds)
		c.Header().Set("Retry-After", seconds)
	}
	return ErrTooManyFailures.Refuse(Refusal{Reason: "too many wrong guesses at the secrets of one account; it has to wait"})
}
