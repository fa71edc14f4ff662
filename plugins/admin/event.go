package admin

import (
	"context"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The events of this plugin, for audit logs: subscribe with betterauth.On. By is
// the administrator, also where they act as another one, and "" where a program
// called. They hold ids and facts, no
// token or password.

// Created says that a user was created.
type Created struct{ By, UserID string }

// RoleChanged says that a user's roles changed.
type RoleChanged struct{ By, UserID, Before, After string }

// UserBanned says that a user was banned, until Expires or, if that is nil, for ever.
type UserBanned struct {
	By, UserID, Reason string
	Expires            *time.Time
}

// UserUnbanned says that somebody lifted a ban. It is not emitted when a ban expires.
type UserUnbanned struct{ By, UserID string }

// EmailChanged says that a user's address changed.
type EmailChanged struct{ By, UserID string }

// PasswordSet says that a user's password was set.
type PasswordSet struct{ By, UserID string }

// Removed says that a user was deleted.
type Removed struct{ By, UserID string }

// Impersonated says that an administrator acts as a user from now on.
type Impersonated struct{ By, UserID, SessionID string }

// ImpersonationEnded says that an administrator went back to their own session. It is not
// emitted when the session of an impersonation expires or is revoked.
type ImpersonationEnded struct{ By, UserID, SessionID string }

func events() []betterauth.EventType {
	return []betterauth.EventType{
		betterauth.EventOf[Created](), betterauth.EventOf[RoleChanged](), betterauth.EventOf[UserBanned](), betterauth.EventOf[UserUnbanned](),
		betterauth.EventOf[EmailChanged](), betterauth.EventOf[PasswordSet](), betterauth.EventOf[Removed](),
		betterauth.EventOf[Impersonated](), betterauth.EventOf[ImpersonationEnded](),
	}
}

// actor is the id of whoever calls the operation in ctx, "" without one. In an
// impersonation that is the administrator, not whom they act as.
func actor(ctx context.Context) string {
	c, ok := betterauth.CtxFrom(ctx)
	if !ok || c.Identity() == nil {
		return ""
	}
	if session := c.Identity().Session; session != nil {
		if by, impersonated := ImpersonatedBy.Get(session); impersonated {
			return by
		}
	}
	return c.Identity().User.ID
}

// tellOfUpdate reports what an update of a user changed.
func (a *Admin) tellOfUpdate(ctx context.Context, before, after *betterauth.User) {
	by := actor(ctx)
	was, _ := Role.Get(before)
	if role, _ := Role.Get(after); role != was {
		betterauth.Emit(ctx, a.host, RoleChanged{By: by, UserID: after.ID, Before: was, After: role})
	}
	if before.Email != after.Email {
		betterauth.Emit(ctx, a.host, EmailChanged{By: by, UserID: after.ID})
	}
	wasBanned, _ := Banned.Get(before)
	banned, _ := Banned.Get(after)
	switch {
	case banned:
		event := UserBanned{By: by, UserID: after.ID}
		event.Reason, _ = BanReason.Get(after)
		if expires, ok := BanExpires.Get(after); ok {
			event.Expires = &expires
		}
		if !wasBanned {
			betterauth.Emit(ctx, a.host, event)
		}
	case wasBanned:
		betterauth.Emit(ctx, a.host, UserUnbanned{By: by, UserID: after.ID})
	}
}
