// Package emailverification proves that users receive mail at the address they gave: it
// mails a signed link and marks the address verified when the link is followed. Changing
// an address works with the same links.
//
// It needs [betterauth.Config].Mailer. Without a Mailer every request for a mail is
// refused; links that another server mailed still work.
//
// Start with [New] and [Config]. Requests for a link are in request.go, following a link
// is in follow.go, and changing an address by a link is in change.go.
package emailverification

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID                    = "email-verification"
	SendVerificationEmail = "sendVerificationEmail"
	VerifyEmail           = "verifyEmail"
)

// SignUpMail says who is mailed a link when they sign up.
type SignUpMail string

const (
	// MailRequired mails those whose sign-up requires a verified address.
	MailRequired SignUpMail = "required"
	// MailEverybody mails everybody who signs up.
	MailEverybody SignUpMail = "everybody"
	// MailNobody mails nobody, even if the sign-up requires a verified address. The page
	// asks for the mail (send-verification-email), for instance after a check of its own.
	MailNobody SignUpMail = "nobody"
)

// Config says when mail is sent and what following its link does. The zero value mails
// only on request and signs nobody in.
type Config struct {
	// OnSignUp says who is mailed when they sign up. Default MailRequired.
	OnSignUp SignUpMail
	// SendOnSignIn mails again when a sign-in is refused because the address is
	// not verified. Default false.
	SendOnSignIn bool
	// AutoSignInAfterVerification signs in whoever follows the link of an address that
	// was not verified yet, but only in the browser that signed up with it. In another
	// browser the person signs in themselves, since somebody else may have signed up with
	// their address. Gates are called as for any sign-in. Default false.
	AutoSignInAfterVerification bool
	// ExpiresIn is how long a link is valid, in whole seconds. Default 1 hour.
	ExpiresIn time.Duration
	// BeforeVerification is called before an address is marked verified, in the same
	// transaction. An error stops it and is the answer. It is not called when a link
	// changes an address. Default nil.
	BeforeVerification func(ctx context.Context, u *betterauth.User) error
	// AfterVerification is called with the user as stored after an address was verified,
	// in the same transaction. It is also called when a link replaces a verified address
	// by another one, which is then verified. An error rolls the transaction back and is
	// the answer. Default nil.
	AfterVerification func(ctx context.Context, u *betterauth.User) error
}

// EmailVerification is the plugin. Make one with New for each Auth. Its methods
// are safe for concurrent use, each with its own Ctx.
type EmailVerification struct {
	cfg      Config
	host     *betterauth.Host
	users    *database.Store[betterauth.User]
	mailCode MailCode // nil where links are mailed
}

var (
	_ betterauth.Plugin      = (*EmailVerification)(nil)
	_ betterauth.Initializer = (*EmailVerification)(nil)
	_ betterauth.Checker     = (*EmailVerification)(nil)
)

// New makes the plugin.
func New(cfg Config) *EmailVerification {
	if cfg.ExpiresIn == 0 {
		cfg.ExpiresIn = time.Hour
	}
	if cfg.OnSignUp == "" {
		cfg.OnSignUp = MailRequired
	}
	return &EmailVerification{cfg: cfg}
}

// The codes of this plugin, with the reference's texts. Those with 401 become
// ?error=CODE where a link has a callback URL, and so does ErrEmailTaken, which
// the reference has no answer for.
var (
	ErrNotEnabled      = &betterauth.ErrorCode{Code: "VERIFICATION_EMAIL_NOT_ENABLED", Message: "Verification email isn't enabled", Status: http.StatusBadRequest}
	ErrEmailMismatch   = &betterauth.ErrorCode{Code: "EMAIL_MISMATCH", Message: "Email mismatch", Status: http.StatusBadRequest}
	ErrAlreadyVerified = &betterauth.ErrorCode{Code: "EMAIL_ALREADY_VERIFIED", Message: "Email is already verified", Status: http.StatusBadRequest}
	ErrTokenExpired    = &betterauth.ErrorCode{Code: "TOKEN_EXPIRED", Message: "Token expired", Status: http.StatusUnauthorized}
	ErrInvalidToken    = &betterauth.ErrorCode{Code: "INVALID_TOKEN", Message: "Invalid token", Status: http.StatusUnauthorized}
	ErrUserNotFound    = &betterauth.ErrorCode{Code: "USER_NOT_FOUND", Message: "User not found", Status: http.StatusUnauthorized}
	ErrInvalidUser     = &betterauth.ErrorCode{Code: "INVALID_USER", Message: "Invalid user", Status: http.StatusUnauthorized}
	ErrEmailTaken      = &betterauth.ErrorCode{Code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", Message: "User already exists. Use another email.", Status: http.StatusUnprocessableEntity}
)

// linkErrors are what can be wrong with a link.
var linkErrors = []*betterauth.ErrorCode{ErrTokenExpired, ErrInvalidToken, ErrUserNotFound, ErrInvalidUser, ErrEmailTaken, betterauth.ErrUnauthorized}

// errNoMailer is a request for a link where the application has no Mailer.
var errNoMailer = ErrNotEnabled.Refuse(betterauth.Refusal{Reason: "there is no mailer", Configure: "set Config.Mailer"})

// Manifest implements betterauth.Plugin.
func (v *EmailVerification) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID: ID,
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: SendVerificationEmail, Method: http.MethodPost, Path: "/send-verification-email",
				Access:  betterauth.Public,
				Summary: "Mails a link that verifies an address. Without a session the answer tells nothing about the address.",
				Errors:  []*betterauth.ErrorCode{ErrNotEnabled, ErrEmailMismatch, ErrAlreadyVerified},
			}, v.request),
			betterauth.Handle(betterauth.Operation{
				ID: VerifyEmail, Method: http.MethodGet, Path: "/verify-email",
				Access: betterauth.Public, SignIn: betterauth.MakesSession, CheckTargets: true,
				Summary: "Follows a mailed link: verifies an address, or goes on with changing it.",
				Errors:  linkErrors,
			}, v.follow),
		},
		Pending:         pending(),
		ProvesAddresses: betterauth.ProvenByMail,
	}
}

// Check implements betterauth.Checker.
func (v *EmailVerification) Check(s betterauth.Site) error {
	var problems []error
	if !slices.Contains([]SignUpMail{MailRequired, MailEverybody, MailNobody}, v.cfg.OnSignUp) {
		problems = append(problems, fmt.Errorf("OnSignUp %q is not required, everybody or nobody; use one of them", v.cfg.OnSignUp))
	}
	if v.cfg.ExpiresIn < time.Second {
		problems = append(problems, errors.New("ExpiresIn is less than a second; raise it, or leave it at 0 for the default"))
	}
	// A link in a mail must lead to this server, and not to whatever host the
	// request for it named.
	if s.AnyHost && s.CanMail {
		problems = append(problems, errors.New("links in mails would lead to any host that a request names, since there is no Config.BaseURL; set it, or Config.DynamicBaseURL"))
	}
	if v.cfg.OnSignUp == MailEverybody && !s.CanMail {
		problems = append(problems, errors.New("OnSignUp: MailEverybody needs Config.Mailer; set one, or remove OnSignUp"))
	}
	if v.cfg.SendOnSignIn && !s.CanMail {
		problems = append(problems, errors.New("SendOnSignIn needs Config.Mailer; set one, or remove SendOnSignIn"))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (v *EmailVerification) Init(_ context.Context, h *betterauth.Host) error {
	v.host, v.mailCode = h, nil // what replaces links comes later, and says so
	v.users = h.UserStore()
	return nil
}
