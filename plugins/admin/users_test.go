package admin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/go-json-experiment/json/jsontext"
)

func columns() []betterauth.AddedColumn {
	return []betterauth.AddedColumn{
		betterauth.NewField[int64]("user", database.Column{Name: "birthYear", Required: true}),
		betterauth.NewField[string]("user", database.Column{Name: "plan", Default: "free", ReadOnly: true}),
		betterauth.NewField[string]("user", database.Column{Name: "note", Hidden: true, Validate: func(v any) error {
			if v == "bad" {
				return errors.New("bad note")
			}
			return nil
		}}),
		betterauth.NewField[string]("user", database.Column{Name: "badge", Unique: true}),
		betterauth.NewField[jsontext.Value]("user", database.Column{Name: "settings"}),
	}
}

type listed struct {
	Users []struct {
		Name string `json:"name"`
	} `json:"users"`
	Total int `json:"total"`
}

func (l listed) names() string {
	names := make([]string, len(l.Users))
	for i, u := range l.Users {
		names[i] = u.Name
	}
	return strings.Join(names, " ")
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Config: betterauth.Config{AdditionalColumns: columns()}})
		year := columns()[0].(*betterauth.Field[int64])
		for i, name := range []string{"Ada", "100%", "a_b", `back\slash`} {
			user := &betterauth.User{Name: name, Email: fmt.Sprintf("user%d@example.com", i)}
			year.Set(user, int64(1990+i))
			if err := s.Users().Create(t.Context(), user); err != nil {
				t.Fatal(err)
			}
			s.Clock.Advance(time.Millisecond)
		}
		boss, err := s.Users().Get(t.Context(), database.Eq("name", "Ada"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.admin.SetRoles(t.Context(), boss.ID, "admin"); err != nil {
			t.Fatal(err)
		}
		c := s.SignedInAs(boss)
		list := func(query string) (l listed) {
			t.Helper()
			c.Get("/admin/list-users?" + query).Want(http.StatusOK).Into(&l)
			return l
		}
		for query, want := range map[string]string{
			"searchField=name&searchValue=" + url.QueryEscape("%"):                             "100%",
			"searchField=name&searchValue=_":                                                   "a_b",
			"searchField=name&searchValue=" + url.QueryEscape(`\`):                             `back\slash`,
			"searchField=name&searchOperator=starts_with&searchValue=10":                       "100%",
			"searchField=name&searchOperator=ends_with&searchValue=sh":                         `back\slash`,
			"filterField=birthYear&filterOperator=in&filterValue=1991&filterValue=1992":        "100% a_b",
			"filterField=birthYear&filterOperator=not_in&filterValue=1991&filterValue=1992":    `Ada back\slash`,
			"filterField=birthYear&filterOperator=lt&filterValue=1991":                         "Ada",
			"filterField=banned&filterValue=true":                                              "",
			"filterField=role&filterValue=admin":                                               "Ada",
			"filterField=createdAt&filterOperator=lt&filterValue=2026-01-01T00:00:00.000Z":     "",
			"filterField=id&filterValue=" + boss.ID:                                            "Ada",
			"filterField=_id&filterValue=" + boss.ID:                                           "Ada",
			"filterField=_id&filterOperator=ne&filterValue=" + boss.ID + "&sortBy=birthYear":   `100% a_b back\slash`,
			"sortBy=_id&filterField=role&filterValue=admin":                                    "Ada",
			"filterField=name&filterValue=" + url.QueryEscape("x' or '1'='1"):                  "",
			"sortBy=birthYear&sortDirection=desc&limit=2":                                      `back\slash a_b`,
			"sortBy=birthYear&limit=2&offset=1":                                                "100% a_b",
			"limit=0&sortBy=birthYear":                                                         `Ada 100% a_b back\slash`,
			"filterField=name&filterOperator=contains&filterValue=" + url.QueryEscape("%"):     "100%",
			"filterField=birthYear&filterOperator=gte&filterValue=1992&sortBy=birthYear":       `a_b back\slash`,
			"searchValue=user1&filterField=birthYear&filterOperator=ne&filterValue=1991":       "",
			"filterField=name&filterOperator=ne&filterValue=Ada&sortBy=birthYear&limit=1":      "100%",
			"sortBy=name&sortDirection=asc&filterField=name&filterOperator=in&filterValue=a_b": "a_b",
		} {
			if got := list(query); got.names() != want {
				t.Errorf("%s: %q, want %q", query, got.names(), want)
			}
		}
		if l := list("limit=1"); l.Total != 4 || len(l.Users) != 1 {
			t.Errorf("%+v", l)
		}
		// What is no visible column, no value of it or no operator for it is refused;
		// nothing of it reaches the database.
		for _, query := range []string{
			"sortBy=note", "sortBy=nothing", "sortBy=" + url.QueryEscape(`name"; drop table "user" --`), "sortBy=NAME", "sortBy=settings", "sortBy=password",
			"filterField=note&filterValue=x", "filterField=nothing&filterValue=x", "filterField=settings&filterValue=x", "filterField=" + url.QueryEscape("1=1 or name") + "&filterValue=x",
			"filterField=birthYear&filterValue=x", "filterField=birthYear&filterValue=99999999999", "filterField=birthYear&filterValue=null", "filterField=birthYear&filterOperator=contains&filterValue=1",
			"filterField=banned&filterValue=1", "filterField=banned&filterOperator=lt&filterValue=true", "filterField=createdAt&filterValue=soon",
			"filterField=id&filterOperator=contains&filterValue=x", "filterValue=a&filterValue=b", "filterOperator=is&filterValue=x",
			"filterField=_id&filterOperator=contains&filterValue=x", "searchField=_id&searchValue=x",
			"limit=-1", "limit=1.5", "limit=1e300", "offset=-1", "offset=Inf", "searchField=role&searchValue=x", "searchValue=%00", "searchValue=a&searchValue=b",
		} {
			c.Get("/admin/list-users?" + query).WantError(betterauth.ErrValidation)
		}
	})
}

// How many values a filter has and how long a text to look for is are limited:
// engines refuse more, which would be a failure of the server.
func TestListLimits(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		c := s.as("admin", "admin@example.com")
		values := func(n int) string { return "filterOperator=in" + strings.Repeat("&filterValue=x", n) }
		c.Get("/admin/list-users?" + values(1000)).Want(http.StatusOK)
		c.Get("/admin/list-users?" + values(1001)).WantError(betterauth.ErrValidation)
		for _, query := range []string{"searchValue=", "filterField=name&filterOperator=starts_with&filterValue="} {
			c.Get("/admin/list-users?" + query + strings.Repeat("x", 1024)).Want(http.StatusOK)
			c.Get("/admin/list-users?" + query + strings.Repeat("x", 1025)).WantError(betterauth.ErrValidation)
			c.Get("/admin/list-users?" + query + strings.Repeat("%25", 60_000)).WantError(betterauth.ErrValidation)
		}
	})
}

func TestListPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c := s.as("admin", "admin@example.com")
	for i := range 104 {
		if err := s.Users().Create(t.Context(), &betterauth.User{Name: "U", Email: fmt.Sprintf("user%d@example.com", i)}); err != nil {
			t.Fatal(err)
		}
	}
	var l listed
	c.Get("/admin/list-users").Want(http.StatusOK).Into(&l)
	if len(l.Users) != 100 || l.Total != 105 {
		t.Errorf("%d of %d", len(l.Users), l.Total)
	}
	// All were made in the same moment: pages must not overlap all the same.
	var seen []string
	for offset := 0; offset < 105; offset += 20 {
		users, total, err := s.admin.List(t.Context(), database.Query{Limit: 20, Offset: offset})
		if err != nil || total != 105 {
			t.Fatalf("%d in all: %v", total, err)
		}
		for _, user := range users {
			seen = append(seen, user.ID)
		}
	}
	for _, offset := range []int{105, 200} {
		if users, total, err := s.admin.List(t.Context(), database.Query{Offset: offset}); err != nil || len(users) != 0 || total != 105 {
			t.Errorf("behind the last one: %d of %d, %v", len(users), total, err)
		}
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 105 {
		t.Errorf("%d different users", len(slices.Compact(seen)))
	}
}

func TestCreateAndUpdate(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Config: betterauth.Config{AdditionalColumns: columns()}})
		boss := &betterauth.User{Name: "Boss", Email: "boss@example.com"}
		columns()[0].(*betterauth.Field[int64]).Set(boss, 1960)
		admin.Role.Set(boss, "admin")
		if err := s.Users().Create(t.Context(), boss); err != nil {
			t.Fatal(err)
		}
		c := s.SignedInAs(boss)
		create := func(data string) *plugintest.Answer {
			return c.Post("/admin/create-user", `{"email":"New@Example.com","name":"New","password":"password1234","data":`+data+`}`)
		}
		create(`{}`).WantError(betterauth.ErrMissingField)
		create(`{"birthYear":"x"}`).WantError(betterauth.ErrValidation)
		create(`{"birthYear":1990,"note":"bad"}`).WantError(betterauth.ErrValidation)
		var made struct {
			User struct {
				ID            string  `json:"id"`
				Email         string  `json:"email"`
				Plan          string  `json:"plan"`
				Role          string  `json:"role"`
				CreatedAt     string  `json:"createdAt"`
				Note          *string `json:"note"`
				EmailVerified bool    `json:"emailVerified"`
			} `json:"user"`
		}
		create(`{"birthYear":1990,"note":"n","plan":"paid","emailVerified":true,"id":"mine","createdAt":"2001-02-03T04:05:06.000Z","name":"X","email":"x@example.com"}`).
			Want(http.StatusOK).Into(&made)
		if u := made.User; u.ID == "mine" || u.Email != "new@example.com" || u.Plan != "paid" || u.Role != "user" || u.Note != nil || !u.EmailVerified || u.CreatedAt != "2001-02-03T04:05:06.000Z" {
			t.Errorf("%+v", made.User)
		}
		s.Client().Post("/sign-in/email", signIn("new@example.com")).Want(http.StatusOK)
		create(`{"birthYear":1990}`).WantError(admin.ErrUserExists)

		update := func(data string) *plugintest.Answer {
			return c.Post("/admin/update-user", `{"userId":"`+made.User.ID+`","data":`+data+`}`)
		}
		update(`{}`).WantError(admin.ErrNoData)
		update(`{"password":null}`).WantError(admin.ErrPasswordColumn)
		update(`{"name":null}`).WantError(betterauth.ErrMissingField)
		update(`{"banned":"yes"}`).WantError(betterauth.ErrValidation)
		update(`{"email":"BOSS@example.com"}`).WantError(admin.ErrUserExists)
		update(`{"email":"x"}`).WantError(admin.ErrInvalidEmail)
		update(`{"role":[]}`).Want(http.StatusOK)
		update(`{"role":["user",null]}`).WantError(admin.ErrInvalidRole)
		update(`{"id":"mine","name":"X"}`).WantError(admin.ErrIDColumn)
		body := string(update(`{"plan":null,"image":"i","email":"Other@example.com","unknown":{}}`).Want(http.StatusOK).Body)
		if !strings.Contains(body, `"plan":null`) || !strings.Contains(body, `"email":"other@example.com"`) || !strings.Contains(body, `"id":"`+made.User.ID+`"`) || strings.Contains(body, "note") {
			t.Errorf("%s", body)
		}
		c.Post("/admin/update-user", object{"userId": boss.ID, "data": object{"badge": "007"}}).Want(http.StatusOK)
		update(`{"badge":"007"}`).WantError(betterauth.ErrValidation)
		c.Post("/admin/create-user", `{"email":"third@example.com","name":"T","data":{"birthYear":1990,"badge":"007"}}`).WantError(betterauth.ErrValidation)
		// The program's own way has no other rules for a taken address.
		if _, err := s.admin.Update(t.Context(), made.User.ID, database.Set{"email": "boss@example.com"}); !errors.Is(err, admin.ErrUserExists) {
			t.Errorf("%v", err)
		}
	})
}

// Of several who create a user with one address at once, one does, and the
// others leave nothing behind.
func TestOneCreates(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		c := s.as("admin", "admin@example.com")
		var won atomic.Int32
		plugintest.AtOnce(8, func(int) {
			answer := c.Fork().Post("/admin/create-user", object{"email": "new@example.com", "name": "New", "password": password})
			if answer.Status == http.StatusOK {
				won.Add(1)
			} else if answer.Code() != admin.ErrUserExists.Code {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
		accounts, err := plugintest.StoreOf[betterauth.Account](s.Kit).Count(t.Context())
		if won.Load() != 1 || accounts != 2 || err != nil {
			t.Errorf("%d won, %d accounts, %v", won.Load(), accounts, err)
		}
	})
}

type refusingHasher struct{ plugintest.FastHasher }

var errCompromised = &betterauth.ErrorCode{Code: "PASSWORD_COMPROMISED", Message: "No.", Status: http.StatusBadRequest}

func (h refusingHasher) Hash(ctx context.Context, password string) (string, error) {
	if password == "compromised" {
		return "", errCompromised
	}
	return h.FastHasher.Hash(ctx, password)
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: refusingHasher{}}}})
		c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
		set := func(id, password string) *plugintest.Answer {
			return c.Post("/admin/set-user-password", object{"userId": id, "newPassword": password})
		}
		set(other.User.ID, "short").WantError(emailpassword.ErrPasswordTooShort)
		set(other.User.ID, strings.Repeat("x", 129)).WantError(emailpassword.ErrPasswordTooLong)
		set(other.User.ID, "compromised").WantError(errCompromised)
		set("nobody", "password5678").WantError(betterauth.ErrUserNotFound)
		set("", "password5678").WantError(betterauth.ErrValidation)
		set(other.User.ID, "").WantError(betterauth.ErrValidation)
		set(other.User.ID, "password5678").WantBody(http.StatusOK, `{"status":true}`)
		s.Client().Post("/sign-in/email", signIn("user@example.com")).WantError(emailpassword.ErrInvalidCredentials)
		s.Client().Post("/sign-in/email", object{"email": "user@example.com", "password": "password5678"}).Want(http.StatusOK)
		for _, bad := range []string{"short", "compromised"} {
			answer := c.Post("/admin/create-user", object{"email": "new@example.com", "name": "New", "password": bad})
			if answer.Want(http.StatusBadRequest); answer.Code() != "PASSWORD_TOO_SHORT" && answer.Code() != "PASSWORD_COMPROMISED" {
				t.Errorf("%s", answer.Body)
			}
		}
		if exists, err := s.Users().Exists(t.Context(), database.Eq("email", "new@example.com")); exists || err != nil {
			t.Errorf("a user without their password was left: %v", err)
		}
	})
}

func TestWithoutPasswords(t *testing.T) {
	t.Parallel()
	plugin := admin.New(admin.Config{})
	kit := plugintest.New(t, plugin)
	user := &betterauth.User{Name: "A", Email: "admin@example.com"}
	admin.Role.Set(user, "admin")
	if err := plugin.Create(t.Context(), user, ""); err != nil {
		t.Fatal(err)
	}
	c := kit.SignedInAs(user)
	c.Post("/admin/set-user-password", object{"userId": user.ID, "newPassword": password}).WantError(admin.ErrNoPasswords)
	c.Post("/admin/create-user", object{"email": "b@example.com", "name": "B", "password": password}).WantError(admin.ErrNoPasswords)
	c.Post("/admin/create-user", object{"email": "b@example.com", "name": "B"}).Want(http.StatusOK)
}

func TestSessionsAndRemoval(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		c, here := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
		id := here.User.ID
		there := s.SignedInAs(here.User)
		var l struct {
			Sessions []struct {
				Token string `json:"token"`
			} `json:"sessions"`
		}
		c.Post("/admin/list-user-sessions", object{"userId": id}).Want(http.StatusOK).Into(&l)
		if len(l.Sessions) != 2 {
			t.Errorf("%+v", l)
		}
		c.Post("/admin/revoke-user-session", object{"sessionToken": there.Session.Token}).WantBody(http.StatusOK, `{"success":true}`)
		if whose(there) != "" || whose(here) == "" {
			t.Error("the wrong session ended")
		}
		c.Post("/admin/revoke-user-sessions", object{"userId": id}).WantBody(http.StatusOK, `{"success":true}`)
		if whose(here) != "" || whose(c) == "" {
			t.Error("the wrong sessions ended")
		}
		c.Post("/admin/remove-user", object{"userId": c.User.ID}).WantError(admin.ErrRemoveYourself)
		c.Post("/admin/remove-user", object{"userId": id}).WantBody(http.StatusOK, `{"success":true}`)
		c.Post("/admin/remove-user", object{"userId": id}).WantError(betterauth.ErrUserNotFound)
		if n, err := plugintest.StoreOf[betterauth.Account](s.Kit).Count(t.Context(), database.Eq("userId", id)); n != 0 || err != nil {
			t.Errorf("%d accounts left, %v", n, err)
		}
	})
}

func TestRolesAreNobodysInput(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	for _, member := range []string{"role", "banReason", "banExpires"} {
		s.Client().Post("/sign-up/email", object{"email": "a@example.com", "name": "A", "password": password, member: "admin"}).WantError(betterauth.ErrFieldNotAllowed)
	}
	c := s.as("", "user@example.com")
	c.Post("/update-session", object{"impersonatedBy": "x"}).WantError(betterauth.ErrFieldNotAllowed)
}

func TestEvents(t *testing.T) {
	t.Parallel()
	var heard []string
	hear := func(_ context.Context, event any) { heard = append(heard, fmt.Sprintf("%T", event)) }
	by := ""
	listener := betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(ctx context.Context, e admin.Created) error { hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.RoleChanged) error { hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.UserBanned) error { hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.UserUnbanned) error { hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.EmailChanged) error { hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.PasswordSet) error { hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.Removed) error { hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.Impersonated) error { by = e.By; hear(ctx, e); return nil }),
		betterauth.On(func(ctx context.Context, e admin.ImpersonationEnded) error { hear(ctx, e); return nil }),
	}}
	s := newSite(t, admin.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{listener}})
	c, id := s.as("admin", "admin@example.com"), s.as("", "user@example.com").User.ID
	heard = nil
	c.Post("/admin/create-user", object{"email": "new@example.com", "name": "New"}).Want(http.StatusOK)
	c.Post("/admin/set-role", object{"userId": id, "role": "helper"}).Want(http.StatusOK)
	c.Post("/admin/set-role", object{"userId": id, "role": "helper"}).Want(http.StatusOK)
	c.Post("/admin/update-user", object{"userId": id, "data": object{"email": "x@example.com"}}).Want(http.StatusOK)
	c.Post("/admin/ban-user", object{"userId": id}).Want(http.StatusOK)
	c.Post("/admin/unban-user", object{"userId": id}).Want(http.StatusOK)
	c.Post("/admin/set-user-password", object{"userId": id, "newPassword": "password5678"}).Want(http.StatusOK)
	c.Post("/admin/set-user-password", object{"userId": "nobody", "newPassword": "password5678"}).Want(http.StatusNotFound)
	c.Post("/admin/impersonate-user", object{"userId": id}).Want(http.StatusOK)
	c.Post("/admin/stop-impersonating", nil).Want(http.StatusOK)
	c.Post("/admin/remove-user", object{"userId": id}).Want(http.StatusOK)
	const want = "admin.Created admin.RoleChanged admin.EmailChanged admin.UserBanned admin.UserUnbanned admin.PasswordSet admin.Impersonated admin.ImpersonationEnded admin.Removed"
	if got := strings.Join(heard, " "); got != want || by != c.User.ID {
		t.Errorf("by %q: %s", by, got)
	}
}
