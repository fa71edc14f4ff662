package plugins_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// audit is a log of the facts that the core tells of.
type audit struct {
	mu    sync.Mutex
	facts []string
}

func (a *audit) note(fact string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.facts = append(a.facts, fact)
	return nil
}

// take returns what was told since it was last called.
func (a *audit) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	facts := a.facts
	a.facts = nil
	return facts
}

func (a *audit) plugin() betterauth.Plugin {
	return betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(_ context.Context, e betterauth.UserCreated) error { return a.note("created " + e.UserID) }),
		betterauth.On(func(_ context.Context, e betterauth.SignedIn) error {
			if e.Method == "" || e.SessionID == "" {
				return a.note("incomplete")
			}
			return a.note("signed in " + e.UserID)
		}),
		betterauth.On(func(_ context.Context, e betterauth.SessionEnded) error { return a.note("session ended " + e.UserID) }),
		betterauth.On(func(_ context.Context, e betterauth.EndingHappened) error {
			return a.note(fmt.Sprintf("%s %s", e.Ending, e.UserID))
		}),
	}}
}

// only are the facts of one user that begin with one of these words.
func only(facts []string, userID string, words ...string) (of []string) {
	for _, fact := range facts {
		word, about := fact[:strings.LastIndex(fact, " ")], fact[strings.LastIndex(fact, " ")+1:]
		if about == userID && slices.Contains(words, word) {
			of = append(of, word)
		}
	}
	return of
}

// What happens to a user is told once, whatever brings it about, and the end of their
// sessions with it.
func TestEndingsAreTold(t *testing.T) {
	t.Parallel()
	// In the order of happenings.
	endings := [][]string{
		{"address-proven"}, {"password-reset"}, {"password-reset"}, {"password-reset"}, {"password-changed"},
		{"address-changed", "address-proven"}, {"address-changed"}, {"sessions-revoked"}, {"user-banned"}, {"user-deleted"},
	}
	endsSessions := []int{1, 0, 0, 0, 0, 0, 0, 2, 1, 1} // "all sessions revoked" signs in to do it
	names := []string{}
	for _, e := range betterauth.Endings() {
		names = append(names, e.String())
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newEndingsSite(t, db)
		for i, h := range happenings {
			t.Run(h.name, func(t *testing.T) {
				s.with(t)
				s.setVerified(!h.unverified)
				s.SignedInAs(s.ada)
				s.audit.take()
				h.do(s)
				facts := s.audit.take()
				got := only(facts, s.ada.ID, names...)
				slices.Sort(got)
				if !slices.Equal(got, endings[i]) {
					t.Errorf("told %v, want %v", got, endings[i])
				}
				if got := only(facts, s.ada.ID, "session ended"); len(got) != endsSessions[i] {
					t.Errorf("told of %d sessions that ended, want %d: %v", len(got), endsSessions[i], facts)
				}
			})
		}
	})
}

// What is undone tells nobody.
func TestUndoneIsNotTold(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newEndingsSite(t, db)
		s.with(t)
		s.SignedInAs(s.ada)
		s.audit.take()
		err := s.Host.Transaction(t.Context(), func(ctx context.Context) error {
			for _, err := range []error{
				s.Users().Create(ctx, &betterauth.User{Name: "Bob", Email: "bob@example.com"}),
				s.Host.End(ctx, s.ada.ID, betterauth.PasswordReset),
				func() error { _, err := s.Host.Sessions().RevokeAll(ctx, s.ada.ID); return err }(),
				func() error {
					_, err := s.Auth.CreateSession(ctx, s.ada.ID, betterauth.SignIn{Method: "test"})
					return err
				}(),
				func() error { _, err := s.Users().Delete(ctx, database.Eq("id", s.ada.ID)); return err }(),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			return context.Canceled
		})
		if facts := s.audit.take(); err == nil || len(facts) > 0 {
			t.Errorf("%v, told %v", err, facts)
		}
	})
}

// wantTold demands that as many users and sessions were told of as were made.
func (s *signInSite) wantTold(users, sessions int) {
	s.t.Helper()
	created, made := 0, 0
	for _, fact := range s.audit.take() {
		switch {
		case strings.HasPrefix(fact, "created "):
			created++
		case strings.HasPrefix(fact, "signed in "):
			made++
		case fact == "incomplete":
			s.t.Error("a sign-in without its method or session")
		}
	}
	if created != users || made != sessions {
		s.t.Errorf("told of %d users and %d sign-ins, want %d and %d", created, made, users, sessions)
	}
}
