package betterauth_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

// echo is a plugin whose operations say what they were called with.
func echo() betterauth.Inline {
	said := func(*betterauth.Ctx, betterauth.None) (map[string]string, error) {
		return map[string]string{"said": "yes"}, nil
	}
	return betterauth.Inline{ID: "echo", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "anybody", Method: http.MethodPost, Path: "/anybody", Access: betterauth.Public, AnyOrigin: true, FormBody: true, OptionalBody: true}, said),
		betterauth.Handle(betterauth.Operation{ID: "ours", Method: http.MethodPost, Path: "/ours", Access: betterauth.Public, FormBody: true, OptionalBody: true}, said),
	}}
}

// A form of another site reaches an operation with AnyOrigin, with cookies and without,
// and no other operation with them.
func TestAnyOrigin(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, echo())
	for name, c := range map[string]*plugintest.Client{"without cookies": kit.Client(), "with a session": kit.SignedIn("ada@example.com")} {
		c.Header.Set("Origin", "https://idp.example")
		c.Header.Set("Sec-Fetch-Site", "cross-site")
		c.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if a := c.Post("/anybody", "a=b"); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if a := c.Post("/ours", "a=b"); c.User != nil && a.Code() != betterauth.ErrInvalidOrigin.Code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// changing has an operation that changes the access of the session whose token it is told.
func changing(changed *string) betterauth.Inline {
	type in struct {
		Token string `json:"token"`
	}
	return betterauth.Inline{ID: "changing", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "change", Method: http.MethodPost, Path: "/change", Access: betterauth.Public},
			func(c *betterauth.Ctx, in in) (betterauth.None, error) {
				return betterauth.None{}, c.ChangeAccessOf(in.Token, func(_ *betterauth.Ctx, user *betterauth.User) error {
					*changed = user.ID
					return nil
				})
			}),
	}}
}

// Access is changed for a session that lives, in a browser that has it or has none; not
// for one that ended, and not where somebody else is signed in.
func TestChangeAccessOf(t *testing.T) {
	t.Parallel()
	var changed string
	kit := plugintest.New(t, changing(&changed))
	ada, eve := kit.SignedIn("ada@example.com"), kit.SignedIn("eve@example.com")
	token := ada.Session.Token
	ended := kit.SignedInAs(ada.User)
	ended.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	for name, try := range map[string]struct {
		c     *plugintest.Client
		token string
		want  string
	}{
		"her own browser":                  {ada, token, ada.User.ID},
		"a browser without a session":      {kit.Client(), token, ada.User.ID},
		"another session of hers":          {kit.SignedInAs(ada.User), token, ada.User.ID},
		"a browser of somebody else":       {eve, token, ""},
		"a session that ended":             {kit.Client(), ended.Session.Token, ""},
		"a session that ended, signed in":  {ada, ended.Session.Token, ""},
		"no session":                       {ada, "", ""},
		"a token that nobody was given":    {ada, "x", ""},
		"the id of a session, not a token": {kit.Client(), ada.Session.ID, ""},
	} {
		changed = ""
		a := try.c.Post("/change", map[string]any{"token": try.token})
		if changed != try.want || (a.Status == http.StatusOK) != (try.want != "") || try.want == "" && a.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s, changed %q", name, a.Status, a.Body, changed)
		}
	}
}

// A value is opened for the purpose that it was sealed for, and by no other.
func TestEncryptFor(t *testing.T) {
	t.Parallel()
	host := plugintest.New(t).Host
	sealed, err := host.EncryptFor("invitation", "text")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := host.DecryptFor("invitation", sealed); err != nil || text != "text" {
		t.Errorf("%q %v", text, err)
	}
	plain, err := host.Encrypt("text")
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (string, error){
		"another purpose":          func() (string, error) { return host.DecryptFor("invitatio", sealed) },
		"no purpose":               func() (string, error) { return host.DecryptFor("", sealed) },
		"sealed for none":          func() (string, error) { return host.DecryptFor("invitation", plain) },
		"opened without one":       func() (string, error) { return host.Decrypt(sealed) },
		"changed":                  func() (string, error) { return host.DecryptFor("invitation", sealed[:len(sealed)-2]+"00") },
		"no sealed value, nor one": func() (string, error) { return host.DecryptFor("invitation", "") },
	} {
		if text, err := open(); err == nil {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// stepping is a site whose gate asks everybody for more, and which signs in by GET and POST.
func stepping(t *testing.T, stepUpURL string) *plugintest.Kit {
	t.Helper()
	var kit *plugintest.Kit
	enter := func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Redirect, error) {
		user, err := kit.Users().Get(c, database.Eq("email", "ada@example.com"))
		if err == nil {
			_, err = c.SignIn(user, betterauth.SignIn{Method: "link"})
		}
		return betterauth.Redirect{URL: "/home"}, err
	}
	entry := func(id, method string) betterauth.Endpoint {
		return betterauth.Handle(betterauth.Operation{ID: id, Method: method, Path: "/enter", Access: betterauth.Public, SignIn: betterauth.MakesSession}, enter)
	}
	o := plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{
		ID: "asking", Endpoints: []betterauth.Endpoint{entry("enterByLink", http.MethodGet), entry("enter", http.MethodPost)},
		Gates: []betterauth.SessionGate{{Name: "more", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
			return betterauth.StepUp(map[string]bool{"more": true})
		}}},
	}}}
	o.Config.StepUpURL = stepUpURL
	kit = plugintest.NewWith(t, o)
	kit.CreateUser("ada@example.com", true)
	return kit
}

// A browser that followed a link is led to the page that asks; a script, and a site
// without such a page, get the JSON. Nobody gets a session.
func TestStepUpURL(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]struct {
		stepUpURL, method, header, value string
		led                              bool
	}{
		"navigates":                  {"/step", http.MethodGet, "Sec-Fetch-Mode", "navigate", true},
		"an old browser navigates":   {"/step", http.MethodGet, "Accept", "text/html,*/*", true},
		"a page on another origin":   {"https://app.example/step", http.MethodGet, "Sec-Fetch-Mode", "navigate", true},
		"a script":                   {"/step", http.MethodGet, "Sec-Fetch-Mode", "cors", false},
		"says nothing":               {"/step", http.MethodGet, "Accept", "*/*", false},
		"posts":                      {"/step", http.MethodPost, "Sec-Fetch-Mode", "navigate", false},
		"navigates where no page is": {"", http.MethodGet, "Sec-Fetch-Mode", "navigate", false},
	} {
		kit := stepping(t, try.stepUpURL)
		c := kit.Client()
		c.Header.Set(try.header, try.value)
		a := c.Do(try.method, "/enter", nil)
		if try.led && (a.Status != http.StatusFound || a.Header.Get("Location") != try.stepUpURL) || !try.led && (a.Status != http.StatusOK || string(a.Body) != `{"more":true}`) {
			t.Errorf("%s: %d %s %s", name, a.Status, a.Header.Get("Location"), a.Body)
		}
		if cookie := a.SetCookie("better-auth.session_token"); cookie != nil && cookie.MaxAge >= 0 || len(kit.Rows()["session"]) != 0 {
			t.Errorf("%s: there is a session", name)
		}
	}
}
