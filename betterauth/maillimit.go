package betterauth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

// MailLimitConfig says how many mails one address gets, of all kinds together and whoever
// asks for them.
type MailLimitConfig struct {
	// Disabled turns the limit off. Default false.
	Disabled bool
	// Max is how many mails are sent at once. After that, one is sent for each
	// Window/Max; an attacker who uses up the mails of an address can make its owner get
	// a new code or link no more often than that. Default 10.
	Max int
	// Window is how long it takes from no mails left to Max mails. Default 30 minutes.
	Window time.Duration
}

// mailPrefix begins what is stored of the mail to an address.
const mailPrefix = "mail-limit-"

func (c *MailLimitConfig) configure() (problems []error) {
	if c.Max < 0 || c.Window < 0 {
		problems = append(problems, problem("", "config MailLimit", "Max or Window is negative; leave them at 0 for the defaults"))
	}
	setDefault(&c.Max, 10)
	setDefault(&c.Window, 30*time.Minute)
	if c.Max > 0 && c.Window > 0 && c.Window/time.Duration(c.Max) < time.Millisecond {
		problems = append(problems, problem("", "config MailLimit", "is more than one mail in a millisecond; lower Max, or raise Window"))
	}
	return problems
}

// mailAsked is what MayMail said in a request, by address, until Mail uses it.
var mailAsked = NewRequestValue[map[string]bool]()

// MayMail reports whether address may get another mail, and counts that mail. Call it
// before you make the code or link, also for addresses that no user has. If it returns
// false, do nothing and answer as always. A code that was mailed before then stays valid,
// however much mail others ask for.
//
// A signed-in user who asks for mail to their own address has a budget of their own.
// While the budget of the address is used up, clients at an address from which the user
// has a session have one too.
//
// It may be called again in the same request; the mail counts once. Outside of a request
// do not call it, since Mail counts by itself there. Without a Mailer the result is true.
// Inside a transaction it takes part in it and takes a lock: call it before any row that
// the transaction locks, or after all of them.
func (h *Host) MayMail(ctx context.Context, address string) (bool, error) {
	return h.mayMail(ctx, address, "")
}

// MayMailProven is MayMail for a client that is not signed in yet but has proven to be
// the user, such as by a password before a second step. Such mail has a budget of its
// own.
func (h *Host) MayMailProven(ctx context.Context, user *User) (bool, error) {
	return h.mayMail(ctx, user.Email, user.ID)
}

func (h *Host) mayMail(ctx context.Context, address, provenBy string) (bool, error) {
	l := h.auth.mailLimit
	if h.auth.mail == nil || h.auth.cfg.MailLimit.Disabled {
		return true, nil
	}
	to := recipient{address: sameAddress(address), user: provenBy, client: clientOf(ctx)}
	asked, _ := mailAsked.Get(ctx)
	if may, ok := asked[to.address]; ok {
		return may, nil
	}
	if c, ok := CtxFrom(ctx); ok && to.user == "" {
		id, err := c.readSession(readOptions{noRefresh: true})
		if err != nil && !errors.Is(err, ErrNoSession) {
			return false, err
		}
		to.signedIn(id)
	}
	may, err := l.take(ctx, to)
	if err != nil {
		return false, fmt.Errorf("counting mail: %w", err)
	}
	if asked == nil {
		asked = map[string]bool{}
		mailAsked.Set(ctx, asked)
	}
	asked[to.address] = may
	return may, nil
}

// mailMay returns what the queue asks before it sends a mail, nil where the
// plugin has asked.
func (h *Host) mailMay(ctx context.Context, address string) func(context.Context) (bool, error) {
	if h.auth.cfg.MailLimit.Disabled {
		return nil
	}
	to := recipient{address: sameAddress(address), client: clientOf(ctx)}
	asked, _ := mailAsked.Get(ctx)
	if asked[to.address] {
		delete(asked, to.address)
		return nil
	}
	if c, ok := CtxFrom(ctx); ok {
		to.signedIn(c.login.identity)
	}
	return func(ctx context.Context) (bool, error) { return h.auth.mailLimit.take(ctx, to) }
}

func sameAddress(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// recipient is whom a mail is to.
type recipient struct {
	address string
	// user is the id of the user that the client is known to be, whose address it
	// is; "" for anybody.
	user string
	// client is the client's address, "" if unknown.
	client string
}

func (r *recipient) signedIn(id *Identity) {
	if id != nil && sameAddress(id.User.Email) == r.address {
		r.user = id.User.ID
	}
}

// mailLimit counts mail.
type mailLimit struct{ auth *Auth }

func (l *mailLimit) key(kind, value string) string {
	return mailPrefix + l.auth.keyed("mail-limit", kind+"\x00"+value)
}

// take reports whether there is a mail left, and takes it.
func (l *mailLimit) take(ctx context.Context, to recipient) (bool, error) {
	if to.user != "" {
		return l.takeOne(ctx, l.key("user", to.user+"\x00"+to.address))
	}
	ok, err := l.takeOne(ctx, l.key("address", to.address))
	if err != nil || ok {
		return ok, err
	}
	// The same work whoever it is, as nobody may learn who has an account.
	user, err := l.auth.users.Get(ctx, database.Eq("email", to.address))
	if errors.Is(err, database.ErrNotFound) {
		user, err = &User{}, nil
	}
	if err != nil {
		return false, err
	}
	known, err := l.auth.knows(ctx, user.ID, to.client)
	if err != nil || !known {
		return false, err
	}
	return l.takeOne(ctx, l.key("client", to.address+"\x00"+to.client))
}

// takeOne counts by the time at which all mails are there again; see
// ratelimit.Budget. It reads first: a flood writes nothing.
func (l *mailLimit) takeOne(ctx context.Context, key string) (ok bool, err error) {
	if _, _, ok, err = l.next(ctx, key); err != nil || !ok {
		return false, err
	}
	err = l.auth.db.Transaction(ctx, func(ctx context.Context) error {
		if err := l.auth.db.Lock(ctx, key); err != nil {
			return err
		}
		var row *Verification
		var full time.Time
		if row, full, ok, err = l.next(ctx, key); err != nil || !ok {
			return err
		}
		return l.auth.replaceCounter(ctx, row, key, strconv.FormatInt(full.UnixMilli(), 10), full.Sub(l.auth.now()))
	})
	return ok && err == nil, err
}

// next returns when all mails are there again after one more, and whether there
// is one more now.
func (l *mailLimit) next(ctx context.Context, key string) (row *Verification, full time.Time, ok bool, err error) {
	row, err = l.auth.verifications.Find(ctx, key)
	switch {
	case errors.Is(err, database.ErrNotFound):
		row = nil
	case err != nil:
		return nil, full, false, err
	default:
		at, err := strconv.ParseInt(row.Value, 10, 64)
		if err != nil {
			return nil, full, false, fmt.Errorf("the count %s cannot be read: %w", row.ID, err)
		}
		full = time.UnixMilli(at)
	}
	cfg := l.auth.cfg.MailLimit
	full, ok = ratelimit.Budget{Max: cfg.Max, Window: cfg.Window}.Next(full, l.auth.now())
	return row, full, ok, nil
}
