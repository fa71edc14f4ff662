// Package invitation is a plugin from outside: people sign up only with a code
// from somebody who is in already. It is made of what the packages betterauth,
// database and emailpassword offer everybody.
//
//	invitations := invitation.New(invitation.Config{})
//	auth, err := betterauth.New(cfg).Database(db).
//		Plugin(emailpassword.New(emailpassword.Config{}), invitations).Build(ctx)
//	code, err := invitations.Issue(ctx, invitation.Operator) // for the first account
//
// The code travels as the member "invitationCode" of POST /sign-up/email. A
// sign-up that fails leaves it unused. Accounts from before the plugin cannot
// sign in until the column invitedBy of their rows is set to "operator".
//
// Start with [New] and [Config]. A code is made in code.go, and asked for in
// signup.go.
package invitation

import (
	"context"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// Config says how invitations work. The zero value is ready to use.
type Config struct {
	// ExpiresIn is how long a code is good for. Default 7 days.
	ExpiresIn time.Duration
}

// Accepted is an event: somebody signed up with an invitation. By is the user who
// made it, or Operator.
type Accepted struct{ InvitationID, By, UserID string }

// Invitations is the plugin. Make one with New for each Auth. Its methods are
// safe for concurrent use once the Auth is built.
type Invitations struct {
	cfg   Config
	host  *betterauth.Host
	store *database.Store[Invitation]
	users *database.Store[betterauth.User]
}

// New makes the plugin.
func New(cfg Config) *Invitations {
	if cfg.ExpiresIn == 0 {
		cfg.ExpiresIn = 7 * 24 * time.Hour
	}
	return &Invitations{cfg: cfg}
}

// Columns this plugin adds to the user. Clients may not set them.
var (
	// InvitedBy is the id of the user who invited this one, or Operator.
	InvitedBy = betterauth.NewField[string]("user", database.Column{Name: "invitedBy", ReadOnly: true})
	// Suspended users cannot sign in.
	Suspended = betterauth.NewField[bool]("user", database.Column{
		Name: "suspended", ReadOnly: true, Hidden: true, Required: true, Default: false,
	})
)

// The codes a client may meet. They work with errors.Is.
var (
	ErrCodeRequired = &betterauth.ErrorCode{Code: "INVITATION_CODE_REQUIRED", Message: "An invitation code is required", Status: http.StatusBadRequest}
	ErrInvalidCode  = &betterauth.ErrorCode{Code: "INVALID_INVITATION_CODE", Message: "This invitation code is wrong, used or expired", Status: http.StatusBadRequest}
	ErrNotInvited   = &betterauth.ErrorCode{Code: "NOT_INVITED", Message: "This account was not invited", Status: http.StatusForbidden}
	ErrSuspended    = &betterauth.ErrorCode{Code: "ACCOUNT_SUSPENDED", Message: "This account is suspended", Status: http.StatusForbidden}
)

// Manifest implements betterauth.Plugin: all that the plugin contributes, as
// data. Build checks it against what the others contribute.
func (p *Invitations) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID: "invitation",
		// Its sign-up is what readCode below is a hook on; no method is called.
		Needs: []betterauth.Dependency{betterauth.Need[betterauth.PasswordKeeper](nil).Hint("add emailpassword.New")},
		Schema: betterauth.Schema{
			Tables:  []database.Table{database.TableOf[Invitation]("invitationCode")},
			Columns: []betterauth.AddedColumn{InvitedBy, Suspended},
		},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: "createInvitation", Method: http.MethodPost, Path: "/invitation/create",
				Access:  betterauth.WithFreshSession,
				Limit:   &betterauth.Rule{Window: time.Hour, Max: 20},
				Summary: "Makes an invitation code. It is shown this once.",
			}, p.create),
			betterauth.Handle(betterauth.Operation{
				ID: "listInvitations", Method: http.MethodGet, Path: "/invitation/list",
				Access:  betterauth.WithSession,
				Summary: "The user's invitations, newest first, without their codes.",
			}, p.list),
		},
		Before: []betterauth.BeforeHook{betterauth.Before("signUpEmail", p.readCode)},
		RowHooks: []database.Hooks{
			database.RowHooks[betterauth.User]{BeforeCreate: p.markUser, AfterCreate: p.useCode},
		},
		Gates:  []betterauth.SessionGate{{Name: "invited", Check: p.admit}},
		Emits:  []betterauth.EventType{betterauth.EventOf[Accepted]()},
		Errors: []*betterauth.ErrorCode{ErrCodeRequired, ErrInvalidCode, ErrNotInvited, ErrSuspended},
	}
}

// Init implements betterauth.Initializer.
func (p *Invitations) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.host, p.users = h, h.UserStore()
	p.store, err = betterauth.StoreOf[Invitation](h)
	return err
}
