package betterauth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// SignInWay is one way by which users sign in that a plugin knows, such as a
// passkey or a link by mail, so that nobody removes their last one by accident.
// The core knows those that are rows of the account table: a credential account
// with a password, and an account at a provider.
type SignInWay struct {
	// Name tells the way apart: "passkey". Required.
	Name string
	// Has reports whether the user has it as the transaction in ctx sees the
	// database. An error stops the removal it is asked for. Required.
	Has func(ctx context.Context, userID string) (bool, error)
}

// ErrLastSignInWay says that a removal would leave a user without any way to
// sign in. Answer with an error code of your own that says what to do instead.
var ErrLastSignInWay = errors.New("betterauth: the last way to sign in")

// KeepSignInWay runs remove, which removes a way to sign in of the user, and
// undoes it with ErrLastSignInWay if none is left then. Removals of one user
// take turns, so that two at once never leave none. A user who does not exist
// is database.ErrNotFound.
//
// It is a transaction like Transaction: inside another it takes part in that
// one, which can then only be undone.
func (h *Host) KeepSignInWay(ctx context.Context, userID string, remove func(ctx context.Context) error) error {
	return h.Transaction(ctx, func(ctx context.Context) error {
		if _, err := h.auth.users.GetLocked(ctx, database.Eq("id", userID)); err != nil {
			return err
		}
		if err := remove(ctx); err != nil {
			return err
		}
		ways, err := h.SignInWays(ctx, userID)
		if err == nil && len(ways) == 0 {
			err = ErrLastSignInWay
		}
		return err
	})
}

// SignInWays are the names of the ways by which a user can sign in: the
// provider of each account, then what plugins declare in Manifest.SignInWays.
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
	for _, way := range h.auth.ways {
		has, err := way.ask(ctx, userID)
		if err != nil {
			return nil, err
		}
		if has {
			ways = append(ways, way.Name)
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
	if !h.CanMail() {
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

type compiledWay struct {
	SignInWay
	plugin string
}

func (w compiledWay) ask(ctx context.Context, userID string) (has bool, err error) {
	defer recoverTo(&err, "way %s of plugin %s", w.Name, w.plugin)
	has, err = w.Has(ctx, userID)
	if err != nil {
		return false, fmt.Errorf("way %s of plugin %s: %w", w.Name, w.plugin, err)
	}
	return has, nil
}

func (a *Auth) compileWays() (problems []error) {
	for _, p := range a.plugins {
		for i, way := range p.manifest.SignInWays {
			if way.Name == "" || way.Has == nil {
				problems = append(problems, problem(p.manifest.ID, fmt.Sprintf("way to sign in number %d %s", i+1, way.Name), "needs a Name and a Has"))
				continue
			}
			a.ways = append(a.ways, compiledWay{way, p.manifest.ID})
		}
	}
	return problems
}
