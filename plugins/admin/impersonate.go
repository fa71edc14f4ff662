package admin

import (
	"errors"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The cookies of the way back: the administrator's session, and whether its own
// cookie ends with the browser.
const (
	adminCookie        = "admin_session"
	dontRememberCookie = "dont_remember"
)

// methodImpersonate is how gates know an impersonation. It needs no second
// factor: the administrator had theirs, and does not have the user's.
const methodImpersonate = "impersonate"

func (a *Admin) impersonate(c *betterauth.Ctx, in UserInput) (*betterauth.Identity, error) {
	if err := a.demand(c, "user", "impersonate", ErrImpersonate); err != nil {
		return nil, err
	}
	own := c.Identity()
	var id *betterauth.Identity
	err := c.Transaction(func(tx *betterauth.Ctx) error {
		actor, target, err := a.holdBoth(tx, own, in.UserID)
		if err != nil {
			return err
		}
		if !a.may(actor, "user", "impersonate") {
			return ErrImpersonate
		}
		if a.isAdmin(target) && !a.cfg.AllowImpersonatingAdmins && !a.may(actor, "user", "impersonate-admins") {
			return ErrImpersonateAdmins
		}
		forget, _ := tx.SignedCookie(dontRememberCookie)
		tx.ForgetSession()
		tx.SetCookie(betterauth.Cookie{Key: adminCookie, Value: own.Session.Token + ":" + forget, Signed: true, MaxAge: a.host.SessionConfig().ExpiresIn})
		session, err := tx.SignIn(target, betterauth.SignIn{
			Method: methodImpersonate, Assurance: betterauth.MultiFactor, Remember: new(bool), Life: a.cfg.ImpersonationDuration,
			Columns: database.Set{ImpersonatedBy.Column().Name: actor.ID},
		})
		if err != nil {
			return err
		}
		id = &betterauth.Identity{Session: session, User: target}
		betterauth.Emit(tx, a.host, Impersonated{By: actor.ID, UserID: target.ID, SessionID: session.ID})
		return nil
	})
	return id, err
}

// holdBoth holds the administrator, who must still be signed in, and the user to
// be impersonated: a ban of either at the same time is seen, or finds the new
// session. Rows are held in one order everywhere.
func (a *Admin) holdBoth(tx *betterauth.Ctx, own *betterauth.Identity, targetID string) (actor, target *betterauth.User, err error) {
	ids := []string{own.User.ID, targetID}
	slices.Sort(ids)
	held := map[string]*betterauth.User{}
	for _, id := range slices.Compact(ids) {
		user, err := a.users.GetLocked(tx, database.Eq("id", id))
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			return nil, nil, err
		}
		held[id] = user
	}
	live, err := a.sessions.Exists(tx, database.Eq("id", own.Session.ID))
	if err != nil {
		return nil, nil, err
	}
	actor, target = held[own.User.ID], held[targetID]
	switch {
	case actor == nil || !live:
		return nil, nil, betterauth.ErrUnauthorized
	case target == nil:
		return nil, nil, betterauth.ErrUserNotFound
	}
	return actor, target, nil
}

func (a *Admin) isAdmin(user *betterauth.User) bool {
	return slices.Contains(a.cfg.AdminUserIDs, user.ID) ||
		slices.ContainsFunc(a.rolesOf(user), func(name string) bool { return slices.Contains(a.cfg.AdminRoles, name) })
}

func (a *Admin) stopImpersonating(c *betterauth.Ctx, _ betterauth.None) (*betterauth.Identity, error) {
	now := c.Identity()
	by, ok := ImpersonatedBy.Get(now.Session)
	if !ok {
		return nil, errNotImpersonating
	}
	var own *betterauth.Identity
	var remember bool
	err := c.Transaction(func(tx *betterauth.Ctx) (err error) {
		if own, remember, err = a.wayBack(tx, by); err != nil {
			return err
		}
		_, err = a.host.Sessions().Revoke(tx, now.User.ID, now.Session.Token)
		betterauth.Emit(tx, a.host, ImpersonationEnded{By: by, UserID: now.User.ID, SessionID: now.Session.ID})
		return err
	})
	if err != nil {
		return nil, err
	}
	c.Resume(own, remember)
	c.ClearCookie(adminCookie)
	return own, nil
}

// wayBack finds the session that an administrator left, by the cookie they were
// given: it must be theirs and still live.
func (a *Admin) wayBack(tx *betterauth.Ctx, by string) (own *betterauth.Identity, remember bool, err error) {
	user, err := a.users.Get(tx, database.Eq("id", by))
	if errors.Is(err, database.ErrNotFound) {
		return nil, false, errNoAdmin.Because(err)
	}
	if err != nil {
		return nil, false, err
	}
	cookie, _ := tx.SignedCookie(adminCookie)
	// The colon tells it apart from the session's own cookie, whose signature is
	// of the token alone.
	token, forget, ok := strings.Cut(cookie, ":")
	if !ok {
		return nil, false, errNoAdminSession
	}
	session, err := a.sessions.Get(tx, database.Eq("token", token), database.Eq("userId", by), database.Gt("expiresAt", tx.Now()))
	if errors.Is(err, database.ErrNotFound) {
		return nil, false, errNoAdminSession.Because(err)
	}
	if err != nil {
		return nil, false, err
	}
	return &betterauth.Identity{Session: session, User: user}, forget == "", nil
}
