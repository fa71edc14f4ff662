// Package twofactor requires a second step before a sign-in makes a session: a code of an
// authenticator app (TOTP, RFC 6238), a code sent by mail, or a backup code. Devices can
// be trusted for a while, and an account is locked after too many wrong codes.
//
// Start with [New] and [Config]. gate.go stops a sign-in between the right password and
// the session. attempt.go handles one attempt at the second step, and each kind of code
// has a file of its own. Endpoints, formats and the table are those of the TypeScript
// server, so users who set up a second step on one server can sign in on the other.
package twofactor

import (
	"context"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// ID is the plugin's id.
const ID = "two-factor"

// Method is the SignIn.Method that gates see for a sign-in that passed the second step.
// Its assurance is betterauth.MultiFactor.
const Method = "two-factor"

// Enabled is the column of user that says whether a second step is required. Clients
// cannot set it.
var Enabled = betterauth.NewField[bool]("user", database.Column{Name: "twoFactorEnabled", Default: false, ReadOnly: true})

// Enrolment is a user's authenticator app and backup codes, as stored. Never send it to a
// client.
type Enrolment struct {
	// Secret is the TOTP secret, encrypted.
	Secret string `json:"-" db:"secret,index,hidden"`
	// BackupCodes are a JSON array, stored in the form of BackupConfig.Storage.
	BackupCodes string `json:"-" db:"backupCodes,hidden"`
	UserID      string `json:"-" db:"userId,index,hidden,references=user"`
	// Verified is false until a first code has shown that the app has the
	// secret. NULL counts as true.
	Verified *bool `json:"verified" db:"verified,readonly,default=true"`
	// FailedVerificationCount counts wrong codes since the last right one.
	FailedVerificationCount *int64     `json:"-" db:"failedVerificationCount,hidden,readonly,default=0"`
	LockedUntil             *time.Time `json:"-" db:"lockedUntil,hidden,readonly"`
	ID                      string     `json:"id"`
}

// verified reports whether the app may be asked for codes at sign-in.
func (e *Enrolment) verified() bool { return e.Verified == nil || *e.Verified }

// passwordChecker is the plugin that knows passwords.
type passwordChecker interface {
	// CheckPassword returns nil if this is the user's password, and an ErrorCode
	// below 500 if it is not or there is none.
	CheckPassword(ctx context.Context, userID, password string) error
}

// TwoFactor is the plugin. Make one with New for each Auth. Its methods are
// safe for concurrent use once the Auth is built.
type TwoFactor struct {
	cfg Config
	// ownHandlers says that sign-ins from handlers of the application's own need the
	// second step.
	ownHandlers bool
	host        *betterauth.Host
	users       *database.Store[betterauth.User]
	accounts    *database.Store[betterauth.Account]
	values      *database.Store[betterauth.Verification]
	enrolments  *database.Store[Enrolment]
	passwords   passwordChecker // nil without one
}

var (
	_ betterauth.Plugin      = (*TwoFactor)(nil)
	_ betterauth.Checker     = (*TwoFactor)(nil)
	_ betterauth.Initializer = (*TwoFactor)(nil)
)

// Manifest implements betterauth.Plugin.
func (p *TwoFactor) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:    ID,
		Needs: []betterauth.Dependency{betterauth.Need(&p.passwords).IfPresent()},
		// The gate that refuses banned users runs before the second step, not after it. The
		// one that records the method sees what the user began with.
		OrderAfter: []string{"admin", "last-login-method"},
		Schema: betterauth.Schema{
			Tables:  []database.Table{database.TableOf[Enrolment]("twoFactor")},
			Columns: []betterauth.AddedColumn{Enabled},
		},
		Endpoints: append(p.managing(), p.verifying()...),
		Credentials: []betterauth.Credentials{
			{Name: "second step", Tables: []string{"twoFactor"}, Revoke: p.revoke},
		},
		Pending: pending(),
		Gates:   []betterauth.SessionGate{{Name: "second step", Check: p.ask}},
		Emits:   events(),
		Limits:  []betterauth.RateLimit{betterauth.Limit("/two-factor/*", betterauth.Rule{Window: 10 * time.Second, Max: 3})},
		Errors:  []*betterauth.ErrorCode{ErrOTPNotEnabled},
	}
}

// managing are the operations of somebody who is signed in and gives their
// password, and those that only the application may call.
func (p *TwoFactor) managing() []betterauth.Endpoint {
	op := func(id, path, summary string, errs ...*betterauth.ErrorCode) betterauth.Operation {
		return betterauth.Operation{
			ID: id, Method: http.MethodPost, Path: path, Access: betterauth.WithStoredSession,
			Summary: summary, Errors: append(errs, ErrInvalidPassword, ErrPasswordTooLong),
		}
	}
	enable := op("enableTwoFactor", "/two-factor/enable", "Begins with an authenticator app, or asks for mailed codes from now on.",
		ErrOTPNotConfigured, ErrTOTPNotConfigured, ErrTOTPAlreadyEnabled)
	disable := op("disableTwoFactor", "/two-factor/disable", "Asks for no second step any more.")
	uri := op("getTOTPURI", "/two-factor/get-totp-uri", "The URI that an authenticator app is set up with.", ErrTOTPNotEnabled, ErrTOTPNotConfigured)
	codes := op("generateBackupCodes", "/two-factor/generate-backup-codes", "New backup codes in place of the old ones.", ErrNotEnabled)
	inProcess := []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{
			ID: "generateTOTP", Access: betterauth.ServerOnly, Summary: "The code of a secret at this moment.", Errors: []*betterauth.ErrorCode{ErrTOTPNotConfigured},
		}, p.generateTOTP),
		betterauth.Handle(betterauth.Operation{
			ID: "viewBackupCodes", Access: betterauth.ServerOnly, Summary: "A user's backup codes that are left.",
			Errors: []*betterauth.ErrorCode{ErrBackupCodesNotEnabled},
		}, p.viewBackupCodes),
	}
	if p.cfg.AllowPasswordless {
		return append([]betterauth.Endpoint{
			betterauth.Handle(enable, func(c *betterauth.Ctx, in PasswordlessEnableInput) (EnableAnswer, error) {
				return p.enable(c, in.Password, in.Method, in.Issuer)
			}),
			betterauth.Handle(disable, func(c *betterauth.Ctx, in OptionalPasswordInput) (betterauth.Status, error) {
				return p.disable(c, in.Password)
			}),
			betterauth.Handle(uri, func(c *betterauth.Ctx, in OptionalPasswordInput) (URIAnswer, error) { return p.uri(c, in.Password) }),
			betterauth.Handle(codes, func(c *betterauth.Ctx, in OptionalPasswordInput) (BackupCodesAnswer, error) {
				return p.newBackupCodes(c, in.Password)
			}),
		}, inProcess...)
	}
	return append([]betterauth.Endpoint{
		betterauth.Handle(enable, func(c *betterauth.Ctx, in EnableInput) (EnableAnswer, error) {
			return p.enable(c, &in.Password, in.Method, in.Issuer)
		}),
		betterauth.Handle(disable, func(c *betterauth.Ctx, in PasswordInput) (betterauth.Status, error) {
			return p.disable(c, &in.Password)
		}),
		betterauth.Handle(uri, func(c *betterauth.Ctx, in PasswordInput) (URIAnswer, error) { return p.uri(c, &in.Password) }),
		betterauth.Handle(codes, func(c *betterauth.Ctx, in PasswordInput) (BackupCodesAnswer, error) {
			return p.newBackupCodes(c, &in.Password)
		}),
	}, inProcess...)
}

// verifying are the operations of somebody who is half-way through a sign-in,
// or signed in and setting up.
func (p *TwoFactor) verifying() []betterauth.Endpoint {
	op := func(id, path, summary string, errs ...*betterauth.ErrorCode) betterauth.Operation {
		return betterauth.Operation{
			ID: id, Method: http.MethodPost, Path: path, Access: betterauth.Public, SignIn: betterauth.MakesSession,
			Summary: summary, Errors: append(errs, ErrInvalidCookie, ErrTooManyAttempts, ErrLocked),
		}
	}
	send := betterauth.Operation{
		ID: "sendTwoFactorOTP", Method: http.MethodPost, Path: "/two-factor/send-otp", Access: betterauth.Public, OptionalBody: true,
		Summary: "Mails a code.", Errors: []*betterauth.ErrorCode{ErrOTPNotConfigured, ErrInvalidCookie, ErrLocked},
	}
	return []betterauth.Endpoint{
		betterauth.Handle(op("verifyTOTP", "/two-factor/verify-totp", "Checks the code of an authenticator app.",
			ErrTOTPNotEnabled, ErrTOTPNotConfigured, ErrInvalidCode), p.verifyTOTP),
		betterauth.Handle(send, p.sendOTP),
		betterauth.Handle(op("verifyTwoFactorOTP", "/two-factor/verify-otp", "Checks a mailed code.",
			ErrOTPExpired, ErrInvalidCode, ErrNoSecondStep), p.verifyOTP),
		betterauth.Handle(op("verifyBackupCode", "/two-factor/verify-backup-code", "Uses up a backup code.",
			ErrBackupCodesNotEnabled, ErrInvalidBackupCode, ErrBackupCodeConflict), p.verifyBackupCode),
	}
}

// Init implements betterauth.Initializer.
func (p *TwoFactor) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.host = h
	p.users, p.accounts, p.values = h.UserStore(), h.AccountStore(), h.VerificationStore()
	if p.passwords == nil && !p.cfg.AllowPasswordless {
		h.Logger().Warn("no plugin checks passwords, so nobody can set up a second step; AllowPasswordless lets users without a password")
	}
	p.enrolments, err = betterauth.StoreOf[Enrolment](h)
	return err
}
