package betterauth

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/database"
)

// ProvenUser returns the user with an address that somebody has just proven to
// be theirs, by a link or a code that was mailed to it and that signs in or sets
// a password: the proof is all they need. Without one, it creates the user that
// create makes, with that address, verified; created says so. With create nil a
// missing user is database.ErrNotFound.
//
// A user whose address was not verified before may have been made by anybody who
// knew it, and left open a way in. So AddressProven happens first: accounts,
// passwords included, sessions, what plugins declare as Credentials and Pending,
// and other sign-ups with the address end. Then the address is marked verified.
//
// It happens in one transaction, that of ctx if there is one, which holds the
// user's row. When somebody else creates a user with the address at the same
// moment the error is database.ErrUnique; begin the whole transaction again.
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

// AddressProof is proof of an address by what was mailed to it.
type AddressProof struct {
	// Email is the address. Required.
	Email string
	// Claim is the sign-up that the link or code was mailed for, as ClaimFor said
	// then; "" for one that was mailed for none in particular.
	Claim string
}

// ProvenAddress is what a proof came to.
type ProvenAddress struct {
	User *User
	// First says that nobody had proven the address before.
	First bool
	// SignedUpHere says that this very browser made the sign-up that is proven.
	// Any other browser may belong to somebody who did not sign up at all, and
	// whom a session would hide that somebody else did: it signs in itself.
	SignedUpHere bool
}

// ProveAddress marks an address verified that somebody has proven by a link or a
// code which signs nobody in by itself. For the first proof it decides what of
// the user is the prover's, and ends all else (AddressProven):
//
//   - Where the request has a session of the user, all that the user has stays:
//     whoever set it up also reads the mail. So do claims of others end.
//   - Else the sign-up that is proven counts: the one this browser made, if it
//     made one with this address, else that of Claim. Its password stays or comes
//     to be the user's; sessions, other accounts, credentials and what is pending
//     end, and for a later sign-up than the first also the name and the columns
//     that the first one chose.
//   - But from another browser than the one that signed up, whoever reads the mail
//     may not know whose sign-up it is of. Nobody's password stays, and it can be
//     reset, where others could not sign up (SignUpRefused); where the browser
//     itself made a sign-up that no longer stands; where the proof is for a later
//     sign-up, and the user is not one of SignedUp who was never signed in; and
//     where it is for none in particular, and there is another sign-up by now.
//     Without those, it counts as one of the first.
//
// An address that was proven before changes nothing. Nobody with the address is
// database.ErrNotFound, a sign-up that no longer stands ErrClaimEnded. It happens
// in one transaction, that of c if there is one, which holds the user's row.
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
