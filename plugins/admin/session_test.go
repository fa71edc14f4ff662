package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

type listedSessions []struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// What an administrator is shown of sessions signs nobody in, and ends them all
// the same: the member that clients send back is the session's id.
func TestNoTokensAreListed(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		c, here := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
		there := s.SignedInAs(here.User)
		actor := c.Fork()
		acting := actor.Post("/admin/impersonate-user", object{"userId": here.User.ID}).Want(http.StatusOK)
		list := func() listedSessions {
			t.Helper()
			answer := c.Post("/admin/list-user-sessions", object{"userId": here.User.ID}).Want(http.StatusOK)
			stored, err := s.admin.Sessions(t.Context(), here.User.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, session := range stored {
				if session.Token == session.ID || strings.Contains(string(answer.Body), session.Token) {
					t.Errorf("the token %s in %s", session.Token, answer.Body)
				}
			}
			var l struct {
				Sessions listedSessions `json:"sessions"`
			}
			answer.Into(&l)
			return l.Sessions
		}
		sessions := list()
		if len(sessions) != 3 || !strings.Contains(string(acting.Body), here.User.ID) {
			t.Fatalf("%+v", sessions)
		}
		for _, session := range sessions {
			if session.Token != session.ID || session.ID == "" {
				t.Errorf("%+v", session)
			}
		}
		revoke := func(name string) {
			t.Helper()
			c.Post("/admin/revoke-user-session", object{"sessionToken": name}).WantBody(http.StatusOK, `{"success":true}`)
		}
		revoke("nothing")
		revoke("")
		if n := len(list()); n != 3 {
			t.Errorf("%d left", n)
		}
		revoke(here.Session.ID)
		if whose(here) != "" || whose(there) == "" || whose(actor) == "" {
			t.Error("the wrong session ended")
		}
		revoke(there.Session.Token)
		if whose(there) != "" || whose(actor) == "" {
			t.Error("the wrong session ended")
		}
		revoke(list()[0].Token)
		if whose(actor) != "" || whose(c) != "admin@example.com" {
			t.Error("the wrong session ended")
		}
	})
}

// Whoever acts as a user sees no token of the user's either, and can end the
// user's sessions by what they see; nobody else's, and nobody else can.
func TestNoTokensInAnImpersonation(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c, here, third := s.as("admin", "admin@example.com"), s.as("", "user@example.com"), s.as("", "third@example.com")
	there := s.SignedInAs(here.User)
	c.Post("/admin/impersonate-user", object{"userId": here.User.ID}).Want(http.StatusOK)
	var l listedSessions
	c.Get("/list-sessions").Want(http.StatusOK).Into(&l)
	if len(l) != 2 {
		t.Fatalf("%+v", l)
	}
	for _, session := range l {
		if session.Token != session.ID || session.ID == "" {
			t.Errorf("%+v", session)
		}
	}
	here.Get("/list-sessions").Want(http.StatusOK).Into(&l)
	if len(l) != 2 || l[0].Token == l[0].ID || l[1].Token == l[1].ID {
		t.Errorf("the user sees %+v", l)
	}
	revoke := func(by *plugintest.Client, name string) {
		t.Helper()
		by.Post("/revoke-session", object{"token": name}).Want(http.StatusOK)
	}
	revoke(c, third.Session.ID)
	revoke(here, there.Session.ID)
	if whose(third) == "" || whose(there) == "" {
		t.Error("somebody else's session ended, or one by its id")
	}
	revoke(c, there.Session.ID)
	if whose(there) != "" || whose(here) == "" {
		t.Error("the wrong session ended")
	}
	revoke(c, here.Session.Token)
	if whose(here) != "" {
		t.Error("a token ends nothing")
	}
	s.Client().Post("/revoke-session", object{"token": "x"}).Want(http.StatusUnauthorized)
}
