package plugins_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// hardTargets are targets that lead elsewhere if they are decoded once too often,
// or not encoded again.
var hardTargets = []string{
	"/landing?next=%2Fa%2Bb&v=%26x%3D%25y&plus=1%2B1&blank=a+b#frag%25ment",
	"/p%2Bq/100%25/%26/%23?q=%2523&r=%252B",
	"/café/日本?q=é&r=%E6%97%A5",
	"/a%252Fb%250A?x=%250A",
	"https://app.example.com/p%2Bq?x=%23y&z=%2526",
	"https://app.example.com/?to=https%3A%2F%2Fapp.example.com%2F%3Fa%3Db%26c%3Dd%2523",
}

// provider is where people sign in for an application of a phone.
const provider = "https://accounts.example.org"

type members = map[string]any

// redirecting is a site on which everything that redirects does.
type redirecting struct {
	*plugintest.Kit
	t *testing.T
	n int
}

func newRedirecting(t *testing.T, errorURL string) *redirecting {
	t.Helper()
	return &redirecting{t: t, Kit: plugintest.NewWith(t, plugintest.Options{
		Plugins: []betterauth.Plugin{
			emailpassword.New(emailpassword.Config{DisableAutoSignIn: true}), username.New(username.Config{}), magiclink.New(magiclink.Config{}),
			emailverification.New(emailverification.Config{OnSignUp: emailverification.MailEverybody, AutoSignInAfterVerification: true}),
			account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}, DeleteUser: account.DeleteUserConfig{Enabled: true, MailToken: true}}),
			twofactor.New(twofactor.Config{}), expo.New(expo.Config{Schemes: []string{"myapp"}, AuthorizationOrigins: []string{provider}}),
			social.New(social.Config{Providers: []social.Provider{somewhere()}, Linking: social.Linking{AllowDifferentEmails: true}}),
			oauthpopup.New(oauthpopup.Config{}),
		},
		Config: betterauth.Config{HTTPClient: &http.Client{Transport: somewhereElse{}}, ErrorURL: errorURL, TrustedOrigins: []string{"https://app.example.com"}, Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
	})}
}

func (s *redirecting) address() string {
	s.n++
	return "user" + strings.Repeat("x", s.n) + "@example.com"
}

// verified is a browser of somebody with a proven address and a password.
func (s *redirecting) verified() (*plugintest.Client, string) {
	s.t.Helper()
	c, email := s.Client(), s.address()
	name, _, _ := strings.Cut(email, "@")
	c.Post("/sign-up/email", members{"name": "A", "email": email, "password": "password1234", "username": name}).Want(http.StatusOK)
	c.Get(s.Route(s.Mail())).Want(http.StatusFound)
	s.Clock.Advance(1000)
	return c, email
}

func (s *redirecting) wantURL(a *plugintest.Answer, target string) string {
	s.t.Helper()
	var body struct {
		URL string `json:"url"`
	}
	a.Want(http.StatusOK).Into(&body)
	if body.URL != target {
		s.t.Errorf("url %q, want %q", body.URL, target)
	}
	return a.Header.Get("Location")
}

// redirects play an operation with a target, and return where it leads. Their
// names are the operations that take the target, and the parameters.
var redirects = map[string]func(s *redirecting, target string) string{
	"signUpEmail callbackURL": func(s *redirecting, target string) string {
		c := s.Client()
		c.Post("/sign-up/email", members{"name": "A", "email": s.address(), "password": "password1234", "callbackURL": target}).Want(http.StatusOK)
		return s.lead(c.Get(s.Route(s.Mail())))
	},
	"sendVerificationEmail callbackURL": func(s *redirecting, target string) string {
		c, email := s.Client(), s.address()
		c.Post("/sign-up/email", members{"name": "A", "email": email, "password": "password1234"}).Want(http.StatusOK)
		s.Mail()
		c.Post("/send-verification-email", members{"email": email, "callbackURL": target}).Want(http.StatusOK)
		return s.lead(c.Get(s.Route(s.Mail())))
	},
	"verifyEmail callbackURL": func(s *redirecting, target string) string { // a link that fails
		return s.lead(s.Client().Get("/verify-email?token=x&callbackURL=" + url.QueryEscape(target)))
	},
	"signInEmail callbackURL": func(s *redirecting, target string) string {
		_, email := s.verified()
		return s.wantURL(s.Client().Post("/sign-in/email", members{"email": email, "password": "password1234", "callbackURL": target}), target)
	},
	"signInUsername callbackURL": func(s *redirecting, target string) string {
		_, email := s.verified()
		name, _, _ := strings.Cut(email, "@")
		return s.wantURL(s.Client().Post("/sign-in/username", members{"username": name, "password": "password1234", "callbackURL": target}), target)
	},
	"requestPasswordReset redirectTo": func(s *redirecting, target string) string {
		_, email := s.verified()
		s.Client().Post("/request-password-reset", members{"email": email, "redirectTo": target}).Want(http.StatusOK)
		return s.lead(s.Client().Get(s.Route(s.Mail())))
	},
	"requestPasswordResetCallback callbackURL": func(s *redirecting, target string) string { // a link that fails
		return s.lead(s.Client().Get("/reset-password/x?callbackURL=" + url.QueryEscape(target)))
	},
	"changeEmail callbackURL": func(s *redirecting, target string) string {
		c, _ := s.verified()
		c.Post("/sign-in/email", members{"email": "user" + strings.Repeat("x", s.n) + "@example.com", "password": "password1234"}).Want(http.StatusOK)
		c.Post("/change-email", members{"newEmail": s.address(), "callbackURL": target}).Want(http.StatusOK)
		return s.lead(c.Get(s.Route(s.Mail())))
	},
	"deleteUser callbackURL": func(s *redirecting, target string) string {
		c, email := s.verified()
		c.Post("/sign-in/email", members{"email": email, "password": "password1234"}).Want(http.StatusOK)
		c.Post("/delete-user", members{"callbackURL": target}).Want(http.StatusOK)
		return s.lead(c.Get(s.Route(s.Mail())))
	},
	"deleteUserCallback callbackURL": func(s *redirecting, target string) string {
		c, email := s.verified()
		c.Post("/sign-in/email", members{"email": email, "password": "password1234"}).Want(http.StatusOK)
		c.Post("/delete-user", members{}).Want(http.StatusOK)
		return s.lead(c.Get("/delete-user/callback?token=" + s.Mail().Token + "&callbackURL=" + url.QueryEscape(target)))
	},
	"signInMagicLink callbackURL": func(s *redirecting, target string) string {
		_, email := s.verified()
		s.Client().Post("/sign-in/magic-link", members{"email": email, "callbackURL": target}).Want(http.StatusOK)
		return s.lead(s.Client().Get(s.Route(s.Mail())))
	},
	"signInMagicLink newUserCallbackURL": func(s *redirecting, target string) string {
		s.Client().Post("/sign-in/magic-link", members{"email": s.address(), "callbackURL": "/", "newUserCallbackURL": target}).Want(http.StatusOK)
		return s.lead(s.Client().Get(s.Route(s.Mail())))
	},
	"signInMagicLink errorCallbackURL": func(s *redirecting, target string) string {
		s.Client().Post("/sign-in/magic-link", members{"email": s.address(), "callbackURL": "/", "errorCallbackURL": target}).Want(http.StatusOK)
		link := s.Route(s.Mail())
		s.Client().Get(link).Want(http.StatusFound)
		return s.lead(s.Client().Get(link))
	},
	"magicLinkVerify callbackURL": func(s *redirecting, target string) string {
		s.Client().Post("/sign-in/magic-link", members{"email": s.address()}).Want(http.StatusOK)
		return s.lead(s.Client().Get("/magic-link/verify?token=" + s.Mail().Token + "&callbackURL=" + url.QueryEscape(target)))
	},
	"magicLinkVerify newUserCallbackURL": func(s *redirecting, target string) string {
		s.Client().Post("/sign-in/magic-link", members{"email": s.address()}).Want(http.StatusOK)
		return s.lead(s.Client().Get("/magic-link/verify?token=" + s.Mail().Token + "&callbackURL=%2F&newUserCallbackURL=" + url.QueryEscape(target)))
	},
	"magicLinkVerify errorCallbackURL": func(s *redirecting, target string) string {
		return s.lead(s.Client().Get("/magic-link/verify?token=x&callbackURL=%2F&errorCallbackURL=" + url.QueryEscape(target)))
	},
	"expoAuthorizationProxy authorizationURL": func(s *redirecting, target string) string { // a URL that has the target in it
		at := provider + "/authorize?state=abc&redirect_uri=" + url.QueryEscape(target)
		location := s.lead(s.Client().Get("/expo-authorization-proxy?authorizationURL=" + url.QueryEscape(at)))
		if location != at {
			s.t.Errorf("%s leads to %s", at, location)
		}
		return asciiURL(target)
	},
	"signInSocial callbackURL": func(s *redirecting, target string) string {
		c := s.Client()
		s.atProvider(c, "/sign-in/social", "code=1", members{"callbackURL": "/"}) // there is an account
		return s.atProvider(s.Client(), "/sign-in/social", "code=1", members{"callbackURL": target})
	},
	"signInSocial newUserCallbackURL": func(s *redirecting, target string) string {
		if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
			s.t.Fatal(err)
		}
		return s.atProvider(s.Client(), "/sign-in/social", "code=1", members{"callbackURL": "/", "newUserCallbackURL": target})
	},
	"signInSocial errorCallbackURL": func(s *redirecting, target string) string {
		return s.atProvider(s.Client(), "/sign-in/social", "error=access_denied", members{"callbackURL": "/", "errorCallbackURL": target})
	},
	"linkSocialAccount callbackURL": func(s *redirecting, target string) string {
		if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
			s.t.Fatal(err)
		}
		return s.atProvider(s.SignedIn(s.address()), "/link-social", "code=1", members{"callbackURL": target})
	},
	"linkSocialAccount errorCallbackURL": func(s *redirecting, target string) string {
		return s.atProvider(s.SignedIn(s.address()), "/link-social", "error=access_denied", members{"callbackURL": "/", "errorCallbackURL": target})
	},
	"oauthPopupStart callbackURL": func(s *redirecting, target string) string {
		s.inPopup(s.Client(), "code=1", url.Values{"callbackURL": {"/"}}) // there is an account
		return s.inPopup(s.Client(), "code=1", url.Values{"callbackURL": {target}})
	},
	"oauthPopupStart newUserCallbackURL": func(s *redirecting, target string) string {
		if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
			s.t.Fatal(err)
		}
		return s.inPopup(s.Client(), "code=1", url.Values{"callbackURL": {"/"}, "newUserCallbackURL": {target}})
	},
	"oauthPopupStart errorCallbackURL": func(s *redirecting, target string) string {
		return s.inPopup(s.Client(), "error=access_denied", url.Values{"callbackURL": {"/"}, "errorCallbackURL": {target}})
	},
	"reauthenticateSocial callbackURL": func(s *redirecting, target string) string {
		return s.atProvider(s.signedInThere(), "/reauthenticate/social", "code=1", members{"callbackURL": target})
	},
	"reauthenticateSocial errorCallbackURL": func(s *redirecting, target string) string {
		return s.atProvider(s.signedInThere(), "/reauthenticate/social", "error=access_denied", members{"callbackURL": "/", "errorCallbackURL": target})
	},
	"error ErrorURL": func(s *redirecting, target string) string {
		return s.lead(newRedirecting(s.t, target).Client().Get("/error?error=x&error_description=" + url.QueryEscape("a+b%26c é")))
	},
}

// signedInThere is a browser that signed in at the provider.
func (s *redirecting) signedInThere() *plugintest.Client {
	s.t.Helper()
	c := s.Client()
	s.atProvider(c, "/sign-in/social", "code=1", members{"callbackURL": "/"})
	return c
}

// atProvider begins a flow, and comes back with what the provider says.
func (s *redirecting) atProvider(c *plugintest.Client, path, says string, in members) string {
	s.t.Helper()
	in["provider"] = "somewhere"
	var begun social.Begun
	c.Post(path, in).Want(http.StatusOK).Into(&begun)
	to, err := url.Parse(begun.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.lead(c.Get("/callback/somewhere?" + says + "&state=" + to.Query().Get("state")))
}

// inPopup does the same in a popup, and returns where the popup would go.
func (s *redirecting) inPopup(c *plugintest.Client, says string, in url.Values) string {
	s.t.Helper()
	in.Set("provider", "somewhere")
	in.Set("popupOrigin", plugintest.BaseURL)
	to, err := url.Parse(s.lead(c.Get("/oauth-popup/start?" + in.Encode())))
	if err != nil {
		s.t.Fatal(err)
	}
	page := string(c.Get("/callback/somewhere?" + says + "&state=" + to.Query().Get("state")).Want(http.StatusOK).Body)
	_, data, _ := strings.Cut(page, `<script type="application/json"`)
	_, data, _ = strings.Cut(data, ">")
	data, _, _ = strings.Cut(data, "</script>")
	var told struct {
		Next string `json:"next"`
	}
	if err := json.Unmarshal([]byte(data), &told); err != nil {
		s.t.Fatalf("%v: %s", err, page)
	}
	return asciiURL(told.Next)
}

// notFollowed are targets that are checked and lead nowhere: the client follows them
// itself, or the operation has its target from what it decrypts.
var notFollowed = []string{"oneTapCallback callbackURL", "oauthProxyCompletion callbackURL", "oauthProxyCallback callbackURL"}

// ofFlow are operations that redirect where the flow says that they end.
var ofFlow = []string{social.CallbackOAuth, "callbackOAuthForm"}

// asciiURL encodes what of a URL is not ASCII.
func asciiURL(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r > '~' {
			b.WriteString(url.QueryEscape(string(r)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lead is where a redirect leads.
func (s *redirecting) lead(a *plugintest.Answer) string {
	s.t.Helper()
	return a.Want(http.StatusFound).Header.Get("Location")
}

// Where an operation redirects is where its client asked for: nothing is decoded
// that was decoded already.
func TestTargetsSurvive(t *testing.T) {
	t.Parallel()
	base, err := url.Parse(plugintest.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	for name, play := range redirects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRedirecting(t, "")
			for _, target := range hardTargets {
				location := play(s, target)
				if strings.ContainsFunc(location, func(r rune) bool { return r > '~' || r <= ' ' }) {
					t.Errorf("%s: Location %q is no ASCII", target, location)
				}
				want, err := base.Parse(target)
				if err != nil {
					t.Fatal(err)
				}
				got, err := base.Parse(location)
				if err != nil {
					t.Fatalf("%s: %v", location, err)
				}
				query := got.Query()
				for _, added := range []string{"error", "error_description", "token"} {
					query.Del(added)
				}
				if got.Scheme+got.Host+got.Path != want.Scheme+want.Host+want.Path || got.Fragment != want.Fragment || !reflect.DeepEqual(query, want.Query()) ||
					strings.Count(got.EscapedPath(), "/") != strings.Count(want.EscapedPath(), "/") {
					t.Errorf("%s leads to %s", target, location)
				}
				if name == "error ErrorURL" && got.Query().Get("error_description") != "a+b%26c é" {
					t.Errorf("%s: description %q", location, got.Query().Get("error_description"))
				}
			}
		})
	}
}

// What takes a target is in the table above.
func TestEveryRedirectIsTried(t *testing.T) {
	t.Parallel()
	names := []string{"callbackURL", "newUserCallbackURL", "errorCallbackURL", "redirectTo", "redirectURL", "returnTo", "authorizationURL"}
	var all []betterauth.Plugin
	for i := range bundled {
		all = append(all, bundled[i]())
	}
	found := 0
	for _, plugin := range all {
		for _, e := range plugin.Manifest().Endpoints {
			taken := 0
			for i := range e.Input().NumField() {
				tag := e.Input().Field(i).Tag
				for _, name := range []string{tag.Get("json"), tag.Get("query")} {
					if name, _, _ = strings.Cut(name, ","); slices.Contains(names, name) {
						if slices.Contains(notFollowed, e.Operation().ID+" "+name) {
							taken, found = taken+1, found-1
							continue
						}
						taken++
						if redirects[e.Operation().ID+" "+name] == nil {
							t.Errorf("%s takes %s, and nothing tries where it leads", e.Operation().ID, name)
						}
					}
				}
			}
			found += taken
			if taken == 0 && !slices.Contains(ofFlow, e.Operation().ID) && (e.Output() == reflect.TypeFor[betterauth.Redirect]() || e.Operation().CheckTargets) {
				t.Errorf("%s redirects, and its target has a name that this test does not know", e.Operation().ID)
			}
		}
	}
	if found != len(redirects)-1 { // Config.ErrorURL is no input
		t.Errorf("%d targets are taken, %d are tried", found, len(redirects)-1)
	}
}
