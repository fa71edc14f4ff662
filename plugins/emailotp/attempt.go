package emailotp

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// kept is a code as it is stored: "<code>:<wrong attempts>".
type kept struct {
	row      *betterauth.Verification
	sealed   string
	attempts int
}

func value(sealed string, attempts int) string { return sealed + ":" + strconv.Itoa(attempts) }

// locked runs f in a transaction in which nobody else makes or tries a code of
// this identifier.
func (e *EmailOTP) locked(ctx context.Context, identifier string, f func(ctx context.Context) error) error {
	return e.host.Transaction(ctx, func(ctx context.Context) error {
		if err := e.host.Lock(ctx, ID+":"+identifier); err != nil {
			return err
		}
		return f(ctx)
	})
}

// put makes a code and returns it with the id of its row; what was there no longer
// works. With reuse it returns the one there is, if that can still be used and read.
func (e *EmailOTP) put(ctx context.Context, identifier, email string, t Type, reuse bool) (code, id string, err error) {
	if code, err = e.generate(ctx, email, t); err != nil {
		return "", "", err
	}
	sealed, err := e.cfg.Storage.Keep(ctx, e.host, code)
	if err != nil {
		return "", "", err
	}
	err = e.locked(ctx, identifier, func(ctx context.Context) error {
		if reuse {
			old, oldID, err := e.reuse(ctx, identifier)
			if err != nil || old != "" {
				code, id = old, oldID
				return err
			}
		}
		if err := e.drop(ctx, identifier); err != nil {
			return err
		}
		row, err := e.host.Verifications().Create(ctx, identifier, value(sealed, 0), e.cfg.ExpiresIn)
		if err == nil {
			id = row.ID
		}
		return err
	})
	return code, id, err
}

// reuse prolongs the code there is and returns it, "" if there is none to use.
func (e *EmailOTP) reuse(ctx context.Context, identifier string) (code, id string, err error) {
	k, err := e.find(ctx, identifier)
	switch {
	case errors.Is(err, ErrInvalid), errors.Is(err, ErrExpired), errors.Is(err, ErrTooManyAttempts):
		return "", "", nil
	case err != nil:
		return "", "", err
	}
	if code, err = e.cfg.Storage.Open(ctx, e.host, k.sealed); err != nil {
		return "", "", nil // hashed, or sealed with a secret that is gone
	}
	_, err = e.values.UpdateOne(ctx, database.Set{"expiresAt": e.host.Now().Add(e.cfg.ExpiresIn)}, database.Eq("id", k.row.ID))
	if errors.Is(err, database.ErrNotFound) {
		return "", "", nil
	}
	return code, k.row.ID, err
}

func (e *EmailOTP) drop(ctx context.Context, identifier string) error {
	_, err := e.values.Delete(ctx, database.Eq("identifier", identifier))
	return err
}

// find returns the newest code of an identifier: ErrInvalid without one,
// ErrExpired and ErrTooManyAttempts for one that no longer works.
func (e *EmailOTP) find(ctx context.Context, identifier string) (k kept, err error) {
	rows, err := e.values.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("identifier", identifier)},
		Order: []database.Order{{Column: "createdAt", Desc: true}}, Limit: 1,
	})
	if err != nil {
		return k, err
	}
	if len(rows) == 0 {
		return k, ErrInvalid
	}
	k.row = rows[0]
	if k.row.ExpiresAt.Before(e.host.Now()) {
		return k, ErrExpired
	}
	at := strings.LastIndexByte(k.row.Value, ':')
	if at < 0 {
		return k, ErrTooManyAttempts
	}
	k.sealed = k.row.Value[:at]
	// What is no number was not written by us, and is no attempt to allow.
	if k.attempts, err = strconv.Atoi(k.row.Value[at+1:]); err != nil || k.attempts < 0 || k.attempts >= e.cfg.AllowedAttempts {
		return k, ErrTooManyAttempts
	}
	return k, nil
}

// use tries the code of an address. The right one is gone afterwards, whatever
// its use comes to; a wrong one costs an attempt, and with the last the code
// goes, too. Of any number of calls at once each sees what those before it left.
// Wrong codes count for the address's user as well, whose count the caller may
// end with proof. The errors are ErrInvalid, ErrExpired, ErrTooManyAttempts and
// betterauth.ErrTooManyFailures.
func (e *EmailOTP) use(ctx context.Context, email, identifier string, code betterauth.TypedCode) (*betterauth.Proof, error) {
	proof, _, err := e.try(ctx, email, identifier, code, true)
	return proof, err
}

// try is use, and with take false leaves a right code good. id is that of a right
// code's row.
func (e *EmailOTP) try(ctx context.Context, email, identifier string, code betterauth.TypedCode, take bool) (proof *betterauth.Proof, id string, err error) {
	subject, err := e.subject(ctx, email)
	if err != nil {
		return nil, "", err
	}
	if proof, err = e.host.Failures().Begin(ctx, subject); err != nil {
		return nil, "", err
	}
	defer proof.End()
	err = e.locked(ctx, identifier, func(ctx context.Context) error {
		k, err := e.find(ctx, identifier)
		switch {
		case errors.Is(err, ErrExpired), errors.Is(err, ErrTooManyAttempts):
			return cmp.Or(e.drop(ctx, identifier), betterauth.Commit(err))
		case err != nil:
			return err
		}
		right, err := e.cfg.Storage.Matches(ctx, e.host, k.sealed, code)
		if err != nil {
			return err
		}
		id = k.row.ID
		if !right {
			if err := proof.Wrong(ctx); err != nil {
				return err
			}
			return cmp.Or(e.count(ctx, k), betterauth.Commit(ErrInvalid))
		}
		if err := proof.Right(ctx); err != nil || !take {
			return err
		}
		// A server of the reference beside this one takes no lock: it is who
		// deletes the row that has the code.
		switch _, err := e.values.Take(ctx, database.Eq("id", k.row.ID), database.Eq("value", k.row.Value)); {
		case errors.Is(err, database.ErrNotFound):
			return ErrInvalid
		case err != nil:
			return err
		}
		return e.drop(ctx, identifier)
	})
	if err != nil {
		return nil, "", err
	}
	return proof, id, nil
}

// subject is whose failures count when codes for an address are wrong.
func (e *EmailOTP) subject(ctx context.Context, email string) (betterauth.Subject, error) {
	user, err := e.users.Get(ctx, database.Eq("email", email))
	if errors.Is(err, database.ErrNotFound) {
		return betterauth.Subject{Name: email}, nil
	}
	if err != nil {
		return betterauth.Subject{}, err
	}
	return betterauth.Subject{UserID: user.ID}, nil
}

// count adds a wrong attempt, unless somebody without the lock took the code or
// counted already.
func (e *EmailOTP) count(ctx context.Context, k kept) error {
	_, err := e.values.UpdateOne(ctx, database.Set{"value": value(k.sealed, k.attempts+1)},
		database.Eq("id", k.row.ID), database.Eq("value", k.row.Value))
	if errors.Is(err, database.ErrNotFound) {
		return nil
	}
	return err
}
