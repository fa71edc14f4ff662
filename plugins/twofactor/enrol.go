package twofactor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// PasswordInput is the input of operations that only need the password.
type PasswordInput struct {
	Password string `json:"password"`
}

// OptionalPasswordInput is the same with Config.AllowPasswordless.
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

// PasswordlessEnableInput is the same with Config.AllowPasswordless.
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
	err := p.holding(c, userID, func(tx *betterauth.Ctx) error { return p.activateNow(tx, userID) })
	if err != nil {
		return EnableAnswer{}, err
	}
	return EnableAnswer{Method: kindOTP}, nil
}

// enableTOTP makes a secret. Until a first code has shown that the app has it,
// doing so again makes another one.
func (p *TwoFactor) enableTOTP(c *betterauth.Ctx, userID string, issuer *string) (EnableAnswer, error) {
	codes, sealedCodes, err := p.makeCodes()
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
	err = p.holding(c, userID, func(tx *betterauth.Ctx) error {
		account = tx.Identity().User.Email
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
	_, err = p.replaceSession(tx, user, tx.Identity().Session, betterauth.SingleFactor)
	return err
}

func (p *TwoFactor) disable(c *betterauth.Ctx, password *string) (betterauth.Status, error) {
	userID := c.Identity().User.ID
	if err := p.demandPassword(c, userID, password); err != nil {
		return betterauth.Status{}, err
	}
	err := p.holding(c, userID, func(tx *betterauth.Ctx) error {
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
		_, err = p.replaceSession(tx, user, tx.Identity().Session, betterauth.SingleFactor)
		return err
	})
	return betterauth.Status{Status: err == nil}, err
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

// RevokeAccess implements betterauth.AccessRevoker: whoever signed up with an
// address that was not theirs may have set up a second step, which its owner
// could not pass.
func (p *TwoFactor) RevokeAccess(ctx context.Context, userID string) error {
	n, err := p.users.Update(ctx, database.Set{Enabled.Column().Name: false}, database.Eq("id", userID), database.Eq(Enabled.Column().Name, true))
	if err != nil {
		return err
	}
	if n > 0 {
		betterauth.Emit(ctx, p.host, Deactivated{UserID: userID})
	}
	if err := p.forget(ctx, userID); err != nil {
		return err
	}
	return p.deleteOf(ctx, userID, prefixChallenge)
}

// holding runs f with the user's row held: whatever changes how a user passes
// the second step takes turns.
func (p *TwoFactor) holding(c *betterauth.Ctx, userID string, f func(tx *betterauth.Ctx) error) error {
	return c.Transaction(func(tx *betterauth.Ctx) error {
		_, err := p.users.GetLocked(tx, database.Eq("id", userID))
		if errors.Is(err, database.ErrNotFound) {
			return betterauth.ErrUnauthorized
		}
		if err != nil {
			return err
		}
		return f(tx)
	})
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
	if code, ok := errors.AsType[*betterauth.ErrorCode](err); ok && code.Status < 500 {
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
