package invitation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/examples/customplugin/invitation"
)

func TestSignUp(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newServer(t, db)
		for sent, code := range map[string]string{
			"": "INVITATION_CODE_REQUIRED", `"wrong"`: "INVALID_INVITATION_CODE", `""`: "INVALID_INVITATION_CODE",
			`7`: "INVALID_INVITATION_CODE", `["x"]`: "INVALID_INVITATION_CODE", `null`: "INVALID_INVITATION_CODE", `"\u0000"`: "INVALID_INVITATION_CODE",
		} {
			s.browser().signUp("ada@example.com", sent).expect(t, "code "+sent, 400, code)
		}
		ada, a := s.invited("ada@example.com")
		if a.Token == nil || a.User.InvitedBy != invitation.Operator || strings.Contains(a.body, "suspended") {
			t.Errorf("sign-up: %s", a.body)
		}
		made := ada.send("POST", "/invitation/create", "{}")
		made.expect(t, "create", 200, "")
		b := s.browser().signUp("bob@example.com", quoted(made.Code))
		b.expect(t, "Bob", 200, "")
		if b.User.InvitedBy != a.User.ID {
			t.Errorf("invited by %q, want %q", b.User.InvitedBy, a.User.ID)
		}
		s.browser().signUp("eve@example.com", quoted(made.Code)).expect(t, "a used code", 400, "INVALID_INVITATION_CODE")
		s.browser().signIn("bob@example.com").expect(t, "Bob again", 200, "")

		told := s.told()
		if len(told) != 2 || told[0].By != invitation.Operator || told[1].UserID != b.User.ID || told[1].By != a.User.ID {
			t.Errorf("told of %+v", told)
		}
	})
}

func TestClientCannotSayWhoInvited(t *testing.T) {
	t.Parallel()
	s := newServer(t, databasetest.SQLiteMemory(t))
	body := `{"name":"Eve","email":"eve@example.com","password":"correct horse","invitationCode":%q,%s}`
	for member, status := range map[string]int{`"invitedBy":"operator"`: 400, `"suspended":true`: 200, `"suspended":false`: 200} {
		a := s.browser().send("POST", "/sign-up/email", fmt.Sprintf(strings.Replace(body, "eve", fmt.Sprint("eve", len(member)), 1), s.issue(), member))
		if a.status != status {
			t.Errorf("%s: %d %s, want %d", member, a.status, a.body, status)
		}
	}
}

func TestOneWinner(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newServer(t, db)
		code := s.issue()
		answers := make([]answer, 8)
		var wg sync.WaitGroup
		for i := range answers {
			b := s.browser()
			wg.Go(func() { answers[i] = b.signUp(fmt.Sprintf("user%d@example.com", i), quoted(code)) })
		}
		wg.Wait()
		winners := 0
		for i, a := range answers {
			email := fmt.Sprintf("user%d@example.com", i)
			if a.status == 200 {
				winners++
				s.browser().signIn(email).expect(t, "the winner", 200, "")
				continue
			}
			a.expect(t, email, 400, "INVALID_INVITATION_CODE")
			// Nothing is left of the others: their address is free.
			s.browser().signUp(email, quoted(s.issue())).expect(t, email+" with another code", 200, "")
		}
		if winners != 1 {
			t.Errorf("%d sign-ups with one code, want 1", winners)
		}
	})
}

// closing is a gate of somebody else's that comes after the code was used.
type closing struct{ open bool }

func (c *closing) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "closing", OrderAfter: []string{"invitation"}, Gates: []betterauth.SessionGate{{
		Name: "hours", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
			if c.open {
				return nil
			}
			return &betterauth.ErrorCode{Code: "CLOSED", Message: "Closed", Status: http.StatusForbidden}
		},
	}}}
}

func TestFailedSignUpKeepsTheCode(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		gate := &closing{open: true}
		s := newServer(t, db, gate)
		s.invited("ada@example.com")
		code := quoted(s.issue())
		s.browser().signUp("ada@example.com", code).expect(t, "an address that is taken", 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")
		short := fmt.Sprintf(`{"name":"Bob","email":"bob@example.com","password":"short","invitationCode":%s}`, code)
		s.browser().send("POST", "/sign-up/email", short).expect(t, "a short password", 400, "PASSWORD_TOO_SHORT")
		gate.open = false
		s.browser().signUp("bob@example.com", code).expect(t, "another gate", 403, "CLOSED")
		gate.open = true
		if n := len(s.told()); n != 1 {
			t.Errorf("told of %d invitations, want Ada's only", n)
		}
		s.browser().signUp("bob@example.com", code).expect(t, "the same code", 200, "")
	})
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	s := newServer(t, databasetest.SQLiteMemory(t))
	code := quoted(s.issue())
	s.advance(7*24*time.Hour - time.Millisecond)
	late := quoted(s.issue())
	s.browser().signUp("ada@example.com", code).expect(t, "just in time", 200, "")
	s.advance(7 * 24 * time.Hour)
	s.browser().signUp("bob@example.com", late).expect(t, "too late", 400, "INVALID_INVITATION_CODE")
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	s := newServer(t, databasetest.SQLiteMemory(t))
	nobody := s.browser()
	nobody.send("POST", "/invitation/create", "{}").expect(t, "create by nobody", 401, "UNAUTHORIZED")
	nobody.send("GET", "/invitation/list", "").expect(t, "list of nobody", 401, "UNAUTHORIZED")

	ada, a := s.invited("ada@example.com")
	bob, b := s.invited("bob@example.com")
	code := ada.send("POST", "/invitation/create", "{}").Code
	bob.send("POST", "/invitation/create", "{}").expect(t, "create", 200, "")
	list := ada.send("GET", "/invitation/list", "")
	if strings.Count(list.body, `"id":`) != 1 || !strings.Contains(list.body, `"createdBy":"`+a.User.ID+`"`) || strings.Contains(list.body, b.User.ID) {
		t.Errorf("Ada's list: %s", list.body)
	}
	if strings.Contains(list.body, code) || strings.Contains(list.body, "odeHash") {
		t.Errorf("the list gives codes away: %s", list.body)
	}
	s.advance(25 * time.Hour)
	ada.send("POST", "/invitation/create", "{}").expect(t, "create with a session of yesterday", 403, "SESSION_NOT_FRESH")
	ada.send("GET", "/invitation/list", "").expect(t, "list with a session of yesterday", 200, "")
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := serverWith(t, databasetest.SQLiteMemory(t), betterauth.Config{})
	ada, _ := s.invited("ada@example.com")
	for i := range 20 {
		ada.send("POST", "/invitation/create", "{}").expect(t, fmt.Sprint("code number ", i+1), 200, "")
	}
	if a := ada.send("POST", "/invitation/create", "{}"); a.status != 429 {
		t.Errorf("code number 21: %d %s", a.status, a.body)
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	s := newServer(t, databasetest.SQLiteMemory(t))
	ada, a := s.invited("ada@example.com")
	if err := s.invitations.Suspend(t.Context(), a.User.ID); err != nil {
		t.Fatal(err)
	}
	if got := ada.send("GET", "/get-session", ""); got.body != "null" {
		t.Errorf("the session of a suspended user: %s", got.body)
	}
	ada.signIn("ada@example.com").expect(t, "suspended", 403, "ACCOUNT_SUSPENDED")
	// Every method passes the gate, in process too.
	if _, err := s.auth.CreateSession(t.Context(), a.User.ID, betterauth.SignIn{Method: "test"}); !errors.Is(err, invitation.ErrSuspended) {
		t.Errorf("in process: %v", err)
	}
	if err := s.invitations.Suspend(t.Context(), "nobody"); !errors.Is(err, database.ErrNotFound) {
		t.Errorf("suspending nobody: %v", err)
	}
}

// members lets tests write users as an application would.
type members struct {
	users *database.Store[betterauth.User]
}

func (*members) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "members"} }

func (m *members) Init(_ context.Context, h *betterauth.Host) error {
	m.users = h.UserStore()
	return nil
}

func TestUninvited(t *testing.T) {
	t.Parallel()
	app := &members{}
	makeUser := betterauth.Handle(betterauth.Operation{ID: "makeUser", Method: "POST", Path: "/make-user", Access: betterauth.Public},
		func(c *betterauth.Ctx, _ betterauth.None) (betterauth.None, error) {
			return betterauth.None{}, app.users.Create(c, &betterauth.User{Name: "Eve", Email: "eve@example.com"})
		})
	s := newServer(t, databasetest.SQLiteMemory(t), app, betterauth.Inline{ID: "backdoor", Endpoints: []betterauth.Endpoint{makeUser}})
	s.browser().send("POST", "/make-user", "{}").expect(t, "another way to a user", 400, "INVITATION_CODE_REQUIRED")

	user := &betterauth.User{Name: "Old", Email: "old@example.com"}
	if err := app.users.Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	if _, err := s.auth.CreateSession(t.Context(), user.ID, betterauth.SignIn{Method: "test"}); !errors.Is(err, invitation.ErrNotInvited) {
		t.Errorf("an account from before: %v", err)
	}
	if _, err := app.users.Update(t.Context(), database.Set{"invitedBy": invitation.Operator}, database.Eq("id", user.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.auth.CreateSession(t.Context(), user.ID, betterauth.SignIn{Method: "test"}); err != nil {
		t.Errorf("an account that was vouched for: %v", err)
	}
}

func TestDatabaseFailure(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, db)
	code := quoted(s.issue())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.browser().signUp("ada@example.com", code).expect(t, "sign-up in an outage", 500, "INTERNAL_SERVER_ERROR")
}

func TestNeedsEmailPassword(t *testing.T) {
	t.Parallel()
	_, err := betterauth.New(betterauth.Config{Secret: "a secret of more than 32 characters"}).
		Database(databasetest.SQLiteMemory(t)).Plugin(invitation.New(invitation.Config{})).Build(t.Context())
	var problem *betterauth.Problem
	if !errors.As(err, &problem) || problem.Plugin != "invitation" || problem.Item != "need betterauth.PasswordKeeper" || !strings.Contains(err.Error(), "no plugin implements it; add emailpassword.New") {
		t.Errorf("Build: %v", err)
	}
}

func TestTwoInstances(t *testing.T) {
	t.Parallel()
	one, two := newServer(t, databasetest.SQLiteMemory(t)), newServer(t, databasetest.SQLiteMemory(t))
	code := quoted(one.issue())
	two.browser().signUp("ada@example.com", code).expect(t, "the code of another instance", 400, "INVALID_INVITATION_CODE")
	one.browser().signUp("ada@example.com", code).expect(t, "its own code", 200, "")
	if len(one.told()) != 1 || len(two.told()) != 0 {
		t.Errorf("told of %d and %d", len(one.told()), len(two.told()))
	}
	two.browser().signIn("ada@example.com").expect(t, "the user of another instance", 401, "INVALID_EMAIL_OR_PASSWORD")
}
