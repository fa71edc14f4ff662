package username_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// body is a JSON object.
type body = map[string]any

// site is a kit with the plugins a username lives with.
func site(t *testing.T, cfg username.Config, o plugintest.Options) *plugintest.Kit {
	t.Helper()
	o.Plugins = append([]betterauth.Plugin{emailpassword.New(emailpassword.Config{}), account.New(account.Config{}), username.New(cfg)}, o.Plugins...)
	if o.Config.Password.Hasher == nil {
		o.Config.Password.Hasher = plugintest.FastHasher{}
	}
	return plugintest.NewWith(t, o)
}

func signUp(email, name string) body {
	return body{"name": "A", "email": email, "password": "password1234", "username": name}
}

func signIn(name, password string) body { return body{"username": name, "password": password} }

// names are what is stored of a user.
func names(t *testing.T, kit *plugintest.Kit, email string) (name, display string) {
	t.Helper()
	user, err := kit.Users().Get(t.Context(), database.Eq("email", email))
	if err != nil {
		t.Fatal(err)
	}
	name, _ = username.Name.Get(user)
	display, _ = username.DisplayName.Get(user)
	return name, display
}

func wantNames(t *testing.T, kit *plugintest.Kit, email, name, display string) {
	t.Helper()
	if gotName, gotDisplay := names(t, kit, email); gotName != name || gotDisplay != display {
		t.Errorf("%s is %q, written %q; want %q and %q", email, gotName, gotDisplay, name, display)
	}
}

// unprocessable is a code as this plugin's own operations answer with it.
func unprocessable(code *betterauth.ErrorCode) *betterauth.ErrorCode {
	return &betterauth.ErrorCode{Code: code.Code, Status: http.StatusUnprocessableEntity}
}

func TestSignUpAndIn(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{}, plugintest.Options{DB: db})
		up := kit.Client().Post("/sign-up/email", signUp("a@example.com", "Ada_L")).Want(http.StatusOK)
		if !strings.Contains(string(up.Body), `"username":"ada_l","displayUsername":"Ada_L"`) {
			t.Errorf("sign-up answered %s", up.Body)
		}
		c := kit.Client()
		in := c.Post("/sign-in/username", body{"username": "ADA_L", "password": "password1234", "callbackURL": "/home"}).Want(http.StatusOK)
		if in.Header.Get("Location") != "/home" || !strings.HasPrefix(string(in.Body), `{"redirect":true,"token":"`) || !strings.Contains(string(in.Body), `"url":"/home","user":{`) {
			t.Errorf("sign-in answered %v %s", in.Header, in.Body)
		}
		c.Get("/list-sessions").Want(http.StatusOK)
		wrong := kit.Client().Post("/sign-in/username", signIn("ada_l", "wrong-password")).WantError(username.ErrInvalidCredentials)
		unknown := kit.Client().Post("/sign-in/username", signIn("nobody", "password1234")).WantError(username.ErrInvalidCredentials)
		if string(wrong.Body) != string(unknown.Body) || len(wrong.Cookies)+len(unknown.Cookies) > 0 {
			t.Errorf("a wrong password says %s, an unknown username %s", wrong.Body, unknown.Body)
		}
	})
}

// What is stored, and what is refused, by what is sent; after everything that
// is refused nobody exists.
func TestSettingAtSignUp(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{}, plugintest.Options{DB: db})
		kit.Client().Post("/sign-up/email", signUp("first@example.com", "taken")).Want(http.StatusOK)
		tests := map[string]struct {
			username, display any // "-" is left out
			name, spelled     string
			refused           *betterauth.ErrorCode
		}{
			"both":              {"Ada.One", "Ada!", "ada.one", "Ada!", nil},
			"a name":            {"Ada.Two", "-", "ada.two", "Ada.Two", nil},
			"an empty spelling": {"Ada.Three", "", "ada.three", "Ada.Three", nil},
			"a null spelling":   {"Ada.Four", nil, "ada.four", "Ada.Four", nil},
			"a spelling":        {"-", "Ada.Five", "ada.five", "Ada.Five", nil},
			"a spelling only":   {"-", "Ada six", "", "Ada six", nil},
			"neither":           {"-", "-", "", "", nil},
			"null":              {nil, "Ada.Seven", "", "Ada.Seven", nil},
			"empty":             {"", "-", "", "", username.ErrTooShort},
			"short":             {"ab", "-", "", "", username.ErrTooShort},
			"long":              {strings.Repeat("a", 31), "-", "", "", username.ErrTooLong},
			"long in UTF-16":    {strings.Repeat("😀", 16), "-", "", "", username.ErrTooLong},
			"letters":           {"Ädälöv", "-", "", "", username.ErrInvalid},
			"a line end":        {"ada\n", "-", "", "", username.ErrInvalid},
			"NUL":               {"ada\x00l", "-", "", "", username.ErrInvalid},
			"NUL spelled":       {"ada.l", "a\x00b", "", "", username.ErrInvalidDisplay},
			"taken":             {"TAKEN", "-", "", "", username.ErrTaken},
			"taken by spelling": {"-", "Taken", "", "", username.ErrTaken},
			"a number":          {7, "-", "", "", betterauth.ErrValidation},
			"an object":         {body{"a": 1}, "-", "", "", betterauth.ErrValidation},
			"spelled by number": {"ada.l", 7, "", "", betterauth.ErrValidation},
		}
		for name, test := range tests {
			email := strings.ReplaceAll(name, " ", "-") + "@example.com"
			request := signUp(email, "")
			delete(request, "username")
			for member, value := range map[string]any{"username": test.username, "displayUsername": test.display} {
				if value != "-" {
					request[member] = value
				}
			}
			answer := kit.Client().Post("/sign-up/email", request)
			if test.refused == nil {
				answer.Want(http.StatusOK)
				wantNames(t, kit, email, test.name, test.spelled)
				continue
			}
			answer.WantError(test.refused)
			if exists, err := kit.Users().Exists(t.Context(), database.Eq("email", email)); exists || err != nil {
				t.Errorf("%s: refused, and created: %v", name, err)
			}
		}
	})
}

func TestSettingLater(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{}, plugintest.Options{DB: db})
		kit.Client().Post("/sign-up/email", signUp("first@example.com", "taken")).Want(http.StatusOK)
		ada := kit.SignedIn("ada@example.com")
		ada.Post("/update-user", body{"username": "Countess"}).Want(http.StatusOK)
		wantNames(t, kit, "ada@example.com", "countess", "")
		ada.Post("/update-user", body{"username": "COUNTESS", "displayUsername": "The Countess"}).Want(http.StatusOK)
		wantNames(t, kit, "ada@example.com", "countess", "The Countess")
		ada.Post("/update-user", body{"username": "Taken"}).WantError(username.ErrTaken)
		ada.Post("/update-user", body{"username": "a"}).WantError(username.ErrTooShort)
		ada.Post("/update-user", body{"displayUsername": "a\x00b"}).WantError(username.ErrInvalidDisplay)
		ada.Post("/update-user", body{"username": 7}).WantError(betterauth.ErrValidation)
		wantNames(t, kit, "ada@example.com", "countess", "The Countess")
		ada.Post("/update-user", body{"username": nil}).Want(http.StatusOK)
		wantNames(t, kit, "ada@example.com", "", "The Countess")
	})
}

func TestSignInRefusesWhatIsNoUsername(t *testing.T) {
	t.Parallel()
	kit := site(t, username.Config{}, plugintest.Options{})
	for name, refused := range map[string]*betterauth.ErrorCode{
		"":                      username.ErrInvalidCredentials,
		"ab":                    unprocessable(username.ErrTooShort),
		strings.Repeat("a", 31): unprocessable(username.ErrTooLong),
		"a@example.com":         unprocessable(username.ErrInvalid),
	} {
		kit.Client().Post("/sign-in/username", signIn(name, "password1234")).WantError(refused)
	}
	kit.Client().Post("/sign-in/username", signIn("somebody", "")).WantError(username.ErrInvalidCredentials)
	for _, hostile := range []string{"null", "[]", `{"username":1,"password":"x"}`, `{"username":"a\u0000bc","password":"x"}`, `{"username":"somebody","password":null}`} {
		kit.Client().Post("/sign-in/username", hostile).WantError(betterauth.ErrValidation)
	}
	kit.Client().Post("/sign-in/username", `{"username":"somebody","username":"another","password":"x"}`).Want(http.StatusBadRequest)
}

func TestAvailable(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{}, plugintest.Options{DB: db})
		kit.Client().Post("/sign-up/email", signUp("a@example.com", "taken")).Want(http.StatusOK)
		ask := func(name any) *plugintest.Answer {
			return kit.Client().Post("/is-username-available", body{"username": name})
		}
		ask("TAKEN").WantBody(http.StatusOK, `{"available":false}`)
		ask("free").WantBody(http.StatusOK, `{"available":true}`)
		ask("").WantError(unprocessable(username.ErrInvalid))
		ask("ab").WantError(unprocessable(username.ErrTooShort))
		ask(strings.Repeat("a", 31)).WantError(unprocessable(username.ErrTooLong))
		ask("a b").WantError(unprocessable(username.ErrInvalid))
		ask(nil).WantError(betterauth.ErrValidation)
	})
}

func TestOwnRules(t *testing.T) {
	t.Parallel()
	kit := site(t, username.Config{
		MinLength: 4, MaxLength: 12, Validate: regexp.MustCompile(`^[a-z-]+$`).MatchString, ValidateNormalized: true,
		Normalize:       func(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") },
		ValidateDisplay: regexp.MustCompile(`^[A-Za-z ]+$`).MatchString, ValidateDisplayNormalized: true, NormalizeDisplay: strings.TrimSpace,
	}, plugintest.Options{})
	kit.Client().Post("/sign-up/email", signUp("a@example.com", "  Ada L")).Want(http.StatusOK)
	wantNames(t, kit, "a@example.com", "--ada-l", "Ada L")
	// Whoever could sign up so can sign in so.
	kit.Client().Post("/sign-in/username", signIn("  Ada L", "password1234")).Want(http.StatusOK)
	kit.Client().Post("/sign-up/email", signUp("b@example.com", "bob")).WantError(username.ErrTooShort)
	bad := signUp("b@example.com", "bobby")
	bad["displayUsername"] = "Bob!"
	kit.Client().Post("/sign-up/email", bad).WantError(username.ErrInvalidDisplay)

	mixed := site(t, username.Config{DisableNormalization: true, DisableDisplayUsername: true}, plugintest.Options{})
	mixed.Client().Post("/sign-up/email", signUp("a@example.com", "Ada")).Want(http.StatusOK)
	answer := mixed.Client().Post("/sign-up/email", signUp("b@example.com", "ada")).Want(http.StatusOK)
	if strings.Contains(string(answer.Body), "displayUsername") {
		t.Errorf("a column that is not there is answered: %s", answer.Body)
	}
}

// Lower case is JavaScript's: these are its own answers.
func TestLowerCaseAsTheReference(t *testing.T) {
	t.Parallel()
	kit := site(t, username.Config{MinLength: 1, Validate: func(string) bool { return true }}, plugintest.Options{})
	for written, stored := range map[string]string{
		"ΑΣ": "ας", "ΑΣ.": "ας.", "ΑΣΑ": "ασα", "İstanbul": "i̇stanbul", "STRASSE": "strasse", "ÄÖ": "äö", "\u212a": "k", "Ǆ": "ǆ", "𐐀": "𐐨",
	} {
		user := &betterauth.User{Name: "A", Email: fmt.Sprintf("%x@example.com", written)}
		username.Name.Set(user, written)
		if err := kit.Users().Create(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		if got, _ := username.Name.Get(user); got != stored {
			t.Errorf("%q is stored as %q, want %q", written, got, stored)
		}
	}
}

// Ways to a user that know nothing of usernames are checked all the same.
func TestEveryOtherWay(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{Immutable: true}, plugintest.Options{DB: db})
		create := func(email string, name any) error {
			user := &betterauth.User{Name: "A", Email: email}
			user.Extra.SetValue("username", name)
			return kit.Users().Create(t.Context(), user)
		}
		pointed := "Ada"
		if err := create("a@example.com", &pointed); err != nil {
			t.Fatal(err)
		}
		wantNames(t, kit, "a@example.com", "ada", "Ada")
		for name, want := range map[string]error{"ADA": username.ErrTaken, "b": username.ErrTooShort, "b b b": username.ErrInvalid, "": username.ErrTooShort} {
			if err := create("b@example.com", name); !errors.Is(err, want) {
				t.Errorf("creating %q: %v, want %v", name, err, want)
			}
		}
		if err := create("b@example.com", "bobby"); err != nil {
			t.Fatal(err)
		}
		update := func(set database.Set) error {
			_, err := kit.Users().Update(t.Context(), set, database.Eq("email", "b@example.com"))
			return err
		}
		for name, want := range map[string]error{"ADA": username.ErrTaken, "b": username.ErrTooShort} {
			if err := update(database.Set{"username": name}); !errors.Is(err, want) {
				t.Errorf("changing to %q: %v, want %v", name, err, want)
			}
		}
		// Immutable is a rule for people, not for the application.
		if err := errors.Join(update(database.Set{"username": "Bob.B"}), update(database.Set{"name": "B"})); err != nil {
			t.Fatal(err)
		}
		wantNames(t, kit, "b@example.com", "bob.b", "bobby")
		if err := update(database.Set{"username": 7}); err == nil {
			t.Error("a number was stored")
		}
	})
}

func TestConfigurationThatCannotBe(t *testing.T) {
	t.Parallel()
	upper := func(s string) string { return s }
	for want, cfg := range map[string]username.Config{
		"leave no username": {MinLength: 40}, "DisableNormalization leaves Normalize without effect": {DisableNormalization: true, Normalize: upper},
		"NormalizeDisplay has no effect with DisableDisplayUsername": {DisableDisplayUsername: true, NormalizeDisplay: upper},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), username.New(cfg)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{username.New(username.Config{})}}); err == nil || !strings.Contains(err.Error(), "plugin username: need username.passwords: no plugin implements it; add emailpassword.New") {
		t.Errorf("without passwords: %v", err)
	}
}

// Where addresses have to be verified, only the right password gets the mail.
func TestUnverifiedAddress(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
		Plugins: []betterauth.Plugin{
			emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true}),
			emailverification.New(emailverification.Config{SendOnSignIn: true}), username.New(username.Config{}),
		},
	})
	kit.Client().Post("/sign-up/email", signUp("a@example.com", "Ada")).Want(http.StatusOK)
	kit.Mail()
	kit.Client().Post("/sign-in/username", signIn("ada", "wrong-password")).WantError(username.ErrInvalidCredentials)
	if mails := kit.Mails(); len(mails) != 0 {
		t.Errorf("%d mails for a wrong password", len(mails))
	}
	refused := kit.Client().Post("/sign-in/username", body{"username": "ada", "password": "password1234", "callbackURL": "/in"}).WantError(emailpassword.ErrEmailNotVerified)
	if len(refused.Cookies) > 0 {
		t.Errorf("cookies %v", refused.Cookies)
	}
	kit.Client().Get(kit.Route(kit.Mail())).WantRedirect("/in")
	kit.Client().Post("/sign-in/username", signIn("ada", "password1234")).Want(http.StatusOK)
}

// A gate sees the method, and whether to be remembered reaches the session.
func TestGatesSeeTheMethod(t *testing.T) {
	t.Parallel()
	var seen []betterauth.SignIn
	closed := &betterauth.ErrorCode{Code: "CLOSED", Message: "closed", Status: http.StatusForbidden}
	kit := site(t, username.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{ID: "gate", Gates: []betterauth.SessionGate{{
		Name: "watch", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
			if seen = append(seen, a.SignIn); a.SignIn.Method == "username" {
				return closed
			}
			return nil
		}}}}}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com", "Ada")).Want(http.StatusOK)
	answer := kit.Client().Post("/sign-in/username", body{"username": "ada", "password": "password1234", "rememberMe": false}).WantError(closed)
	if len(seen) != 2 || seen[1].Remember == nil || *seen[1].Remember || seen[1].Assurance != betterauth.SingleFactor || len(answer.Cookies) > 0 {
		t.Errorf("gates saw %+v", seen)
	}
}

// A database that fails is a 500, never a name that is free or unknown.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	kit := site(t, username.Config{}, plugintest.Options{})
	client := kit.SignedIn("a@example.com")
	if err := kit.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for path, request := range map[string]body{
		"/sign-in/username": signIn("somebody", "password1234"), "/is-username-available": {"username": "somebody"},
		"/sign-up/email": signUp("a@example.com", "somebody"), "/update-user": {"username": "somebody"},
	} {
		client.Post(path, request).Want(http.StatusInternalServerError)
	}
}

// counting counts hashes, which are what takes time.
type counting struct {
	plugintest.FastHasher
	hashed, verified *int
}

func (c counting) Hash(ctx context.Context, password string) (string, error) {
	*c.hashed++
	return c.FastHasher.Hash(ctx, password)
}

func (c counting) Verify(ctx context.Context, password, stored string) (bool, error) {
	*c.verified++
	return c.FastHasher.Verify(ctx, password, stored)
}

// Whoever there is not costs as much work as whoever there is.
func TestEqualWork(t *testing.T) {
	t.Parallel()
	var hashed, verified int
	kit := site(t, username.Config{}, plugintest.Options{Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: counting{hashed: &hashed, verified: &verified}}}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com", "with")).Want(http.StatusOK)
	kit.SignedIn("b@example.com").Post("/update-user", body{"username": "without"}).Want(http.StatusOK)
	for _, name := range []string{"with", "without", "nobody"} {
		hashed, verified = 0, 0
		kit.Client().Post("/sign-in/username", signIn(name, "wrong-password")).WantError(username.ErrInvalidCredentials)
		if hashed+verified != 1 {
			t.Errorf("%s: %d hashes and %d checks, want one of either", name, hashed, verified)
		}
	}
}
