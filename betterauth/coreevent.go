package betterauth

import (
	"context"

	"github.com/better-auth-go/better-auth/database"
)

// The events of the core: facts that are the same whatever plugin or program brings
// them about, so that nobody who subscribes misses a kind. They hold ids and facts, no
// token or address. CtxFrom finds the call in a subscriber's context: the operation,
// the client's address, and who called.

// UserCreated says that a user was created, in whatever way: by a sign-up, a link, a
// code, a passkey, an administrator, CreateUser, or a store.
//
// Where sign-ups answer alike for free and taken addresses, what a subscriber takes
// is in the time of the answer for a free address alone, and tells it: hand slow work
// to a goroutine or a queue.
type UserCreated struct{ UserID string }

// SignedIn says that a session was made, by whatever method. It is also emitted for a
// session in which somebody else acts as the user, such as an administrator; Method then
// says so. It is emitted once the operation has succeeded, after hooks included.
type SignedIn struct {
	UserID, SessionID string
	// Method and Assurance are those of SignIn, as the gates left them.
	Method    string
	Assurance Assurance
	// NewUser says that the user was created by the same request.
	NewUser bool
}

// Reauthenticated says that the user of a session proved again who they are. The session
// now counts as created at this time, and has a new token.
type Reauthenticated struct {
	UserID, SessionID string
	// Method and Assurance are those of SignIn.
	Method    string
	Assurance Assurance
}

// SessionEnded says that a session ended before it expired, in whatever way: its user
// signed out, it was revoked, or its user was banned or deleted. It is not emitted when a
// session expires, nor for sessions that are in cookies alone (Builder.Stateless).
type SessionEnded struct{ UserID, SessionID string }

// EndingHappened says that one of the endings happened to a user, by whatever plugin or
// program: their password was set or changed, their address proven or changed, their
// sessions revoked, or they were banned or deleted. AddressProven is emitted whenever a
// user's address becomes verified. PasswordReset is also emitted when a program creates a
// user with a password.
type EndingHappened struct {
	UserID string
	Ending Ending
}

// AddressClaimed says that somebody signed up with an address that the user has and
// nobody has proven. It is emitted while the request that signs up is still running, and
// Ctx.ClaimFor returns that sign-up.
type AddressClaimed struct{ UserID string }

func coreEvents() []EventType {
	return []EventType{
		EventOf[UserCreated](), EventOf[SignedIn](), EventOf[Reauthenticated](), EventOf[SessionEnded](), EventOf[EndingHappened](), EventOf[AddressClaimed](),
	}
}

// tellHooks tell what rows say, whoever writes them. Where nobody listens there are
// none: a hook makes every deletion read its rows.
func (a *Auth) tellHooks() (hooks []database.Hooks) {
	if heard[UserCreated](a) {
		hooks = append(hooks, database.RowHooks[User]{CreateCommitted: func(ctx context.Context, user *User) error {
			emit(ctx, a, UserCreated{user.ID})
			return nil
		}})
	}
	if heard[SessionEnded](a) {
		hooks = append(hooks, database.RowHooks[Session]{DeleteCommitted: func(ctx context.Context, s *Session) error {
			if s.ExpiresAt.After(a.now()) && ctx.Value(abandonedKey{}) != s.ID {
				emit(ctx, a, SessionEnded{UserID: s.UserID, SessionID: s.ID})
			}
			return nil
		}})
	}
	return hooks
}

// abandonedKey marks the deletion of a session that nobody was told of, by its id:
// others that end because of it are told.
type abandonedKey struct{}

// tellSignIns tells of the sessions that c made. It is called once nothing can take
// them back any more.
func (c *Ctx) tellSignIns() {
	made := c.signIns
	c.signIns = nil
	for _, event := range made {
		emit(c.Context, c.auth, event)
	}
}
