package betterauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// Ending is something that happens to a user, after which what opened their
// account, or was about to, no longer does. Several are joined by |, as in
// Credentials.Ends. docs/security.md has the table of what ends with which.
type Ending uint

const (
	// AddressProven: somebody proves for the first time that mail to the user's
	// address reaches them. What was set up before may be anybody's. It ends
	// everything that does not belong to this very proof; see Ctx.ProveAddress.
	AddressProven Ending = 1 << iota
	// PasswordReset: the password is set by a link, a code or an administrator.
	PasswordReset
	// PasswordChanged: the user replaces the password, given the old one.
	PasswordChanged
	// AddressChanged: the user has another address from now on, by whatever way.
	// What was mailed to the old one ends.
	AddressChanged
	// SessionsRevoked: all of the user's sessions, or all but one, are ended.
	SessionsRevoked
	// UserBanned: the user may not sign in any more, for a while or for good.
	UserBanned
	// UserDeleted: the user is about to be deleted. It ends everything.
	UserDeleted
)

var endingNames = []string{"address-proven", "password-reset", "password-changed", "address-changed", "sessions-revoked", "user-banned", "user-deleted"}

// Endings are all endings, one each.
func Endings() []Ending {
	all := make([]Ending, len(endingNames))
	for i := range all {
		all[i] = 1 << i
	}
	return all
}

// String names the endings of a set, joined by commas.
func (e Ending) String() string {
	var names []string
	for i, name := range endingNames {
		if e&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// endsAlways are the endings that end every kind of credentials, and every kind
// of what is pending, whether or not its plugin says so.
const (
	credentialsEndAlways = AddressProven | UserDeleted
	pendingEndsAlways    = AddressProven | UserBanned | UserDeleted
)

// Credentials are one kind of thing that a plugin keeps and that opens an
// account, or that stands before it: passkeys, keys for programs, second
// factors, devices that are trusted. A plugin that keeps a kind declares it once,
// in Manifest.Credentials; the core ends it when something happens that it must
// not outlive.
type Credentials struct {
	// Name tells the kind apart, such as "passkey". Required. With CanSignIn it
	// is also how the kind is called among a user's ways to sign in.
	Name string
	// Tables are the logical names of the tables that keep them. Rows there are
	// written with Ctx.ChangeAccess. Default none.
	Tables []string
	// Ends are the endings that end the kind beside AddressProven and UserDeleted,
	// which end every kind. Default none.
	Ends Ending
	// Revoke removes all that the user has of the kind. It runs in the transaction
	// of ctx, which holds the user's row; an error or a panic undoes it. Nothing
	// to remove is no error. Required, unless the kind keeps nothing, such as
	// links by mail.
	Revoke func(ctx context.Context, r Revocation) error
	// CanSignIn reports whether the user can sign in with one, as the transaction
	// in ctx sees the database, so that nobody removes their last way by accident;
	// see Host.KeepSignInWay. An error stops the removal it is asked for. Default
	// nil: no way to sign in by itself.
	CanSignIn func(ctx context.Context, userID string) (bool, error)
}

// Revocation is what ends credentials.
type Revocation struct {
	// Ending is one ending.
	Ending Ending
	// User is the user as stored before it: with the old address for
	// AddressChanged.
	User *User
}

// Pending is one kind of value that a plugin keeps in Host.Verifications and that
// leads to an account, or to a change of it: links and codes that were mailed,
// ceremonies that were begun, second steps that are due. All that are left end
// with AddressProven, UserBanned and UserDeleted, whatever Ends says.
type Pending struct {
	// Name tells the kind apart, such as "password reset". Required.
	Name string
	// Ends are the other endings after which they are good for nothing: for what
	// was mailed AddressChanged at least. Default none.
	Ends Ending
	// Of matches a user's rows of the table verification. It is called with the
	// user as stored, and in AddressChanged with the old address. Required.
	Of func(u *User) database.Cond
}

type compiledCredentials struct {
	Credentials
	plugin string
}

type compiledPending struct {
	Pending
	plugin string
}

// compileEndings collects what ends.
func (a *Auth) compileEndings() (problems []error) {
	a.pending = []compiledPending{{claimsPending(), "core"}, {unusedPending(), "core"}}
	for _, p := range a.plugins {
		for i, kind := range p.manifest.Credentials {
			if kind.Name == "" || kind.Revoke == nil && (kind.CanSignIn == nil || len(kind.Tables) > 0) {
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("credentials number %d %s", i+1, kind.Name), "need a Name, and a Revoke unless they keep nothing and have a CanSignIn; set what is missing"))
				continue
			}
			a.credentials = append(a.credentials, compiledCredentials{kind, p.manifest.ID})
		}
		for i, kind := range p.manifest.Pending {
			if kind.Name == "" || kind.Of == nil {
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("pending number %d %s", i+1, kind.Name), "is incomplete; it needs a Name and an Of"))
				continue
			}
			a.pending = append(a.pending, compiledPending{kind, p.manifest.ID})
		}
		for i, guard := range p.manifest.AccessGuards {
			if guard.Name == "" || guard.Check == nil {
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("access guard number %d %s", i+1, guard.Name), "is incomplete; it needs a Name and a Check"))
				continue
			}
			a.guards = append(a.guards, compiledGuard{guard, p.manifest.ID})
		}
	}
	return problems
}

// checkEndings looks for tables that no schema has.
func (a *Auth) checkEndings() (problems []error) {
	for _, kind := range a.credentials {
		for _, table := range kind.Tables {
			if physical, _ := a.schema.Physical(table, ""); physical == "" {
				problems = append(problems, problem(kind.plugin, "credentials "+kind.Name, "are kept in the table %s, which there is not; name one of Manifest.Schema, or of the core", table))
			}
		}
	}
	return problems
}

// End ends what must not outlive something that happens to a user: every kind of
// credentials and of what is pending that its plugin declares for it. A plugin
// that makes it happen calls this in the same transaction: one that resets
// passwords, bans, or ends sessions otherwise than by Sessions. The core itself
// calls it for AddressProven, for SessionsRevoked in Sessions.RevokeAll and
// RevokeOthers, and whenever the row of a user gets another address or is
// deleted, whoever writes it.
//
// Sessions end with UserBanned and UserDeleted, accounts with UserDeleted; with
// AddressProven they end by ProvenUser and Ctx.ProveAddress, which is how a plugin
// makes that happen. why is one of Endings, else it is an error. A user who does not
// exist is database.ErrNotFound.
func (h *Host) End(ctx context.Context, userID string, why Ending) error {
	if !slices.Contains(Endings(), why) {
		return fmt.Errorf("betterauth: %d is not one ending", why)
	}
	// Not h.Transaction, which commits with a step-up: half an ending is none.
	return h.auth.db.Transaction(ctx, func(ctx context.Context) error {
		user, err := h.auth.users.GetLocked(ctx, database.Eq("id", userID))
		if err != nil {
			return err
		}
		return h.auth.end(ctx, user, why)
	})
}

// end is End for a user whose row is held.
func (a *Auth) end(ctx context.Context, user *User, why Ending) error {
	if why != AddressProven { // which is told where the row says so, of every proof
		emit(ctx, a, EndingHappened{user.ID, why})
	}
	if why&(UserBanned|UserDeleted) != 0 {
		if _, err := a.sessions.store.Delete(ctx, database.Eq("userId", user.ID)); err != nil {
			return err
		}
	}
	if why == UserDeleted {
		if _, err := a.accounts.Delete(ctx, database.Eq("userId", user.ID)); err != nil {
			return err
		}
	}
	if err := a.endCredentials(ctx, user, why); err != nil {
		return err
	}
	if err := a.keepDispute(ctx, user, why); err != nil {
		return err
	}
	return a.endPending(ctx, user, why)
}

func (a *Auth) endCredentials(ctx context.Context, user *User, why Ending) error {
	for _, kind := range a.credentials {
		if kind.Revoke == nil || (kind.Ends|credentialsEndAlways)&why == 0 {
			continue
		}
		err := safely(func() error { return kind.Revoke(ctx, Revocation{Ending: why, User: user}) })
		if err != nil {
			return fmt.Errorf("plugin %s ending %s: %w", kind.plugin, kind.Name, err)
		}
	}
	return nil
}

// endPending leaves what has expired to whoever sweeps it: two statements that
// delete the same rows in different orders may wait for each other.
func (a *Auth) endPending(ctx context.Context, user *User, why Ending) error {
	var theirs []database.Cond
	for _, kind := range a.pending {
		if (kind.Ends|pendingEndsAlways)&why == 0 {
			continue
		}
		if err := safely(func() error { theirs = append(theirs, kind.Of(user)); return nil }); err != nil {
			return fmt.Errorf("plugin %s: pending %s: %w", kind.plugin, kind.Name, err)
		}
	}
	if len(theirs) == 0 {
		return nil
	}
	_, err := a.verifications.store.Delete(ctx, database.Or(theirs...), database.Gt("expiresAt", a.now()))
	return err
}

// endingHooks run the endings that are changes of a user's row.
func (a *Auth) endingHooks() database.Hooks {
	return database.RowHooks[User]{
		BeforeUpdate: func(ctx context.Context, user *User, set database.Set) error {
			email, changes := set["email"].(string)
			if changes = changes && email != user.Email; !changes {
				email = user.Email
			}
			if verified, _ := set["emailVerified"].(bool); verified && (changes || !user.EmailVerified) {
				if err := a.provenNow(ctx, user.ID, email); err != nil {
					return err
				}
				emit(ctx, a, EndingHappened{user.ID, AddressProven})
			}
			if !changes {
				return nil
			}
			return a.end(ctx, user, AddressChanged)
		},
		BeforeDelete: func(ctx context.Context, user *User) error {
			if err := a.end(ctx, user, UserDeleted); err != nil {
				return err
			}
			return a.schema.RemoveReferring(ctx, "user", user.ID)
		},
	}
}

// AccessGuard is asked before a session changes how its user gets into the
// account; see Ctx.ChangeAccess.
type AccessGuard struct {
	// Name tells the guard apart in messages. Required.
	Name string
	// Check refuses by an error, such as an ErrorCode of 403. A panic refuses. id is
	// the session the request has, and its user as stored now, whose row is held: it
	// runs in the transaction that makes the change. What is not written with
	// ChangeAccess asks no guard. Required.
	Check func(c *Ctx, id *Identity) error
}

type compiledGuard struct {
	AccessGuard
	plugin string
}

func (g compiledGuard) ask(c *Ctx, id *Identity) (err error) {
	defer panics.Recover(&err, "access guard %s of plugin %s", g.Name, g.plugin)
	return undoing(g.Check(c, id))
}

// ChangeAccess runs change, by which the user of the request's session changes
// how they get into their account, be it that something is added, changed or removed:
// a passkey or key, a password, a second factor, an address. It looks again, in a transaction that holds the user's row,
// whether that session still lives: between reading it and writing, it may have
// been revoked, the user banned, or the address proven to be somebody else's. Of
// such an ending and a change at the same time either the change comes first and
// is ended, or it is refused. Then every AccessGuard is asked.
//
// user is as stored now. A session that ended, and a request without one, is
// ErrUnauthorized; errors of guards come back as they are. A plugin writes its
// Credentials.Tables with this alone, unless it acts for nobody's session: when
// the application calls its methods, or while somebody signs up. Inside
// Transaction it takes part in that one.
func (c *Ctx) ChangeAccess(change func(tx *Ctx, user *User) error) error {
	id, err := c.StoredSession()
	if errors.Is(err, ErrNoSession) {
		return ErrUnauthorized
	}
	if err != nil {
		return err
	}
	return c.Transaction(func(tx *Ctx) error {
		user, err := tx.auth.users.GetLocked(tx, database.Eq("id", id.User.ID))
		if errors.Is(err, database.ErrNotFound) {
			return ErrUnauthorized.Because(err)
		}
		if err != nil {
			return err
		}
		if err := tx.stillLives(id.Session); err != nil {
			return err
		}
		for _, guard := range tx.auth.guards {
			if err := guard.ask(tx, &Identity{Session: id.Session, User: user}); err != nil {
				return err
			}
		}
		return change(tx, user)
	})
}

// stillLives is nil for a session that has neither ended nor been given another
// token since it was read. Without a database the browser's copy is the session.
func (c *Ctx) stillLives(s *Session) error {
	if c.auth.stateless {
		return nil
	}
	lives, err := c.auth.sessions.store.Exists(c, database.Eq("id", s.ID), database.Eq("token", s.Token), database.Eq("userId", s.UserID), database.Gt("expiresAt", c.Now()))
	if err == nil && !lives {
		err = ErrUnauthorized.Because(fmt.Errorf("session %s ended meanwhile", s.ID))
	}
	return err
}
