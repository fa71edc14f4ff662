package emailpassword_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

// verifier is a plugin that mails verifications; it notes what it is asked to.
type verifier struct {
	id   string
	host *betterauth.Host
	fail error
}

func (v *verifier) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "verifier" + v.id, ProvesAddresses: betterauth.ProvenByMail}
}

func (v *verifier) Init(_ context.Context, h *betterauth.Host) error {
	v.host = h
	return nil
}

func (v *verifier) MailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL string, required bool) error {
	kind := "sign-up"
	if required {
		kind = "sign-up required"
	}
	v.host.Mail(c, &betterauth.Message{Kind: kind, To: user.Email, User: user, URL: callbackURL})
	return v.fail
}

func (v *verifier) MailOnSignIn(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error {
	v.host.Mail(c, &betterauth.Message{Kind: "sign-in", To: user.Email, User: user, URL: callbackURL})
	return v.fail
}

// mails lists what was mailed, one line each.
func mails(t *testing.T, kit *plugintest.Kit, box *inbox) string {
	t.Helper()
	var lines []string
	for _, m := range box.all(t, kit) {
		lines = append(lines, m.Kind+" to "+m.To+" for "+m.URL)
	}
	return strings.Join(lines, "\n")
}

func TestRequireVerifiedEmail(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, box := world(t, emailpassword.Config{RequireVerifiedEmail: true}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&verifier{}}})
		in := signUp("A@example.com")
		in["callbackURL"] = "/welcome"
		var body struct {
			User struct {
				ID        string `json:"id"`
				CreatedAt string `json:"createdAt"`
			} `json:"user"`
		}
		shape := func(answer *plugintest.Answer) string {
			answer.Want(http.StatusOK).Into(&body)
			if answer.SetCookie("better-auth.sign_up") == nil || len(answer.Cookies) != 1 {
				t.Errorf("signing up set %v", answer.Cookies)
			}
			return strings.Replace(string(answer.Body), body.User.ID, "id", 1)
		}
		// Nothing tells a taken address from a new one.
		first, second := shape(kit.Client().Post("/sign-up/email", in)), shape(kit.Client().Post("/sign-up/email", in))
		if want := `{"token":null,"user":{"name":"A","email":"a@example.com","emailVerified":false,"image":null,"createdAt":"` + body.User.CreatedAt +
			`","updatedAt":"` + body.User.CreatedAt + `","id":"id"}}`; first != want || second != want {
			t.Errorf("answered\n%s\n%s, want\n%s", first, second, want)
		}
		// Each sign-up is mailed a proof of its own.
		if got := mails(t, kit, box); got != "sign-up required to a@example.com for /welcome\nsign-up required to a@example.com for /welcome" {
			t.Errorf("mailed %s", got)
		}
		if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d sessions, %v", n, err)
		}

		kit.Client().Post("/sign-in/email", signIn("a@example.com", "wrong-password")).WantError(emailpassword.ErrInvalidCredentials)
		if len(box.all(t, kit)) != 2 {
			t.Error("a wrong password sent mail")
		}
		good := signIn("a@example.com", "password1234")
		good["callbackURL"] = "/home"
		answer := kit.Client().Post("/sign-in/email", good).WantError(emailpassword.ErrEmailNotVerified)
		wantBody(t, answer, `{"message":"Email not verified","code":"EMAIL_NOT_VERIFIED"}`)
		if got := answer.Header.Get("Location"); got != "" || len(answer.Cookies) > 0 {
			t.Errorf("refused with %q %v", got, answer.Cookies)
		}
		if got := mails(t, kit, box); !strings.HasSuffix(got, "\nsign-in to a@example.com for /home") || len(box.all(t, kit)) != 3 {
			t.Errorf("mailed %s", got)
		}
		if _, err := kit.Users().Update(t.Context(), database.Set{"emailVerified": true}, database.Eq("email", "a@example.com")); err != nil {
			t.Fatal(err)
		}
		kit.Client().Post("/sign-in/email", good).Want(http.StatusOK)
		kit.Client().Post("/sign-up/email", in).Want(http.StatusOK)
		if len(box.all(t, kit)) != 3 {
			t.Error("a verified address got mail")
		}
	})
}

// Other sign-ups are offered to the mailer too; without one nothing is missing.
func TestVerificationMailer(t *testing.T) {
	t.Parallel()
	kit, box := world(t, emailpassword.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{&verifier{}}})
	answer := kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	if answer.SetCookie("better-auth.session_token") == nil {
		t.Error("no session")
	}
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).WantError(emailpassword.ErrUserExists)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
	if got := mails(t, kit, box); got != "sign-up to a@example.com for " {
		t.Errorf("mailed %s", got)
	}

	kit = plugintest.New(t, emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true, AddressesVerifiedElsewhere: true}))
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(emailpassword.ErrEmailNotVerified)
}

// A mailer that fails leaves no user who was never sent a link.
func TestVerificationMailerFails(t *testing.T) {
	t.Parallel()
	mailer := &verifier{fail: errors.New("secret cause")}
	kit, box := world(t, emailpassword.Config{RequireVerifiedEmail: true}, plugintest.Options{Plugins: []betterauth.Plugin{mailer}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).WantError(betterauth.ErrInternal)
	if n, err := kit.Users().Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d users, %v", n, err)
	}
	if got := mails(t, kit, box); got != "" {
		t.Errorf("mailed %s", got)
	}
	mailer.fail = nil
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	mailer.fail = errors.New("secret cause")
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(betterauth.ErrInternal)
}

// existing is an application that hears of sign-ups for addresses that are taken.
func existing(tell func(ctx context.Context, userID string)) betterauth.Plugin {
	return betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{betterauth.On(func(ctx context.Context, e emailpassword.ExistingUserSignedUp) error {
		tell(ctx, e.UserID)
		return nil
	})}}
}

// The owner of an address that they have proven can be told, and nobody else notices.
func TestExistingUserSignedUp(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]emailpassword.Config{
		"no auto sign-in":  {DisableAutoSignIn: true},
		"verified address": {RequireVerifiedEmail: true, AddressesVerifiedElsewhere: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hold, told := make(chan struct{}), make(chan string, 1)
			audit := existing(func(ctx context.Context, userID string) {
				if _, ok := betterauth.CtxFrom(ctx); ok {
					t.Error("the callback shares the request")
				}
				if _, ok := ctx.Deadline(); !ok {
					t.Error("the callback may take for ever")
				}
				<-hold
				told <- userID
				panic("oh no")
			})
			kit, _ := world(t, cfg, plugintest.Options{Plugins: []betterauth.Plugin{audit}})
			owner := kit.SignedIn("a@example.com").User
			prove(t, kit, "a@example.com")
			for range 2 { // an address that nobody has proven has no owner to tell
				kit.Client().Post("/sign-up/email", signUp("b@example.com")).Want(http.StatusOK)
			}
			kit.Client().Post("/sign-up/email", signUp("A@example.com")).Want(http.StatusOK) // answers while the callback hangs
			close(hold)
			if userID := <-told; userID != owner.ID {
				t.Errorf("told of %s", userID)
			}
			if err := kit.Auth.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(kit.Log.String(), "oh no") {
				t.Error("the panic is not in the log")
			}
		})
	}
}

func TestExistingUserIsNotToldWhereTheAnswerTells(t *testing.T) {
	t.Parallel()
	var told atomic.Int32
	audit := existing(func(context.Context, string) { told.Add(1) })
	kit, _ := world(t, emailpassword.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{audit}})
	kit.SignedIn("a@example.com")
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).WantError(emailpassword.ErrUserExists)
	if err := kit.Auth.Close(t.Context()); err != nil || told.Load() != 0 {
		t.Errorf("told %d times, %v", told.Load(), err)
	}
}

// Subscribers that hang are bounded, and Close does not wait for ever.
func TestHangingSubscribersAreBounded(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	var begun atomic.Int32
	audit := existing(func(context.Context, string) {
		begun.Add(1)
		<-hold
	})
	kit, _ := world(t, emailpassword.Config{DisableAutoSignIn: true}, plugintest.Options{Plugins: []betterauth.Plugin{audit}})
	kit.SignedIn("a@example.com")
	prove(t, kit, "a@example.com")
	for range 80 {
		kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	}
	if n := strings.Count(kit.Log.String(), "too many at once"); n != 16 {
		t.Errorf("%d left out, want 16", n)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := kit.Auth.Close(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("closing under a callback: %v", err)
	}
	close(hold)
	if err := kit.Auth.Close(t.Context()); err != nil || begun.Load() != 64 {
		t.Errorf("%d begun, %v", begun.Load(), err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	build := func(base string, cfg emailpassword.Config, plugins ...betterauth.Plugin) error {
		db := databasetest.SQLiteMemory(t)
		config := betterauth.Config{BaseURL: base, Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate, Mailer: &inbox{}}
		auth, err := betterauth.New(config).Database(db).Plugin(emailpassword.New(cfg)).Plugin(plugins...).Build(t.Context())
		if err == nil {
			err = auth.Close(t.Context())
		}
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"mailed links to any host": {build("", emailpassword.Config{}), "there is no Config.BaseURL; set it"},
		"no mailed links":          {build("", emailpassword.Config{DisableReset: true}), ""},
		"fine":                     {build(plugintest.BaseURL, emailpassword.Config{}), ""},
		"lengths":                  {build(plugintest.BaseURL, emailpassword.Config{MinLength: 200}), "leave no password"},
		"time":                     {build(plugintest.BaseURL, emailpassword.Config{ResetTTL: -1}), "ResetTTL is negative"},
		"two mailers":              {build(plugintest.BaseURL, emailpassword.Config{}, &verifier{id: "1"}, &verifier{id: "2"}), "plugin email-password: need emailpassword.VerificationMailer: several plugins implement it, but only one may: verifier1, verifier2"},
	} {
		if c.want == "" && c.err != nil || c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, c.err, c.want)
		}
	}
}

// Authenticate is for applications that ask for a password themselves.
func TestAuthenticate(t *testing.T) {
	t.Parallel()
	plugin := emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true, AddressesVerifiedElsewhere: true})
	kit := plugintest.New(t, plugin)
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	if user, err := plugin.Authenticate(t.Context(), "A@example.com", "password1234"); err != nil || user.Email != "a@example.com" {
		t.Errorf("%+v, %v", user, err)
	}
	if user, err := plugin.Authenticate(t.Context(), "a@example.com", "password5678"); user != nil || !errors.Is(err, emailpassword.ErrInvalidCredentials) {
		t.Errorf("%+v, %v", user, err)
	}
}

// The bundled plugin is found, and its link opens the way.
func TestWithEmailVerification(t *testing.T) {
	t.Parallel()
	var _ emailpassword.VerificationMailer = (*emailverification.EmailVerification)(nil)
	kit, box := world(t, emailpassword.Config{RequireVerifiedEmail: true}, plugintest.Options{
		Plugins: []betterauth.Plugin{emailverification.New(emailverification.Config{SendOnSignIn: true})}})
	kit.Client().Post("/sign-up/email", signUp("a@example.com")).Want(http.StatusOK)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).WantError(emailpassword.ErrEmailNotVerified)
	mail := box.all(t, kit)
	if len(mail) != 2 {
		t.Fatalf("%d mails", len(mail))
	}
	kit.Client().Get(strings.TrimPrefix(mail[1].URL, plugintest.BaseURL+"/api/auth")).Want(http.StatusFound)
	kit.Client().Post("/sign-in/email", signIn("a@example.com", "password1234")).Want(http.StatusOK)
}
