package emailotp_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
)

// What is stored is what the reference stores: identifier, value, expiry.
func TestStoredCode(t *testing.T) {
	t.Parallel()
	plain := func(_ *site, kept string) string { return kept }
	open := func(s *site, kept string) string {
		code, err := s.Host.Decrypt(kept)
		if err != nil {
			t.Error(err)
		}
		return code
	}
	hash := func(code string) string {
		sum := sha256.Sum256([]byte(code))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	for name, tt := range map[string]struct {
		cfg  emailotp.Config
		form func(string) string        // of the code, as expected
		read func(*site, string) string // of what is kept
	}{
		"plain":     {emailotp.Config{}, strings.Clone, plain},
		"encrypted": {emailotp.Config{Storage: betterauth.CodesEncrypted()}, strings.Clone, open},
		"hashed":    {emailotp.Config{Storage: betterauth.CodesHashed()}, hash, plain},
		"own": {emailotp.Config{Storage: betterauth.CodesHashedBy(func(_ context.Context, code string) (string, error) { return "own:" + code, nil })},
			func(code string) string { return "own:" + code }, plain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, tt.cfg, plugintest.Options{})
			code := s.code("Ann@Example.com", emailotp.TypeSignIn)
			if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(code) {
				t.Errorf("code %q", code)
			}
			rows := s.stored("sign-in-otp-ann@example.com")
			if len(rows) != 1 {
				t.Fatalf("%d rows", len(rows))
			}
			kept, ok := strings.CutSuffix(rows[0].Value, ":0")
			if !ok || tt.read(s, kept) != tt.form(code) {
				t.Errorf("value %q", rows[0].Value)
			}
			if got := rows[0].ExpiresAt.Sub(s.Clock.Now()); got != 5*time.Minute {
				t.Errorf("good for %v", got)
			}
			s.signIn("ann@example.com", wrong(code)).WantError(emailotp.ErrInvalid)
			if value := s.stored("sign-in-otp-ann@example.com")[0].Value; value != kept+":1" {
				t.Errorf("value %q after a wrong attempt", value)
			}
			s.signIn("ANN@example.com", code).Want(http.StatusOK)
			if rows := s.stored("sign-in-otp-ann@example.com"); len(rows) != 0 {
				t.Errorf("still there: %+v", rows)
			}
		})
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{})
	code := s.code("ann@example.com", emailotp.TypeSignIn)
	for range 3 {
		s.signIn("ann@example.com", wrong(code)).WantBody(http.StatusBadRequest, `{"message":"Invalid OTP","code":"INVALID_OTP"}`)
	}
	s.signIn("ann@example.com", code).WantBody(http.StatusForbidden, `{"message":"Too many attempts","code":"TOO_MANY_ATTEMPTS"}`)
	s.signIn("ann@example.com", code).WantError(emailotp.ErrInvalid)
	// Attempts by way of checking are attempts.
	code = s.code("ann@example.com", emailotp.TypeSignIn)
	check := func(code string) *plugintest.Answer {
		return s.Client().Post("/email-otp/check-verification-otp", members{"email": "ann@example.com", "type": "sign-in", "otp": code})
	}
	for range 3 {
		check(wrong(code)).WantError(emailotp.ErrInvalid)
	}
	check(code).WantError(emailotp.ErrTooManyAttempts)
	check(code).WantError(emailotp.ErrInvalid)
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{ExpiresIn: time.Minute}, plugintest.Options{})
	code := s.code("ann@example.com", emailotp.TypeSignIn)
	s.Clock.Advance(time.Minute + time.Millisecond)
	s.signIn("ann@example.com", code).WantBody(http.StatusBadRequest, `{"message":"OTP expired","code":"OTP_EXPIRED"}`)
	s.signIn("ann@example.com", code).WantError(emailotp.ErrInvalid)
	code = s.code("ann@example.com", emailotp.TypeSignIn)
	s.Clock.Advance(time.Minute)
	s.signIn("ann@example.com", code).Want(http.StatusOK)
}

// A hundred who guess at once have the tries that are allowed and no more: with
// as many allowed as come before the right code, it works; with one fewer, not.
func TestParallelGuesses(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailotp.Config{AllowedAttempts: 10}, plugintest.Options{DB: db})
		code := s.code("ann@example.com", emailotp.TypeSignIn)
		var invalid, tooMany, other atomic.Int32
		var wg sync.WaitGroup
		guess := func(n int, post func(c *plugintest.Client) *plugintest.Answer) {
			for range n {
				wg.Go(func() {
					switch a := post(s.With(t).Client()); a.Code() {
					case "INVALID_OTP":
						invalid.Add(1)
					case "TOO_MANY_ATTEMPTS":
						tooMany.Add(1)
					default:
						other.Add(1)
						t.Errorf("%d %s", a.Status, a.Body)
					}
				})
			}
		}
		signIn := func(c *plugintest.Client) *plugintest.Answer {
			return c.Post("/sign-in/email-otp", members{"email": "ann@example.com", "otp": wrong(code)})
		}
		check := func(c *plugintest.Client) *plugintest.Answer {
			return c.Post("/email-otp/check-verification-otp", members{"email": "ann@example.com", "type": "sign-in", "otp": wrong(code)})
		}
		// Nine at once leave one: each has counted.
		guess(5, signIn)
		guess(4, check)
		wg.Wait()
		if rows := s.stored("sign-in-otp-ann@example.com"); len(rows) != 1 || rows[0].Value != code+":9" {
			t.Fatalf("%+v after nine guesses", rows)
		}
		// Of a hundred more, one is a try, one finds that there were too many and
		// removes the code, and the others find none.
		guess(50, signIn)
		guess(50, check)
		wg.Wait()
		if invalid.Load() != 9+99 || tooMany.Load() != 1 || other.Load() != 0 {
			t.Errorf("%d invalid, %d too many, %d other", invalid.Load(), tooMany.Load(), other.Load())
		}
		s.signIn("ann@example.com", code).WantError(emailotp.ErrInvalid)
	})
}

// Of many who have the right code at once, one is signed in.
func TestCodeWorksOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailotp.Config{Storage: betterauth.CodesEncrypted()}, plugintest.Options{DB: db})
		code := s.code("ann@example.com", emailotp.TypeSignIn)
		var won, lost atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				switch a := s.With(t).Client().Post("/sign-in/email-otp", members{"email": "ann@example.com", "otp": code}); {
				case a.Status == http.StatusOK:
					won.Add(1)
				case a.Code() == "INVALID_OTP":
					lost.Add(1)
				default:
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 15 || s.sessions(s.User("ann@example.com").ID) != 1 {
			t.Errorf("%d won, %d lost", won.Load(), lost.Load())
		}
	})
}

// Requests for codes at once leave one code that works.
func TestOneCodeIsLeft(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailotp.Config{}, plugintest.Options{DB: db})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				s.With(t).Client().Post("/email-otp/send-verification-otp", members{"email": "ann@example.com", "type": "sign-in"}).Want(http.StatusOK)
			})
		}
		wg.Wait()
		if n := len(s.stored("sign-in-otp-ann@example.com")); n != 1 {
			t.Errorf("%d codes", n)
		}
	})
}

func TestResend(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cfg    emailotp.Config
		reused bool
	}{
		"rotate":    {emailotp.Config{}, false},
		"reuse":     {emailotp.Config{Resend: emailotp.ResendReuse}, true},
		"encrypted": {emailotp.Config{Resend: emailotp.ResendReuse, Storage: betterauth.CodesEncrypted()}, true},
		"hashed":    {emailotp.Config{Resend: emailotp.ResendReuse, Storage: betterauth.CodesHashed()}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			tt.cfg.GenerateCode = func(context.Context, string, emailotp.Type) (string, error) {
				n++
				return []string{"", "111111", "222222", "333333"}[n], nil
			}
			s := newSite(t, tt.cfg, plugintest.Options{})
			first := s.code("ann@example.com", emailotp.TypeSignIn)
			s.signIn("ann@example.com", "000000").WantError(emailotp.ErrInvalid)
			s.Clock.Advance(4 * time.Minute)
			second := s.code("ann@example.com", emailotp.TypeSignIn)
			if (first == second) != tt.reused {
				t.Errorf("codes %s and %s", first, second)
			}
			if !tt.reused {
				s.signIn("ann@example.com", first).WantError(emailotp.ErrInvalid)
			}
			const attempts = ":1" // asking again gives no new tries; a new code counts from its first
			rows := s.stored("sign-in-otp-ann@example.com")
			if len(rows) != 1 || !strings.HasSuffix(rows[0].Value, attempts) || rows[0].ExpiresAt.Sub(s.Clock.Now()) != 5*time.Minute {
				t.Errorf("stored %+v", rows)
			}
			s.signIn("ann@example.com", second).Want(http.StatusOK)
		})
	}
	// A code that has no tries left is not mailed again.
	s := newSite(t, emailotp.Config{Resend: emailotp.ResendReuse, CodeLength: 12}, plugintest.Options{})
	first := s.code("ann@example.com", emailotp.TypeSignIn)
	for range 3 {
		s.signIn("ann@example.com", wrong(first)).WantError(emailotp.ErrInvalid)
	}
	if second := s.code("ann@example.com", emailotp.TypeSignIn); second == first || len(second) != 12 {
		t.Errorf("code %s again", second)
	}
}

// A value that this plugin did not write is no code.
func TestStrangeValues(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{})
	for _, value := range []string{"123456", "123456:", "123456:x", "123456:-5", "123456:99999999999999999999"} {
		if _, err := s.Host.Verifications().Create(t.Context(), "sign-in-otp-ann@example.com", value, time.Minute); err != nil {
			t.Fatal(err)
		}
		s.signIn("ann@example.com", "123456").WantError(emailotp.ErrTooManyAttempts)
	}
}

func TestInProcess(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{})
	ctx := t.Context()
	none := betterauth.CallOptions{}
	get := func() *string {
		t.Helper()
		answer, err := betterauth.Call[emailotp.GetAnswer](ctx, s.Auth, emailotp.GetVerificationOTP, emailotp.GetInput{Email: "ann@example.com", Type: emailotp.TypeSignIn}, none)
		if err != nil {
			t.Fatal(err)
		}
		return answer.OTP
	}
	if get() != nil {
		t.Error("a code before there is one")
	}
	code, err := betterauth.Call[string](ctx, s.Auth, emailotp.CreateVerificationOTP, emailotp.CreateInput{Email: "Ann@example.com", Type: emailotp.TypeSignIn}, none)
	if err != nil || len(s.Mails()) != 0 {
		t.Errorf("code %q, %v", code, err)
	}
	if kept := get(); kept == nil || *kept != code {
		t.Errorf("kept %v, made %q", kept, code)
	}
	s.signIn("ann@example.com", code).Want(http.StatusOK)
	s.Client().Post("/create-verification-otp", members{}).Want(http.StatusNotFound)

	hashed := newSite(t, emailotp.Config{Storage: betterauth.CodesHashed()}, plugintest.Options{})
	if _, err := hashed.plugin.Create(ctx, "ann@example.com", emailotp.TypeSignIn); err != nil {
		t.Fatal(err)
	}
	if code, err := hashed.plugin.Get(ctx, "ann@example.com", emailotp.TypeSignIn); err == nil || code != "" {
		t.Errorf("%q of a hashed code", code)
	}
}

func TestBuildRefusesBadConfig(t *testing.T) {
	t.Parallel()
	for _, cfg := range []emailotp.Config{{CodeLength: 3}, {ExpiresIn: -1}, {AllowedAttempts: -1}, {Storage: betterauth.CodesHashedBy(nil)}, {Resend: "never"}, {OverrideDefaultEmailVerification: true}} {
		if _, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{emailotp.New(cfg)}}); err == nil {
			t.Errorf("%+v builds", cfg)
		}
	}
}
