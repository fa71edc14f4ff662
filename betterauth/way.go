package betterauth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// ErrLastSignInWay says that a removal would leave a user without any way to
// sign in. Answer with an error code of your own that says what to do instead.
var ErrLastSignInWay = errors.New("betterauth: the last way to sign in")

// KeepSignInWay runs remove, which removes a way to sign in of the user, and
// undoes it with ErrLastSignInWay if none is left then. Removals of one user
// take turns, so that two at once never leave none. A user who does not exist
// is database.ErrNotFound.
//
// It is a transaction like Transaction, but that every error of remove undoes it, a
// step-up and what Commit marked included. Inside another it takes part in that
// one, which can then only be undone.
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

// SignInWays are the names of the ways by which a user can sign in: the
// provider of each account, then the Credentials of plugins that can.
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

// MailReaches reports whether mail is known to reach a user, for ways to sign in
// by what is mailed: there is a Mailer, and the user has an address that was
// verified. One that was not may be anybody's, or a slip of the pen, and one in
// the domain "invalid" is nobody's (RFC 6761, section 6.4). A user who does not
// exist is not reached.
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
	defer panics.Recover(&err, "credentials %s of plugin %s", k.Name, k.plugin)
	can, err = k.CanSignIn(ctx, userID)
	if err != nil {
		return false, fmt.Errorf("credentials %s of plugin %s: %w", k.Name, k.plugin, err)
	}
	return can, nil
}
