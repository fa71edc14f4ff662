package admin

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// refuseBanned is asked before any session. The user's row is held, so a ban at
// the same time is either seen here or finds the session to end. A ban that has
// expired is lifted.
func (a *Admin) refuseBanned(c *betterauth.Ctx, attempt *betterauth.Attempt) error {
	if banned, _ := Banned.Get(attempt.User); !banned {
		return nil
	}
	expires, limited := BanExpires.Get(attempt.User)
	if !limited || !expires.Before(c.Now()) {
		return a.banned(c, attempt.User)
	}
	user, err := a.users.UpdateOne(c, unban(), database.Eq("id", attempt.User.ID))
	if errors.Is(err, database.ErrNotFound) {
		return betterauth.ErrFailedToCreateSession.Because(err)
	}
	if err != nil {
		return err
	}
	// In place, so that the cookie cache does not go on saying "banned".
	*attempt.User = *user
	return nil
}

// banned is what a banned user is told.
func (a *Admin) banned(ctx context.Context, user *betterauth.User) error {
	message := a.cfg.BannedUserMessage
	if say := a.cfg.BannedUserMessageFunc; say != nil {
		own, err := say(ctx, user)
		if err != nil {
			return err
		}
		message = cmp.Or(own, message)
	}
	return ErrBannedUser.Messagef("%s", message)
}

// refuseImpersonator keeps what an administrator does in a user's place from
// outliving the impersonation: no passkey, key, password, account or address is
// added, and no second step touched.
func refuseImpersonator(_ *betterauth.Ctx, id *betterauth.Identity) error {
	if _, impersonated := ImpersonatedBy.Get(id.Session); impersonated {
		return ErrWhileImpersonating
	}
	return nil
}

// giveRole gives a new user their role.
func (a *Admin) giveRole(_ context.Context, user *betterauth.User) error {
	if _, ok := Role.Get(user); !ok {
		Role.Set(user, a.cfg.DefaultRole)
	}
	return nil
}

// keepImpersonations keeps an impersonation at its hour and by its administrator,
// whatever is done in it. Whoever leaves out the cookie that says not to prolong
// the session would otherwise have it for as long as they like, and proving anew
// who one is would make it fresh again: the administrator proved nothing of the
// user's. The columns are left out rather than set to what they are, since rows
// that are updated together share the set.
func keepImpersonations(_ context.Context, session *betterauth.Session, set database.Set) error {
	// A session is made an impersonation, it does not become one.
	delete(set, ImpersonatedBy.Column().Name)
	if _, impersonated := ImpersonatedBy.Get(session); impersonated {
		delete(set, "expiresAt")
		delete(set, "createdAt")
	}
	return nil
}

// endTheirImpersonations ends what a user who is gone did in others' place.
func (a *Admin) endTheirImpersonations(ctx context.Context, user *betterauth.User) error {
	_, err := a.sessions.Delete(ctx, database.Eq("impersonatedBy", user.ID))
	return err
}

// endBegunFrom ends what an administrator did in others' place once the session it
// was begun from has ended, by whatever way: whoever revokes the sessions of an
// administrator means these as well. It happens in statements of their own, after
// the one that ended the session: two administrators in each other's place who are
// ended at once would else wait for each other. What it cannot end has an hour at
// most, and is logged.
func (a *Admin) endBegunFrom(ctx context.Context, session *betterauth.Session) error {
	if _, impersonated := ImpersonatedBy.Get(session); impersonated {
		return nil
	}
	if err := a.endBegunBy(ctx, session); err != nil {
		return fmt.Errorf("impersonations outlive the session of user %s they were begun from: %w", session.UserID, err)
	}
	return nil
}

func (a *Admin) endBegunBy(ctx context.Context, session *betterauth.Session) error {
	// The user by the key first: nothing else in the reference's tables finds the
	// impersonations of somebody quickly, and most users have none. Of who may not any
	// more they have ended; see endAfterRole.
	actor, err := a.users.Get(ctx, database.Eq("id", session.UserID))
	if errors.Is(err, database.ErrNotFound) || err == nil && !a.may(actor, "user", "impersonate") {
		return nil
	}
	if err != nil {
		return err
	}
	// An impersonation is as old as the session it is begun from was at the time,
	// which may have been made fresh since.
	begun, err := a.sessions.List(ctx, database.Query{Where: []database.Cond{
		database.Eq("impersonatedBy", actor.ID), database.Lte("createdAt", session.CreatedAt),
	}})
	for _, impersonation := range begun {
		if _, err := a.sessions.Delete(ctx, database.Eq("id", impersonation.ID)); err != nil {
			return err
		}
	}
	return err
}

// endBegunWithToken does so for a session that gets another token: whoever had the
// old one may have begun them.
func (a *Admin) endBegunWithToken(ctx context.Context, session *betterauth.Session, set database.Set) error {
	if token, changes := set["token"]; changes && token != session.Token {
		before := *session
		a.host.AfterCommit(ctx, func(ctx context.Context) error { return a.endBegunFrom(ctx, &before) })
	}
	return nil
}

// endAfterRole ends what is not allowed any more where somebody else than SetRoles
// and Update writes the role of a user.
func (a *Admin) endAfterRole(ctx context.Context, user *betterauth.User, set database.Set) error {
	if _, changes := set[Role.Column().Name]; changes {
		a.host.AfterCommit(ctx, func(ctx context.Context) error {
			if err := a.endUnallowed(ctx, user); err != nil {
				return fmt.Errorf("impersonations outlive the role of user %s that allowed them: %w", user.ID, err)
			}
			return nil
		})
	}
	return nil
}

// endUnallowed ends the impersonations by a user, and of a user, that may no longer
// be now that the user has other roles: whoever is promoted while somebody acts as
// them is not promoted together with that somebody.
func (a *Admin) endUnallowed(ctx context.Context, user *betterauth.User) error {
	sessions, err := a.sessions.List(ctx, database.Query{Where: []database.Cond{
		database.NotNull("impersonatedBy"), database.Or(database.Eq("impersonatedBy", user.ID), database.Eq("userId", user.ID)),
	}})
	if err != nil {
		return err
	}
	for _, session := range sessions {
		by, _ := ImpersonatedBy.Get(session)
		actor, err := a.users.Get(ctx, database.Eq("id", by))
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			return err
		}
		target, err := a.users.Get(ctx, database.Eq("id", session.UserID))
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			return err
		}
		if actor != nil && target != nil && a.mayImpersonate(actor, target) == nil {
			continue
		}
		if _, err := a.sessions.Delete(ctx, database.Eq("id", session.ID)); err != nil {
			return err
		}
	}
	return nil
}

// showSessions leaves administrators out of the sessions that users see. Whoever
// sees them from within an impersonation gets ids in the place of tokens: a token
// of the user's own would outlive the impersonation, and bear no mark of it.
func showSessions(c *betterauth.Ctx, sessions *[]*betterauth.Session) error {
	own := []*betterauth.Session{}
	for _, session := range *sessions {
		if _, impersonated := ImpersonatedBy.Get(session); !impersonated {
			own = append(own, session)
		}
	}
	if _, impersonated := ImpersonatedBy.Get(c.Identity().Session); impersonated {
		own = withoutTokens(own)
	}
	*sessions = own
	return nil
}

// revokeByID lets whoever impersonates end a session that showSessions showed.
func (a *Admin) revokeByID(c *betterauth.Ctx, in *betterauth.RevokeSessionInput) error {
	id, err := c.StoredSession()
	if errors.Is(err, betterauth.ErrNoSession) {
		return nil // the operation refuses
	}
	if err != nil {
		return err
	}
	if _, impersonated := ImpersonatedBy.Get(id.Session); !impersonated {
		return nil
	}
	session, err := a.sessions.Get(c, database.Eq("id", in.Token), database.Eq("userId", id.User.ID))
	if errors.Is(err, database.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	in.Token = session.Token
	return nil
}
