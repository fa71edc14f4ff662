package betterauth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// ErrLastSignInWay says that a removal would leave a user without a way to sign in.
// Answer with an error code of your own that says what to do instead.
var ErrLastSignInWay = errors.New("betterauth: the last way to sign in")

// KeepSignInWay runs remove, which removes one of the user's ways to sign in. If none is
// left then, it rolls the removal back and returns ErrLastSignInWay. Removals for one
// user take turns, so that two at once cannot remove the last two. If the user does not
// exist, the error is database.ErrNotFound.
//
// It runs in a transaction like Host.Transaction, except that every error of remove rolls
// it back, also a step-up or an error that Commit marked. Inside another transaction it
// takes part in that one, which can then only be rolled back.
func (h *Host) KeepSignInWay(ctx context.Context, userID string, remove func(ctx context.Context) error) error {
	// Not h.Transaction, which commits with a step-up: what is left was not looked at.
	return h.auth.db.Transaction(ctx, func(ctx context.Context) error {
		if _, err := h.auth.users.GetLocked(ctx, database.Eq("id", userID)); err != nil {
			return err
		}
		if err := remove(ctx); err != nil {
			return undoing(err)
		}
		ways, err := h.SignInWays(ctx, userID)
		if err == nil && len(ways) == 0 {
			err = ErrLastSignInWay
		}
		return err
	})
}

// SignInWays returns the names of the ways by which a user can sign in: the provider of
// each account, then the Credentials of plugins that can.
func (h *Host) SignInWays(ctx context.Context, userID string) ([]string, error) {
	accounts, err := h.auth.accounts.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", userID),
			database.Or(database.Ne("providerId", ProviderCredential), database.NotNull("password"))},
		Order: []database.Order{{Column: "createdAt"}, {Column: "id"}},
	})
	if err != nil {
		return nil, err
	}
	var ways []string
	for _, account := range accounts {
		ways = append(ways, account.ProviderID)
	}
	for _, kind := range h.auth.credentials {
		can, err := kind.canSignIn(ctx, userID)
		if err != nil {
			return nil, err
		}
		if can {
			ways = append(ways, kind.Name)
		}
	}
	return ways, nil
}

// MailReaches reports whether mail is known to reach a user, for ways to sign in by a
// mailed link or code: there is a Mailer, and the user has a verified address. An address
// that is not verified may be another person's or a typing error; one in the domain
// "invalid" belongs to nobody (RFC 6761, section 6.4). For a user who does not exist it
// is false.
func (h *Host) MailReaches(ctx context.Context, userID string) (bool, error) {
	if !h.Site().CanMail {
		return false, nil
	}
	user, err := h.auth.users.Get(ctx, database.Eq("id", userID))
	if errors.Is(err, database.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return user.EmailVerified && IsEmail(user.Email) && !strings.HasSuffix(strings.ToLower(user.Email), ".invalid"), nil
}

// canSignIn asks whether a user can sign in with credentials of the kind.
func (k compiledCredentials) canSignIn(ctx context.Context, userID string) (can bool, err error) {
	if k.CanSignIn == nil {
		return false, nil
	}
	defer panics.Contribution(&err, "credentials", k.Name, k.plugin)
	can, err = k.CanSignIn(ctx, userID)
	if err != nil {
		return false, fmt.Errorf("credentials %s of plugin %s: %w", k.Name, k.plugin, err)
	}
	return can, nil
}
