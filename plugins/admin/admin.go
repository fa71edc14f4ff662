// Package admin lets users with a role manage other users: list, create, change and
// remove them, give roles, ban, set passwords, end sessions, and act as another user for
// an hour with a way back.
//
// Start with [New] and [Config]. Every action on a user passes act.go, which checks
// whether the role allows the action and who dominates whom (dominate.go). The gate that
// refuses banned users is in gate.go, impersonation in impersonate.go, and requirements
// for an application's routes in require.go.
package admin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID                 = "admin"
	SetRole            = "setRole"
	GetUser            = "getUser"
	CreateUser         = "createUser"
	UpdateUser         = "adminUpdateUser"
	ListUsers          = "listUsers"
	ListUserSessions   = "listUserSessions"
	UnbanUser          = "unbanUser"
	BanUser            = "banUser"
	ImpersonateUser    = "impersonateUser"
	StopImpersonating  = "stopImpersonating"
	RevokeUserSession  = "revokeUserSession"
	RevokeUserSessions = "revokeUserSessions"
	RemoveUser         = "removeUser"
	SetUserPassword    = "setUserPassword"
	UserHasPermission  = "userHasPermission"
)

// Config says who is an administrator and what they may do. With the zero value
// users with the role "admin" may do everything but impersonate each other, and
// nobody has that role until somebody writes it into the database or is named in
// AdminUserIDs.
type Config struct {
	// DefaultRole is the role of new users, and of users without a role. Default "user".
	DefaultRole string
	// Roles are the existing roles, by name; no other role can be given to a user.
	// Default "admin" (AdminRole) and "user" (UserRole); any other name can then be given
	// too, and allows nothing.
	Roles map[string]access.Role
	// AdminRoles are the roles whose users are protected from impersonation. They must be
	// among Roles. They do not decide what a role may do. Default "admin".
	AdminRoles []string
	// AdminUserIDs are users who may do everything, whatever their role. Default none.
	AdminUserIDs []string
	// DefaultBanReason is the reason of a ban that names none. Default "No reason".
	DefaultBanReason string
	// DefaultBanDuration is the length of a ban that names none. Default: for ever.
	DefaultBanDuration time.Duration
	// BannedUserMessage is the message that a banned user gets at sign-in. Default: "You
	// have been banned from this application. Please contact support if you believe this
	// is an error."
	BannedUserMessage string
	// BannedUserMessageFunc returns the message for one user; for "" BannedUserMessage is
	// used, and an error fails the sign-in. It is called in the transaction of the
	// sign-in. Default nil.
	BannedUserMessageFunc func(ctx context.Context, u *betterauth.User) (string, error)
	// ImpersonationDuration is how long an impersonation lasts. Default 1 hour.
	ImpersonationDuration time.Duration
	// AllowImpersonatingAdmins lets users who may impersonate others impersonate
	// administrators too, if they dominate them (see Admin.Dominates). Default false:
	// that requires the action "impersonate-admins".
	AllowImpersonatingAdmins bool
}

// Admin is the plugin. Make one with New for each Auth. Its methods check no permission;
// the operations do, and all reach a user through actOn. They are safe for concurrent
// use.
type Admin struct {
	cfg       Config
	roles     map[string]access.Role
	host      *betterauth.Host
	users     *database.Store[betterauth.User]
	sessions  *database.Store[betterauth.Session]
	columns   []database.Column // of user
	passwords passwords         // nil without a plugin that keeps them
}

// passwords is the plugin that keeps passwords.
type passwords interface {
	CheckNewPassword(password string) error
	PreparePassword(ctx context.Context, password string) (set func(ctx context.Context, userID string) error, err error)
}

var (
	_ betterauth.Plugin      = (*Admin)(nil)
	_ betterauth.Checker     = (*Admin)(nil)
	_ betterauth.Initializer = (*Admin)(nil)
)

// New makes the plugin.
func New(cfg Config) *Admin {
	text := func(value *string, otherwise string) {
		if *value == "" {
			*value = otherwise
		}
	}
	text(&cfg.DefaultRole, "user")
	text(&cfg.DefaultBanReason, "No reason")
	text(&cfg.BannedUserMessage, "You have been banned from this application. Please contact support if you believe this is an error.")
	if cfg.ImpersonationDuration == 0 {
		cfg.ImpersonationDuration = time.Hour
	}
	a := &Admin{cfg: cfg, roles: maps.Clone(cfg.Roles)}
	if cfg.Roles == nil {
		a.roles = map[string]access.Role{"admin": AdminRole, "user": UserRole}
	}
	if cfg.AdminRoles == nil {
		a.cfg.AdminRoles = []string{"admin"}
	}
	return a
}

// Manifest implements betterauth.Plugin. Every operation requires a stored session, since
// a copy in a cookie may be of an administrator's session that was revoked.
func (a *Admin) Manifest() betterauth.Manifest {
	unauthorized := betterauth.AfterMatch(a.isOurs, func(_ *betterauth.Ctx, r *betterauth.Result) error {
		if errors.Is(r.Err, betterauth.ErrUnauthorized) {
			r.Value, r.Err = nil, errUnauthorized.Because(r.Err)
		}
		return nil
	})
	return betterauth.Manifest{
		ID:        ID,
		Needs:     []betterauth.Dependency{betterauth.Need(&a.passwords).IfPresent()},
		Schema:    betterauth.Schema{Columns: []betterauth.AddedColumn{Role, Banned, BanReason, BanExpires, ImpersonatedBy}},
		Endpoints: a.endpoints(),
		Before: []betterauth.BeforeHook{
			betterauth.Before(SetRole, checkSetRole), betterauth.Before(CreateUser, checkCreate),
			betterauth.Before(SetUserPassword, checkSetPassword), betterauth.Before(UserHasPermission, checkHasPermission),
			betterauth.Before("revokeSession", a.revokeByID),
		},
		After:        []betterauth.AfterHook{unauthorized, betterauth.After("listSessions", showSessions)},
		Gates:        []betterauth.SessionGate{{Name: "ban", Check: a.refuseBanned}},
		AccessGuards: []betterauth.AccessGuard{{Name: "impersonation", Check: refuseImpersonator}},
		RowHooks: []database.Hooks{
			database.RowHooks[betterauth.User]{BeforeCreate: a.giveRole, BeforeUpdate: a.endAfterRole, AfterDelete: a.endTheirImpersonations},
			database.RowHooks[betterauth.Session]{BeforeCreate: keepAge, BeforeUpdate: keepImpersonations, DeleteCommitted: a.endBegunFrom},
			database.RowHooks[betterauth.Session]{BeforeUpdate: a.endBegunWithToken},
		},
		Emits:  events(),
		Errors: []*betterauth.ErrorCode{ErrWhileImpersonating},
	}
}

func (a *Admin) endpoints() []betterauth.Endpoint {
	op := func(id, method, path, summary string, errs ...*betterauth.ErrorCode) betterauth.Operation {
		return betterauth.Operation{ID: id, Method: method, Path: "/admin" + path, Access: betterauth.WithStoredSession, Summary: summary, Errors: errs}
	}
	const get, post = http.MethodGet, http.MethodPost
	signingIn := func(op betterauth.Operation) betterauth.Operation { op.SignIn = betterauth.MakesSession; return op }
	notFound := betterauth.ErrUserNotFound
	return []betterauth.Endpoint{
		betterauth.Handle(op(SetRole, post, "/set-role", "Gives a user one or several roles.", ErrSetRole, ErrNoSuchRole, notFound), a.setRole),
		betterauth.Handle(op(GetUser, get, "/get-user", "One user, by id.", ErrGetUser, notFound), a.getUser),
		betterauth.Handle(op(CreateUser, post, "/create-user", "Creates a user, with a password or without.",
			ErrCreateUsers, ErrSetRole, ErrBanUsers, ErrSetEmail, ErrNoSuchRole, ErrInvalidRole, ErrInvalidEmail, ErrUserExists), a.createUser),
		betterauth.Handle(op(UpdateUser, post, "/update-user", "Changes any column of a user but the password.", ErrUpdateUsers, ErrNoData, ErrPasswordColumn,
			ErrSetRole, ErrBanUsers, ErrSetEmail, ErrSetPhone, ErrIDColumn, ErrNoSuchRole, ErrInvalidRole, ErrBanYourself, ErrInvalidEmail, ErrUserExists, notFound), a.updateUser),
		betterauth.Handle(op(ListUsers, get, "/list-users", "Users that match a search and a filter, page by page.", ErrListUsers), a.listUsers),
		betterauth.Handle(op(ListUserSessions, post, "/list-user-sessions", "A user's sessions, with their ids in the place of tokens.", ErrListSessions), a.listUserSessions),
		betterauth.Handle(op(UnbanUser, post, "/unban-user", "Lifts a ban.", ErrBanUsers, notFound), a.unbanUser),
		betterauth.Handle(op(BanUser, post, "/ban-user", "Bans a user and ends their sessions.", ErrBanUsers, ErrBanYourself, notFound), a.banUser),
		betterauth.Handle(signingIn(op(ImpersonateUser, post, "/impersonate-user", "Signs the administrator in as a user.",
			ErrImpersonate, ErrImpersonateAdmins, ErrBannedUser, notFound)), a.impersonate),
		betterauth.Handle(op(StopImpersonating, post, "/stop-impersonating", "Leads back to the administrator's own session."), a.stopImpersonating),
		betterauth.Handle(op(RevokeUserSession, post, "/revoke-user-session", "Ends one session of any user, by its id or its token.", ErrRevokeSessions), a.revokeUserSession),
		betterauth.Handle(op(RevokeUserSessions, post, "/revoke-user-sessions", "Ends all sessions of a user.", ErrRevokeSessions), a.revokeUserSessions),
		betterauth.Handle(op(RemoveUser, post, "/remove-user", "Deletes a user and everything of theirs.", ErrDeleteUsers, ErrRemoveYourself, notFound), a.removeUser),
		betterauth.Handle(op(SetUserPassword, post, "/set-user-password", "Sets a user's password.", ErrSetPassword, ErrNoPasswords, notFound), a.setUserPassword),
		betterauth.Handle(op(UserHasPermission, post, "/has-permission", "Whether the caller may do something."), a.userHasPermission),
	}
}

func (a *Admin) isOurs(op betterauth.Operation) bool {
	return slices.ContainsFunc(a.endpoints(), func(e betterauth.Endpoint) bool { return e.Operation().ID == op.ID })
}

// Check implements betterauth.Checker.
func (a *Admin) Check(betterauth.Site) error {
	var problems []error
	if a.cfg.DefaultBanDuration < 0 {
		problems = append(problems, errors.New("DefaultBanDuration is negative; leave it at 0 for bans that do not end"))
	}
	if a.cfg.ImpersonationDuration < 0 {
		problems = append(problems, errors.New("ImpersonationDuration is negative; leave it at 0 for the default"))
	}
	for _, name := range slices.Sorted(maps.Keys(a.roles)) {
		if err := a.roles[name].Err(); err != nil {
			problems = append(problems, fmt.Errorf("role %q of Roles: %w", name, err))
		}
	}
	if _, ok := a.roles[a.cfg.DefaultRole]; !ok {
		problems = append(problems, fmt.Errorf("DefaultRole: there is no role %q, so new users could do nothing; add it to Roles, or name one of %s",
			a.cfg.DefaultRole, strings.Join(slices.Sorted(maps.Keys(a.roles)), ", ")))
	}
	if a.cfg.Roles == nil || !slices.Equal(a.cfg.AdminRoles, []string{"admin"}) {
		for _, name := range a.cfg.AdminRoles {
			if _, ok := a.roles[name]; !ok {
				problems = append(problems, fmt.Errorf("AdminRoles: %q is none of Roles; add it there, or remove it", name))
			}
		}
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (a *Admin) Init(_ context.Context, h *betterauth.Host) error {
	a.host, a.columns = h, h.Columns("user")
	a.users, a.sessions = h.UserStore(), h.SessionStore()
	return nil
}
