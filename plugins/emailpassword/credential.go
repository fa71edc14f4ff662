package emailpassword

import (
	"context"
	"errors"
	"unicode/utf16"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// CheckPassword returns nil if this is the user's password, ErrInvalidPassword if it is
// not, and ErrNoPassword for a user without one. A password that is longer than
// Config.MaxLength is ErrPasswordTooLong before anything is looked up. Wrong passwords
// count, and after too many the error is betterauth.ErrTooManyFailures. Call it outside
// of any transaction.
func (p *EmailPassword) CheckPassword(ctx context.Context, userID, password string) error {
	_, err := p.checkPassword(ctx, userID, password)
	return err
}

// checkPassword also returns the account the password was checked against.
func (p *EmailPassword) checkPassword(ctx context.Context, userID, password string) (*betterauth.Account, error) {
	if err := p.checkNotTooLong(password); err != nil {
		return nil, err
	}
	account, err := p.credential(ctx, userID)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNoPassword
	}
	if err != nil {
		return nil, err
	}
	ok, err := p.host.Failures().Check(ctx, betterauth.Subject{UserID: userID}, func(ctx context.Context) (bool, error) {
		return p.host.Hasher().Verify(ctx, password, *account.Password)
	})
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrInvalidPassword
	}
	return account, nil
}

// SetFirstPassword sets the password of a user who has none. The caller must check that
// the request may do so. The errors are ErrPasswordTooShort, ErrPasswordTooLong,
// ErrUserNotFound and ErrPasswordSet.
func (p *EmailPassword) SetFirstPassword(ctx context.Context, userID, password string) error {
	hash, err := p.newHash(ctx, password)
	if err != nil {
		return err
	}
	return p.setFirst(ctx, userID, hash)
}

func (p *EmailPassword) setFirst(ctx context.Context, userID, hash string) error {
	return p.host.Transaction(ctx, func(ctx context.Context) error {
		if _, err := p.hold(ctx, userID); err != nil {
			return err
		}
		switch _, err := p.credential(ctx, userID); {
		case err == nil:
			return ErrPasswordSet
		case !errors.Is(err, database.ErrNotFound):
			return err
		}
		if err := p.store(ctx, userID, hash); err != nil {
			return err
		}
		return p.host.End(ctx, userID, betterauth.PasswordChanged)
	})
}

// ReplacePassword sets a user's password, whether or not they had one, and ends what
// betterauth.PasswordReset ends. The caller must check that the request may do so, and
// end sessions. The errors are ErrPasswordTooShort, ErrPasswordTooLong, ErrUserNotFound
// and what the hasher refuses.
func (p *EmailPassword) ReplacePassword(ctx context.Context, userID, password string) error {
	set, err := p.PreparePassword(ctx, password)
	if err != nil {
		return err
	}
	return set(ctx, userID)
}

// PreparePassword checks a new password and hashes it, which takes long. set stores the
// hash for a user, whether or not they had a password, and ends what
// betterauth.PasswordReset ends. Call set in a transaction, such as the one that creates
// the user. As with ReplacePassword, the caller must check that the request may do so.
// The errors are ErrPasswordTooShort, ErrPasswordTooLong and what the hasher refuses; set
// returns ErrUserNotFound.
func (p *EmailPassword) PreparePassword(ctx context.Context, password string) (set func(ctx context.Context, userID string) error, err error) {
	hash, err := p.newHash(ctx, password)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, userID string) error {
		return p.host.Transaction(ctx, func(ctx context.Context) error {
			if _, err := p.hold(ctx, userID); err != nil {
				return err
			}
			if err := p.store(ctx, userID, hash); err != nil {
				return err
			}
			return p.host.End(ctx, userID, betterauth.PasswordReset)
		})
	}, nil
}

// CheckNewPassword reports why a text cannot be a new password: ErrPasswordTooShort or
// ErrPasswordTooLong.
func (p *EmailPassword) CheckNewPassword(password string) error { return p.checkLength(password) }

// newHash is the hash of a password that may become somebody's. It takes long:
// make it outside a transaction.
func (p *EmailPassword) newHash(ctx context.Context, password string) (string, error) {
	if err := p.checkLength(password); err != nil {
		return "", err
	}
	return p.host.Hasher().Hash(ctx, password)
}

// hold makes whoever writes a user's password take turns, with each other and
// with sign-ins: no unique index keeps a second account with a password away.
func (p *EmailPassword) hold(ctx context.Context, userID string) (*betterauth.User, error) {
	user, err := p.users.GetLocked(ctx, database.Eq("id", userID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrUserNotFound
	}
	return user, err
}

// credential returns the account that holds a user's password.
func (p *EmailPassword) credential(ctx context.Context, userID string) (*betterauth.Account, error) {
	return p.accounts.Get(ctx, append(ofUser(userID), database.NotNull("password"))...)
}

func ofUser(userID string) []database.Cond {
	return []database.Cond{database.Eq("userId", userID), database.Eq("providerId", betterauth.ProviderCredential), database.Eq("accountId", userID)}
}

// store makes hash the user's password. The caller holds the user, and ends what
// the change ends.
func (p *EmailPassword) store(ctx context.Context, userID, hash string) error {
	n, err := p.accounts.Update(ctx, database.Set{"password": hash}, ofUser(userID)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return p.accounts.Create(ctx, &betterauth.Account{
			AccountID: userID, ProviderID: betterauth.ProviderCredential, UserID: userID, Password: &hash,
		})
	}
	return nil
}

// stillHolds demands that a hash which was just verified has not been replaced.
// The caller holds the user.
func (p *EmailPassword) stillHolds(ctx context.Context, account *betterauth.Account) error {
	ok, err := p.accounts.Exists(ctx, database.Eq("id", account.ID), database.Eq("password", *account.Password))
	if err == nil && !ok {
		return errPasswordMoved
	}
	return err
}

// checkLength measures a new password.
func (p *EmailPassword) checkLength(password string) error {
	if codeUnits(password) < p.cfg.MinLength {
		return ErrPasswordTooShort
	}
	return p.checkNotTooLong(password)
}

// checkNotTooLong measures a password that is to be compared. One that is longer than
// any may be is nobody's, and hashing it would cost whatever its sender likes.
func (p *EmailPassword) checkNotTooLong(password string) error {
	if codeUnits(password) > p.cfg.MaxLength {
		return ErrPasswordTooLong
	}
	return nil
}

// codeUnits counts as the reference does, in UTF-16.
func codeUnits(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
