package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

// named are users of Config.AdminUserIDs in tests about who dominates whom.
var named = func() (ids []string) {
	for i := range 60 {
		ids = append(ids, fmt.Sprintf("named-%d", i))
	}
	return ids
}()

// ranks are roles of which those of every operation's actions differ in power
// elsewhere.
func ranks() admin.Config {
	everything := admin.Control.Statements()
	everything["project"] = []string{"create", "delete"}
	control := access.New(everything)
	with := func(project ...string) access.Role {
		statements := admin.Control.Statements()
		statements["project"] = project
		return control.NewRole(statements)
	}
	return admin.Config{AdminUserIDs: named, Roles: map[string]access.Role{
		"user": admin.UserRole, "support": with(), "owner": with("create", "delete"), "creator": with("create"), "deleter": with("delete"),
		"member": control.NewRole(access.Statements{"project": {"create"}}), "builder": control.NewRole(access.Statements{"project": {"create", "delete"}}),
	}}
}

// dominated says by role whom somebody dominates. "named" is a user of
// AdminUserIDs without a role that allows anything; "ghost" is no role.
var dominated = map[string]map[string]bool{
	"support": {"user": true, "": true, "ghost": true, "support": true, "support,user": true,
		"member": false, "user,member": false, "owner": false, "support,owner": false, "named": false},
	"owner": {"user": true, "": true, "ghost": true, "support": true, "support,user": true,
		"member": true, "user,member": true, "owner": true, "support,owner": true, "named": false},
	// Two roles that allow half of it each do not add up.
	"creator,deleter": {"member": true, "creator": true, "creator,deleter": true, "builder": false, "owner": false, "named": false},
	"named":           {"user": true, "member": true, "owner": true, "named": true},
}

// ranked makes users of a role, or users of AdminUserIDs.
type ranked struct {
	*site
	made, ids int
}

func (r *ranked) someone(role string) *betterauth.User {
	r.t.Helper()
	r.made++
	user := &betterauth.User{Name: "N", Email: fmt.Sprintf("person%d@example.com", r.made)}
	if role == "named" {
		user.ID, role = named[r.ids], "user"
		r.ids++
	}
	if role != "" {
		admin.Role.Set(user, role)
	}
	if err := r.Users().Create(r.t.Context(), user); err != nil {
		r.t.Fatal(err)
	}
	return user
}

// TestDominates asks the method for what the operations are asked for below.
func TestDominates(t *testing.T) {
	t.Parallel()
	a := admin.New(ranks())
	user := func(id, role string) *betterauth.User {
		u := &betterauth.User{ID: id}
		if role == "named" {
			u.ID, role = named[len(id)], "user"
		}
		admin.Role.Set(u, role)
		return u
	}
	for actor, targets := range dominated {
		for target, want := range targets {
			if got := a.Dominates(user("a", actor), user("bb", target)); got != want {
				t.Errorf("%q dominates %q: %v", actor, target, got)
			}
			if !a.Dominates(user("a", target), user("a", target)) {
				t.Errorf("%q does not dominate themself", target)
			}
		}
	}
}

// reach is what an operation does to a user.
type reach struct {
	path, body string // of whom, %[1]s the user's id and %[2]s that of a session of theirs
	denied     *betterauth.ErrorCode
	// itself is what somebody may not do to themselves.
	itself *betterauth.ErrorCode
	// no says why the operation does nothing to a user.
	no string
}

var reaches = map[string]reach{
	admin.SetRole:            {path: "set-role", body: `{"userId":"%[1]s","role":"user"}`, denied: admin.ErrSetRole},
	admin.UpdateUser:         {path: "update-user", body: `{"userId":"%[1]s","data":{"name":"X"}}`, denied: admin.ErrUpdateUsers},
	admin.ListUserSessions:   {path: "list-user-sessions", body: `{"userId":"%[1]s"}`, denied: admin.ErrListSessions},
	admin.BanUser:            {path: "ban-user", body: `{"userId":"%[1]s"}`, denied: admin.ErrBanUsers, itself: admin.ErrBanYourself},
	admin.UnbanUser:          {path: "unban-user", body: `{"userId":"%[1]s"}`, denied: admin.ErrBanUsers},
	admin.ImpersonateUser:    {path: "impersonate-user", body: `{"userId":"%[1]s"}`, denied: admin.ErrImpersonateAdmins},
	admin.RevokeUserSession:  {path: "revoke-user-session", body: `{"sessionToken":"%[2]s"}`, denied: admin.ErrRevokeSessions},
	admin.RevokeUserSessions: {path: "revoke-user-sessions", body: `{"userId":"%[1]s"}`, denied: admin.ErrRevokeSessions},
	admin.SetUserPassword:    {path: "set-user-password", body: `{"userId":"%[1]s","newPassword":"password5678"}`, denied: admin.ErrSetPassword},
	admin.RemoveUser:         {path: "remove-user", body: `{"userId":"%[1]s"}`, denied: admin.ErrDeleteUsers, itself: admin.ErrRemoveYourself},
	admin.CreateUser:         {no: "there is no user yet; TestRolesThatAreGiven"},
	admin.GetUser:            {no: "it reads what administrators see in lists, and no secret"},
	admin.ListUsers:          {no: "it reads what administrators see, and no secret"},
	admin.StopImpersonating:  {no: "it ends the caller's own impersonation"},
	admin.UserHasPermission:  {no: "it is about the caller"},
}

// Whatever an operation does to a user, it does to none who may do more than the
// caller, though the caller may do every action that operations ask for.
func TestNobodyReachesTheGreater(t *testing.T) {
	t.Parallel()
	for _, e := range admin.New(admin.Config{}).Manifest().Endpoints {
		if r, ok := reaches[e.Operation().ID]; !ok || (r.no == "") == (r.denied == nil) {
			t.Errorf("%s: say in reaches what it does to a user", e.Operation().ID)
		}
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		r := &ranked{site: newSite(t, ranks(), plugintest.Options{DB: db})}
		for actor, targets := range dominated {
			caller := r.SignedInAs(r.someone(actor))
			for op, what := range reaches {
				if what.no != "" {
					continue
				}
				for target, allowed := range targets {
					user := r.someone(target)
					session := r.SignedInAs(user).Session
					ask := func() *plugintest.Answer {
						return caller.Fork().Post("/admin/"+what.path, fmt.Sprintf(what.body, user.ID, session.ID))
					}
					if allowed {
						ask().Want(http.StatusOK)
						continue
					}
					before := r.stateOf(user.ID)
					answer := ask()
					if answer.WantError(what.denied); len(answer.Cookies) > 0 {
						t.Errorf("%s: cookies %v", op, answer.Cookies)
					}
					if after := r.stateOf(user.ID); !reflect.DeepEqual(before, after) {
						t.Errorf("%s by %q on %q: %v became %v", op, actor, target, before, after)
					}
				}
				itself := r.someone(actor)
				self := r.SignedInAs(itself)
				answer := self.Post("/admin/"+what.path, fmt.Sprintf(what.body, itself.ID, r.SignedInAs(itself).Session.ID))
				if what.itself != nil {
					answer.WantError(what.itself)
				} else {
					answer.Want(http.StatusOK)
				}
			}
		}
	})
}

// stateOf is all that is stored of a user.
func (r *ranked) stateOf(id string) (state []any) {
	r.t.Helper()
	accounts, err := plugintest.StoreOf[betterauth.Account](r.Kit).List(r.t.Context(), database.Query{Where: []database.Cond{database.Eq("userId", id)}})
	if err != nil {
		r.t.Fatal(err)
	}
	sessions, err := r.admin.Sessions(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return []any{*r.user(id), accounts, sessions}
}

// Nobody gives a role that allows more than they may themselves, to nobody, by no
// operation, and not to themselves either.
func TestRolesThatAreGiven(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		r := &ranked{site: newSite(t, ranks(), plugintest.Options{DB: db})}
		for actor, roles := range dominated {
			caller := r.SignedInAs(r.someone(actor))
			for role, may := range roles {
				if role == "ghost" || role == "named" {
					continue // no role that can be given
				}
				if role == "" {
					role = "user"
				}
				// With a comma it is a name of no role, and has to be an array.
				given := `["` + strings.ReplaceAll(role, ",", `","`) + `"]`
				user, self := r.someone("user"), r.SignedInAs(r.someone(actor))
				r.made++
				for how, try := range map[string]func() *plugintest.Answer{
					"set-role": func() *plugintest.Answer {
						return caller.Post("/admin/set-role", fmt.Sprintf(`{"userId":%q,"role":%s}`, user.ID, given))
					},
					"update": func() *plugintest.Answer {
						return caller.Post("/admin/update-user", fmt.Sprintf(`{"userId":%q,"data":{"role":%s}}`, user.ID, given))
					},
					"set-role of oneself": func() *plugintest.Answer {
						return self.Post("/admin/set-role", fmt.Sprintf(`{"userId":%q,"role":%s}`, self.User.ID, given))
					},
					"create": func() *plugintest.Answer {
						return caller.Post("/admin/create-user", fmt.Sprintf(`{"email":"created%d@example.com","name":"C","role":%s}`, r.made, given))
					},
					"create with data": func() *plugintest.Answer {
						return caller.Post("/admin/create-user", fmt.Sprintf(`{"email":"data%d@example.com","name":"C","password":%q,"data":{"role":%s}}`, r.made, password, given))
					},
				} {
					users := r.count()
					if answer := try(); may {
						answer.Want(http.StatusOK)
						continue
					} else if answer.WantError(admin.ErrSetRole); r.count() != users {
						t.Errorf("%s: a user was left", how)
					}
					for id, want := range map[string]string{user.ID: "user", self.User.ID: actor} {
						if is, _ := admin.Role.Get(r.user(id)); is != want {
							t.Errorf("%s of %q by %q: %q has %q", how, role, actor, want, is)
						}
					}
				}
			}
		}
	})
}

func (r *ranked) count() int {
	r.t.Helper()
	n, err := r.Users().Count(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// Whoever sets the password of a new user is that user, so what the default role
// allows counts too.
func TestTheDefaultRoleIsGivenToo(t *testing.T) {
	t.Parallel()
	cfg := ranks()
	cfg.DefaultRole = "member"
	cfg.Roles["member"] = admin.Control.NewRole(access.Statements{"session": {"delete"}})
	cfg.Roles["support"] = admin.Control.NewRole(access.Statements{"user": {"create", "set-role", "ban"}})
	s := newSite(t, cfg, plugintest.Options{})
	support, owner := s.as("support", "support@example.com"), s.as("owner", "owner@example.com")
	fresh := object{"email": "new@example.com", "name": "New", "password": password}
	support.Post("/admin/create-user", fresh).WantError(admin.ErrCreateUsers)
	s.Client().Post("/sign-in/email", signIn("new@example.com")).Want(http.StatusUnauthorized)
	owner.Post("/admin/create-user", fresh).Want(http.StatusOK)
	// No role is the default role.
	user := s.as("user", "user@example.com").User
	support.Post("/admin/set-role", object{"userId": user.ID, "role": []string{}}).WantError(admin.ErrSetRole)
	owner.Post("/admin/set-role", object{"userId": user.ID, "role": []string{}}).Want(http.StatusOK)
	support.Post("/admin/ban-user", object{"userId": user.ID}).WantError(admin.ErrBanUsers)
}

// What ordinary users may do in the application does not put them out of reach of
// administrators who may not.
func TestOrdinaryUsersAreNotOutOfReach(t *testing.T) {
	t.Parallel()
	statements := admin.Control.Statements()
	statements["project"] = []string{"create", "delete"}
	control := access.New(statements)
	s := newSite(t, admin.Config{Roles: map[string]access.Role{
		"admin": admin.AdminRole, "user": control.NewRole(access.Statements{"project": {"create"}}),
		"owner": control.NewRole(access.Statements{"project": {"create", "delete"}}),
	}}, plugintest.Options{})
	c, user, owner := s.as("admin", "admin@example.com"), s.as("user", "user@example.com"), s.as("owner", "owner@example.com")
	c.Post("/admin/ban-user", object{"userId": user.User.ID}).Want(http.StatusOK)
	c.Post("/admin/ban-user", object{"userId": owner.User.ID}).WantError(admin.ErrBanUsers)
}

// A verified address is set by who may set addresses, with a new user too.
func TestCreatingAsksForMore(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{Roles: map[string]access.Role{
		"admin": admin.AdminRole, "user": admin.UserRole, "editor": admin.Control.NewRole(access.Statements{"user": {"update", "create"}}),
		"clerk": admin.Control.NewRole(access.Statements{"user": {"create", "set-email", "ban"}}),
	}}, plugintest.Options{})
	editor, clerk := s.as("editor", "editor@example.com"), s.as("clerk", "clerk@example.com")
	for member, denied := range map[string]*betterauth.ErrorCode{
		`"emailVerified":true`: admin.ErrSetEmail, `"emailVerified":false`: admin.ErrSetEmail, `"email":"other@example.com"`: admin.ErrSetEmail,
		`"banned":true`: admin.ErrBanUsers, `"banReason":"x"`: admin.ErrBanUsers, `"banExpires":null`: admin.ErrBanUsers, `"role":"user"`: admin.ErrSetRole,
	} {
		body := fmt.Sprintf(`{"email":"new@example.com","name":"New","data":{%s}}`, member)
		editor.Post("/admin/create-user", body).WantError(denied)
		if denied == admin.ErrSetRole {
			continue
		}
		user := clerk.Post("/admin/create-user", body).Want(http.StatusOK)
		if _, err := s.Users().Delete(t.Context(), database.Eq("email", "new@example.com")); err != nil {
			t.Fatalf("%v %s", err, user.Body)
		}
	}
	editor.Post("/admin/create-user", object{"email": "new@example.com", "name": "New"}).Want(http.StatusOK)
}

// hashing lets something happen once while a password is hashed, which is after
// the caller was asked for and before the transaction.
type hashing struct {
	plugintest.FastHasher
	do *func()
}

func (h hashing) Hash(ctx context.Context, password string) (string, error) {
	if do := *h.do; do != nil {
		*h.do = nil
		do()
	}
	return h.FastHasher.Hash(ctx, password)
}

// A promotion of the user, and a demotion of the caller, that come while the
// request is under way are seen.
func TestPromotionMeanwhile(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, change := range map[string]func(s *site, caller, target string) error{
			"promotion": func(s *site, _, target string) error {
				_, err := s.admin.SetRoles(t.Context(), target, "owner")
				return err
			},
			"demotion": func(s *site, caller, _ string) error {
				_, err := s.admin.SetRoles(t.Context(), caller, "user")
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				var once func()
				cfg := betterauth.Config{Password: betterauth.PasswordConfig{Hasher: hashing{do: &once}}}
				s := newSite(t, ranks(), plugintest.Options{DB: db, Config: cfg})
				caller, target := s.as("support", name+"-support@example.com"), s.as("user", name+"-user@example.com").User
				once = func() {
					if err := change(s, caller.User.ID, target.ID); err != nil {
						t.Error(err)
					}
				}
				caller.Post("/admin/set-user-password", object{"userId": target.ID, "newPassword": "password5678"}).WantError(admin.ErrSetPassword)
				s.Client().Post("/sign-in/email", signIn(target.Email)).Want(http.StatusOK)
			})
		}
	})
}

// A promotion that has been written and has not committed when the request comes
// to the user is waited for, and seen.
func TestPromotionInFlight(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var once func()
		cfg := betterauth.Config{Password: betterauth.PasswordConfig{Hasher: hashing{do: &once}}}
		s := newSite(t, ranks(), plugintest.Options{DB: db, Config: cfg})
		caller := s.as("support", "support@example.com")
		for i := range 5 {
			target := s.as("user", fmt.Sprintf("user%d@example.com", i)).User
			var promoting sync.WaitGroup
			once = func() {
				written := make(chan struct{})
				promoting.Go(func() {
					err := s.Host.Transaction(t.Context(), func(ctx context.Context) error {
						defer time.Sleep(10 * time.Millisecond) // whoever does not wait is through by then
						defer close(written)
						_, err := s.admin.SetRoles(ctx, target.ID, "owner")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
				<-written
			}
			caller.Post("/admin/set-user-password", object{"userId": target.ID, "newPassword": "password5678"}).WantError(admin.ErrSetPassword)
			promoting.Wait()
			s.Client().Post("/sign-in/email", signIn(target.Email)).Want(http.StatusOK)
		}
	})
}

// Of two administrators who ban each other at once one does, and the other is
// signed out: nobody acts with a session that has just ended.
func TestAdministratorsAgainstEachOther(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		for i := range 8 {
			pair := [2]*plugintest.Client{s.as("admin", fmt.Sprintf("a%d@example.com", i)), s.as("admin", fmt.Sprintf("b%d@example.com", i))}
			var status [2]int
			plugintest.AtOnce(2, func(i int) {
				status[i] = pair[i].Post("/admin/ban-user", object{"userId": pair[1-i].User.ID}).Status
			})
			if status != [2]int{http.StatusOK, http.StatusUnauthorized} && status != [2]int{http.StatusUnauthorized, http.StatusOK} {
				t.Errorf("%v", status)
			}
		}
	})
}
