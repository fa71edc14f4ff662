package betterauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// countingHasher counts the passwords that were looked at.
type countingHasher struct {
	plugintest.FastHasher
	looks atomic.Int64
}

func (h *countingHasher) Verify(ctx context.Context, password, stored string) (bool, error) {
	h.looks.Add(1)
	return h.FastHasher.Verify(ctx, password, stored)
}

// guarded is a kit that counts failures and mail and no requests, with passwords
// and clients that say their address.
func guarded(t *testing.T, o plugintest.Options) (*plugintest.Kit, *countingHasher) {
	t.Helper()
	hasher := &countingHasher{}
	o.RateLimited = true
	o.Config.RateLimit.Disabled = true
	o.Config.ClientIP.Headers = []string{"X-Real-IP"}
	o.Config.Password = betterauth.PasswordConfig{Hasher: hasher, MaxConcurrent: 64}
	o.Plugins = append(o.Plugins, emailpassword.New(emailpassword.Config{}))
	return plugintest.NewWith(t, o), hasher
}

const rightPassword = "password1234"

// signedUp makes a user who has no session any more.
func signedUp(t *testing.T, kit *plugintest.Kit, email string) (userID string) {
	t.Helper()
	var answer struct {
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	kit.Client().Post("/sign-up/email", map[string]any{"name": "A", "email": email, "password": rightPassword}).Want(http.StatusOK).Into(&answer)
	if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), answer.User.ID); err != nil {
		t.Fatal(err)
	}
	return answer.User.ID
}

func tryPassword(c *plugintest.Client, email, password string) *plugintest.Answer {
	return c.Post("/sign-in/email", map[string]any{"email": email, "password": password})
}

// failTimes makes so many wrong guesses, which are all looked at.
func failTimes(t *testing.T, c *plugintest.Client, email string, n int) {
	t.Helper()
	for range n {
		tryPassword(c, email, "wrong-password").WantError(emailpassword.ErrInvalidCredentials)
	}
}

// wantWait fails the test unless the answer is to come again in so many seconds.
func wantWait(t *testing.T, answer *plugintest.Answer, seconds int) {
	t.Helper()
	answer.WantError(betterauth.ErrTooManyFailures)
	for _, name := range []string{"Retry-After", "X-Retry-After"} {
		if got := answer.Header.Get(name); got != fmt.Sprint(seconds) {
			t.Errorf("%s %q, want %d", name, got, seconds)
		}
	}
}

// Of 200 wrong guesses at once as many are looked at as are free, and however
// many processes there are, no more than that are told to be wrong.
func TestOfGuessesAtOnceTheFreeOnesAreLookedAt(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		one, oneHasher := guarded(t, plugintest.Options{DB: db})
		other, otherHasher := guarded(t, plugintest.Options{DB: db})
		signedUp(t, one, "a@example.com")
		for _, test := range []struct {
			email string
			kits  []*plugintest.Kit
			first int // are looked at
		}{
			{"a@example.com", []*plugintest.Kit{one}, 20},
			// The wait is over: one is looked at.
			{"a@example.com", []*plugintest.Kit{one}, 1},
			{"a@example.com", []*plugintest.Kit{one, other}, 1},
			// And nobody's address is like somebody's.
			{"unknown@example.com", []*plugintest.Kit{one, other}, 20},
			{"unknown@example.com", []*plugintest.Kit{one, other}, 1},
		} {
			oneHasher.looks.Store(0)
			otherHasher.looks.Store(0)
			var told, refused atomic.Int64
			plugintest.AtOnce(200, func(i int) {
				client := from(test.kits[i%len(test.kits)], fmt.Sprintf("203.0.113.%d", i))
				switch answer := tryPassword(client, test.email, "wrong-password"); {
				case answer.Status == http.StatusUnauthorized:
					told.Add(1)
				case answer.Status == http.StatusTooManyRequests && answer.Code() == betterauth.ErrTooManyFailures.Code:
					refused.Add(1)
				default:
					t.Errorf("%d %s\n%s", answer.Status, answer.Body, failuresOf(test.kits))
				}
			})
			if told.Load() != int64(test.first) || refused.Load() != int64(200-test.first) {
				t.Errorf("%s in %d processes: %d were told to be wrong and %d refused, want %d", test.email, len(test.kits), told.Load(), refused.Load(), test.first)
			}
			for _, looks := range []int64{oneHasher.looks.Load(), otherHasher.looks.Load()} {
				if looks > int64(test.first) {
					t.Errorf("%s: a process looked at %d, want %d", test.email, looks, test.first)
				}
			}
			one.Clock.Advance(2 * time.Minute)
			other.Clock.Advance(2 * time.Minute)
		}
	})
}

// failuresOf is what the kits logged of failed requests.
func failuresOf(kits []*plugintest.Kit) string {
	var lines []string
	for _, kit := range kits {
		for line := range strings.Lines(kit.Log.String()) {
			if strings.Contains(line, "level=ERROR") {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "")
}

// However many right sign-ins there are at once, and however often somebody
// failed before, all succeed.
func TestRightSignInsAtOnceAllSucceed(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, _ := guarded(t, plugintest.Options{DB: db})
		other, _ := guarded(t, plugintest.Options{DB: db})
		signedUp(t, kit, "a@example.com")
		for _, before := range []int{0, 15, 20} {
			failTimes(t, from(kit, "203.0.113.9"), "a@example.com", before)
			kit.Clock.Advance(time.Minute)
			other.Clock.Advance(time.Minute)
			plugintest.AtOnce(60, func(i int) {
				at := kit
				if i%2 == 1 {
					at = other
				}
				if answer := tryPassword(from(at, "203.0.113.1"), "a@example.com", rightPassword); answer.Status != http.StatusOK {
					t.Errorf("after %d failures: %d %s", before, answer.Status, answer.Body)
				}
			})
			if rows := counters(t, kit); len(rows) != 0 {
				t.Errorf("after signing in %d counts are left", len(rows))
			}
		}
	})
}

// counters are what is stored of failures and mail.
func counters(t *testing.T, kit *plugintest.Kit) (rows []*betterauth.Verification) {
	t.Helper()
	for _, prefix := range []string{"failures-", "mail-limit-"} {
		found, err := plugintest.StoreOf[betterauth.Verification](kit).List(t.Context(), database.Query{
			Where: []database.Cond{database.StartsWith("identifier", prefix)}})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, found...)
	}
	return rows
}

// What a client is answered, and when, is the same whether or not somebody has
// the address: 20 guesses, then waits that double up to an hour, and a fresh
// start a day after the last.
func TestWaits(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, hasher := guarded(t, plugintest.Options{DB: db})
		signedUp(t, kit, "a@example.com")
		for _, email := range []string{"A@example.com", "unknown@example.com"} {
			c := from(kit, "203.0.113.1")
			failTimes(t, c, email, 20)
			for _, seconds := range []int{30, 60, 120, 240, 480, 960, 1920, 3600, 3600} {
				looks := hasher.looks.Load()
				wantWait(t, tryPassword(c, email, "wrong-password"), seconds)
				kit.Clock.Advance(time.Duration(seconds)*time.Second - time.Millisecond)
				answer := tryPassword(c, strings.ToLower(email), rightPassword)
				if wantWait(t, answer, 1); string(answer.Body) != `{"message":"Too many failed attempts. Please try again later.","code":"TOO_MANY_FAILED_ATTEMPTS"}` {
					t.Errorf("body %s", answer.Body)
				}
				if hasher.looks.Load() != looks {
					t.Error("a password was looked at during a wait")
				}
				kit.Clock.Advance(time.Millisecond)
				failTimes(t, c, email, 1)
			}
			kit.Clock.Advance(24*time.Hour + time.Millisecond)
			failTimes(t, c, email, 20)
			wantWait(t, tryPassword(c, email, "wrong-password"), 30)
			kit.Clock.Advance(25 * time.Hour)
		}
		for _, row := range counters(t, kit) {
			if strings.Contains(row.Identifier+row.Value, "example") {
				t.Errorf("an address is stored: %s %s", row.Identifier, row.Value)
			}
		}
	})
}

func TestSigningInEndsTheCount(t *testing.T) {
	t.Parallel()
	kit, _ := guarded(t, plugintest.Options{})
	signedUp(t, kit, "a@example.com")
	c := from(kit, "203.0.113.1")
	for range 3 {
		failTimes(t, c, "a@example.com", 19)
		tryPassword(c, "a@example.com", rightPassword).Want(http.StatusOK)
	}
	if rows := counters(t, kit); len(rows) != 0 {
		t.Errorf("%d counts are left", len(rows))
	}
}

// What a password does not suffice for does not end the count either: whoever
// knows it could guess at what else is asked for, for ever.
func TestAStepUpDoesNotEndTheCount(t *testing.T) {
	t.Parallel()
	gate := betterauth.Inline{ID: "gate", Gates: []betterauth.SessionGate{{Name: "second", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
		if a.SignIn.NewUser || a.SignIn.Method != "email" {
			return nil
		}
		return betterauth.StepUp(map[string]bool{"second": true})
	}}}}
	kit, _ := guarded(t, plugintest.Options{Plugins: []betterauth.Plugin{gate}})
	signedUp(t, kit, "a@example.com")
	c := from(kit, "203.0.113.1")
	for range 20 {
		failTimes(t, c, "a@example.com", 1)
		answer := tryPassword(c, "a@example.com", rightPassword)
		if answer.Status != http.StatusOK && answer.Code() != betterauth.ErrTooManyFailures.Code {
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
	}
	wantWait(t, tryPassword(c, "a@example.com", rightPassword), 30)
}

// An attack from elsewhere does not keep the owner out, where they are signed in
// already. What they fail themselves counts there, and for nobody else.
func TestTheOwnerSignsInDuringAnAttack(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, _ := guarded(t, plugintest.Options{DB: db})
		userID := signedUp(t, kit, "a@example.com")
		signedUp(t, kit, "b@example.com")
		tryPassword(from(kit, "198.51.100.7"), "a@example.com", rightPassword).Want(http.StatusOK)
		tryPassword(from(kit, "198.51.100.8"), "b@example.com", rightPassword).Want(http.StatusOK)
		failTimes(t, from(kit, "203.0.113.1"), "a@example.com", 20)

		owner := from(kit, "198.51.100.7")
		tryPassword(owner, "a@example.com", rightPassword).Want(http.StatusOK)
		// Neither for others, nor where another user is signed in, nor where
		// nothing is known of the client.
		wantWait(t, tryPassword(from(kit, "203.0.113.2"), "a@example.com", rightPassword), 30)
		wantWait(t, tryPassword(from(kit, "198.51.100.8"), "a@example.com", rightPassword), 30)
		wantWait(t, tryPassword(kit.Client(), "a@example.com", rightPassword), 30)

		failTimes(t, owner, "a@example.com", 20)
		wantWait(t, tryPassword(owner, "a@example.com", rightPassword), 30)

		// A reset ends all of it.
		if err := kit.Host.Failures().Reset(t.Context(), userID); err != nil {
			t.Fatal(err)
		}
		if rows := counters(t, kit); len(rows) != 0 {
			t.Errorf("%d counts are left", len(rows))
		}
		tryPassword(from(kit, "203.0.113.2"), "a@example.com", rightPassword).Want(http.StatusOK)

		// A session that has ended vouches for no address.
		failTimes(t, from(kit, "203.0.113.1"), "a@example.com", 20)
		if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), userID); err != nil {
			t.Fatal(err)
		}
		wantWait(t, tryPassword(owner, "a@example.com", rightPassword), 30)
	})
}

// Where failures cannot be counted, nobody is told whether they failed.
func TestFailuresFailClosed(t *testing.T) {
	t.Parallel()
	var failing atomic.Bool
	fault := betterauth.Inline{ID: "fault", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.Verification]{BeforeCreate: func(context.Context, *betterauth.Verification) error {
			if failing.Load() {
				return errors.New("no more room")
			}
			return nil
		}},
	}}
	kit, _ := guarded(t, plugintest.Options{Plugins: []betterauth.Plugin{fault}})
	signedUp(t, kit, "a@example.com")
	failing.Store(true)
	for _, email := range []string{"a@example.com", "unknown@example.com"} {
		tryPassword(kit.Client(), email, "wrong-password").WantError(betterauth.ErrInternal)
	}
	tryPassword(kit.Client(), "a@example.com", rightPassword).Want(http.StatusOK)
	failing.Store(false)
	failTimes(t, kit.Client(), "a@example.com", 20)
	if err := kit.DB.Close(); err != nil {
		t.Fatal(err)
	}
	tryPassword(kit.Client(), "a@example.com", "wrong-password").WantError(betterauth.ErrInternal)
	tryPassword(kit.Client(), "a@example.com", rightPassword).WantError(betterauth.ErrInternal)
}

// Who waits for others to be looked at may go away, and who was to be looked at
// may never come back with an answer: neither keeps anybody out.
func TestProofsThatAreGivenUp(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, _ := guarded(t, plugintest.Options{DB: db, Config: betterauth.Config{Failures: betterauth.FailuresConfig{Free: 3}}})
		failures, subject := kit.Host.Failures(), betterauth.Subject{UserID: "somebody"}
		var looking []*betterauth.Proof
		for range 3 {
			proof, err := failures.Begin(t.Context(), subject)
			if err != nil {
				t.Fatal(err)
			}
			looking = append(looking, proof)
		}
		// All places are taken: these wait and go away.
		gone, leave := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range 4 {
			waiting.Go(func() {
				if _, err := failures.Begin(gone, subject); !errors.Is(err, context.Canceled) {
					t.Errorf("begun by who is gone: %v", err)
				}
			})
		}
		// And these stay.
		errs := make(chan error)
		for range 8 {
			go func() {
				_, err := failures.Check(t.Context(), subject, func(context.Context) (bool, error) { return true, nil })
				errs <- err
			}()
		}
		leave()
		waiting.Wait()
		// Counted though the client is gone.
		if err := looking[0].Wrong(gone); err != nil {
			t.Error(err)
		}
		for _, proof := range looking {
			proof.End()
			proof.End()
		}
		for range 8 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// A panic in between is none either.
func TestAProofThatPanics(t *testing.T) {
	t.Parallel()
	kit, _ := guarded(t, plugintest.Options{Config: betterauth.Config{Failures: betterauth.FailuresConfig{Free: 1}}})
	subject := betterauth.Subject{Name: "somebody"}
	for range 3 {
		func() {
			defer func() { _ = recover() }()
			_, _ = kit.Host.Failures().Check(t.Context(), subject, func(context.Context) (bool, error) { panic("teapot") })
		}()
	}
	if ok, err := kit.Host.Failures().Check(t.Context(), subject, func(context.Context) (bool, error) { return false, errTeapot }); ok || !errors.Is(err, errTeapot) {
		t.Errorf("%t, %v", ok, err)
	}
	if ok, err := kit.Host.Failures().Check(t.Context(), subject, func(context.Context) (bool, error) { return false, nil }); ok || err != nil {
		t.Errorf("the first wrong one: %t, %v", ok, err)
	}
	looked := false
	ok, err := kit.Host.Failures().Check(t.Context(), betterauth.Subject{Name: " SomeBody"}, func(context.Context) (bool, error) {
		looked = true
		return true, nil
	})
	if ok || looked || !errors.Is(err, betterauth.ErrTooManyFailures) {
		t.Errorf("during the wait: %t, looked at: %t, %v", ok, looked, err)
	}
}

// Inside a transaction a count could be undone, and a wait would never end.
func TestNoProofBeginsInsideATransaction(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, _ := guarded(t, plugintest.Options{DB: db})
		err := kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
			_, err := kit.Host.Failures().Begin(ctx, betterauth.Subject{Name: "a"})
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "inside a transaction") {
			t.Errorf("begun: %v", err)
		}
	})
}

func TestFailuresConfig(t *testing.T) {
	t.Parallel()
	for item, cfg := range map[string]betterauth.Config{
		"config Failures: Free":              {Failures: betterauth.FailuresConfig{Free: -1}},
		"config Failures: Free, FirstWait":   {Failures: betterauth.FailuresConfig{FirstWait: -1}},
		"or MaxWait is negative":             {Failures: betterauth.FailuresConfig{MaxWait: -1}},
		"config Failures.Free":               {Failures: betterauth.FailuresConfig{Free: 101}},
		"config Failures.FirstWait":          {Failures: betterauth.FailuresConfig{FirstWait: 2 * time.Hour}},
		"config Failures.MaxWait":            {Failures: betterauth.FailuresConfig{MaxWait: 25 * time.Hour}},
		"config MailLimit: Max or Window":    {MailLimit: betterauth.MailLimitConfig{Max: -1}},
		"Max or Window is negative":          {MailLimit: betterauth.MailLimitConfig{Window: -1}},
		"more than one mail in a millisecon": {MailLimit: betterauth.MailLimitConfig{Max: 10, Window: time.Millisecond}},
	} {
		if _, err := plugintest.Build(t, plugintest.Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), item) {
			t.Errorf("%s: %v", item, err)
		}
	}
	for _, cfg := range []betterauth.FailuresConfig{{Free: 100}, {MaxWait: time.Second}, {FirstWait: time.Hour}, {MaxWait: 24 * time.Hour}} {
		if _, err := plugintest.Build(t, plugintest.Options{Config: betterauth.Config{Failures: cfg}}); err != nil {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	kit, _ := guarded(t, plugintest.Options{Config: betterauth.Config{Failures: betterauth.FailuresConfig{Disabled: true}}})
	failTimes(t, kit.Client(), "a@example.com", 30)
}

// Nothing is written for who does not fail, and expired counts are swept.
func TestCountsAreSwept(t *testing.T) {
	t.Parallel()
	kit, _ := guarded(t, plugintest.Options{})
	signedUp(t, kit, "a@example.com")
	before := kit.Rows()["verification"]
	tryPassword(kit.Client(), "a@example.com", rightPassword).Want(http.StatusOK)
	if after := kit.Rows()["verification"]; !slices.Equal(before, after) {
		t.Errorf("written: %v", after)
	}
	failTimes(t, kit.Client(), "a@example.com", 1)
	if len(counters(t, kit)) != 1 {
		t.Errorf("%d counts", len(counters(t, kit)))
	}
	kit.Clock.Advance(24*time.Hour + time.Second)
	if _, err := kit.Auth.DeleteExpired(t.Context()); err != nil || len(counters(t, kit)) != 0 {
		t.Errorf("%d counts are left: %v", len(counters(t, kit)), err)
	}
}

// Without a database counts are in this process.
func TestFailuresWithoutADatabase(t *testing.T) {
	t.Parallel()
	kit, _ := guarded(t, plugintest.Options{Stateless: true})
	failTimes(t, kit.Client(), "a@example.com", 20)
	wantWait(t, tryPassword(kit.Client(), "a@example.com", "wrong-password"), 30)
}

// Who was looked at when others, in another process, failed once too often is
// told nothing, right or wrong, and does not count: the next wait is that of
// the failures that were told.
func TestWhatIsSettledTooLateIsNotTold(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		cfg := betterauth.Config{Failures: betterauth.FailuresConfig{Free: 2}}
		here, _ := guarded(t, plugintest.Options{DB: db, Config: cfg})
		there, _ := guarded(t, plugintest.Options{DB: db, Config: cfg})
		subject := betterauth.Subject{UserID: "somebody"}
		begin := func(kit *plugintest.Kit) *betterauth.Proof {
			proof, err := kit.Host.Failures().Begin(t.Context(), subject)
			if err != nil {
				t.Fatal(err)
			}
			return proof
		}
		late, later := begin(there), begin(there)
		for range 2 {
			proof := begin(here)
			if err := proof.Wrong(t.Context()); err != nil {
				t.Fatal(err)
			}
			proof.End()
		}
		stored := here.Rows()["verification"]
		if err := late.Right(t.Context()); !errors.Is(err, betterauth.ErrTooManyFailures) {
			t.Errorf("a right one: %v", err)
		}
		if err := later.Wrong(t.Context()); !errors.Is(err, betterauth.ErrTooManyFailures) {
			t.Errorf("a wrong one: %v", err)
		}
		if after := here.Rows()["verification"]; !slices.Equal(stored, after) {
			t.Errorf("stored %v, and then %v", stored, after)
		}
	})
}
