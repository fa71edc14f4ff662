package passkey_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
	"github.com/go-json-experiment/json/jsontext"
)

// open is a site where visitors sign up: the context is their name or address.
func open(resolve func(c *betterauth.Ctx, context string) (passkey.ResolvedUser, error)) passkey.Config {
	if resolve == nil {
		resolve = func(_ *betterauth.Ctx, context string) (passkey.ResolvedUser, error) {
			return passkey.ResolvedUser{New: newcomer(context)}, nil
		}
	}
	return passkey.Config{Registration: passkey.Registration{AllowWithoutSession: true, ResolveUser: resolve}}
}

func newcomer(context string) *passkey.NewUser {
	name, _, isAddress := strings.Cut(context, "@")
	if isAddress {
		return &passkey.NewUser{Name: name, Email: context}
	}
	return &passkey.NewUser{Name: name}
}

// created is what verify-registration answers with createSession.
type created struct {
	row
	UserID  string              `json:"userId"`
	Session *betterauth.Session `json:"session"`
	User    *betterauth.User    `json:"user"`
}

func optionsFor(c *plugintest.Client, context string) *plugintest.Answer {
	return c.Get(registerOptions + "?context=" + context)
}

// madeFor answers the options for context.
func madeFor(t *testing.T, c *plugintest.Client, a *passkeytest.Authenticator, context string, o passkeytest.CreateOptions) map[string]any {
	t.Helper()
	response, err := a.Create(optionsFor(c, context).Want(http.StatusOK).Body, o)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"response": jsontext.Value(response), "createSession": true}
}

// counts are how many users, sessions and passkeys there are.
func counts(t *testing.T, kit *plugintest.Kit) [3]int {
	t.Helper()
	users, err1 := kit.Users().Count(t.Context())
	sessions, err2 := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context())
	keys, err3 := plugintest.StoreOf[passkey.Passkey](kit).Count(t.Context())
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return [3]int{users, sessions, keys}
}

func TestSignUpWithNothingButAPasskey(t *testing.T) {
	t.Parallel()
	for _, ids := range []database.IDStrategy{database.RandomID, database.Serial} {
		databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
			kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{IDs: ids}, Plugins: []betterauth.Plugin{passkey.New(open(nil))}})
			visitor, a := kit.Client(), newAuthenticator()
			in := madeFor(t, visitor, a, "Ada", passkeytest.CreateOptions{})
			in["name"] = "Phone"
			var got created
			answer := visitor.Post(verifyRegistration, in).Want(http.StatusOK).Into(&got)
			if answer.SetCookie("better-auth.session_token") == nil || got.Session == nil || got.User == nil || *got.Name != "Phone" || got.UserID != got.User.ID {
				t.Fatalf("answered %s", answer.Body)
			}
			if got.User.Name != "Ada" || got.User.EmailVerified || !passkey.HasPlaceholderEmail(got.User) {
				t.Errorf("user %+v", got.User)
			}
			if !strings.HasPrefix(string(answer.Body), `{"name":"Phone","publicKey":`) {
				t.Errorf("the passkey's members come first: %s", answer.Body)
			}
			// The session is one like any other: fresh, and enough to add another key.
			register(t, visitor, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
			var id betterauth.Identity
			authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK).Into(&id)
			if id.User.ID != got.User.ID {
				t.Errorf("signed in as %s, signed up as %s", id.User.ID, got.User.ID)
			}
		})
	}
}

// What the authenticator is told: the person's name, never the placeholder.
func TestWhatAuthenticatorsAreTold(t *testing.T) {
	t.Parallel()
	type told struct {
		User struct {
			ID          string `json:"id"`
			Name        string `json:"name"`
			DisplayName string `json:"displayName"`
		} `json:"user"`
	}
	kit := newKit(t, open(nil))
	for context, want := range map[string][2]string{"Ada": {"Ada", "Ada"}, "ada@example.com": {"ada@example.com", "ada"}} {
		var options told
		optionsFor(kit.Client(), context).Want(http.StatusOK).Into(&options)
		if options.User.Name != want[0] || options.User.DisplayName != want[1] {
			t.Errorf("%s: told %+v", context, options.User)
		}
	}
	var known told
	existing := newKit(t, open(func(_ *betterauth.Ctx, context string) (passkey.ResolvedUser, error) {
		return passkey.ResolvedUser{ID: "someone", Name: context}, nil
	}))
	optionsFor(existing.Client(), "ada").Want(http.StatusOK).Into(&known)
	if known.User.Name != "ada" || known.User.DisplayName != "ada" {
		t.Errorf("of a user without another name: told %+v", known.User)
	}
	visitor := kit.Client()
	visitor.Post(verifyRegistration, madeFor(t, visitor, newAuthenticator(), "Bob", passkeytest.CreateOptions{})).Want(http.StatusOK)
	var options told
	visitor.Get(registerOptions).Want(http.StatusOK).Into(&options)
	if options.User.Name != "Bob" {
		t.Errorf("for a user without an address: %+v", options.User)
	}

	cfg := open(nil)
	cfg.UserHandle = passkey.UserHandleStable
	kit = newKit(t, cfg)
	visitor = kit.Client()
	var first, second told
	body := optionsFor(visitor, "Ada").Want(http.StatusOK).Into(&first).Body
	response, err := newAuthenticator().Create(body, passkeytest.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	visitor.Post(verifyRegistration, map[string]any{"response": jsontext.Value(response), "createSession": true}).Want(http.StatusOK)
	if visitor.Get(registerOptions).Want(http.StatusOK).Into(&second); first.User.ID != second.User.ID {
		t.Error("the stable handle changed once the user existed")
	}
}

func TestSignUpWithoutSession(t *testing.T) {
	t.Parallel()
	kit := newKit(t, open(nil))
	visitor, a := kit.Client(), newAuthenticator()
	in := madeFor(t, visitor, a, "ada@example.com", passkeytest.CreateOptions{})
	delete(in, "createSession")
	answer := visitor.Post(verifyRegistration, in).Want(http.StatusOK)
	if strings.Contains(string(answer.Body), "session") || answer.SetCookie("better-auth.session_token") != nil || counts(t, kit) != [3]int{1, 0, 1} {
		t.Errorf("answered %s; %v", answer.Body, counts(t, kit))
	}
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
}

// The zero value asks nobody, and no client can talk it out of that.
// Whoever could claim an account would own it.
// Whatever fails on the way, nothing is left half-written.
func TestSignUpIsAllOrNothing(t *testing.T) {
	t.Parallel()
	fault := errors.New("it does not fit")
	banned := &betterauth.ErrorCode{Code: "BANNED", Message: "Banned", Status: http.StatusForbidden}
	gate := func(check func(c *betterauth.Ctx, a *betterauth.Attempt) error) betterauth.Inline {
		return betterauth.Inline{ID: "app", Gates: []betterauth.SessionGate{{Name: "judge", Check: check}}}
	}
	hook := func(h database.Hooks) betterauth.Inline {
		return betterauth.Inline{ID: "app", RowHooks: []database.Hooks{h}}
	}
	after := func(f func() (passkey.Override, error)) passkey.Config {
		cfg := open(nil)
		cfg.Registration.AfterVerification = func(*betterauth.Ctx, passkey.VerifiedRegistration) (passkey.Override, error) { return f() }
		return cfg
	}
	for name, tt := range map[string]struct {
		cfg    passkey.Config
		app    betterauth.Inline
		status int
		left   [3]int
	}{
		"gate refuses":    {open(nil), gate(func(*betterauth.Ctx, *betterauth.Attempt) error { return banned }), 403, [3]int{}},
		"gate panics":     {open(nil), gate(func(*betterauth.Ctx, *betterauth.Attempt) error { panic("gate") }), 500, [3]int{}},
		"gate steps up":   {open(nil), gate(func(*betterauth.Ctx, *betterauth.Attempt) error { return betterauth.StepUp("more") }), 200, [3]int{1, 0, 1}},
		"user hook":       {open(nil), hook(database.RowHooks[betterauth.User]{BeforeCreate: func(context.Context, *betterauth.User) error { return fault }}), 500, [3]int{}},
		"after user hook": {open(nil), hook(database.RowHooks[betterauth.User]{AfterCreate: func(context.Context, *betterauth.User) error { return banned }}), 403, [3]int{}},
		"passkey hook":    {open(nil), hook(database.RowHooks[passkey.Passkey]{AfterCreate: func(context.Context, *passkey.Passkey) error { return fault }}), 500, [3]int{}},
		"session hook":    {open(nil), hook(database.RowHooks[betterauth.Session]{AfterCreate: func(context.Context, *betterauth.Session) error { panic("hook") }}), 500, [3]int{}},
		"after hook":      {open(nil), betterauth.Inline{ID: "app", After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.EverySignIn, func(*betterauth.Ctx, *betterauth.Result) error { return fault })}}, 500, [3]int{1, 0, 1}},
		"verdict":         {after(func() (passkey.Override, error) { return passkey.Override{}, banned }), betterauth.Inline{ID: "app"}, 403, [3]int{}},
		"verdict panics":  {after(func() (passkey.Override, error) { panic("verdict") }), betterauth.Inline{ID: "app"}, 500, [3]int{}},
		"to nobody":       {after(func() (passkey.Override, error) { return passkey.Override{UserID: "x", Verified: true}, nil }), betterauth.Inline{ID: "app"}, 404, [3]int{}},
		"misleading name": {after(func() (passkey.Override, error) { return passkey.Override{Name: "a\u202eb"}, nil }), betterauth.Inline{ID: "app"}, 400, [3]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(tt.cfg), tt.app}})
				visitor := kit.Client()
				answer := visitor.Post(verifyRegistration, madeFor(t, visitor, newAuthenticator(), "ada@example.com", passkeytest.CreateOptions{})).Want(tt.status)
				// A step-up takes back the cookie of whoever was there before.
				if cookie := answer.SetCookie("better-auth.session_token"); cookie != nil && cookie.Value != "" {
					t.Error("a session cookie all the same")
				}
				if got := counts(t, kit); got != tt.left {
					t.Errorf("users, sessions, passkeys: %v, want %v", got, tt.left)
				}
			})
		})
	}
}

// Bent registrations make no user either, and a challenge is for one attempt.
func TestBentSignUps(t *testing.T) {
	t.Parallel()
	for name, tamper := range cases.Bends(cases.Registration) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, open(nil))
			visitor := kit.Client()
			in := madeFor(t, visitor, newAuthenticator(), "Ada", passkeytest.CreateOptions{Algorithm: passkeytest.ES256, Tamper: tamper})
			refused(t, kit, visitor.Post(verifyRegistration, in))
			if got := counts(t, kit); got != [3]int{} {
				t.Errorf("stored %v", got)
			}
		})
	}
	kit := newKit(t, open(nil))
	a, visitor := newAuthenticator(), kit.Client()
	response, err := a.Create(optionsFor(visitor, "Ada").Want(http.StatusOK).Body, passkeytest.CreateOptions{CredentialID: []byte("0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]any{"response": jsontext.Value(response), "createSession": true}
	visitor.Post(verifyRegistration, in).Want(http.StatusOK)
	visitor.Post(verifyRegistration, in).WantError(passkey.ErrChallengeNotFound)
	// A credential id that is somebody's makes no second user.
	other := kit.Client()
	in = madeFor(t, other, newAuthenticator(), "Eve", passkeytest.CreateOptions{CredentialID: []byte("0123456789abcdef")})
	other.Post(verifyRegistration, in).WantError(passkey.ErrPreviouslyRegistered)
	if got := counts(t, kit); got != [3]int{1, 1, 1} {
		t.Errorf("stored %v", got)
	}
}

// Two visitors claim one address at once, and one sends their answer twice.
func TestSignUpsAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(open(nil))}})
		var answers []func() int
		for range 3 {
			visitor := kit.Client()
			in := madeFor(t, visitor, newAuthenticator(), "ada@example.com", passkeytest.CreateOptions{})
			for range 2 {
				fork := visitor.Fork()
				answers = append(answers, func() int { return fork.Post(verifyRegistration, in).Status })
			}
		}
		oneWins(t, answers, http.StatusBadRequest, http.StatusUnprocessableEntity)
		if got := counts(t, kit); got != [3]int{1, 1, 1} {
			t.Errorf("users, sessions, passkeys %v", got)
		}
	})
}

// oneWins sends requests at once: one is answered 200, and each other is refused
// with one of the statuses.
func oneWins(t *testing.T, requests []func() int, refused ...int) {
	t.Helper()
	statuses := make([]int, len(requests))
	databasetest.Concurrently(len(requests), func(i int) { statuses[i] = requests[i]() })
	won := 0
	for _, status := range statuses {
		if status == http.StatusOK {
			won++
		} else if !slices.Contains(refused, status) {
			t.Errorf("status %d", status)
		}
	}
	if won != 1 {
		t.Errorf("statuses %v", statuses)
	}
}

// The application sees what it needs, creates users of its own, and names keys.
func TestAfterVerificationOfRegistrations(t *testing.T) {
	t.Parallel()
	var seen passkey.VerifiedRegistration
	var users *database.Store[betterauth.User]
	cfg := open(func(_ *betterauth.Ctx, context string) (passkey.ResolvedUser, error) {
		return passkey.ResolvedUser{ID: "pending", Name: context}, nil
	})
	cfg.Registration.AfterVerification = func(c *betterauth.Ctx, r passkey.VerifiedRegistration) (passkey.Override, error) {
		return passkey.Override{}, users.Create(c, &betterauth.User{Name: r.Context, Email: "ada@example.com"})
	}
	kit := newKit(t, cfg)
	users = kit.Users()
	visitor := kit.Client()
	in := madeFor(t, visitor, newAuthenticator(), "Ada", passkeytest.CreateOptions{})
	// Without an id the passkey would be nobody's; the hook's user goes with it.
	visitor.Post(verifyRegistration, in).WantError(passkey.ErrSessionRequired)
	if got := counts(t, kit); got != [3]int{} {
		t.Errorf("stored %v", got)
	}

	cfg.Registration.AfterVerification = func(c *betterauth.Ctx, r passkey.VerifiedRegistration) (passkey.Override, error) {
		seen = r
		user := &betterauth.User{Name: r.Context, Email: "ada@example.com"}
		err := users.Create(c, user)
		return passkey.Override{UserID: user.ID, Verified: true, Name: " By hook "}, err
	}
	kit = newKit(t, cfg)
	users, visitor = kit.Users(), kit.Client()
	var got created
	visitor.Post(verifyRegistration, madeFor(t, visitor, newAuthenticator(), "Ada", passkeytest.CreateOptions{})).Want(http.StatusOK).Into(&got)
	if got.User == nil || got.User.Name != "Ada" || *got.Name != "By hook" || got.UserID != got.User.ID {
		t.Errorf("made %+v", got)
	}
	if seen.UserID != "pending" || seen.Context != "Ada" || !seen.UserVerified || seen.Passkey.CredentialID == "" || !strings.Contains(string(seen.Response), "attestationObject") {
		t.Errorf("the hook saw %+v", seen)
	}
}

// Visitors who register sign up, three in ten seconds from one address. A site where only
// users register has the usual limit, and answers no code about visitors.
func TestSignUpsAreLimited(t *testing.T) {
	t.Parallel()
	for visitors, want := range map[bool]*betterauth.ErrorCode{true: betterauth.ErrTooManyRequests, false: betterauth.ErrUnauthorized} {
		cfg := passkey.Config{}
		if visitors {
			cfg = open(nil)
		}
		keys := passkey.New(cfg)
		visitor := plugintest.NewWith(t, plugintest.Options{RateLimited: true, Plugins: []betterauth.Plugin{keys}}).Client()
		for range 3 {
			if answer := visitor.Post(verifyRegistration, map[string]any{"response": map[string]any{}}); answer.Status == http.StatusTooManyRequests {
				t.Errorf("visitors %t: %s", visitors, answer.Body)
			}
		}
		visitor.Post(verifyRegistration, map[string]any{"response": map[string]any{}}).WantError(want)
		for _, endpoint := range keys.Manifest().Endpoints {
			if op := endpoint.Operation(); op.ID == "verifyPasskeyRegistration" && slices.Contains(op.Errors, passkey.ErrUserExists) != visitors {
				t.Errorf("visitors %t: %s answers %v", visitors, op.ID, op.Errors)
			}
		}
	}
}

// Added columns are checked as at any sign-up, and stored.
func TestSignUpWithColumns(t *testing.T) {
	t.Parallel()
	plan := betterauth.NewField[string]("user", database.Column{Name: "plan", Required: true})
	columns := betterauth.Members{}
	kit := plugintest.NewWith(t, plugintest.Options{
		Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{plan}},
		Plugins: []betterauth.Plugin{passkey.New(open(func(*betterauth.Ctx, string) (passkey.ResolvedUser, error) {
			return passkey.ResolvedUser{New: &passkey.NewUser{Name: "Ada", Columns: columns}}, nil
		}))},
	})
	optionsFor(kit.Client(), "x").WantError(betterauth.ErrMissingField)
	columns["plan"] = jsontext.Value(`"pro"`)
	visitor := kit.Client()
	visitor.Post(verifyRegistration, madeFor(t, visitor, newAuthenticator(), "x", passkeytest.CreateOptions{})).Want(http.StatusOK)
	user, err := kit.Users().Get(t.Context(), database.Eq("name", "Ada"))
	if err != nil {
		t.Fatal(err)
	}
	if value, _ := plan.Get(user); value != "pro" {
		t.Errorf("plan %q", value)
	}
}

func TestSignUpEventsAndAssurance(t *testing.T) {
	t.Parallel()
	var heard []string
	var attempts []betterauth.SignIn
	kit := plugintest.New(t, passkey.New(open(nil)), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		hear[passkey.Registered](&heard), hear[passkey.SignedUp](&heard), hear[passkey.SignedIn](&heard), hear[passkey.Refused](&heard),
	}, Gates: []betterauth.SessionGate{{Name: "spy", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
		attempts = append(attempts, a.SignIn)
		return nil
	}}}})
	unverified := passkeytest.UserPresent
	for _, o := range []passkeytest.CreateOptions{{}, {Flags: &unverified}} {
		visitor := kit.Client()
		var got created
		visitor.Post(verifyRegistration, madeFor(t, visitor, newAuthenticator(), "Ada", o)).Want(http.StatusOK).Into(&got)
		who := got.UserID + " " + got.ID
		verified := map[bool]string{true: "true", false: "false"}[o.Flags == nil]
		want := strings.Join([]string{"passkey.Registered{" + who + "}", "passkey.SignedUp{" + who + "}", "passkey.SignedIn{" + who + " " + got.Session.ID + " " + verified + "}"}, "\n")
		if strings.Join(heard, "\n") != want {
			t.Errorf("heard\n%s\nwant\n%s", strings.Join(heard, "\n"), want)
		}
		heard = nil
	}
	if len(attempts) != 2 || !attempts[0].NewUser || attempts[0].Method != "passkey" || attempts[0].Assurance != betterauth.MultiFactor || attempts[1].Assurance != betterauth.SingleFactor {
		t.Errorf("gates saw %+v", attempts)
	}
	// Adding a key to an account proves none of its other factors.
	alice := kit.SignedIn("alice@example.com")
	alice.Post(verifyRegistration, madeFor(t, alice, newAuthenticator(), "", passkeytest.CreateOptions{})).Want(http.StatusOK)
	if last := attempts[len(attempts)-1]; last.NewUser || last.Assurance != betterauth.SingleFactor {
		t.Errorf("gates saw %+v", last)
	}
}

// Somebody who tries to get into an account is told of, with whose it is.

// refused demands a 4xx with a code and no passkey.
func refused(t *testing.T, kit *plugintest.Kit, answer *plugintest.Answer) {
	t.Helper()
	if answer.Status < 400 || answer.Status > 499 || answer.Code() == "" {
		t.Errorf("status %d, body %s", answer.Status, answer.Body)
	}
	if n, err := plugintest.StoreOf[passkey.Passkey](kit).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d passkeys, %v", n, err)
	}
}

func decode(cookie string) string {
	return strings.NewReplacer("%2B", "+", "%2F", "/", "%3D", "=").Replace(cookie)
}
