package plugins_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/onetap"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	adasEmail    = "ada@example.com"
	adasPassword = "password1234"
)

// gate is a reason why a user may not just have a session.
type gate struct {
	name string
	// user is what is stored of the user, once they can sign in.
	user        database.Set
	everyMethod bool // of twofactor.Config
	verified    bool // of emailpassword.Config: RequireVerifiedEmail
}

var gates = []gate{
	{name: "none"},
	{name: "banned", user: database.Set{"banned": true}},
	{name: "second step", user: database.Set{"twoFactorEnabled": true}},
	{name: "second step, `EveryMethod`", user: database.Set{"twoFactorEnabled": true}, everyMethod: true},
	{name: "banned, second step, `EveryMethod`", user: database.Set{"banned": true, "twoFactorEnabled": true}, everyMethod: true},
	{name: "`RequireVerifiedEmail`", user: database.Set{"emailVerified": false}, verified: true},
}

// signInSite is an application with every way to sign in and one gate. Ada is
// there before the gate is shut, or signs up while it is.
type signInSite struct {
	*plugintest.Kit
	t       *testing.T
	arrives bool // users who sign up are as the gate says
	ada     *betterauth.User
	audit   audit
}

func newSignInSite(t *testing.T, db *database.DB, g gate) *signInSite {
	t.Helper()
	s := &signInSite{t: t}
	newcomers := database.RowHooks[betterauth.User]{BeforeCreate: func(_ context.Context, user *betterauth.User) error {
		if s.arrives {
			for column, value := range g.user {
				if column != "emailVerified" { // it is not, for everybody who is new
					user.Extra.SetValue(column, value)
				}
			}
		}
		return nil
	}}
	o := plugintest.Options{DB: db, Plugins: []betterauth.Plugin{
		betterauth.Inline{ID: "newcomers", RowHooks: []database.Hooks{newcomers}},
		emailpassword.New(emailpassword.Config{RequireVerifiedEmail: g.verified}),
		emailverification.New(emailverification.Config{AutoSignInAfterVerification: true}),
		emailotp.New(emailotp.Config{}),
		magiclink.New(magiclink.Config{}),
		username.New(username.Config{}),
		passkey.New(passkey.Config{Registration: passkey.Registration{
			AllowWithoutSession: true,
			ResolveUser: func(*betterauth.Ctx, string) (passkey.ResolvedUser, error) {
				return passkey.ResolvedUser{New: &passkey.NewUser{Name: "Ada", Email: adasEmail}}, nil
			},
		}}),
		twofactor.New(twofactor.Config{EveryMethod: g.everyMethod, OTP: twofactor.OTPConfig{Enabled: true}}),
		admin.New(admin.Config{}),
		social.New(social.Config{Providers: []social.Provider{somewhere(), tapped()}}),
		onetap.New(onetap.Config{}),
		bearer.New(bearer.Config{}),
		s.audit.plugin(),
	}}
	o.Config.Password.Hasher = plugintest.FastHasher{}
	o.Config.Session.CookieCache.Enabled = true
	o.Config.HTTPClient = &http.Client{Transport: somewhereElse{}}
	s.Kit = plugintest.NewWith(t, o)
	return s
}

// createAda makes her with a username and a password.
func (s *signInSite) createAda(verified bool) {
	s.t.Helper()
	s.ada = &betterauth.User{Name: "Ada", Email: adasEmail, EmailVerified: verified}
	username.Name.Set(s.ada, "ada")
	hash, err := s.Host.Hasher().Hash(s.t.Context(), adasPassword)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.Users().Create(s.t.Context(), s.ada); err != nil {
		s.t.Fatal(err)
	}
	if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(s.t.Context(), &betterauth.Account{
		UserID: s.ada.ID, ProviderID: betterauth.ProviderCredential, AccountID: s.ada.ID, Password: &hash}); err != nil {
		s.t.Fatal(err)
	}
}

// shut applies the gate to Ada, who keeps no session from before.
func (s *signInSite) shut(g gate) {
	s.t.Helper()
	// Not Sessions.RevokeAll, which ends sign-ins that are under way as well.
	if _, err := plugintest.StoreOf[betterauth.Session](s.Kit).Delete(s.t.Context(), database.Eq("userId", s.ada.ID)); err != nil {
		s.t.Fatal(err)
	}
	if len(g.user) > 0 {
		s.set(g.user)
	}
}

// tried is what came of a way: an answer to a client, or an error in process.
type tried struct {
	client *plugintest.Client
	answer *plugintest.Answer
	err    error
	// own says that the answer is that of the application's own handler, which has
	// no header of a plugin.
	own bool
}

func (s *signInSite) post(path string, body map[string]any) tried {
	c := s.Client()
	return tried{client: c, answer: c.Post(path, body)}
}

func (s *signInSite) get(path string) tried {
	c := s.Client()
	return tried{client: c, answer: c.Get(path)}
}

func (s *signInSite) code(t emailotp.Type) string {
	s.t.Helper()
	s.Client().Post("/email-otp/send-verification-otp", map[string]any{"email": adasEmail, "type": t}).Want(http.StatusOK)
	return s.Mail().Code
}

func (s *signInSite) authenticator(flags passkeytest.Flags) *passkeytest.Authenticator {
	return passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, Flags: flags})
}

// created answers the options to register a passkey.
func (s *signInSite) created(c *plugintest.Client, a *passkeytest.Authenticator) map[string]any {
	s.t.Helper()
	response, err := a.Create(c.Get("/passkey/generate-register-options").Want(http.StatusOK).Body, passkeytest.CreateOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	return map[string]any{"response": jsontext.Value(response), "createSession": true}
}

// way is a way to sign in. try does it at last, when the gate is shut; what it
// needs before is made by prepare, while the gate is open.
type way struct {
	name    string
	prepare func(s *signInSite) (try func() tried)
	// arrives says that the user is made by it; unverified that it is for those
	// whose address is not verified yet. Default: Ada is there, and hers is.
	arrives, unverified bool
	// want is what comes of it at each of gates: "session", "second step", "no
	// session", or the code of an error.
	want []string
}

const (
	signedIn  = "session"
	secondary = "second step"
	noSession = "no session"
	banned    = "BANNED_USER"
	notProven = "EMAIL_NOT_VERIFIED"
)

// ways is the matrix.
var ways = []way{
	{"signUpEmail", func(s *signInSite) func() tried {
		return func() tried {
			return s.post("/sign-up/email", map[string]any{"name": "Ada", "email": adasEmail, "password": adasPassword})
		}
	}, true, false, []string{signedIn, banned, secondary, secondary, banned, noSession}},
	{"signInEmail", func(s *signInSite) func() tried {
		return func() tried {
			return s.post("/sign-in/email", map[string]any{"email": adasEmail, "password": adasPassword})
		}
	}, false, false, []string{signedIn, banned, secondary, secondary, banned, notProven}},
	{"signInUsername", func(s *signInSite) func() tried {
		return func() tried {
			return s.post("/sign-in/username", map[string]any{"username": "ada", "password": adasPassword})
		}
	}, false, false, []string{signedIn, banned, secondary, secondary, banned, notProven}},
	{"magicLinkVerify", magicLink, false, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"magicLinkVerify, signing up", magicLink, true, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"signInEmailOTP", mailedCode, false, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"signInEmailOTP, signing up", mailedCode, true, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"verifyEmailOTP, `AutoSignInAfterVerification`", func(s *signInSite) func() tried {
		code := s.code(emailotp.TypeEmailVerification)
		return func() tried {
			return s.post("/email-otp/verify-email", map[string]any{"email": adasEmail, "otp": code})
		}
	}, false, true, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"verifyEmail, `AutoSignInAfterVerification`, in the browser that signed up", func(s *signInSite) func() tried {
		s.Client().Post("/send-verification-email", map[string]any{"email": adasEmail}).Want(http.StatusOK)
		token := s.Mail().Token
		return func() tried {
			c := s.SignedUpAs(s.ada)
			return tried{client: c, answer: c.Get("/verify-email?token=" + url.QueryEscape(token))}
		}
	}, false, true, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"verifyPasskeyAuthentication, user verified", withPasskey(passkeytest.Synced),
		false, false, []string{signedIn, banned, signedIn, signedIn, banned, signedIn}},
	{"verifyPasskeyAuthentication, user present", withPasskey(passkeytest.UserPresent),
		false, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"verifyPasskeyRegistration, `createSession`, user verified", withNewPasskey(passkeytest.Synced),
		true, false, []string{signedIn, banned, signedIn, signedIn, banned, signedIn}},
	{"verifyPasskeyRegistration, `createSession`, user present", withNewPasskey(passkeytest.UserPresent),
		true, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"callbackOAuth", atProvider, false, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"callbackOAuth, signing up", atProvider, true, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"signInSocial, ID token", withIDToken, false, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"oneTapCallback", oneTap, false, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"oneTapCallback, signing up", oneTap, true, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"verifyTwoFactorOTP", func(s *signInSite) func() tried {
		s.set(database.Set{"twoFactorEnabled": true})
		c := s.Client()
		c.Post("/sign-in/email", map[string]any{"email": adasEmail, "password": adasPassword}).Want(http.StatusOK)
		return func() tried { return tried{client: c, answer: s.second(c)} }
	}, false, false, []string{signedIn, banned, signedIn, signedIn, banned, signedIn}},
	{"impersonateUser", func(s *signInSite) func() tried {
		root := &betterauth.User{Name: "Root", Email: "root@example.com", EmailVerified: true}
		admin.Role.Set(root, "admin")
		if err := s.Users().Create(s.t.Context(), root); err != nil {
			s.t.Fatal(err)
		}
		c := s.SignedInAs(root)
		return func() tried {
			return tried{client: c, answer: c.Post("/admin/impersonate-user", map[string]any{"userId": s.ada.ID})}
		}
	}, false, false, []string{signedIn, banned, signedIn, signedIn, banned, signedIn}},
	{`Auth.CreateSession, Method "email"`, inProcess(betterauth.SignIn{Method: "email"}),
		false, false, []string{signedIn, banned, secondary, secondary, banned, notProven}},
	{`Auth.CreateSession, Method "own"`, inProcess(betterauth.SignIn{Method: "own"}),
		false, false, []string{signedIn, banned, signedIn, secondary, banned, signedIn}},
	{"Auth.CreateSession, `MultiFactor`", inProcess(betterauth.SignIn{Method: "own", Assurance: betterauth.MultiFactor}),
		false, false, []string{signedIn, banned, signedIn, signedIn, banned, signedIn}},
	{`Auth.SignIn, Method "email"`, ownHandler(betterauth.SignIn{Method: "email"}),
		false, false, []string{signedIn, banned, secondary, secondary, banned, notProven}},
	{`Auth.SignIn, Method "own"`, ownHandler(betterauth.SignIn{Method: "own"}),
		false, false, []string{signedIn, banned, secondary, secondary, banned, notProven}},
	{"Auth.SignIn, `MultiFactor`", ownHandler(betterauth.SignIn{Method: "own", Assurance: betterauth.MultiFactor}),
		false, false, []string{signedIn, banned, signedIn, signedIn, banned, notProven}},
}

// ownHandler signs in from a route of the application's.
func ownHandler(how betterauth.SignIn) func(s *signInSite) func() tried {
	return func(s *signInSite) func() tried {
		mux := http.NewServeMux()
		mux.Handle(s.Auth.BasePath()+"/", s.Auth)
		mux.HandleFunc("POST /old-login", func(w http.ResponseWriter, r *http.Request) {
			if _, err := s.Auth.SignIn(w, r, s.ada, how); err != nil {
				s.Auth.WriteError(w, r, err)
			}
		})
		s.Serve(mux)
		return func() tried {
			c := s.Client()
			return tried{client: c, answer: c.Root().Post("/old-login", nil), own: true}
		}
	}
}

// atProvider comes back from the provider. Ada's account is linked while the gate is open.
func atProvider(s *signInSite) func() tried {
	flow := func() tried {
		c := s.Client()
		var begun social.Begun
		c.Post("/sign-in/social", map[string]any{"provider": "somewhere"}).Want(http.StatusOK).Into(&begun)
		to, err := url.Parse(begun.URL)
		if err != nil {
			s.t.Fatal(err)
		}
		return tried{client: c, answer: c.Get("/callback/somewhere?code=1&state=" + to.Query().Get("state"))}
	}
	s.linkSomewhere()
	return flow
}

func withIDToken(s *signInSite) func() tried {
	s.linkSomewhere()
	return func() tried {
		return s.post("/sign-in/social", map[string]any{"provider": "somewhere", "idToken": map[string]any{"token": "any"}})
	}
}

func oneTap(s *signInSite) func() tried {
	s.linkAt("google")
	return func() tried { return s.post("/one-tap/callback", map[string]any{"idToken": "any"}) }
}

func (s *signInSite) linkSomewhere() { s.linkAt("somewhere") }

// linkAt links Ada's account at a provider, if she is there.
func (s *signInSite) linkAt(provider string) {
	s.t.Helper()
	if s.ada == nil {
		return
	}
	if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(s.t.Context(), &betterauth.Account{UserID: s.ada.ID, ProviderID: provider, AccountID: "ada"}); err != nil {
		s.t.Fatal(err)
	}
}

func magicLink(s *signInSite) func() tried {
	s.Client().Post("/sign-in/magic-link", map[string]any{"email": adasEmail}).Want(http.StatusOK)
	token := s.Mail().Token
	return func() tried { return s.get("/magic-link/verify?token=" + url.QueryEscape(token)) }
}

func mailedCode(s *signInSite) func() tried {
	code := s.code(emailotp.TypeSignIn)
	return func() tried {
		return s.post("/sign-in/email-otp", map[string]any{"email": adasEmail, "otp": code})
	}
}

func withPasskey(flags passkeytest.Flags) func(s *signInSite) func() tried {
	return func(s *signInSite) func() tried {
		owner, a := s.SignedInAs(s.ada), s.authenticator(flags)
		in := s.created(owner, a)
		delete(in, "createSession")
		owner.Post("/passkey/verify-registration", in).Want(http.StatusOK)
		return func() tried {
			c := s.Client()
			response, err := a.Get(c.Get("/passkey/generate-authenticate-options").Want(http.StatusOK).Body, passkeytest.GetOptions{})
			if err != nil {
				s.t.Fatal(err)
			}
			return tried{client: c, answer: c.Post("/passkey/verify-authentication", map[string]any{"response": jsontext.Value(response)})}
		}
	}
}

func withNewPasskey(flags passkeytest.Flags) func(s *signInSite) func() tried {
	return func(s *signInSite) func() tried {
		return func() tried {
			c := s.Client()
			in := s.created(c, s.authenticator(flags))
			return tried{client: c, answer: c.Post("/passkey/verify-registration", in)}
		}
	}
}

func inProcess(how betterauth.SignIn) func(s *signInSite) func() tried {
	return func(s *signInSite) func() tried {
		return func() tried {
			_, err := s.Auth.CreateSession(s.t.Context(), s.ada.ID, how)
			return tried{err: err}
		}
	}
}

func (s *signInSite) set(set database.Set) {
	s.t.Helper()
	if _, err := s.Users().UpdateOne(s.t.Context(), set, database.Eq("id", s.ada.ID)); err != nil {
		s.t.Fatal(err)
	}
}

// second passes the second step.
func (s *signInSite) second(c *plugintest.Client) *plugintest.Answer {
	s.t.Helper()
	s.Mails()
	c.Post("/two-factor/send-otp", map[string]any{}).Want(http.StatusOK)
	return c.Post("/two-factor/verify-otp", map[string]any{"code": s.Mail().Code})
}
