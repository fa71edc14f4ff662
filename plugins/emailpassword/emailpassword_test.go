package emailpassword_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
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
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/go-json-experiment/json/jsontext"
)

func signUp(email string) map[string]any {
	return map[string]any{"name": "A", "email": email, "password": "password1234"}
}

func signIn(email, password string) map[string]any {
	return map[string]any{"email": email, "password": password}
}

func TestSignUpAndIn(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
		var up struct {
			Token string `json:"token"`
			User  struct {
				Email         string         `json:"email"`
				EmailVerified bool           `json:"emailVerified"`
				Image         jsontext.Value `json:"image"`
			} `json:"user"`
		}
		c := kit.Client()
		c.Post("/sign-up/email", signUp("Mixed@Example.com")).Want(http.StatusOK).Into(&up)
		if up.Token == "" || up.User.Email != "mixed@example.com" || up.User.EmailVerified || string(up.User.Image) != "null" {
			t.Errorf("sign-up answered %+v", up)
		}
		c.Get("/list-sessions").Want(http.StatusOK)
		kit.Client().Post("/sign-up/email", signUp("mixed@example.com")).WantError(emailpassword.ErrUserExists)
		answer := kit.Client().Post("/sign-in/email", map[string]any{"email": "MIXED@example.com", "password": "password1234", "callbackURL": "/home"}).Want(http.StatusOK)
		if answer.Header.Get("Location") != "/home" || !strings.Contains(string(answer.Body), `"redirect":true`) || !strings.Contains(string(answer.Body), `"url":"/home"`) {
			t.Errorf("with a callback URL: %v %s", answer.Header, answer.Body)
		}
		wrong := kit.Client().Post("/sign-in/email", signIn("mixed@example.com", "wrong-password")).WantError(emailpassword.ErrInvalidCredentials)
		unknown := kit.Client().Post("/sign-in/email", signIn("nobody@example.com", "password1234")).WantError(emailpassword.ErrInvalidCredentials)
		if string(wrong.Body) != string(unknown.Body) {
			t.Errorf("a wrong password says %s, an unknown address %s", wrong.Body, unknown.Body)
		}
		kit.Client().Post("/sign-in/email", signIn("nope", "x")).WantError(emailpassword.ErrInvalidEmail)
	})
}

func TestPasswordLength(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, emailpassword.New(emailpassword.Config{}))
	for password, want := range map[string]*betterauth.ErrorCode{
		"1234567":                emailpassword.ErrPasswordTooShort,
		strings.Repeat("x", 129): emailpassword.ErrPasswordTooLong,
		"🔑🔑🔑🔑":                   nil, // eight UTF-16 code units
		strings.Repeat("🔑", 65):  emailpassword.ErrPasswordTooLong,
		strings.Repeat("é", 128): nil,
	} {
		in := signUp(strings.ToLower(string(rune('a'+len(password)%26))) + "@example.com")
		in["password"] = password
		answer := kit.Client().Post("/sign-up/email", in)
		if want == nil {
			answer.Want(http.StatusOK)
		} else {
			answer.WantError(want)
		}
	}
}

// Without a session at sign-up nothing tells whether the address was taken, and
// whether its owner has proven it.
func TestTakenAddressLooksNew(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, emailpassword.New(emailpassword.Config{DisableAutoSignIn: true}))
	shape := func() (keys []string) {
		var body struct {
			Token jsontext.Value            `json:"token"`
			User  map[string]jsontext.Value `json:"user"`
		}
		answer := kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK).Into(&body)
		for _, k := range []string{"id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"} {
			if body.User[k] != nil {
				keys = append(keys, k)
			}
		}
		if string(body.Token) != "null" || len(body.User["id"]) != 34 {
			t.Errorf("answer %s", answer.Body)
		}
		for _, ck := range answer.Cookies {
			value, err := url.QueryUnescape(ck.Value)
			if err != nil {
				t.Error(err)
			}
			ck.Value, ck.Raw = "", ""
			keys = append(keys, fmt.Sprintf("%v %d", ck, len(value)))
		}
		return append(keys, string(body.User["createdAt"]))
	}
	free, unproven := shape(), shape()
	prove(t, kit, "a@example.com")
	proven := shape()
	if !slices.Equal(free, unproven) || !slices.Equal(free, proven) || !slices.ContainsFunc(free, func(s string) bool { return strings.HasPrefix(s, "better-auth.sign_up=") }) {
		t.Errorf("free %v\nunproven %v\nproven %v", free, unproven, proven)
	}
	if n, err := kit.Users().Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d users, %v", n, err)
	}
}

func TestDisabledSignUp(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, emailpassword.New(emailpassword.Config{DisableSignUp: true}))
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).WantError(emailpassword.ErrSignUpDisabled)
}

func TestSignUpsForOneAddressAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: &countingHasher{}}}})
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			c := kit.Client()
			wg.Go(func() {
				switch answer := c.Post("/sign-up/email", signUp("a@example.com")); answer.Status {
				case http.StatusOK:
					won.Add(1)
				case http.StatusUnprocessableEntity:
				default:
					t.Errorf("status %d %s", answer.Status, answer.Body)
				}
			})
		}
		wg.Wait()
		accounts, err := plugintest.StoreOf[betterauth.Account](kit).Count(t.Context())
		if won.Load() != 1 || accounts != 1 || err != nil {
			t.Errorf("%d sign-ups won, %d accounts, %v", won.Load(), accounts, err)
		}
	})
}

var (
	plan     = betterauth.NewField[string]("user", database.Column{Name: "plan", Default: "free"})
	age      = betterauth.NewField[int64]("user", database.Column{Name: "age", Required: true, Validate: adult})
	role     = betterauth.NewField[string]("user", database.Column{Name: "role", ReadOnly: true, Default: "user"})
	credit   = betterauth.NewField[int64]("user", database.Column{Name: "credit", ReadOnly: true})
	internal = betterauth.NewField[string]("user", database.Column{Name: "internal", Hidden: true})
)

func adult(v any) error {
	if v.(int64) < 18 {
		return errMinor
	}
	return nil
}

var errMinor = &betterauth.ErrorCode{Code: "MINOR", Message: "too young"}

func TestAdditionalColumns(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{plan, age, role, credit, internal}}})
	with := func(members map[string]any) *plugintest.Answer {
		in := signUp("a@example.com")
		for k, v := range members {
			in[k] = v
		}
		return kit.Client().Post("/sign-up/email", in)
	}
	with(nil).WantError(betterauth.ErrMissingField)
	with(map[string]any{"age": 17}).WantError(betterauth.ErrValidation)
	with(map[string]any{"age": "old"}).WantError(betterauth.ErrValidation)
	with(map[string]any{"age": 18, "credit": 1_000_000}).WantError(betterauth.ErrFieldNotAllowed)
	body := string(with(map[string]any{"age": 18, "role": "admin", "internal": "x", "unknown": 1}).Want(http.StatusOK).Body)
	for _, want := range []string{`"plan":"free"`, `"age":18`, `"role":"user"`, `"credit":null`} {
		if !strings.Contains(body, want) {
			t.Errorf("answer %s lacks %s", body, want)
		}
	}
	if strings.Contains(body, "internal") {
		t.Errorf("answer %s shows a hidden column", body)
	}
	user, err := kit.Users().Get(t.Context(), database.Eq("email", "a@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := internal.Get(user); v != "x" || !ok {
		t.Errorf("internal %q %v", v, ok)
	}
	if v, ok := age.Get(user); v != 18 || !ok {
		t.Errorf("age %d %v", v, ok)
	}
}

func TestArgon2idReadsScryptAndRenewsIt(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	kit := func(h betterauth.Hasher) *plugintest.Kit {
		return plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: h}}})
	}
	stored := func(k *plugintest.Kit) string {
		account, err := plugintest.StoreOf[betterauth.Account](k).Get(t.Context(), database.Eq("providerId", "credential"))
		if err != nil {
			t.Fatal(err)
		}
		return *account.Password
	}
	old := kit(nil)
	old.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	before := stored(old)
	modern := kit(betterauth.Argon2id(nil))
	modern.Client().Post("/sign-in/email", signIn("a@example.com", "wrong-password")).Want(http.StatusUnauthorized)
	if stored(modern) != before {
		t.Error("a wrong password changed the hash")
	}
	modern.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
	if after := stored(modern); !strings.HasPrefix(after, "$argon2id$") {
		t.Errorf("stored %q after signing in", after)
	}
	modern.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
	old.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
}

// Failing costs the same number of hashes whoever does not exist.
func TestFailuresCostTheSame(t *testing.T) {
	t.Parallel()
	hasher := &countingHasher{}
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: hasher}}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	kit.SignedIn("keys-only@example.com")
	for _, email := range []string{"a@example.com", "keys-only@example.com", "nobody@example.com"} {
		before := hasher.calls.Load()
		kit.Client().Post("/sign-in/email", signIn(email, "wrong-password")).WantError(emailpassword.ErrInvalidCredentials)
		if n := hasher.calls.Load() - before; n != 1 {
			t.Errorf("%s: %d hashes, want 1", email, n)
		}
	}
}

// More hashes than places wait, and those that wait too long get 503.
func TestHashesAreBounded(t *testing.T) {
	t.Parallel()
	hasher := &countingHasher{hold: make(chan struct{})}
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: hasher, MaxConcurrent: 2, MaxWait: 50 * time.Millisecond}}})
	var wg sync.WaitGroup
	var busy, failed atomic.Int32
	for range 8 {
		c := kit.Client()
		wg.Go(func() {
			switch answer := c.Post("/sign-in/email", signIn("nobody@example.com", "x")); answer.Status {
			case http.StatusServiceUnavailable:
				if busy.Add(1) == 6 {
					close(hasher.hold)
				}
			case http.StatusUnauthorized:
				failed.Add(1)
			default:
				t.Errorf("status %d %s", answer.Status, answer.Body)
			}
		})
	}
	wg.Wait()
	if busy.Load() != 6 || failed.Load() != 2 || hasher.most.Load() != 2 {
		t.Errorf("%d busy, %d answered, %d at once; want 6, 2 and 2", busy.Load(), failed.Load(), hasher.most.Load())
	}
}

// countingHasher counts its calls, and holds each until hold is closed.
type countingHasher struct {
	hold             chan struct{}
	calls, now, most atomic.Int32
}

func (h *countingHasher) work() func() {
	h.calls.Add(1)
	n := h.now.Add(1)
	for {
		most := h.most.Load()
		if n <= most || h.most.CompareAndSwap(most, n) {
			break
		}
	}
	if h.hold != nil {
		<-h.hold
	}
	return func() { h.now.Add(-1) }
}

func (h *countingHasher) Hash(_ context.Context, password string) (string, error) {
	defer h.work()()
	return "plain:" + password, nil
}

func (h *countingHasher) Verify(_ context.Context, password, stored string) (bool, error) {
	defer h.work()()
	return stored == "plain:"+password, nil
}
