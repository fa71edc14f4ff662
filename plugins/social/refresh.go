package social

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

const (
	// refreshBefore is how long before its end an access token is refreshed.
	refreshBefore = 5 * time.Second
	// refreshLimit is how long a refresh may take, the call to the provider included.
	refreshLimit = 20 * time.Second
)

// refreshError says that an account's tokens cannot be refreshed, for a reason that is not
// this server's: the provider refuses, or the account was unlinked meanwhile.
type refreshError struct{ err error }

func (e refreshError) Error() string { return "social: the tokens are not refreshed: " + e.err.Error() }

func (e refreshError) Unwrap() error { return e.err }

// notRefreshed answers with code what the account or its provider caused. A database that
// fails is a failure of this server. The operator is told of a client that the provider
// does not accept any more, such as with a secret that has expired: nobody's token can be
// refreshed then.
func notRefreshed(code *betterauth.ErrorCode, p *Provider, err error) error {
	if _, ok := errors.AsType[refreshError](err); !ok {
		return err
	}
	answer, ok := errors.AsType[*oauth.AnswerError](err)
	if !ok || answer.Code != "invalid_client" && answer.Code != "unauthorized_client" {
		return code.Because(err)
	}
	return code.Refuse(betterauth.Refusal{Reason: "the provider does not accept this client", Err: err,
		Configure: "check Client.ID and Client.Secret, whether the secret has expired, and how the client authenticates",
		Seen:      []slog.Attr{slog.String("provider", p.ID)}})
}

// expired reports whether an account's access token is about to expire and can be
// refreshed.
func (s *Social) expired(p *Provider, account *betterauth.Account) bool {
	return account.RefreshToken != nil && p.CanRefresh() &&
		account.AccessTokenExpiresAt != nil && account.AccessTokenExpiresAt.Sub(s.host.Now()) < refreshBefore
}

// refresh replaces an account's tokens by new ones of its provider and returns the row.
//
// A provider that rotates refresh tokens accepts each once, and may end all tokens of a
// user whose old one comes again. So of all requests for one account, in all processes,
// one refreshes, and the others use what it stored: whoever asked because of the tokens
// in seen is served if the stored ones are no longer these.
func (s *Social) refresh(ctx context.Context, p *Provider, seen *betterauth.Account) (*betterauth.Account, error) {
	key := seen.ID + " " + betterauth.OrZero(seen.RefreshToken)
	// All who wait get one answer, which no single one of them may cancel.
	done, err, _ := s.refreshes.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*refreshLimit)
		defer cancel()
		return s.refreshAlone(ctx, p, seen)
	})
	if err != nil {
		return nil, err
	}
	account := *done.(*betterauth.Account)
	return &account, nil
}

func (s *Social) refreshAlone(ctx context.Context, p *Provider, seen *betterauth.Account) (account *betterauth.Account, err error) {
	err = s.host.Alone(ctx, "refresh "+seen.ID, refreshLimit, func(ctx context.Context) error {
		if account, err = s.stored(ctx, seen); err != nil {
			return err
		}
		if !sameText(account.RefreshToken, seen.RefreshToken) || !sameText(account.AccessToken, seen.AccessToken) {
			return nil // somebody else just did
		}
		account, err = s.refreshNow(ctx, p, account)
		return err
	})
	return account, err
}

func (s *Social) refreshNow(ctx context.Context, p *Provider, account *betterauth.Account) (*betterauth.Account, error) {
	token, err := s.opened(account.RefreshToken)
	if err != nil {
		return nil, refreshError{err}
	}
	tokens, err := p.Refresh(ctx, s.caller, token)
	if err == nil && (tokens == nil || tokens.AccessToken == "") {
		err = oauth.ErrNoAccessToken
	}
	if err != nil {
		return nil, refreshError{err}
	}
	// Once the provider has answered, the old token may be spent: what it gave is stored
	// even if whoever asked has gone.
	ctx = context.WithoutCancel(ctx)
	if _, err := s.storeTokens(ctx, account, *tokens, nil); errors.Is(err, database.ErrInvalidValue) {
		return nil, refreshError{err}
	} else if err != nil {
		return nil, err
	}
	fresh := *account
	if err := s.seal(&fresh, *tokens); err != nil {
		return nil, err
	}
	return s.stored(ctx, &fresh)
}

// stored is an account as it is in the database. Without a database what the browser has
// is the account.
func (s *Social) stored(ctx context.Context, known *betterauth.Account) (*betterauth.Account, error) {
	account, err := s.accounts.Get(ctx, database.Eq("id", known.ID), database.Eq("userId", known.UserID))
	if errors.Is(err, database.ErrNotFound) && s.site.Stateless {
		return known, nil
	}
	if errors.Is(err, database.ErrNotFound) {
		err = refreshError{errors.New("the account was unlinked meanwhile")}
	}
	return account, err
}

func sameText(a, b *string) bool { return betterauth.OrZero(a) == betterauth.OrZero(b) }
