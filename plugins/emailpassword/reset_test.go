package emailpassword_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// inbox is a Mailer that keeps what it is given.
type inbox struct {
	mu   sync.Mutex
	mail []*betterauth.Message
}

func (b *inbox) Send(_ context.Context, m *betterauth.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mail = append(b.mail, m)
	return nil
}

// all waits for what is under way.
func (b *inbox) all(t *testing.T, kit *plugintest.Kit) []*betterauth.Message {
	t.Helper()
	if err := kit.Auth.FlushMail(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]*betterauth.Message(nil), b.mail...)
}

// world is an Auth with this plugin, a mailbox and a quick hasher.
func world(t *testing.T, cfg emailpassword.Config, o plugintest.Options) (*plugintest.Kit, *inbox) {
	t.Helper()
	box := &inbox{}
	if o.Config.Mailer == nil {
		o.Config.Mailer = box
	}
	if o.Config.Password.Hasher == nil {
		o.Config.Password.Hasher = plugintest.FastHasher{}
	}
	o.Plugins = append([]betterauth.Plugin{emailpassword.New(cfg)}, o.Plugins...)
	return plugintest.NewWith(t, o), box
}

// prove marks an address verified, as a mailed link does.
func prove(t *testing.T, kit *plugintest.Kit, email string) {
	t.Helper()
	if _, err := kit.Users().UpdateOne(t.Context(), database.Set{"emailVerified": true}, database.Eq("email", email)); err != nil {
		t.Fatal(err)
	}
}

// link asks for a reset and returns the token that was mailed.
func link(t *testing.T, kit *plugintest.Kit, box *inbox, email string) string {
	t.Helper()
	kit.Client().Post("/request-password-reset", map[string]any{"email": email, "redirectTo": "/reset"}).Want(http.StatusOK)
	mail := box.all(t, kit)
	if len(mail) == 0 {
		t.Fatal("no mail")
	}
	return mail[len(mail)-1].Token
}

func newPassword(token, password string) map[string]any {
	return map[string]any{"token": token, "newPassword": password}
}

func wantBody(t *testing.T, answer *plugintest.Answer, want string) {
	t.Helper()
	if string(answer.Body) != want {
		t.Errorf("answered %s, want %s", answer.Body, want)
	}
}

const requested = `{"status":true,"message":"If this email exists in our system, check your email for the reset link"}`

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, box := world(t, emailpassword.Config{}, plugintest.Options{DB: db, Config: betterauth.Config{AppName: "Shop"}})
		old := kit.Client()
		old.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
		wantBody(t, kit.Client().Post("/request-password-reset", map[string]any{"email": "A@example.com", "redirectTo": "/new password?x=1"}).Want(http.StatusOK), requested)
		mail := box.all(t, kit)
		if len(mail) != 1 {
			t.Fatalf("%d mails", len(mail))
		}
		m := mail[0]
		link := plugintest.BaseURL + "/api/auth/reset-password/" + m.Token + "?callbackURL=%2Fnew%20password%3Fx%3D1"
		if m.Kind != "reset-password" || m.To != "a@example.com" || m.User.Email != "a@example.com" || len(m.Token) != 24 || m.URL != link ||
			m.Subject != "Reset your password for Shop" || !strings.Contains(m.Text, "\n"+link+"\n") || !strings.Contains(m.Text, "within 1 hour:") {
			t.Errorf("mailed %+v", m)
		}
		stored, err := kit.Host.Verifications().Find(t.Context(), "reset-password:"+m.Token)
		if err != nil || stored.Value != m.User.ID || !stored.ExpiresAt.Equal(kit.Clock.Now().Add(time.Hour)) {
			t.Errorf("stored %+v, %v", stored, err)
		}
		// Following the link does not use it up.
		for range 2 {
			answer := kit.Client().Get(strings.TrimPrefix(m.URL, plugintest.BaseURL+"/api/auth")).Want(http.StatusFound)
			if answer.Header.Get("Location") != plugintest.BaseURL+"/new%20password?x=1&token="+m.Token || len(answer.Body) > 0 {
				t.Errorf("followed to %s %s", answer.Header.Get("Location"), answer.Body)
			}
		}
		answer := kit.Client().Post("/reset-password?token="+m.Token, map[string]any{"newPassword": "fresh-password"}).Want(http.StatusOK)
		wantBody(t, answer, `{"status":true}`)
		if len(answer.Cookies) > 0 {
			t.Errorf("a reset set %v", answer.Cookies)
		}
		kit.Client().Post("/reset-password", newPassword(m.Token, "other-password")).WantError(emailpassword.ErrInvalidToken)
		answer = kit.Client().Get("/reset-password/" + m.Token + "?callbackURL=/reset").Want(http.StatusFound)
		if got := answer.Header.Get("Location"); got != plugintest.BaseURL+"/reset?error=INVALID_TOKEN" {
			t.Errorf("a used link leads to %s", got)
		}
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(emailpassword.ErrInvalidCredentials)
		kit.Client().Post("/sign-in/email", signIn("a@example.com", "fresh-password")).Want(http.StatusOK)
		// The link has proven the address: who signed up before is out.
		old.Get("/list-sessions").Want(http.StatusUnauthorized)
		if strings.Contains(kit.Log.String(), m.Token) {
			t.Error("the token is in the log")
		}
	})
}

func TestPasswordResetErrors(t *testing.T) {
	t.Parallel()
	kit, box := world(t, emailpassword.Config{}, plugintest.Options{})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	token := link(t, kit, box, "a@example.com")
	post := func(path string, body any) *plugintest.Answer { return kit.Client().Post(path, body) }
	const invalid = `{"message":"Invalid token","code":"INVALID_TOKEN"}`
	for _, body := range []map[string]any{
		{"newPassword": "password1234"},
		newPassword("", "password1234"),
		newPassword("", "short"), // that there is no token is said first
		newPassword("unknown", "password1234"),
		newPassword(token+"x", "password1234"),
		newPassword(strings.ToUpper(token), "password1234"),
		newPassword("%", "password1234"),
	} {
		wantBody(t, post("/reset-password", body).WantError(emailpassword.ErrInvalidToken), invalid)
	}
	// The token of the body wins.
	post("/reset-password?token="+token, newPassword("unknown", "password1234")).WantError(emailpassword.ErrInvalidToken)
	wantBody(t, post("/reset-password", map[string]any{"token": token}).WantError(betterauth.ErrValidation),
		`{"message":"[body.newPassword] Invalid input: expected string, received undefined","code":"VALIDATION_ERROR"}`)
	wantBody(t, post("/reset-password", newPassword(token, "1234567")).WantError(emailpassword.ErrPasswordTooShort),
		`{"message":"Password too short","code":"PASSWORD_TOO_SHORT"}`)
	wantBody(t, post("/reset-password", newPassword(token, strings.Repeat("x", 129))).WantError(emailpassword.ErrPasswordTooLong),
		`{"message":"Password too long","code":"PASSWORD_TOO_LONG"}`)
	wantBody(t, post("/request-password-reset", map[string]any{"email": "nope"}).WantError(betterauth.ErrValidation),
		`{"message":"[body.email] Invalid email address","code":"VALIDATION_ERROR"}`)

	// None of that has used the link up; time does.
	kit.Clock.Advance(time.Hour)
	wantLocation(t, kit, token, plugintest.BaseURL+"/r?token="+token)
	kit.Clock.Advance(time.Millisecond)
	wantLocation(t, kit, token, plugintest.BaseURL+"/r?error=INVALID_TOKEN")
	post("/reset-password", newPassword(token, "password5678")).WantError(emailpassword.ErrInvalidToken)

	token = link(t, kit, box, "a@example.com")
	if _, err := kit.Users().Delete(t.Context(), database.Eq("email", "a@example.com")); err != nil {
		t.Fatal(err)
	}
	// The link ended with its user. Another server may delete users and leave links.
	post("/reset-password", newPassword(token, "password5678")).WantError(emailpassword.ErrInvalidToken)
	token = "left-by-another-server-0"
	if _, err := kit.Host.Verifications().Create(t.Context(), "reset-password:"+token, "nobody", time.Hour); err != nil {
		t.Fatal(err)
	}
	wantBody(t, post("/reset-password", newPassword(token, "password5678")).WantError(emailpassword.ErrUserNotFound),
		`{"message":"User not found","code":"USER_NOT_FOUND"}`)
	post("/reset-password", newPassword(token, "password5678")).WantError(emailpassword.ErrInvalidToken)
}

func wantLocation(t *testing.T, kit *plugintest.Kit, token, want string) {
	t.Helper()
	if got := kit.Client().Get("/reset-password/" + token + "?callbackURL=/r").Want(http.StatusFound).Header.Get("Location"); got != want {
		t.Errorf("led to %s, want %s", got, want)
	}
}

func TestDisabledReset(t *testing.T) {
	t.Parallel()
	const disabled = `{"message":"Reset password isn't enabled","code":"RESET_PASSWORD_DISABLED"}`
	request := map[string]any{"email": "a@example.com"}
	seed := func(kit *plugintest.Kit) {
		user := kit.SignedIn("a@example.com").User
		if _, err := kit.Host.Verifications().Create(t.Context(), "reset-password:seeded", user.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	kit, _ := world(t, emailpassword.Config{DisableReset: true}, plugintest.Options{})
	seed(kit)
	wantBody(t, kit.Client().Post("/request-password-reset", request).WantError(emailpassword.ErrResetDisabled), disabled)
	wantBody(t, kit.Client().Post("/reset-password", newPassword("seeded", "password1234")).WantError(emailpassword.ErrResetDisabled), disabled)
	wantLocation(t, kit, "seeded", plugintest.BaseURL+"/r?error=INVALID_TOKEN")

	// Without a mailer none can be asked for; a link from elsewhere still works.
	kit = plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}, NoMailer: true})
	seed(kit)
	wantBody(t, kit.Client().Post("/request-password-reset", request).WantError(emailpassword.ErrResetDisabled), disabled)
	wantLocation(t, kit, "seeded", plugintest.BaseURL+"/r?token=seeded")
	kit.Client().Post("/reset-password", newPassword("seeded", "password1234")).Want(http.StatusOK)
}

// Asking for a link does and says the same for every address.
func TestResetRequestsTellNothing(t *testing.T) {
	t.Parallel()
	var written []string
	count := betterauth.Inline{ID: "count", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.Verification]{AfterCreate: func(_ context.Context, v *betterauth.Verification) error {
			written = append(written, v.Identifier)
			return nil
		}}}}
	kit, box := world(t, emailpassword.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{count}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	var headers [2]http.Header
	for i, email := range []string{"a@example.com", "nobody@example.com"} {
		written = nil
		answer := kit.Client().Post("/request-password-reset", map[string]any{"email": email}).Want(http.StatusOK)
		wantBody(t, answer, requested)
		headers[i] = answer.Header
		if len(written) != 1 || len(written[0]) != len("reset-password:")+24 {
			t.Errorf("%s: wrote %q", email, written)
		}
		if mail := box.all(t, kit); len(mail) != 1 || mail[0].To != "a@example.com" || !strings.HasSuffix(mail[0].URL, "?callbackURL=") {
			t.Errorf("%s: %d mails", email, len(mail))
		}
	}
	if len(headers[0]) != len(headers[1]) {
		t.Errorf("headers %v and %v", headers[0], headers[1])
	}
	// The token nobody was sent opens nothing.
	kit.Client().Post("/reset-password", newPassword(strings.TrimPrefix(written[0], "reset-password:"), "password5678")).WantError(emailpassword.ErrUserNotFound)
}

// Nobody waits for a mail server, and nobody but the log hears of its failure.
func TestResetDoesNotWaitForMail(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	tokens := make(chan string, 2)
	mailer := betterauth.MailerFunc(func(_ context.Context, m *betterauth.Message) error {
		tokens <- m.Token
		<-release
		return errors.New("no route to mail server")
	})
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{Config: betterauth.Config{Mailer: mailer}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	wantBody(t, kit.Client().Post("/request-password-reset", map[string]any{"email": "a@example.com"}).Want(http.StatusOK), requested)
	token := <-tokens
	close(release)
	if err := kit.Auth.FlushMail(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log := kit.Log.String(); !strings.Contains(log, "no route to mail server") || strings.Contains(log, token) {
		t.Errorf("logged %s", log)
	}
	kit.Client().Post("/reset-password", newPassword(token, "password5678")).Want(http.StatusOK)
}

func TestResetTargets(t *testing.T) {
	t.Parallel()
	kit, box := world(t, emailpassword.Config{}, plugintest.Options{Config: betterauth.Config{TrustedOrigins: []string{"https://app.example.com", "myapp://"}}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	for _, target := range []string{"https://evil.example", "//evil.example", "/%2Fevil.example", "reset"} {
		wantBody(t, kit.Client().Post("/request-password-reset", map[string]any{"email": "a@example.com", "redirectTo": target}).WantError(betterauth.ErrInvalidRedirectURL),
			`{"message":"Invalid redirectURL","code":"INVALID_REDIRECT_URL"}`)
		kit.Client().Post("/request-password-reset", map[string]any{"email": "a@example.com", "callbackURL": target}).WantError(betterauth.ErrInvalidCallbackURL)
		wantBody(t, kit.Client().Get("/reset-password/x?callbackURL="+url.QueryEscape(target)).WantError(betterauth.ErrInvalidCallbackURL),
			`{"message":"Invalid callbackURL","code":"INVALID_CALLBACK_URL"}`)
	}
	if n := len(box.all(t, kit)); n != 0 {
		t.Errorf("%d mails", n)
	}
	wantBody(t, kit.Client().Get("/reset-password/x").WantError(betterauth.ErrValidation),
		`{"message":"[query.callbackURL] Invalid input: expected string, received undefined","code":"VALIDATION_ERROR"}`)
	token := link(t, kit, box, "a@example.com")
	for target, want := range map[string]string{
		"":                             plugintest.BaseURL + "/api/auth/error?error=INVALID_TOKEN",
		"/reset":                       plugintest.BaseURL + "/reset?token=" + token,
		"/reset#form":                  plugintest.BaseURL + "/reset?token=" + token + "#form",
		"/r/../s?b=1&token=x&a=c%20~*": plugintest.BaseURL + "/s?b=1&token=" + token + "&a=c+%7E*",
		"/r?token=1&x&token=2&%=%":     plugintest.BaseURL + "/r?token=" + token + "&x=&%25=%25",
		"/é?":                          plugintest.BaseURL + "/%C3%A9?token=" + token,
		"https://app.example.com":      "https://app.example.com/?token=" + token,
		"https://app.example.com/r?q=é&error=no": "https://app.example.com/r?q=%C3%A9&error=no&token=" + token,
		"myapp://":                       "myapp://?token=" + token,
		"myapp://open/é b":               "myapp://open/%C3%A9%20b?token=" + token,
		"https://app.example.com/x(y)'z": "https://app.example.com/x(y)'z?token=" + token,
		"myapp://open/a?b#":              "myapp://open/a?b=&token=" + token,
	} {
		answer := kit.Client().Get("/reset-password/" + token + "?callbackURL=" + url.QueryEscape(target)).Want(http.StatusFound)
		if got := answer.Header.Get("Location"); got != want {
			t.Errorf("%s led to %s, want %s", target, got, want)
		}
	}
	kit.Client().Get("/reset-password/" + token + "?callbackURL=" + url.QueryEscape("/100%")).WantError(betterauth.ErrInvalidCallbackURL)
	_, err := betterauth.Call[betterauth.Redirect](t.Context(), kit.Auth, emailpassword.RequestPasswordResetCallback,
		emailpassword.FollowResetInput{Token: token, CallbackURL: "https://evil.example"}, betterauth.CallOptions{})
	if !errors.Is(err, betterauth.ErrInvalidCallbackURL) {
		t.Errorf("in process: %v", err)
	}
}

func TestResetOptions(t *testing.T) {
	t.Parallel()
	var told []string
	audit := resets(func(userID string) { told = append(told, userID) })
	kit, box := world(t, emailpassword.Config{RevokeSessionsOnReset: true, ResetTTL: 90 * time.Minute, MinLength: 3, MaxLength: 4},
		plugintest.Options{Plugins: []betterauth.Plugin{audit}})
	other := kit.SignedIn("b@example.com")
	client := kit.SignedIn("a@example.com") // has no password
	token := link(t, kit, box, "a@example.com")
	if text := box.all(t, kit)[0].Text; !strings.Contains(text, "within 90 minutes:") {
		t.Errorf("mailed %s", text)
	}
	kit.Clock.Advance(89 * time.Minute)
	kit.Client().Post("/reset-password", newPassword(token, "ab")).WantError(emailpassword.ErrPasswordTooShort)
	kit.Client().Post("/reset-password", newPassword(token, "abcde")).WantError(emailpassword.ErrPasswordTooLong)
	if len(told) > 0 {
		t.Errorf("told of %v", told)
	}
	kit.Client().Post("/reset-password", newPassword(token, "abc")).Want(http.StatusOK)
	client.Get("/list-sessions").Want(http.StatusUnauthorized)
	other.Get("/list-sessions").Want(http.StatusOK)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "abc")).Want(http.StatusOK)
	if len(told) != 1 || told[0] != client.User.ID {
		t.Errorf("told of %v", told)
	}
	account, err := plugintest.StoreOf[betterauth.Account](kit).Get(t.Context(), database.Eq("userId", client.User.ID))
	if err != nil || account.ProviderID != "credential" || account.AccountID != client.User.ID {
		t.Errorf("account %+v, %v", account, err)
	}
}

// resets is an audit log of passwords that were reset.
func resets(tell func(userID string)) betterauth.Plugin {
	return betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{betterauth.On(func(_ context.Context, e betterauth.EndingHappened) error {
		if e.Ending == betterauth.PasswordReset {
			tell(e.UserID)
		}
		return nil
	})}}
}

// A subscriber that panics is too late to undo the reset.
func TestResetSubscriberPanics(t *testing.T) {
	t.Parallel()
	audit := resets(func(string) { panic("oh no") })
	kit, box := world(t, emailpassword.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{audit}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	kit.Client().Post("/reset-password", newPassword(link(t, kit, box, "a@example.com"), "password5678")).Want(http.StatusOK)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password5678")).Want(http.StatusOK)
	if !strings.Contains(kit.Log.String(), "oh no") {
		t.Error("the panic is not in the log")
	}
}

// A new password ends the links that could replace it, of that user alone.
func TestOtherLinksEnd(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, box := world(t, emailpassword.Config{}, plugintest.Options{DB: db})
		client := kit.Client()
		client.Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
		kit.Client().Post("/sign-up/email", signUp("b@example.com")).Want(http.StatusOK)
		prove(t, kit, "a@example.com")
		prove(t, kit, "b@example.com")
		first, second, others := link(t, kit, box, "a@example.com"), link(t, kit, box, "a@example.com"), link(t, kit, box, "b@example.com")
		kit.Client().Post("/reset-password", newPassword(second, "password5678")).Want(http.StatusOK)
		kit.Client().Post("/reset-password", newPassword(first, "password1111")).WantError(emailpassword.ErrInvalidToken)
		third := link(t, kit, box, "a@example.com")
		client.Post("/change-password", map[string]any{"currentPassword": "password5678", "newPassword": "password9999"}).Want(http.StatusOK)
		kit.Client().Post("/reset-password", newPassword(third, "password1111")).WantError(emailpassword.ErrInvalidToken)
		kit.Client().Post("/reset-password", newPassword(others, "password1111")).Want(http.StatusOK)
	})
}

// A database that does not answer is not a wrong token, nor an unknown address.
func TestResetWithoutDatabase(t *testing.T) {
	t.Parallel()
	kit, box := world(t, emailpassword.Config{}, plugintest.Options{})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	token := link(t, kit, box, "a@example.com")
	if err := kit.DB.Close(); err != nil {
		t.Fatal(err)
	}
	kit.Client().Post("/request-password-reset", map[string]any{"email": "a@example.com"}).WantError(betterauth.ErrInternal)
	kit.Client().Get("/reset-password/" + token + "?callbackURL=/r").WantError(betterauth.ErrInternal)
	kit.Client().Post("/reset-password", newPassword(token, "password5678")).WantError(betterauth.ErrInternal)
	if strings.Contains(kit.Log.String(), token) {
		t.Error("the token is in the log")
	}
}
