package admin

import (
	"errors"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// permission is an action that operations ask for, and their answer to whoever
// lacks it.
type permission struct {
	resource, action string
	denied           *betterauth.ErrorCode
	// beyond is the answer about a user whom the caller does not dominate.
	// Default denied.
	beyond *betterauth.ErrorCode
	// ends says that sessions of several users may end: see takeTurns.
	ends bool
	// opens says that somebody gets a way in by it, or power. Nobody does it while
	// they act in another's place: it would outlast the impersonation.
	opens bool
}

// What the operations ask for.
var (
	toSetRole = permission{resource: "user", action: "set-role", denied: ErrSetRole, ends: true, opens: true}
	toGet     = permission{resource: "user", action: "get", denied: ErrGetUser}
	toCreate  = permission{resource: "user", action: "create", denied: ErrCreateUsers, opens: true}
	// Any column may be one that opens: whether a second step is asked for is one.
	toUpdate         = permission{resource: "user", action: "update", denied: ErrUpdateUsers, opens: true}
	toList           = permission{resource: "user", action: "list", denied: ErrListUsers}
	toBan            = permission{resource: "user", action: "ban", denied: ErrBanUsers, ends: true}
	toImpersonate    = permission{resource: "user", action: "impersonate", denied: ErrImpersonate, beyond: ErrImpersonateAdmins}
	toDelete         = permission{resource: "user", action: "delete", denied: ErrDeleteUsers, ends: true}
	toSetPassword    = permission{resource: "user", action: "set-password", denied: ErrSetPassword, opens: true}
	toSetEmail       = permission{resource: "user", action: "set-email", denied: ErrSetEmail, opens: true}
	toSetPhone       = permission{resource: "user", action: "set-phone", denied: ErrSetPhone, opens: true}
	toListSessions   = permission{resource: "session", action: "list", denied: ErrListSessions}
	toRevokeSessions = permission{resource: "session", action: "revoke", denied: ErrRevokeSessions, ends: true}
)

// demand refuses a caller who lacks one of the permissions. It decides nothing
// for good: what acts on a user asks again in its transaction.
func (a *Admin) demand(c *betterauth.Ctx, needs ...permission) error {
	return a.permit(c.Identity().User, needs)
}

func (a *Admin) permit(user *betterauth.User, needs []permission) error {
	for _, need := range needs {
		if !a.may(user, need.resource, need.action) {
			return need.denied
		}
	}
	return nil
}

// actOn is the way of every operation to a user: what it does with them, f does.
// It runs in a transaction that holds the rows of the caller and of the user, so
// that a promotion, a demotion or a revocation at the same time is either seen
// or comes afterwards. The caller must have what is needed, and must dominate the
// user, before f and by what f leaves: nobody gives a role that allows more than
// they may. A user who is not there is betterauth.ErrUserNotFound. needs[0]
// answers about a user out of reach.
func (a *Admin) actOn(c *betterauth.Ctx, userID string, needs []permission, f func(tx *betterauth.Ctx, caller, target *betterauth.User) error) error {
	return a.asCaller(c, []string{userID}, needs, func(tx *betterauth.Ctx, caller *betterauth.User, held map[string]*betterauth.User) error {
		target := held[userID]
		if target == nil {
			return betterauth.ErrUserNotFound
		}
		if !a.Dominates(caller, target) {
			if needs[0].beyond != nil {
				return needs[0].beyond
			}
			return needs[0].denied
		}
		was, _ := Role.Get(target)
		if err := f(tx, caller, target); err != nil {
			return err
		}
		after, err := a.users.Get(tx, database.Eq("id", target.ID))
		if errors.Is(err, database.ErrNotFound) {
			return nil // removed
		}
		if err != nil {
			return err
		}
		if is, _ := Role.Get(after); is != was && !a.covers(caller, is) {
			return ErrSetRole
		}
		return nil
	})
}

// asCaller runs f in a transaction that holds the rows of the caller, who must
// still be signed in and have what is needed, and of other users. Rows are held
// in one order everywhere. held has the users by id, those who are there.
func (a *Admin) asCaller(c *betterauth.Ctx, ids []string, needs []permission, f func(tx *betterauth.Ctx, caller *betterauth.User, held map[string]*betterauth.User) error) error {
	if err := a.demand(c, needs...); err != nil {
		return err
	}
	own := c.Identity()
	if slices.ContainsFunc(needs, func(need permission) bool { return need.opens }) {
		if err := refuseImpersonator(c, own); err != nil {
			return err
		}
	}
	return c.Transaction(func(tx *betterauth.Ctx) error {
		if slices.ContainsFunc(needs, func(need permission) bool { return need.ends }) {
			if err := a.takeTurns(tx); err != nil {
				return err
			}
		}
		held, err := a.hold(tx, append(slices.Clone(ids), own.User.ID))
		if err != nil {
			return err
		}
		// Held, too: a sign-out at the same time finds what is done here, such as an
		// impersonation, or comes first and is seen.
		_, err = a.sessions.GetLocked(tx, database.Eq("id", own.Session.ID), database.Eq("token", own.Session.Token))
		caller := held[own.User.ID]
		if errors.Is(err, database.ErrNotFound) || err == nil && caller == nil {
			return betterauth.ErrUnauthorized
		}
		if err != nil {
			return err
		}
		if err := a.permit(caller, needs); err != nil {
			return err
		}
		return f(tx, caller, held)
	})
}

func (a *Admin) hold(tx *betterauth.Ctx, ids []string) (map[string]*betterauth.User, error) {
	slices.Sort(ids)
	held := map[string]*betterauth.User{}
	for _, id := range slices.Compact(ids) {
		user, err := a.users.GetLocked(tx, database.Eq("id", id))
		switch {
		case errors.Is(err, database.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			held[id] = user
		}
	}
	return held, nil
}
