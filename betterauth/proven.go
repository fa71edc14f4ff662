package betterauth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// AccessRevoker is a Plugin that keeps ways into an account beside accounts and
// sessions: passkeys, keys for programs, second factors, devices it trusts.
type AccessRevoker interface {
	// RevokeAccess removes all that the user has with this plugin. It runs in
	// the transaction of ctx, which holds the user's row; an error undoes it.
	// Nothing to remove is no error.
	RevokeAccess(ctx context.Context, userID string) error
}

// ProvenUser returns the user with an address that somebody has just proven to
// be theirs, by a link or a code that was mailed to it. Without one, it creates
// the user that create makes, with that address, verified; created says so.
// With create nil a missing user is database.ErrNotFound.
//
// A user whose address was not verified before may have been made by anybody
// who knew it, and left open a way in. So all that could be one is removed
// first: accounts, passwords included, sessions, and what each AccessRevoker
// keeps. Then the address is marked verified.
//
// It happens in one transaction, that of ctx if there is one, which holds the
// user's row. When somebody else creates a user with the address at the same
// moment the error is database.ErrUnique; begin the whole transaction again.
func (h *Host) ProvenUser(ctx context.Context, email string, create func() (*User, error)) (user *User, created bool, err error) {
	email = strings.ToLower(email)
	err = h.Transaction(ctx, func(ctx context.Context) error {
		user, err = h.auth.users.GetLocked(ctx, database.Eq("email", email))
		if errors.Is(err, database.ErrNotFound) && create != nil {
			created = true
			user, err = h.createProven(ctx, email, create)
			return err
		}
		if err != nil || user.EmailVerified {
			return err
		}
		if err := h.revokeAccess(ctx, user.ID); err != nil {
			return err
		}
		user, err = h.auth.users.UpdateOne(ctx, database.Set{"emailVerified": true}, database.Eq("id", user.ID), database.Eq("email", email))
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
		return nil, err
	}
	user.Email, user.EmailVerified = email, true
	return user, h.auth.users.Create(ctx, user)
}

func (h *Host) revokeAccess(ctx context.Context, userID string) error {
	accounts, err := StoreOf[Account](h)
	if err != nil {
		return err
	}
	if _, err := accounts.Delete(ctx, database.Eq("userId", userID)); err != nil {
		return err
	}
	if _, err := h.Sessions().RevokeAll(ctx, userID); err != nil {
		return err
	}
	for _, p := range h.auth.plugins {
		revoker, ok := p.plugin.(AccessRevoker)
		if !ok {
			continue
		}
		if err := safely(func() error { return revoker.RevokeAccess(ctx, userID) }); err != nil {
			return fmt.Errorf("plugin %s revoking access: %w", p.manifest.ID, err)
		}
	}
	return nil
}
