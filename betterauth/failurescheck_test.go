package betterauth_test

import (
	"context"
	"errors"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// Check says what the proof said, counts wrong ones for their subject alone, and ends
// the count with a right one.
func TestCheckOfAProof(t *testing.T) {
	t.Parallel()
	db := memory(t)
	o := plugintest.Options{DB: db, Config: betterauth.Config{Failures: betterauth.FailuresConfig{Free: 2}}}
	kit, _ := guarded(t, o)
	other, _ := guarded(t, o)
	check := func(kit *plugintest.Kit, s betterauth.Subject, right bool) (bool, error) {
		return kit.Host.Failures().Check(t.Context(), s, func(context.Context) (bool, error) { return right, nil })
	}
	ann, bob := betterauth.Subject{Name: "ann@example.com"}, betterauth.Subject{Name: "bob@example.com"}
	for name, s := range map[string]betterauth.Subject{"a user": {UserID: "1"}, "a user with a name": {UserID: "2", Name: "ann@example.com"}, "a name": ann} {
		for range 3 { // a right one ends the count
			if ok, err := check(kit, s, false); ok || err != nil {
				t.Errorf("%s, wrong: %t, %v", name, ok, err)
			}
			if ok, err := check(kit, s, true); !ok || err != nil {
				t.Errorf("%s, right: %t, %v", name, ok, err)
			}
		}
	}
	if rows := counters(t, kit); len(rows) != 0 {
		t.Errorf("%d counts are left", len(rows))
	}
	for range 2 {
		if ok, err := check(kit, ann, false); ok || err != nil {
			t.Errorf("wrong: %t, %v", ok, err)
		}
	}
	if ok, err := check(kit, ann, true); ok || !errors.Is(err, betterauth.ErrTooManyFailures) {
		t.Errorf("in a wait: %t, %v", ok, err)
	}
	for _, s := range []betterauth.Subject{bob, {UserID: "1"}, {UserID: "ann@example.com"}} {
		if ok, err := check(kit, s, true); !ok || err != nil {
			t.Errorf("%+v waits for ann: %t, %v", s, ok, err)
		}
	}
	// A right one is not told while a wait goes on that others began meanwhile.
	ok, err := kit.Host.Failures().Check(t.Context(), bob, func(context.Context) (bool, error) {
		for range 2 {
			if ok, err := check(other, bob, false); ok || err != nil {
				t.Errorf("in another process: %t, %v", ok, err)
			}
		}
		return true, nil
	})
	if ok || !errors.Is(err, betterauth.ErrTooManyFailures) {
		t.Errorf("right after others failed: %t, %v", ok, err)
	}
	if ok, err := check(other, bob, true); ok || !errors.Is(err, betterauth.ErrTooManyFailures) {
		t.Errorf("the wait has ended: %t, %v", ok, err)
	}
}
