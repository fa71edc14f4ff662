package betterauth

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/database"
)

// ProvenUser returns the user with an address that somebody has just proven to be theirs,
// by a mailed link or code that signs in or sets a password. If no user has the address,
// it creates the user that create returns, with that address, verified; created is then
// true. With a nil create, a missing user is database.ErrNotFound.
//
// Anybody who knew the address may have created a user whose address is not verified, and
// left a way in. So for such a user AddressProven happens first: accounts, passwords
// included, sessions, the Credentials and Pending of plugins, and other sign-ups with the
// address end. Then the address is marked verified.
//
// All happens in one transaction, that of ctx if it has one, which locks the user's row.
// If somebody else creates a user with the address at the same moment, the error is
// database.ErrUnique; start the whole transaction again.
func (h *Host) ProvenUser(ctx context.Context, email string, create func() (*User, error)) (user *User, created bool, err error) {
	email = storedEmail(email)
	// Not h.Transaction, which commits with a step-up: half a proof is none.
	err = h.auth.db.Transaction(ctx, func(ctx context.Context) error {
		user, err = h.auth.users.GetLocked(ctx, database.Eq("email", email))
		if errors.Is(err, database.ErrNotFound) && create != nil {
			created = true
			user, err = h.createProven(ctx, email, create)
			return err
		}
		if err != nil || user.EmailVerified {
			return err
		}
		if err := h.auth.endUnproven(ctx, user, false); err != nil {
			return err
		}
		user, err = h.auth.markProven(ctx, user, database.Set{})
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return user, created, nil
}

func (h *Host) createProven(ctx context.Context, email string, create func() (*User, error)) (*User, error) {
	user, err := create()
	if err != nil {
		return nil, undoing(err)
	}
	user.Email, user.EmailVerified = email, true
	return user, h.auth.users.Create(ctx, user)
}

// AddressProof is the proof of an address by a mailed link or code.
type AddressProof struct {
	// Email is the address. Required.
	Email string
	// Claim is the sign-up that the link or code was mailed for, as ClaimFor returned it
	// then; "" if it was mailed for no particular sign-up.
	Claim string
}

// ProvenAddress is the result of a proof.
type ProvenAddress struct {
	User *User
	// First says that nobody had proven the address before.
	First bool
	// SignedUpHere says that this browser made the sign-up that is proven. Do not sign
	// any other browser in: its user may not have signed up at all, and a session would
	// hide from them that somebody else did. Let them sign in themselves.
	SignedUpHere bool
}

// ProveAddress marks an address as verified that somebody has proven by a link or a code
// which does not sign in by itself. The first proof decides which parts of the user
// belong to the person who proves, and ends the others (AddressProven):
//
//   - If the request has a session of the user, everything that the user has stays, since
//     whoever set it up also reads the mail. Claims of others end.
//   - Otherwise the sign-up that is proven counts: the one that this browser made with
//     this address, if there is one, else that of Claim. Its password stays, or becomes
//     the user's. Sessions, other accounts, credentials and pending values end. If it is
//     a later sign-up than the first, the name and the columns of the first end too.
//   - In another browser than the one that signed up, the person who reads the mail may
//     not know whose sign-up this is. Then no password stays, and the person can reset
//     it, in each of these cases: another sign-up was refused (SignUpRefused); the
//     browser itself made a sign-up that is no longer valid; the proof is for a later
//     sign-up, and the user is not one of SignedUp who has never signed in; the proof is
//     for no particular sign-up, and there is another sign-up by now. In all other
//     cases it counts as a proof of the first sign-up.
//
// If the address was proven before, nothing changes. If no user has the address, the
// error is database.ErrNotFound; for a sign-up that is no longer valid it is
// ErrClaimEnded. All happens in one transaction, that of c if it has one, which locks the
// user's row.
func (c *Ctx) ProveAddress(p AddressProof) (*ProvenAddress, error) {
	email := storedEmail(p.Email)
	var proven *ProvenAddress
	err := c.Transaction(func(tx *Ctx) error {
		user, err := tx.auth.users.GetLocked(tx, database.Eq("email", email))
		if err != nil {
			return err
		}
		if proven = (&ProvenAddress{User: user}); user.EmailVerified {
			return nil
		}
		return tx.proveFirst(proven, p.Claim)
	})
	if err != nil {
		return nil, err
	}
	return proven, nil
}

func (c *Ctx) proveFirst(proven *ProvenAddress, claim string) (err error) {
	user := proven.User
	proven.First = true
	if own, err := c.isSignedInAs(user); err != nil {
		return err
	} else if own {
		if err := c.auth.endPending(c, user, AddressProven); err != nil {
			return err
		}
		proven.SignedUpHere = true
		proven.User, err = c.auth.markProven(c, user, database.Set{})
		return err
	}
	held, made, err := c.rememberedSignUp(user)
	if err != nil {
		return err
	}
	if made {
		c.ClearCookie(cookieSignUp)
	}
	if held != "" {
		claim, proven.SignedUpHere = held, true
	}
	later, err := c.auth.claim(c, user.Email, claim)
	if err != nil {
		return err
	}
	if claim != "" && later == nil && !c.auth.isFirstClaim(user.ID, claim) {
		return ErrClaimEnded
	}
	counts := proven.SignedUpHere
	// Whose own sign-up no longer stands did sign up, and follows a mail about
	// somebody else's.
	if !counts && !made {
		if counts, err = c.auth.claimCounts(c, user, claim, later); err != nil {
			return err
		}
	}
	if err := c.auth.endUnproven(c, user, counts && later == nil); err != nil {
		return err
	}
	set := database.Set{}
	if counts && later != nil {
		if set, err = c.auth.takeOver(c, user, later); err != nil {
			return err
		}
	}
	proven.User, err = c.auth.markProven(c, user, set)
	return err
}

// claimCounts reports whether what a sign-up chose may open the account once a
// browser proves it that did not make it; else nobody's password does.
func (a *Auth) claimCounts(ctx context.Context, user *User, claim string, later *Claim) (bool, error) {
	refused, err := a.wasRefused(ctx, user)
	switch {
	case err != nil || refused:
		return false, err
	case later != nil:
		return a.isUnused(ctx, user)
	case claim != "":
		return true, nil
	}
	claimed, err := a.claimed(ctx, user)
	return err == nil && !claimed, err
}

// isSignedInAs reports whether the request has a session of the user that still
// lives. c is in a transaction that holds the user's row.
func (c *Ctx) isSignedInAs(user *User) (bool, error) {
	id, err := c.StoredSession()
	if errors.Is(err, ErrNoSession) || err == nil && id.User.ID != user.ID {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = c.stillLives(id.Session)
	if errors.Is(err, ErrUnauthorized) {
		return false, nil
	}
	return err == nil, err
}

// takeOver makes what a later sign-up chose the user's, and returns the columns
// to set for it. What the first one set in columns that clients may set gives way
// to defaults.
func (a *Auth) takeOver(ctx context.Context, user *User, claim *Claim) (database.Set, error) {
	set, err := a.additionalValues("user", claim.Columns, true)
	if err != nil {
		return nil, err
	}
	for _, column := range a.added["user"] {
		if _, given := set[column.Name]; given || column.ReadOnly || column.Required {
			continue
		}
		value := column.Default
		if f, ok := value.(func() any); ok {
			value = f()
		}
		set[column.Name] = value
	}
	set["name"], set["image"] = claim.Name, claim.Image
	if claim.PasswordHash == "" {
		return set, nil
	}
	return set, a.accounts.Create(ctx, &Account{
		AccountID: user.ID, ProviderID: ProviderCredential, UserID: user.ID, Password: &claim.PasswordHash,
	})
}

// endUnproven ends what was set up before an address was proven; with
// keepPassword the first sign-up's password stays.
func (a *Auth) endUnproven(ctx context.Context, user *User, keepPassword bool) error {
	where := []database.Cond{database.Eq("userId", user.ID)}
	if keepPassword {
		where = append(where, database.Ne("providerId", ProviderCredential))
	}
	if _, err := a.accounts.Delete(ctx, where...); err != nil {
		return err
	}
	if _, err := a.sessions.store.Delete(ctx, database.Eq("userId", user.ID)); err != nil {
		return err
	}
	return a.end(ctx, user, AddressProven)
}

func (a *Auth) markProven(ctx context.Context, user *User, set database.Set) (*User, error) {
	set["emailVerified"] = true
	return a.users.UpdateOne(ctx, set, database.Eq("id", user.ID), database.Eq("email", user.Email))
}
