// Package account lets users manage themselves: name, picture and added columns, address,
// accounts (the ways they sign in), and deletion.
//
// Start with [New] and [Config]. Each action of a user has a file: update.go,
// changeemail.go, accounts.go and delete.go.
package account

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
	ID                 = "account"
	UpdateUser         = "updateUser"
	ChangeEmail        = "changeEmail"
	DeleteUser         = "deleteUser"
	DeleteUserCallback = "deleteUserCallback"
	ListUserAccounts   = "listUserAccounts"
	UnlinkAccount      = "unlinkAccount"
)

// Config says what users may change about themselves. The zero value lets them change
// their name and picture, and list and unlink accounts.
type Config struct {
	// ChangeEmail says whether and how users change their address.
	ChangeEmail ChangeEmailConfig
	// DeleteUser says whether and how users delete themselves.
	DeleteUser DeleteUserConfig
	// AllowUnlinkingAll lets users unlink their last account, even if they then have no
	// way to sign in. Default false.
	AllowUnlinkingAll bool
}

// ChangeEmailConfig says whether and how users change their address. A link to the new
// address proves the change, which requires the plugin email-verification and a Mailer.
type ChangeEmailConfig struct {
	// Enabled lets users change their address. Default false.
	Enabled bool
	// UpdateWithoutVerification changes an address at once if it was never verified. The
	// new address is not verified either; if possible, it is mailed a link. The answer is
	// the same if another user has the new address, but the requesting user then sees
	// that their own address did not change. So every user, and by signing up anybody,
	// can find out who has an account; Build logs a warning. Without this setting nobody
	// can. Default false.
	UpdateWithoutVerification bool
	// ConfirmOldAddress first mails a link to the old address, if it is verified, so that
	// a stolen session is not enough to take the account over. Default false.
	ConfirmOldAddress bool
}

// DeleteUserConfig says whether and how users delete themselves. They need their password
// or a fresh session, or a mailed link.
type DeleteUserConfig struct {
	// Enabled lets users delete themselves. Default false.
	Enabled bool
	// MailToken deletes the user only when they follow a mailed link in a browser that is
	// signed in as them. It requires a Mailer. Default false.
	MailToken bool
	// TokenTTL is how long that link is valid. Default 24 hours.
	TokenTTL time.Duration
	// BeforeDelete is called in the transaction that deletes the user, before anything is
	// deleted. An error stops the deletion and is the answer. Default nil.
	BeforeDelete func(ctx context.Context, u *betterauth.User) error
}

// Account is the plugin. Make one with New for each Auth. Its methods are safe
// for concurrent use.
type Account struct {
	cfg      Config
	host     *betterauth.Host
	users    *database.Store[betterauth.User]
	accounts *database.Store[betterauth.Account]
	mailer   changeMailer // nil without the plugin that mails
	// passwords is nil without a plugin that knows them.
	passwords passwordChecker
}

var (
	_ betterauth.Plugin      = (*Account)(nil)
	_ betterauth.Initializer = (*Account)(nil)
	_ betterauth.Checker     = (*Account)(nil)
)

// New makes the plugin.
func New(cfg Config) *Account {
	if cfg.DeleteUser.TokenTTL == 0 {
		cfg.DeleteUser.TokenTTL = 24 * time.Hour
	}
	return &Account{cfg: cfg}
}

// The codes of this plugin, with the reference's texts.
var (
	ErrEmailNotUpdatable  = &betterauth.ErrorCode{Code: "EMAIL_CAN_NOT_BE_UPDATED", Message: "Email can not be updated", Status: http.StatusBadRequest}
	ErrFailedToUpdate     = &betterauth.ErrorCode{Code: "FAILED_TO_UPDATE_USER", Message: "Failed to update user", Status: http.StatusBadRequest}
	ErrChangeDisabled     = &betterauth.ErrorCode{Code: "CHANGE_EMAIL_DISABLED", Message: "Change email is disabled", Status: http.StatusBadRequest}
	ErrDeletionDisabled   = &betterauth.ErrorCode{Code: "NOT_FOUND", Message: "Not found", Status: http.StatusNotFound}
	ErrNoUserInfo         = &betterauth.ErrorCode{Code: "FAILED_TO_GET_USER_INFO", Message: "Failed to get user info", Status: http.StatusNotFound}
	ErrInvalidToken       = &betterauth.ErrorCode{Code: "INVALID_TOKEN", Message: "Invalid token", Status: http.StatusNotFound}
	ErrCredentialNotFound = &betterauth.ErrorCode{Code: "CREDENTIAL_ACCOUNT_NOT_FOUND", Message: "Credential account not found", Status: http.StatusBadRequest}
	ErrInvalidPassword    = &betterauth.ErrorCode{Code: "INVALID_PASSWORD", Message: "Invalid password", Status: http.StatusBadRequest}
	ErrPasswordTooLong    = &betterauth.ErrorCode{Code: "PASSWORD_TOO_LONG", Message: "Password too long", Status: http.StatusBadRequest}
	ErrSessionExpired     = &betterauth.ErrorCode{Code: "SESSION_EXPIRED", Message: "Session expired. Re-authenticate to perform this action.", Status: http.StatusBadRequest}
	ErrLastAccount        = &betterauth.ErrorCode{Code: "FAILED_TO_UNLINK_LAST_ACCOUNT", Message: "You can't unlink your last account", Status: http.StatusBadRequest}
	ErrAccountNotFound    = &betterauth.ErrorCode{Code: "ACCOUNT_NOT_FOUND", Message: "Account not found", Status: http.StatusBadRequest}
)

// Errors to which the reference gives no code, and one without a body.
var (
	errNothingToUpdate = &betterauth.ErrorCode{Message: "No fields to update", Status: http.StatusBadRequest}
	errSameEmail       = &betterauth.ErrorCode{Message: "Email is the same", Status: http.StatusBadRequest}
	errCannotVerify    = &betterauth.ErrorCode{Code: "VERIFICATION_EMAIL_NOT_ENABLED", Message: "Verification email isn't enabled", Status: http.StatusBadRequest}
)

// Manifest implements betterauth.Plugin. Operations that change the user require a stored
// session, since a copy in a cookie may be of a session that was revoked.
func (a *Account) Manifest() betterauth.Manifest {
	updating := []*betterauth.ErrorCode{ErrEmailNotUpdatable, betterauth.ErrFieldNotAllowed, betterauth.ErrValidation}
	changing := []*betterauth.ErrorCode{ErrChangeDisabled, ErrFailedToUpdate}
	deleting := []*betterauth.ErrorCode{ErrCredentialNotFound, ErrInvalidPassword, ErrPasswordTooLong, ErrInvalidToken, ErrSessionExpired}
	following := []*betterauth.ErrorCode{ErrDeletionDisabled, ErrNoUserInfo, ErrInvalidToken}
	unlinking := []*betterauth.ErrorCode{ErrLastAccount, ErrAccountNotFound}
	return betterauth.Manifest{
		ID:    ID,
		Needs: a.needs(),
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: UpdateUser, Method: http.MethodPost, Path: "/update-user", Access: betterauth.WithStoredSession,
				Summary: "Changes the user's name, picture and added columns.", Errors: updating,
			}, a.update),
			betterauth.Handle(betterauth.Operation{
				ID: ChangeEmail, Method: http.MethodPost, Path: "/change-email", Access: betterauth.WithStoredSession,
				Summary: "Changes the user's address, or mails the link that does.", Errors: changing,
			}, a.changeEmail),
			betterauth.Handle(betterauth.Operation{
				ID: DeleteUser, Method: http.MethodPost, Path: "/delete-user", Access: betterauth.WithStoredSession,
				Summary: "Deletes the user, or mails the link that does.", Errors: deleting,
				// A person at an unattended screen may try passwords here.
				Limit: &betterauth.Rule{Window: 10 * time.Second, Max: 3},
			}, a.deleteUser),
			betterauth.Handle(betterauth.Operation{
				ID: DeleteUserCallback, Method: http.MethodGet, Path: "/delete-user/callback", Access: betterauth.Public, CheckTargets: true, Effects: true,
				Summary: "Follows the mailed link that deletes the user who is signed in.", Errors: following,
			}, a.followDeletion),
			betterauth.Handle(betterauth.Operation{
				ID: ListUserAccounts, Method: http.MethodGet, Path: "/list-accounts", Access: betterauth.WithSession,
				Summary: "The ways the user signs in, without their secrets.",
			}, a.list),
			betterauth.Handle(betterauth.Operation{
				ID: UnlinkAccount, Method: http.MethodPost, Path: "/unlink-account", Access: betterauth.WithFreshSession,
				Summary: "Removes one of the ways the user signs in.", Errors: unlinking,
			}, a.unlink),
		},
		Pending: pending(),
		Emits:   []betterauth.EventType{betterauth.EventOf[Updated](), betterauth.EventOf[Unlinked]()},
	}
}

// changesNeedMail says that an address changes by a mailed link and not otherwise.
func (a *Account) changesNeedMail() bool {
	return a.cfg.ChangeEmail.Enabled && !a.cfg.ChangeEmail.UpdateWithoutVerification
}

// needs are the plugins whose mails and passwords this one asks for.
func (a *Account) needs() []betterauth.Dependency {
	mailer := betterauth.Need(&a.mailer)
	if a.changesNeedMail() {
		mailer = mailer.Hint("add emailverification.New, whose links verify the address of ChangeEmail, or set UpdateWithoutVerification")
	} else {
		mailer = mailer.IfPresent()
	}
	return []betterauth.Dependency{mailer, betterauth.Need(&a.passwords).IfPresent()}
}

// Check implements betterauth.Checker.
func (a *Account) Check(s betterauth.Site) error {
	var problems []error
	if a.cfg.DeleteUser.TokenTTL < 0 {
		problems = append(problems, errors.New("DeleteUser.TokenTTL is negative; leave it at 0 for the default"))
	}
	if a.cfg.DeleteUser.MailToken && s.AnyHost {
		problems = append(problems, errors.New("DeleteUser.MailToken: links in mails would lead to any host that a request names, since there is no Config.BaseURL; set it, or Config.DynamicBaseURL"))
	}
	if a.cfg.DeleteUser.MailToken && !s.CanMail {
		// Deleting without the mail instead would be the weaker rule.
		problems = append(problems, errors.New("DeleteUser.MailToken needs Config.Mailer; set one, or remove MailToken"))
	}
	if a.changesNeedMail() && !s.CanMail {
		problems = append(problems, errors.New("ChangeEmail: no address could be changed, since no link could be mailed to verify it; set Config.Mailer, or UpdateWithoutVerification"))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (a *Account) Init(_ context.Context, h *betterauth.Host) error {
	if a.cfg.ChangeEmail.Enabled && a.cfg.ChangeEmail.UpdateWithoutVerification {
		h.Logger().Warn("ChangeEmail.UpdateWithoutVerification lets every user find out which addresses have an account: theirs changes to one that is free and to no other")
	}
	a.host = h
	a.users, a.accounts = h.UserStore(), h.AccountStore()
	return nil
}
