// Package emailotp mails one-time codes and accepts them as proof of an address: to sign
// in and up, to verify an address, to reset a password and to change an address.
//
// It needs [betterauth.Config].Mailer. Without a Mailer requests for a code are refused;
// codes that the application makes in process still work.
//
// Start with [New] and [Config]. A code is made and mailed in send.go and checked in
// attempt.go; signin.go, verify.go, reset.go and change.go are its uses.
package emailotp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID                     = "email-otp"
	SendVerificationOTP    = "sendVerificationOTP"
	CreateVerificationOTP  = "createVerificationOTP"
	GetVerificationOTP     = "getVerificationOTP"
	CheckVerificationOTP   = "checkVerificationOTP"
	VerifyEmail            = "verifyEmailOTP"
	SignIn                 = "signInEmailOTP"
	RequestPasswordReset   = "requestPasswordResetEmailOTP"
	ForgetPassword         = "forgetPasswordEmailOTP"
	ResetPassword          = "resetPasswordEmailOTP"
	RequestEmailChange     = "requestEmailChangeEmailOTP"
	ChangeEmail            = "changeEmailEmailOTP"
	minCodeLength          = 4
	defaultCodeLength      = 6
	defaultAllowedAttempts = 3
)

// Type is the purpose of a code. A code for one purpose is refused for any other.
type Type string

// The types of codes.
const (
	TypeSignIn            Type = "sign-in"
	TypeEmailVerification Type = "email-verification"
	TypeForgetPassword    Type = "forget-password"
	TypeChangeEmail       Type = "change-email"
)

// Config says what codes look like and what they are used for. The zero value has the
// defaults of the TypeScript server.
type Config struct {
	// CodeLength is how many digits a code has, at least 4. Default 6.
	CodeLength int
	// GenerateCode makes the code for an address; for "" the plugin makes it. Default
	// nil.
	GenerateCode func(ctx context.Context, email string, t Type) (string, error)
	// ExpiresIn is how long a code is valid. Default 5 minutes.
	ExpiresIn time.Duration
	// AllowedAttempts is how many wrong codes may be tried before the right one
	// no longer works. Default 3.
	AllowedAttempts int
	// Storage says how codes are stored. Default betterauth.CodesPlain, as on the
	// TypeScript server.
	Storage betterauth.CodeStorage
	// Resend says what is mailed when a code is asked for while another is valid. Default
	// ResendRotate.
	Resend Resend
	// DisableSignUp lets only users who have an account sign in. The answer does not
	// reveal whether an address has one. Default false.
	DisableSignUp bool
	// SendVerificationOnSignUp mails a code to everybody who signs up, by
	// whatever operation under /sign-up. Default false.
	SendVerificationOnSignUp bool
	// OverrideDefaultEmailVerification mails a code wherever the plugin
	// email-verification, which must be present, would mail a link that verifies
	// an address; that plugin's Config says when that is. Default false.
	OverrideDefaultEmailVerification bool
	// ChangeEmail configures changing an address by code.
	ChangeEmail ChangeEmailConfig
	// RateLimit is how often a client may call each operation. Default 3 in a
	// minute.
	RateLimit betterauth.Rule
}

// ChangeEmailConfig configures changing an address by code.
type ChangeEmailConfig struct {
	// Enabled lets users change their address by code. Default false.
	Enabled bool
	// VerifyCurrentEmail first requires a code of TypeEmailVerification from the current
	// address, so that a stolen session is not enough to take the account over. Default
	// false.
	VerifyCurrentEmail bool
}

// Resend says what is mailed when a code is asked for again.
type Resend string

const (
	// ResendRotate mails a new code; the old one no longer works. The new code has all
	// attempts.
	ResendRotate Resend = "rotate"
	// ResendReuse mails the existing code again. It is then valid for as long as a new
	// one, with the attempts that it has left. A hashed code cannot be mailed again; a
	// new one replaces it.
	ResendReuse Resend = "reuse"
)

// EmailOTP is the plugin. Make one with New for each Auth. Its methods are safe
// for concurrent use once the Auth is built.
type EmailOTP struct {
	cfg          Config
	host         *betterauth.Host
	users        *database.Store[betterauth.User]
	values       *database.Store[betterauth.Verification]
	passwords    Passwords    // nil without one
	verification Verification // nil without one
	links        Links        // set where codes replace them
}

var (
	_ betterauth.Plugin      = (*EmailOTP)(nil)
	_ betterauth.Checker     = (*EmailOTP)(nil)
	_ betterauth.Initializer = (*EmailOTP)(nil)
)

// New makes the plugin.
func New(cfg Config) *EmailOTP {
	if cfg.CodeLength == 0 {
		cfg.CodeLength = defaultCodeLength
	}
	if cfg.ExpiresIn == 0 {
		cfg.ExpiresIn = 5 * time.Minute
	}
	if cfg.AllowedAttempts == 0 {
		cfg.AllowedAttempts = defaultAllowedAttempts
	}
	if cfg.Resend == "" {
		cfg.Resend = ResendRotate
	}
	if cfg.RateLimit.Window == 0 {
		cfg.RateLimit.Window = time.Minute
	}
	if cfg.RateLimit.Max == 0 {
		cfg.RateLimit.Max = 3
	}
	return &EmailOTP{cfg: cfg}
}

// Manifest implements betterauth.Plugin.
func (e *EmailOTP) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{ID: ID, Needs: e.needs(), Endpoints: e.endpoints(),
		Credentials: []betterauth.Credentials{{Name: ID, CanSignIn: e.isWay}}, Pending: pending(),
		ProvesAddresses: betterauth.ProvenByMail}
	if e.cfg.SendVerificationOnSignUp && !e.cfg.OverrideDefaultEmailVerification {
		m.RowHooks = []database.Hooks{database.RowHooks[betterauth.User]{AfterCreate: e.afterSignUp}}
		m.Events = []betterauth.Subscriber{betterauth.On(e.afterClaim)}
	}
	return m
}

// isWay reports whether a code would sign the user in.
func (e *EmailOTP) isWay(ctx context.Context, userID string) (bool, error) {
	return e.host.MailReaches(ctx, userID)
}

func (e *EmailOTP) endpoints() []betterauth.Endpoint {
	limit := e.cfg.RateLimit
	post := func(id, path, summary string, errs ...*betterauth.ErrorCode) betterauth.Operation {
		return betterauth.Operation{ID: id, Method: http.MethodPost, Path: path, Access: betterauth.Public, Limit: &limit, Summary: summary, Errors: errs}
	}
	send := post(SendVerificationOTP, "/email-otp/send-verification-otp", "Mails a code. The answer tells nothing about the address.", ErrInvalidEmail)
	send.SignIn = betterauth.BeginsSignIn
	verify := post(VerifyEmail, "/email-otp/verify-email", "Verifies an address with a code.", append(codeErrors, ErrInvalidEmail, ErrUserNotFound)...)
	verify.SignIn = betterauth.MakesSession
	signIn := post(SignIn, "/sign-in/email-otp", "Signs in with a code, and up where there is no account.", codeErrors...)
	signIn.SignIn = betterauth.MakesSession
	requestChange := post(RequestEmailChange, "/email-otp/request-email-change", "Mails a code to an address that is to replace the user's.", append(codeErrors, ErrInvalidEmail)...)
	requestChange.Access = betterauth.WithStoredSession
	change := post(ChangeEmail, "/email-otp/change-email", "Replaces the user's address with a code from the new one.", append(codeErrors, ErrInvalidEmail, ErrUserNotFound)...)
	change.Access = betterauth.WithStoredSession
	const mailsReset = "Mails a code to reset a password, if the address belongs to a user."
	return []betterauth.Endpoint{
		betterauth.Handle(send, e.send),
		betterauth.Handle(betterauth.Operation{ID: CreateVerificationOTP, Access: betterauth.ServerOnly, Summary: "Makes a code and mails nothing."}, e.create),
		betterauth.Handle(betterauth.Operation{ID: GetVerificationOTP, Access: betterauth.ServerOnly, Summary: "The code that is good for an address at present."}, e.get),
		betterauth.Handle(post(CheckVerificationOTP, "/email-otp/check-verification-otp", "Says whether a code is right, and leaves it good.",
			append(codeErrors, ErrInvalidEmail, ErrUserNotFound)...), e.check),
		betterauth.Handle(verify, e.verifyEmail),
		betterauth.Handle(signIn, e.signIn),
		betterauth.Handle(post(RequestPasswordReset, "/email-otp/request-password-reset", mailsReset), e.requestReset),
		betterauth.Handle(post(ForgetPassword, "/forget-password/email-otp", mailsReset+" Deprecated in the reference."), e.requestReset),
		betterauth.Handle(post(ResetPassword, "/email-otp/reset-password", "Sets a new password with a code.", append(codeErrors, ErrUserNotFound, ErrResetDisabled)...), e.reset),
		betterauth.Handle(requestChange, e.requestChange),
		betterauth.Handle(change, e.change),
	}
}

// Check implements betterauth.Checker.
func (e *EmailOTP) Check(s betterauth.Site) error {
	var problems []error
	if !s.CanMail {
		// Codes that the application makes (createVerificationOTP) it can send itself.
		for _, mails := range []struct {
			set  bool
			name string
		}{{e.cfg.SendVerificationOnSignUp, "SendVerificationOnSignUp"}, {e.cfg.OverrideDefaultEmailVerification, "OverrideDefaultEmailVerification"}, {e.cfg.ChangeEmail.Enabled, "ChangeEmail"}} {
			if mails.set {
				problems = append(problems, fmt.Errorf("%s needs Config.Mailer; set one, or remove %s", mails.name, mails.name))
			}
		}
	}
	if e.cfg.CodeLength < minCodeLength {
		problems = append(problems, fmt.Errorf("CodeLength %d is less than %d; raise it, or leave it at 0 for the default", e.cfg.CodeLength, minCodeLength))
	}
	if e.cfg.ExpiresIn < 0 {
		problems = append(problems, errors.New("ExpiresIn is negative; leave it at 0 for the default"))
	}
	if e.cfg.AllowedAttempts < 0 {
		problems = append(problems, errors.New("AllowedAttempts is negative; leave it at 0 for the default"))
	}
	if err := e.cfg.Storage.Problem(); err != nil {
		problems = append(problems, fmt.Errorf("the Storage of codes: %w", err))
	}
	if e.cfg.Resend != ResendRotate && e.cfg.Resend != ResendReuse {
		problems = append(problems, fmt.Errorf("Resend %q is not rotate or reuse; use one of them", e.cfg.Resend))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (e *EmailOTP) Init(_ context.Context, h *betterauth.Host) error {
	e.host = h
	e.users, e.values = h.UserStore(), h.VerificationStore()
	if e.links != nil {
		return e.links.ReplaceLinks(e.MailVerificationCode)
	}
	return nil
}
