package admin

import (
	"context"
	"errors"

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
		return ErrBannedUser.Messagef("%s", a.cfg.BannedUserMessage)
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

// giveRole gives a new user their role.
func (a *Admin) giveRole(_ context.Context, user *betterauth.User) error {
	if _, ok := Role.Get(user); !ok {
		Role.Set(user, a.cfg.DefaultRole)
	}
	return nil
}

// keepExpiry keeps an impersonation at its hour. Whoever leaves out the cookie
// that says not to prolong the session would otherwise have it for as long as
// they like.
func keepExpiry(_ context.Context, session *betterauth.Session, set database.Set) error {
	_, impersonated := ImpersonatedBy.Get(session)
	if _, ok := set["expiresAt"]; ok && impersonated {
		set["expiresAt"] = session.ExpiresAt
	}
	return nil
}

// endTheirImpersonations ends what a user who is gone did in others' place.
func (a *Admin) endTheirImpersonations(ctx context.Context, user *betterauth.User) error {
	_, err := a.sessions.Delete(ctx, database.Eq("impersonatedBy", user.ID))
	return err
}

// hideImpersonations leaves administrators out of the sessions that users see.
func hideImpersonations(_ *betterauth.Ctx, sessions *[]*betterauth.Session) error {
	own := []*betterauth.Session{}
	for _, session := range *sessions {
		if _, impersonated := ImpersonatedBy.Get(session); !impersonated {
			own = append(own, session)
		}
	}
	*sessions = own
	return nil
}
