package betterauth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// ownLogin is an application with a login of its own at /login, by the name in the
// query, and a page that needs a second step.
func ownLogin(t *testing.T, o plugintest.Options, how betterauth.SignIn) (*plugintest.Kit, *betterauth.User) {
	t.Helper()
	kit := plugintest.NewWith(t, o)
	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := kit.Auth.CreateUser(t.Context(), ada, betterauth.NewUserOptions{}); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(kit.Auth.BasePath()+"/", kit.Auth)
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		session, err := kit.Auth.SignIn(w, r, ada, how)
		switch _, further := betterauth.StepUpBody(err); {
		case further:
			http.Redirect(w, r, "/two-factor", http.StatusFound)
		case err != nil:
			kit.Auth.WriteError(w, r, err)
		case session.UserID != ada.ID:
			t.Errorf("a session of %s", session.UserID)
		default:
			http.Redirect(w, r, "/", http.StatusFound)
		}
	})
	mux.Handle("/me", kit.Auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		_, _ = w.Write([]byte(who.User.Email))
	})))
	kit.Serve(mux)
	return kit, ada
}

func TestSignInFromOwnHandler(t *testing.T) {
	t.Parallel()
	forget := false
	kit, _ := ownLogin(t, plugintest.Options{}, betterauth.SignIn{Method: "old", Remember: &forget})
	c := kit.Client()
	c.Root().Get("/me").WantError(betterauth.ErrUnauthorized)
	answer := c.Root().Post("/login", nil).WantRedirect("/")
	if cookie := answer.SetCookie("better-auth.session_token"); cookie == nil || cookie.MaxAge != 0 {
		t.Errorf("the cookie is %+v", cookie)
	}
	c.Root().Get("/me").WantBody(http.StatusOK, "ada@example.com")
	c.Get("/get-session").Want(http.StatusOK)

	// The session of somebody else who was signed in there does not stay.
	other := kit.SignedIn("bob@example.com")
	other.Root().Post("/login", nil).WantRedirect("/")
	other.Root().Get("/me").WantBody(http.StatusOK, "ada@example.com")

	if _, err := kit.Auth.SignIn(nil, nil, nil, betterauth.SignIn{}); err == nil {
		t.Error("nobody is signed in")
	}
}

// A page of another origin signs nobody in, unless the handler says that it may.
func TestOwnHandlerAndOtherOrigins(t *testing.T) {
	t.Parallel()
	const foreign = "https://evil.example"
	for name, test := range map[string]struct {
		method  string
		header  http.Header
		cookies bool
		allow   bool
		want    *betterauth.ErrorCode // nil: signed in
	}{
		"own page":               {header: http.Header{"Origin": {plugintest.BaseURL}}},
		"own page, with cookies": {header: http.Header{"Origin": {plugintest.BaseURL}}, cookies: true},
		"no browser":             {header: http.Header{}},
		"foreign":                {header: http.Header{"Origin": {foreign}}, want: betterauth.ErrInvalidOrigin},
		"foreign, with cookies":  {header: http.Header{"Origin": {foreign}}, cookies: true, want: betterauth.ErrInvalidOrigin},
		"hidden, with cookies":   {header: http.Header{"Origin": {"null"}}, cookies: true, want: betterauth.ErrMissingOrigin},
		"no origin with cookies": {header: http.Header{}, cookies: true, want: betterauth.ErrMissingOrigin},
		"a foreign form": {header: http.Header{"Origin": {foreign}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}},
			want: betterauth.ErrCrossSiteLogin},
		"a SAML response": {header: http.Header{"Origin": {foreign}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}, allow: true},
		"a SAML response to who is signed in": {header: http.Header{"Origin": {"null"}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}},
			cookies: true, allow: true},
		"a link": {method: http.MethodGet, header: http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, cookies: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit, _ := ownLogin(t, plugintest.Options{}, betterauth.SignIn{Method: "saml", AllowCrossSite: test.allow})
			c := kit.Client()
			if test.cookies {
				c = kit.SignedIn("bob@example.com")
			}
			c.Header = test.header
			if test.method == "" {
				test.method = http.MethodPost
			}
			answer := c.Root().Do(test.method, "/login", nil)
			if test.want == nil {
				answer.WantRedirect("/")
				if log := kit.Log.String(); strings.Contains(log, "cookie is not kept") { // a page that is opened keeps it
					t.Error(log)
				}
			} else if answer.WantError(test.want); len(answer.Cookies) > 0 {
				t.Errorf("sets %v", answer.Cookies)
			}
		})
	}
}

// A handler of one's own is asked for the second step unless the application says
// which methods are, or that this one needs none.
func TestOwnHandlerNeedsTheSecondStep(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		methods []string
		how     betterauth.SignIn
		leads   string
	}{
		"by default":       {how: betterauth.SignIn{Method: "old-login"}, leads: "/two-factor"},
		"without a method": {leads: "/two-factor"},
		"multi-factor":     {how: betterauth.SignIn{Method: "saml", Assurance: betterauth.MultiFactor}, leads: "/"},
		"not listed":       {methods: []string{"email"}, how: betterauth.SignIn{Method: "old-login"}, leads: "/"},
		"listed":           {methods: []string{"email", "old-login"}, how: betterauth.SignIn{Method: "old-login"}, leads: "/two-factor"},
	} {
		kit, ada := ownLogin(t, plugintest.Options{Plugins: []betterauth.Plugin{
			twofactor.New(twofactor.Config{Methods: test.methods, OTP: twofactor.OTPConfig{Enabled: true}})}}, test.how)
		if _, err := kit.Users().Update(t.Context(), database.Set{"twoFactorEnabled": true}, database.Eq("id", ada.ID)); err != nil {
			t.Fatal(err)
		}
		if to := kit.Client().Root().Post("/login", nil).Header.Get("Location"); to != test.leads {
			t.Errorf("%s: it leads to %q", name, to)
		}
	}
}

// Where a gate demands a further step, the browser has what that step needs.
func TestOwnHandlerAndSecondStep(t *testing.T) {
	t.Parallel()
	kit, ada := ownLogin(t, plugintest.Options{Plugins: []betterauth.Plugin{
		twofactor.New(twofactor.Config{EveryMethod: true, OTP: twofactor.OTPConfig{Enabled: true}})}}, betterauth.SignIn{Method: "old"})
	if _, err := kit.Users().Update(t.Context(), database.Set{"twoFactorEnabled": true}, database.Eq("id", ada.ID)); err != nil {
		t.Fatal(err)
	}
	c := kit.Client()
	c.Root().Post("/login", nil).WantRedirect("/two-factor")
	c.Root().Get("/me").WantError(betterauth.ErrUnauthorized)
	c.Post("/two-factor/send-otp", map[string]any{}).Want(http.StatusOK)
	c.Post("/two-factor/verify-otp", map[string]any{"code": kit.Mail().Code}).Want(http.StatusOK)
	c.Root().Get("/me").WantBody(http.StatusOK, "ada@example.com")
}

// A database that does not answer is no refusal, and a host that is not served
// signs nobody in.
func TestOwnHandlerFails(t *testing.T) {
	t.Parallel()
	kit, _ := ownLogin(t, plugintest.Options{Config: betterauth.Config{
		DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"tenant.example"}}}}, betterauth.SignIn{Method: "old"})
	if answer := kit.Client().Root().Get("/login"); answer.Status != http.StatusBadRequest || answer.Code() != "INVALID_HOST" {
		t.Errorf("another host: %d %s", answer.Status, answer.Body)
	}
	kit, _ = ownLogin(t, plugintest.Options{}, betterauth.SignIn{Method: "old"})
	if err := kit.DB.Close(); err != nil {
		t.Fatal(err)
	}
	answer := kit.Client().Root().Post("/login", nil).WantError(betterauth.ErrInternal)
	if len(answer.Cookies) > 0 {
		t.Errorf("sets %v", answer.Cookies)
	}
	if _, err := kit.Auth.UserByEmail(t.Context(), "ada@example.com"); err == nil || errors.Is(err, betterauth.ErrUserNotFound) {
		t.Errorf("%v", err)
	}
}
