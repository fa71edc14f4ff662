package social_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/go-json-experiment/json"
)

const accountCookie = "better-auth.account_data"

// The cookie names the account of whoever signed in with it, for nobody else and no
// longer than the account exists, and it ends with the session.
func TestAccountCookie(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{account.New(account.Config{AllowUnlinkingAll: true}),
		social.New(social.Config{Providers: []social.Provider{tiny(t)}, AccountCookie: true})}})
	selected := map[string]any{"useAccountCookie": true}
	ada, eve := kit.Client(), kit.Client()
	signInAt(t, ada, "ada")
	signInAt(t, eve, "eve")
	ofEve := eve.Cookie(accountCookie)
	if ofEve == "" || strings.Contains(ofEve, "at-eve") {
		t.Fatalf("the cookie is %q", ofEve)
	}
	var token social.AccessToken
	ada.Post("/get-access-token", selected).Want(http.StatusOK).Into(&token)
	if token.AccessToken != "at-ada" {
		t.Errorf("token %+v", token)
	}

	stolen := ada.Fork()
	stolen.SetCookie(accountCookie, ofEve)
	stolen.Post("/get-access-token", selected).WantError(social.ErrAccountNotFound)
	changed := ada.Fork()
	changed.SetCookie(accountCookie, ada.Cookie(accountCookie)[1:])
	changed.Post("/get-access-token", selected).WantError(social.ErrAccountNotFound)

	var all []struct {
		ID string `json:"id"`
	}
	ada.Get("/list-accounts").Want(http.StatusOK).Into(&all)
	ada.Fork().Post("/unlink-account", map[string]any{"accountId": all[0].ID}).Want(http.StatusOK)
	ada.Post("/get-access-token", selected).WantError(social.ErrAccountNotFound)

	eve.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	if left := eve.Cookie(accountCookie); left != "" {
		t.Errorf("signing out leaves %q", left)
	}
}

// signInAt signs somebody in at the tiny provider.
func signInAt(t *testing.T, c *plugintest.Client, name string) {
	t.Helper()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "tiny", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
	_, state, _ := strings.Cut(begun.URL, "state=")
	state, _, _ = strings.Cut(state, "&")
	if a := c.Get("/callback/tiny?code=" + name + "&state=" + state); a.Header.Get("Location") != "/home" {
		t.Fatalf("%d %s", a.Status, a.Header.Get("Location"))
	}
}

// The TypeScript server's cookie is read.
func TestAccountCookieOfTheTypeScriptServer(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/account-cookie.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Secret string `json:"secret"`
		Value  string `json:"value"`
		UserID string `json:"userId"`
		ID     string `json:"id"`
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	o := plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{tiny(t)}, AccountCookie: true})}}
	o.Config.Secret = recorded.Secret
	kit := plugintest.NewWith(t, o)
	user := &betterauth.User{ID: recorded.UserID, Name: "Ada", Email: "ada@example.com", EmailVerified: true}
	if err := kit.Users().Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	granted := "granted"
	if err := plugintest.StoreOf[betterauth.Account](kit).Create(t.Context(), &betterauth.Account{ID: recorded.ID, UserID: user.ID, ProviderID: "tiny", AccountID: "ada", AccessToken: &granted}); err != nil {
		t.Fatal(err)
	}
	c := kit.SignedInAs(user)
	c.SetCookie(accountCookie, recorded.Value)
	var token social.AccessToken
	c.Post("/get-access-token", map[string]any{"useAccountCookie": true}).Want(http.StatusOK).Into(&token)
	if token.AccessToken != granted {
		t.Errorf("%+v", token)
	}
}

// Without a database the browser keeps the flow and the account.
func TestStateless(t *testing.T) {
	t.Parallel()
	auth, err := betterauth.New(betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate}).Stateless(databasetest.SQLiteMemory(t)).
		Plugin(social.New(social.Config{Providers: []social.Provider{tiny(t)}, AccountCookie: true})).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = auth.Close(t.Context()) })
	jar := map[string]string{}
	send := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, plugintest.BaseURL+"/api/auth"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", plugintest.BaseURL)
		for name, value := range jar {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		w := httptest.NewRecorder()
		auth.ServeHTTP(w, r)
		for _, ck := range w.Result().Cookies() {
			if jar[ck.Name] = ck.Value; ck.MaxAge < 0 || ck.Value == "" {
				delete(jar, ck.Name)
			}
		}
		return w
	}
	var begun social.Begun
	if err := json.Unmarshal(send(http.MethodPost, "/sign-in/social", `{"provider":"tiny","callbackURL":"/home"}`).Body.Bytes(), &begun); err != nil {
		t.Fatal(err)
	}
	_, state, _ := strings.Cut(begun.URL, "state=")
	state, _, _ = strings.Cut(state, "&")
	if w := send(http.MethodGet, "/callback/tiny?code=ada&state="+state, ""); w.Header().Get("Location") != "/home" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if w := send(http.MethodPost, "/get-access-token", `{"useAccountCookie":true}`); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "at-ada") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	send(http.MethodPost, "/sign-out", "{}")
	if jar["better-auth.account_data"] != "" {
		t.Errorf("signing out leaves %v", jar)
	}
}

// The cookie lives as long as the session's copy, and is made anew with it; one of another
// user than the session's is taken away.
func TestAccountCookieIsRenewed(t *testing.T) {
	t.Parallel()
	selected := map[string]any{"useAccountCookie": true}
	site := func(stateless bool) *plugintest.Kit {
		o := plugintest.Options{Stateless: stateless, Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{tiny(t)}, AccountCookie: true}), account.New(account.Config{})}}
		o.Config.Session.CookieCache.Enabled = true
		return plugintest.NewWith(t, o)
	}
	kit := site(true)
	c := kit.Client()
	signInAt(t, c, "ada")
	first := c.Cookie(accountCookie)
	kit.Clock.Advance(time.Hour)
	if c.Get("/get-session").Want(http.StatusOK); c.Cookie(accountCookie) != first {
		t.Error("made anew without need")
	}
	kit.Clock.Advance(6 * 24 * time.Hour)
	c.Get("/get-session").Want(http.StatusOK)
	if c.Cookie(accountCookie) == first {
		t.Error("not made anew with the session's copy")
	}

	kit = site(false)
	ada, eve := kit.Client(), kit.Client()
	signInAt(t, ada, "ada")
	signInAt(t, eve, "eve")
	mine := ada.Cookie(accountCookie)
	if renewed := ada.Post("/update-user", map[string]any{"name": "Ada"}).Want(http.StatusOK).SetCookie(accountCookie); renewed == nil || renewed.MaxAge != 300 || renewed.Value == "" {
		t.Errorf("with the copy: %v", renewed)
	}
	ada.Post("/get-access-token", selected).Want(http.StatusOK)
	eve.SetCookie(accountCookie, mine)
	if a := eve.Post("/update-user", map[string]any{"name": "Eve"}).Want(http.StatusOK).SetCookie(accountCookie); a == nil || a.Value != "" {
		t.Errorf("another user's stays: %v", a)
	}
	if a := ada.Post("/sign-out", map[string]any{}).Want(http.StatusOK).SetCookie(accountCookie); a == nil || a.Value != "" {
		t.Errorf("signing out: %v", a)
	}
}

// The cookie is of the account that somebody signed in with: another one that is refreshed
// does not take its place, so that no provider's token is taken for another's.
func TestAccountCookieStaysOfItsAccount(t *testing.T) {
	t.Parallel()
	other := refreshing(t, func(string) string { return `{"access_token":"at.other","refresh_token":"rt.other","expires_in":3600}` })
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{tiny(t), other}, AccountCookie: true})}})
	ada := kit.Client()
	signInAt(t, ada, "ada")
	access, refresh, ends := "at.old", "rt.old", kit.Clock.Now()
	row := &betterauth.Account{UserID: kit.User("ada@example.com").ID, ProviderID: "refreshing", AccountID: "ada", AccessToken: &access, RefreshToken: &refresh, AccessTokenExpiresAt: &ends}
	if err := plugintest.StoreOf[betterauth.Account](kit).Create(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/get-access-token", "/refresh-token"} {
		var token social.AccessToken
		ada.Post(path, map[string]any{"accountId": row.ID}).Want(http.StatusOK).Into(&token)
		if token.AccessToken != "at.other" {
			t.Fatalf("%s: %+v", path, token)
		}
		ada.Post("/get-access-token", map[string]any{"useAccountCookie": true}).Want(http.StatusOK).Into(&token)
		if token.AccessToken != "at-ada" {
			t.Errorf("after %s the cookie gives %+v", path, token)
		}
	}
}

// Without a database nothing but the cookie says whose account it is.
func TestAccountCookieOfAnotherUser(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Stateless: true, Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{tiny(t)}, AccountCookie: true})}})
	selected := map[string]any{"useAccountCookie": true}
	ada, eve := kit.Client(), kit.Client()
	signInAt(t, ada, "ada")
	signInAt(t, eve, "eve")
	ada.Post("/get-access-token", selected).Want(http.StatusOK)
	// The rows of one server are there for the test alone.
	if _, err := plugintest.StoreOf[betterauth.Account](kit).Delete(t.Context(), database.NotNull("id")); err != nil {
		t.Fatal(err)
	}
	ada.Post("/get-access-token", selected).Want(http.StatusOK)
	eve.SetCookie(accountCookie, ada.Cookie(accountCookie))
	eve.Post("/get-access-token", selected).WantError(social.ErrAccountNotFound)
}
