package betterauth

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/database"
)

const (
	// unusedPrefix, before a user's id, marks who signed up and was never signed in.
	unusedPrefix = "sign-up-unused-"
	// refusedPrefix, before the hash of an address, marks that somebody could not
	// sign up with it.
	refusedPrefix = "sign-up-refused-"
	// Both say what was, and only take something away when they are gone or there:
	// they are kept for as long as an address may reasonably wait for its proof.
	historyLife = 365 * day
)

// SignUpRefused is for a sign-up that was refused because its address is taken. While
// nobody has proven the address, the person who was refused may be its owner. So from
// then on a proof from another browser than the one that signed up leaves no password in
// place; see ProveAddress. Any number of refusals are stored as one row, which stays
// until the address is proven, even if the user who has the address changes it.
func (c *Ctx) SignUpRefused(email string) error {
	return c.Transaction(func(tx *Ctx) error {
		user, err := tx.auth.users.GetLocked(tx, database.Eq("email", storedEmail(email)))
		if errors.Is(err, database.ErrNotFound) || err == nil && user.EmailVerified {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.auth.refused(tx, user.Email)
	})
}

// refused keeps that somebody could not sign up with an address. The caller holds
// the row of the user who has it.
func (a *Auth) refused(ctx context.Context, email string) error {
	identifier := refusedPrefix + addressHash(email)
	found, err := a.found(ctx, identifier)
	if err != nil || found {
		return err
	}
	_, err = a.verifications.Create(ctx, identifier, "", historyLife)
	return err
}

// keepDispute lets it be known that others signed up with the address of a user who
// leaves it unproven: their claims end with the user, and that somebody made them
// does not.
func (a *Auth) keepDispute(ctx context.Context, user *User, why Ending) error {
	if user.EmailVerified || why&(AddressChanged|UserBanned|UserDeleted) == 0 {
		return nil
	}
	claimed, err := a.claimed(ctx, user)
	if err != nil || !claimed {
		return err
	}
	return a.refused(ctx, user.Email)
}

// wasRefused reports whether somebody could not sign up with a user's address.
func (a *Auth) wasRefused(ctx context.Context, user *User) (bool, error) {
	return a.found(ctx, refusedPrefix+addressHash(user.Email))
}

// isUnused reports whether a user signed up without a session and was never signed
// in since. Another server on the same database ends no mark, so that what a sign-in
// leaves counts as well.
func (a *Auth) isUnused(ctx context.Context, user *User) (bool, error) {
	marked, err := a.found(ctx, unusedPrefix+user.ID)
	if err != nil || !marked {
		return false, err
	}
	own := database.Eq("userId", user.ID)
	used, err := a.sessions.store.Exists(ctx, own)
	if err == nil && !used {
		used, err = a.accounts.Exists(ctx, own, database.Ne("providerId", ProviderCredential))
	}
	return err == nil && !used, err
}

func (a *Auth) found(ctx context.Context, identifier string) (bool, error) {
	_, err := a.verifications.Find(ctx, identifier)
	if errors.Is(err, database.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// used says that somebody is signed in as a user. It follows the session's own
// statement, which waits for whoever holds the user.
func (a *Auth) used(ctx context.Context, user *User) error {
	if user.EmailVerified || a.stateless {
		return nil // see provenNow
	}
	_, err := a.verifications.store.Delete(ctx, database.Eq("identifier", unusedPrefix+user.ID))
	return err
}

// provenNow ends what is known of sign-ups with an address that comes to be verified.
func (a *Auth) provenNow(ctx context.Context, userID, email string) error {
	_, err := a.verifications.store.Delete(ctx, database.Or(
		database.Eq("identifier", unusedPrefix+userID), database.Eq("identifier", refusedPrefix+addressHash(email))))
	return err
}

// unusedPending is that a user was never signed in.
func unusedPending() Pending {
	return Pending{Name: "sign-up that was never signed in", Ends: AddressChanged | PasswordReset | PasswordChanged, Of: func(u *User) database.Cond {
		return database.Eq("identifier", unusedPrefix+u.ID)
	}}
}
