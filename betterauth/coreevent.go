package betterauth

import (
	"context"

	"github.com/better-auth-go/better-auth/database"
)

// The events of the core: facts that are the same whatever plugin or program brings
// them about, so that nobody who subscribes misses a kind. They hold ids and facts, no
// token or address. CtxFrom finds the call in a subscriber's context: the operation,
// the client's address, and who called.

// UserCreated says that there is a new user, by whatever way: a sign-up, a link, a
// code, a passkey, an administrator, CreateUser, or a store.
//
// Where sign-ups answer alike for free and taken addresses, what a subscriber takes
// is in the time of the answer for a free address alone, and tells it: hand slow work
// to a goroutine or a queue.
type UserCreated struct{ UserID string }

// SignedIn says that a session was made, by whatever method. One that stands in for a
// user, such as an administrator's, is told as well, with a Method that says so. It
// is told once the operation has succeeded, its after hooks included.
type SignedIn struct {
	UserID, SessionID string
	// Method and Assurance are those of SignIn, as the gates left them.
	Method    string
	Assurance Assurance
	// NewUser says that the user was created by the same request.
	NewUser bool
}

// Reauthenticated says that the user of a session proved again who they are. The
// session counts as created now, and has another token.
type Reauthenticated struct {
	UserID, SessionID string
	// Method and Assurance are those of SignIn.
	Method    string
	Assurance Assurance
}

// SessionEnded says that a session ended before its time, by whatever way: its user
// signed out, it was revoked, or its user was banned or deleted. A session that
// expires tells nobody, nor one that is in cookies alone (Builder.Stateless).
type SessionEnded struct{ UserID, SessionID string }

// EndingHappened says that one of the endings happened to a user: their password was
// set or changed, their address proven or changed, their sessions revoked, or they
// were banned or deleted, by whatever plugin or program. AddressProven is told whenever
// the address of a user comes to be verified. A password that a program creates a user
// with is told as PasswordReset.
type EndingHappened struct {
	UserID string
	Ending Ending
}

// AddressClaimed says that somebody signed up with an address that the user has and
// nobody has proven. It is told while the request that signs up goes on, and
// Ctx.ClaimFor says which sign-up it is.
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
