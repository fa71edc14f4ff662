package betterauth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// Ending is an event in a user's life after which credentials and pending sign-ins must
// stop to work. Endings are combined with |, as in Credentials.Ends. The table in
// docs/security.md lists what ends with which.
type Ending uint

const (
	// AddressProven: somebody proves for the first time that they read the mail to the
	// user's address. Anybody may have set up what the account has so far. So everything
	// that does not belong to this very proof ends; see Ctx.ProveAddress.
	AddressProven Ending = 1 << iota
	// PasswordReset: a link, a code or an administrator sets the password.
	PasswordReset
	// PasswordChanged: the user replaces the password and gives the old one.
	PasswordChanged
	// AddressChanged: the user gets another address, in whatever way. Links and codes
	// that were mailed to the old one end.
	AddressChanged
	// SessionsRevoked: all of the user's sessions, or all but one, are ended.
	SessionsRevoked
	// UserBanned: the user may not sign in any more, for a while or for good.
	UserBanned
	// UserDeleted: the user is about to be deleted. It ends everything.
	UserDeleted
)

var endingNames = []string{"address-proven", "password-reset", "password-changed", "address-changed", "sessions-revoked", "user-banned", "user-deleted"}

// Endings returns all endings, one by one.
func Endings() []Ending {
	all := make([]Ending, len(endingNames))
	for i := range all {
		all[i] = 1 << i
	}
	return all
}

// String returns the names of the endings in e, joined by commas.
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

// Credentials are one kind of thing that a plugin stores and that opens an account, or
// stands before it: passkeys, keys for programs, second factors, trusted devices. The
// plugin declares each kind once, in Manifest.Credentials; the core removes them when an
// ending happens that they must not outlive.
type Credentials struct {
	// Name identifies the kind, such as "passkey". With CanSignIn it is also the name in
	// the user's list of ways to sign in. Required.
	Name string
	// Tables are the logical names of the tables that hold them. The plugin writes their
	// rows with Ctx.ChangeAccess. Default none.
	Tables []string
	// Ends are the endings that end this kind, in addition to AddressProven and
	// UserDeleted, which end every kind. Default none.
	Ends Ending
	// Revoke removes everything of this kind that the user has. It runs in the
	// transaction of ctx, which locks the user's row; an error or a panic rolls the
	// transaction back. If there is nothing to remove, that is no error. Required, unless
	// the kind stores nothing, such as links by mail.
	Revoke func(ctx context.Context, r Revocation) error
	// CanSignIn reports whether the user can sign in with one of these, as the
	// transaction in ctx sees the database. It prevents a user from removing their last
	// way to sign in by accident; see Host.KeepSignInWay. An error stops the removal.
	// Default nil: this kind alone signs nobody in.
	CanSignIn func(ctx context.Context, userID string) (bool, error)
}

// Revocation says why credentials end, and whose.
type Revocation struct {
	// Ending is the one ending that happened.
	Ending Ending
	// User is the user as stored before the ending: for AddressChanged with the old
	// address.
	User *User
}

// Pending is one kind of value that a plugin stores in Host.Verifications and that leads
// to an account or to a change of it: links and codes that were mailed, ceremonies that
// were begun, second steps that are due. The core removes all of a user's values with
// AddressProven, UserBanned and UserDeleted, whatever Ends says.
type Pending struct {
	// Name identifies the kind, such as "password reset". Required.
	Name string
	// Ends are the other endings that end these values; for values that were mailed
	// AddressChanged at least. Default none.
	Ends Ending
	// Of matches a user's rows of the table verification. It is called with the user as
	// stored; for AddressChanged with the old address. Required.
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
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("credentials number %d %s", i+1, kind.Name), "need a Name, and a Revoke unless they have a CanSignIn and no Tables; set what is missing"))
				continue
			}
			a.credentials = append(a.credentials, compiledCredentials{kind, p.manifest.ID})
		}
		for i, kind := range p.manifest.Pending {
			if kind.Name == "" || kind.Of == nil {
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("pending number %d %s", i+1, kind.Name), "needs a Name and an Of; set both"))
				continue
			}
			a.pending = append(a.pending, compiledPending{kind, p.manifest.ID})
		}
		for i, guard := range p.manifest.AccessGuards {
			if guard.Name == "" || guard.Check == nil {
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("access guard number %d %s", i+1, guard.Name), "needs a Name and a Check; set both"))
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
				problems = append(problems, problem(kind.plugin, "credentials "+kind.Name, "name the table %s, which does not exist; use one of Manifest.Schema or of the core", table))
			}
		}
	}
	return problems
}

// End removes everything that must not outlive an ending of a user: every kind of
// Credentials and Pending that plugins declared for it. A plugin that causes an ending
// calls End in the same transaction: when it resets passwords, bans users, or ends
// sessions without Sessions. The core itself calls it for AddressProven, for
// SessionsRevoked in Sessions.RevokeAll and RevokeOthers, and whenever a user's row gets
// another address or is deleted, whoever writes it.
//
// Sessions end with UserBanned and UserDeleted, accounts with UserDeleted. For
// AddressProven they end in ProvenUser and Ctx.ProveAddress, which a plugin calls to
// cause that ending. why must be one of Endings, else End returns an error. If the user
// does not exist, the error is database.ErrNotFound.
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
