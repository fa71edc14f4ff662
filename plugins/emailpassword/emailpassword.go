// Package emailpassword signs people up and in with an e-mail address and a password, and
// lets them change, check and reset it. Hashes are in the TypeScript server's format
// unless [betterauth.Config].Password says otherwise.
//
// Start with [New] and [Config]. The operations are in signup.go, signin.go, reset.go and
// change.go. credential.go checks and stores passwords, for other plugins too.
package emailpassword

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID                           = "email-password"
	SignUpEmail                  = "signUpEmail"
	SignInEmail                  = "signInEmail"
	RequestPasswordReset         = "requestPasswordReset"
	RequestPasswordResetCallback = "requestPasswordResetCallback"
	ResetPassword                = "resetPassword"
	ChangePassword               = "changePassword"
	SetPassword                  = "setPassword"
	VerifyPassword               = "verifyPassword"
)

// Config says which passwords are allowed and what a sign-up and a sign-in require. The
// zero value has the defaults of the TypeScript server.
type Config struct {
	// DisableSignUp refuses new accounts. Default false.
	DisableSignUp bool
	// DisableAutoSignIn creates accounts without a session. The answer then does not
	// reveal whether an address is taken. Default false.
	DisableAutoSignIn bool
	// RequireVerifiedEmail refuses sign-in to users whose address is not verified.
	// Signing up then makes no session and does not reveal whether the address is taken.
	// Signing in with the right password is 403 EMAIL_NOT_VERIFIED, and a
	// VerificationMailer mails the link. The same holds for betterauth.Auth.SignIn,
	// whatever its Method, and for CreateSession with Method "email". It does not apply
	// to mailed links and codes, which prove the address themselves, nor to passkeys. If
	// people can sign up, a plugin must be able to verify their addresses, or Build
	// fails: see betterauth.Manifest.ProvesAddresses. Default false.
	RequireVerifiedEmail bool
	// AddressesVerifiedElsewhere says that the application itself marks addresses as
	// verified, for instance by an administrator, so that RequireVerifiedEmail needs no
	// plugin for it. Default false.
	AddressesVerifiedElsewhere bool

	// MinLength and MaxLength are the limits of a new password in UTF-16 code units.
	// Default 8 and 128.
	MinLength, MaxLength int

	// DisableReset refuses to reset passwords, even with links that were mailed before.
	// Default false: people can ask for links if the application has a Mailer.
	DisableReset bool
	// ResetTTL is how long a mailed link is valid. Default 1 hour.
	ResetTTL time.Duration
	// RevokeSessionsOnReset ends all of the user's sessions when their password
	// is reset. A reset that proves the address for the first time ends them
	// anyway. Default false.
	RevokeSessionsOnReset bool
}

// EmailPassword is the plugin. Make one with New for each Auth.
type EmailPassword struct {
	cfg      Config
	host     *betterauth.Host
	users    *database.Store[betterauth.User]
	accounts *database.Store[betterauth.Account]
	verifier VerificationMailer // nil without one
}

var (
	_ betterauth.Plugin      = (*EmailPassword)(nil)
	_ betterauth.Checker     = (*EmailPassword)(nil)
	_ betterauth.Initializer = (*EmailPassword)(nil)
)

// New makes the plugin.
func New(cfg Config) *EmailPassword {
	if cfg.MinLength == 0 {
		cfg.MinLength = 8
	}
	if cfg.MaxLength == 0 {
		cfg.MaxLength = 128
	}
	if cfg.ResetTTL == 0 {
		cfg.ResetTTL = time.Hour
	}
	return &EmailPassword{cfg: cfg}
}

// Manifest implements betterauth.Plugin.
func (p *EmailPassword) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:    ID,
		Needs: []betterauth.Dependency{betterauth.Need(&p.verifier).IfPresent()},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: SignUpEmail, Method: http.MethodPost, Path: "/sign-up/email",
				Access: betterauth.Public, SignIn: betterauth.MakesSession, FormBody: true,
				Summary: "Creates a user with a password and signs them in.",
				Errors:  []*betterauth.ErrorCode{ErrSignUpDisabled, ErrPasswordTooShort, ErrPasswordTooLong, ErrUserExists},
			}, p.signUp),
			betterauth.Handle(betterauth.Operation{
				ID: SignInEmail, Method: http.MethodPost, Path: "/sign-in/email",
				Access: betterauth.Public, SignIn: betterauth.MakesSession, FormBody: true,
				Summary: "Signs in with a password.",
				Errors:  []*betterauth.ErrorCode{ErrInvalidEmail, ErrPasswordTooLong, ErrInvalidCredentials, ErrEmailNotVerified},
			}, p.signIn),
			betterauth.Handle(betterauth.Operation{
				ID: RequestPasswordReset, Method: http.MethodPost, Path: "/request-password-reset", Access: betterauth.Public,
				Summary: "Mails a link to choose a new password, if the address belongs to a user.",
				Errors:  []*betterauth.ErrorCode{ErrResetDisabled},
			}, p.requestReset),
			betterauth.Handle(betterauth.Operation{
				ID: RequestPasswordResetCallback, Method: http.MethodGet, Path: "/reset-password/:token",
				Access: betterauth.Public, CheckTargets: true,
				Summary: "Where the link in the mail leads: on to the application's page, with the token or an error.",
			}, p.followReset),
			betterauth.Handle(betterauth.Operation{
				ID: ResetPassword, Method: http.MethodPost, Path: "/reset-password", Access: betterauth.Public,
				Summary: "Sets a new password with the token of a mailed link.",
				Errors:  []*betterauth.ErrorCode{ErrResetDisabled, ErrInvalidToken, ErrPasswordTooShort, ErrPasswordTooLong, ErrUserNotFound},
			}, p.reset),
			betterauth.Handle(betterauth.Operation{
				ID: ChangePassword, Method: http.MethodPost, Path: "/change-password", Access: betterauth.WithStoredSession,
				Summary: "Replaces the password, given the current one.",
				Errors:  []*betterauth.ErrorCode{ErrPasswordTooShort, ErrPasswordTooLong, ErrNoPassword, ErrInvalidPassword},
			}, p.change),
			betterauth.Handle(betterauth.Operation{
				ID: SetPassword, Access: betterauth.ServerOnly,
				Summary: "Gives the session's user a first password.",
				Errors:  []*betterauth.ErrorCode{betterauth.ErrUnauthorized, ErrPasswordTooShort, ErrPasswordTooLong, ErrPasswordSet},
			}, p.set),
			betterauth.Handle(betterauth.Operation{
				ID: VerifyPassword, Method: http.MethodPost, Path: "/verify-password", Access: betterauth.WithStoredSession,
				Limit:   &betterauth.Rule{Window: 10 * time.Second, Max: 3},
				Summary: "Says whether a password is the session's user's.",
				Errors:  []*betterauth.ErrorCode{ErrPasswordTooLong, ErrInvalidPassword},
			}, p.verify),
		},
		Gates:   []betterauth.SessionGate{{Name: "verified address", Check: p.demandVerified}},
		Pending: pending(),
		Emits:   []betterauth.EventType{betterauth.EventOf[ExistingUserSignedUp]()},
	}
}

// Check implements betterauth.Checker.
func (p *EmailPassword) Check(s betterauth.Site) error {
	var problems []error
	if s.AnyHost && s.CanMail && !p.cfg.DisableReset {
		// Whoever asks for somebody else's link could name a host of their own,
		// and be sent the token by whoever follows it.
		problems = append(problems, errors.New("links in mails would lead to any host that a request names, since there is no Config.BaseURL; set it, or Config.DynamicBaseURL, or DisableReset"))
	}
	problems = append(problems, p.checkVerification(s))
	if p.cfg.MinLength < 0 || p.cfg.MaxLength < p.cfg.MinLength {
		problems = append(problems, errors.New("MinLength and MaxLength leave no password; set 0 <= MinLength <= MaxLength"))
	}
	if p.cfg.ResetTTL < 0 {
		problems = append(problems, errors.New("ResetTTL is negative; leave it at 0 for the default"))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (p *EmailPassword) Init(_ context.Context, h *betterauth.Host) error {
	p.host = h
	p.users, p.accounts = h.UserStore(), h.AccountStore()
	return nil
}
