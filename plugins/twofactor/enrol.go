package twofactor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// PasswordInput is the input of operations that take only the password.
type PasswordInput struct {
	Password string `json:"password"`
}

// OptionalPasswordInput is PasswordInput with Config.AllowPasswordless.
type OptionalPasswordInput struct {
	Password *string `json:"password"`
}

// EnableInput is the input of enableTwoFactor.
type EnableInput struct {
	Password string `json:"password"`
	// Method is "totp", for an authenticator app, or "otp", for mailed codes.
	// Default "totp".
	Method *string `json:"method" check:"enum=otp|totp"`
	// Issuer is what the app shows. Default Config.Issuer.
	Issuer *string `json:"issuer"`
}

// PasswordlessEnableInput is EnableInput with Config.AllowPasswordless.
type PasswordlessEnableInput struct {
	Password *string `json:"password"`
	Method   *string `json:"method" check:"enum=otp|totp"`
	Issuer   *string `json:"issuer"`
}

// EnableAnswer is the answer of enableTwoFactor. Only an authenticator app has a
// URI and backup codes.
type EnableAnswer struct {
	Method      string   `json:"method"`
	TOTPURI     string   `json:"totpURI,omitzero"`
	BackupCodes []string `json:"backupCodes,omitzero"`
}

func (p *TwoFactor) enable(c *betterauth.Ctx, password, method, issuer *string) (EnableAnswer, error) {
	user := c.Identity().User
	if err := p.demandPassword(c, user.ID, password); err != nil {
		return EnableAnswer{}, err
	}
	if method != nil && *method == kindOTP {
		return p.enableOTP(c, user.ID)
	}
	if p.cfg.TOTP.Disabled {
		return EnableAnswer{}, ErrTOTPNotConfigured
	}
	return p.enableTOTP(c, user.ID, issuer)
}

func (p *TwoFactor) enableOTP(c *betterauth.Ctx, userID string) (EnableAnswer, error) {
	if !p.cfg.OTP.Enabled {
		return EnableAnswer{}, ErrOTPNotConfigured
	}
	err := c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error { return p.activateNow(tx, userID) })
	if err != nil {
		return EnableAnswer{}, err
	}
	return EnableAnswer{Method: kindOTP}, nil
}

// enableTOTP makes a secret. Until a first code has shown that the app has it,
// doing so again makes another one.
func (p *TwoFactor) enableTOTP(c *betterauth.Ctx, userID string, issuer *string) (EnableAnswer, error) {
	codes, sealedCodes, err := p.makeCodes(c)
	if err != nil {
		return EnableAnswer{}, err
	}
	secret, err := p.host.RandomString(32, betterauth.URLSafe)
	if err != nil {
		return EnableAnswer{}, err
	}
	sealed, err := p.host.Encrypt(secret)
	if err != nil {
		return EnableAnswer{}, err
	}
	account := ""
	err = c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
		account = user.Email
		row, err := p.enrolment(tx, userID)
		if err != nil {
			return err
		}
		verified := p.cfg.SkipVerificationOnEnable
		switch {
		case row == nil:
			err = p.enrolments.Create(tx, &Enrolment{Secret: sealed, BackupCodes: sealedCodes, UserID: userID, Verified: &verified})
		case row.verified():
			return ErrTOTPAlreadyEnabled
		default:
			_, err = p.enrolments.Update(tx, database.Set{"secret": sealed, "backupCodes": sealedCodes, "verified": verified},
				database.Eq("id", row.ID))
		}
		if err != nil {
			return err
		}
		if err := p.forgetUsed(tx, userID); err != nil || !verified {
			return err
		}
		return p.activateNow(tx, userID)
	})
	if err != nil {
		return EnableAnswer{}, err
	}
	return EnableAnswer{Method: kindTOTP, TOTPURI: totpURI(p.issuer(issuer), account, secret, p.cfg.TOTP), BackupCodes: codes}, nil
}

// activateNow asks for a second step without having seen a code.
func (p *TwoFactor) activateNow(tx *betterauth.Ctx, userID string) error {
	user, err := p.setEnabled(tx, userID, true)
	if err != nil {
		return err
	}
	_, err = tx.RotateSession(user)
	return err
}

func (p *TwoFactor) disable(c *betterauth.Ctx, password *string) (betterauth.Status, error) {
	userID := c.Identity().User.ID
	if err := p.demandPassword(c, userID, password); err != nil {
		return betterauth.Status{}, err
	}
	err := c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error {
		user, err := p.setEnabled(tx, userID, false)
		if err != nil {
			return err
		}
		if err := p.forget(tx, userID); err != nil {
			return err
		}
		if _, ok := tx.SignedCookie(cookieTrust); ok {
			tx.ClearCookie(cookieTrust)
		}
		_, err = tx.RotateSession(user)
		return err
	})
	return betterauth.Status{Status: err == nil}, err
}

// Remove removes a user's second step. It is for an administrator or an application that
// has identified, in another way, a user who lost their second step. It checks no
// permission. A user who has none, or who does not exist, is no error.
func (p *TwoFactor) Remove(ctx context.Context, userID string) error {
	return p.host.Transaction(ctx, func(ctx context.Context) error {
		if _, err := p.users.GetLocked(ctx, database.Eq("id", userID)); errors.Is(err, database.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		return p.remove(ctx, userID)
	})
}

// remove is Remove for a user whose row is held.
func (p *TwoFactor) remove(ctx context.Context, userID string) error {
	n, err := p.users.Update(ctx, database.Set{Enabled.Column().Name: false}, database.Eq("id", userID), database.Eq(Enabled.Column().Name, true))
	if err != nil {
		return err
	}
	if n > 0 {
		betterauth.Emit(ctx, p.host, Deactivated{UserID: userID})
	}
	return p.forget(ctx, userID)
}

// revoke ends a second step with its user. When somebody proves an address for the
// first time one that was verified stays: it stands before whoever has the mail
// and nothing else. A set-up that was never confirmed goes.
func (p *TwoFactor) revoke(ctx context.Context, r betterauth.Revocation) error {
	enabled, _ := Enabled.Get(r.User)
	switch {
	case r.Ending != betterauth.AddressProven || p.cfg.AllowRecoveryByMail:
		return p.remove(ctx, r.User.ID)
	case !enabled:
		return p.forget(ctx, r.User.ID)
	}
	_, err := p.enrolments.Delete(ctx, database.Eq("userId", r.User.ID), database.Eq("verified", false))
	return err
}

// pending are a user's second steps that are due, the devices that may go without,
// and what is counted about them.
func pending() []betterauth.Pending {
	of := func(prefixes ...string) func(u *betterauth.User) database.Cond {
		return func(u *betterauth.User) database.Cond {
			var all []database.Cond
			for _, prefix := range prefixes {
				all = append(all, database.And(database.StartsWith("identifier", prefix), database.Eq("value", u.ID)))
			}
			return database.Or(all...)
		}
	}
	const ends = betterauth.PasswordReset | betterauth.PasswordChanged | betterauth.SessionsRevoked
	return []betterauth.Pending{
		{Name: "second step that is due", Ends: ends | betterauth.AddressChanged, Of: of(prefixChallenge)},
		{Name: "trusted device", Ends: ends, Of: of(prefixTrust)},
		{Name: "count of codes", Of: func(u *betterauth.User) database.Cond {
			return database.In("identifier", prefixUsed+u.ID, prefixLockout+u.ID)
		}},
		{Name: "mailed code of a session", Ends: ends | betterauth.AddressChanged, Of: func(u *betterauth.User) database.Cond {
			return database.StartsWith("identifier", prefixOTP+u.ID+"!")
		}},
	}
}

// forget removes a user's app and backup codes, and the trust in all devices.
func (p *TwoFactor) forget(ctx context.Context, userID string) error {
	if _, err := p.enrolments.Delete(ctx, database.Eq("userId", userID)); err != nil {
		return err
	}
	if err := p.forgetUsed(ctx, userID); err != nil {
		return err
	}
	return p.distrust(ctx, userID)
}

// demandPassword refuses whoever does not know the user's password. Hashing
// takes long: call it outside a transaction.
func (p *TwoFactor) demandPassword(ctx context.Context, userID string, password *string) error {
	if p.cfg.AllowPasswordless {
		has, err := p.accounts.Exists(ctx, database.Eq("userId", userID),
			database.Eq("providerId", betterauth.ProviderCredential), database.NotNull("password"))
		if err != nil || !has {
			return err
		}
	}
	if password == nil || *password == "" || p.passwords == nil {
		return ErrInvalidPassword
	}
	err := p.passwords.CheckPassword(ctx, userID, *password)
	if errors.Is(err, betterauth.ErrTooManyFailures) {
		return err // it says when to come back
	}
	code, ok := errors.AsType[*betterauth.ErrorCode](err)
	if ok && code.Code == ErrPasswordTooLong.Code {
		return ErrPasswordTooLong.Because(err)
	}
	if ok && code.Status < 500 {
		return ErrInvalidPassword.Because(err)
	}
	return err
}

func minutes(d time.Duration) string {
	if d < time.Minute || d%time.Minute != 0 {
		return d.String()
	}
	if d == time.Minute {
		return "one minute"
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}
