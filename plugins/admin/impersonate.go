package admin

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// adminCookie is the way back: "<token>:<forget>" of the administrator's session,
// where forget is "true" if the session's own cookie ends with the browser, else "".
const adminCookie = "admin_session"

// methodImpersonate is how gates know an impersonation. It needs no second
// factor: the administrator had theirs, and does not have the user's.
const methodImpersonate = "impersonate"

func (a *Admin) impersonate(c *betterauth.Ctx, in UserInput) (*betterauth.Identity, error) {
	own := c.Identity()
	// From within an impersonation the next session would bear the mark of the
	// user who is impersonated, and the way back would lead to their session.
	if _, nested := ImpersonatedBy.Get(own.Session); nested {
		return nil, ErrImpersonate
	}
	var id *betterauth.Identity
	err := a.actOn(c, in.UserID, []permission{toImpersonate}, func(tx *betterauth.Ctx, caller, target *betterauth.User) error {
		if err := a.mayImpersonate(caller, target); err != nil {
			return err
		}
		forget := ""
		if !tx.Remembered() {
			forget = "true"
		}
		tx.ForgetSession()
		tx.SetCookie(betterauth.Cookie{Key: adminCookie, Value: own.Session.Token + ":" + forget, Signed: true, MaxAge: a.host.SessionConfig().ExpiresIn})
		begunFrom.Set(tx, own.Session)
		session, err := tx.SignIn(target, betterauth.SignIn{
			Method: methodImpersonate, Assurance: betterauth.MultiFactor, Remember: new(bool),
			Life:    min(a.cfg.ImpersonationDuration, own.Session.ExpiresAt.Sub(tx.Now())),
			Columns: database.Set{ImpersonatedBy.Column().Name: caller.ID},
		})
		if err != nil {
			return err
		}
		id = &betterauth.Identity{Session: session, User: target}
		betterauth.Emit(tx, a.host, Impersonated{By: caller.ID, UserID: target.ID, SessionID: session.ID})
		return nil
	})
	return id, err
}

// begunFrom is the session that an impersonation is being made from.
var begunFrom = betterauth.NewRequestValue[*betterauth.Session]()

// keepAge makes an impersonation as old as the session it is begun from: the
// administrator proves nothing by it, so that it is no fresher.
func keepAge(ctx context.Context, session *betterauth.Session) error {
	if own, ok := begunFrom.Get(ctx); ok {
		if _, impersonated := ImpersonatedBy.Get(session); impersonated {
			session.CreatedAt = own.CreatedAt
		}
	}
	return nil
}

// mayImpersonate says why an administrator may not act as a user, nil if they may.
func (a *Admin) mayImpersonate(actor, target *betterauth.User) error {
	switch {
	case !a.may(actor, "user", "impersonate"):
		return ErrImpersonate
	case !a.Dominates(actor, target),
		a.isAdmin(target) && !a.cfg.AllowImpersonatingAdmins && !a.may(actor, "user", "impersonate-admins"):
		return ErrImpersonateAdmins
	}
	return nil
}

func (a *Admin) isAdmin(user *betterauth.User) bool {
	return a.named(user) || slices.ContainsFunc(a.rolesOf(user), func(name string) bool { return slices.Contains(a.cfg.AdminRoles, name) })
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
	for _, cookie := range tx.SignedCookieValues(adminCookie) {
		// The colon tells it apart from the session's own cookie, whose signature is
		// of the token alone.
		token, forget, ok := strings.Cut(cookie, ":")
		if !ok {
			continue
		}
		session, err := a.sessions.Get(tx, database.Eq("token", token), database.Eq("userId", by), database.Gt("expiresAt", tx.Now()))
		if errors.Is(err, database.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		return &betterauth.Identity{Session: session, User: user}, forget == "", nil
	}
	return nil, false, errNoAdminSession
}
