package betterauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/vectors"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// recordedCache is a session_data cookie as the reference set it.
type recordedCache struct {
	Secret     string         `json:"secret"`
	SetCookie  string         `json:"setCookie"`
	SetSession string         `json:"sessionTokenSetCookie"`
	Text       string         `json:"decodedText"` // compact
	Payload    jsontext.Value `json:"payload"`     // jwt (as a string) and jwe
}

// cacheContent is what the recorded cookie holds.
type cacheContent struct {
	Session   jsontext.Value `json:"session"`
	User      jsontext.Value `json:"user"`
	UpdatedAt int64          `json:"updatedAt"`
}

func (r recordedCache) content(t *testing.T) (c cacheContent) {
	t.Helper()
	raw := r.Payload
	var text string
	switch {
	case r.Text != "":
		var outer struct {
			Session jsontext.Value `json:"session"`
		}
		decode(t, []byte(r.Text), &outer)
		raw = outer.Session
	case raw.Kind() == '"':
		decode(t, raw, &text)
		raw = jsontext.Value(text)
	}
	decode(t, raw, &c)
	return c
}

func decode(t *testing.T, raw []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
}

// recordedRows are the session and user a recorded cookie is about.
func (c cacheContent) rows(t *testing.T) (*betterauth.Session, *betterauth.User) {
	t.Helper()
	session, user := &betterauth.Session{}, &betterauth.User{}
	decode(t, c.Session, session)
	decode(t, c.User, user)
	return session, user
}

func at(t *testing.T, milliseconds int64, db *database.DB, secret string, strategy string) *plugintest.Kit {
	t.Helper()
	return plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{
		Secret: secret, Clock: func() time.Time { return time.UnixMilli(milliseconds) },
		Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, Strategy: strategy}},
	}})
}

// ask sends the cookies of Set-Cookie lines to /get-session.
func ask(t *testing.T, kit *plugintest.Kit, lines ...string) (body string, setCookies []string) {
	t.Helper()
	var cookies []string
	for _, line := range lines {
		pair, _, _ := strings.Cut(line, ";")
		cookies = append(cookies, pair)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, plugintest.BaseURL+"/api/auth/get-session", nil)
	r.Header.Set("Cookie", strings.Join(cookies, "; "))
	w := httptest.NewRecorder()
	kit.Auth.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String(), w.Header().Values("Set-Cookie")
}

// The reference's cookies are believed, without a row in the database, for as
// long as the reference would; and from the same rows at the same moment the
// same cookies are made.
func TestRecordedSessionCookies(t *testing.T) {
	t.Parallel()
	for _, strategy := range []string{"compact", "jwt", "jwe"} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			recorded := vectors.Load[recordedCache](t, "sessionDataCookies."+strategy)
			content := recorded.content(t)
			want := `{"session":` + string(content.Session) + `,"user":` + string(content.User) + `}`
			wantBody := jsontext.Value(want)
			if err := wantBody.Compact(); err != nil {
				t.Fatal(err)
			}

			for after, believed := range map[time.Duration]bool{0: true, 4*time.Minute + 59*time.Second: true, 5 * time.Minute: false} {
				kit := at(t, content.UpdatedAt+after.Milliseconds(), nil, recorded.Secret, strategy)
				body, cookies := ask(t, kit, recorded.SetSession, recorded.SetCookie)
				if believed && (body != string(wantBody) || len(cookies) != 0) {
					t.Errorf("after %v: %s, cookies %q; want %s", after, body, cookies, wantBody)
				}
				if !believed && (body != "null" || len(cookies) != 3) {
					t.Errorf("after %v: %s, cookies %q", after, body, cookies)
				}
			}
			foreign := at(t, content.UpdatedAt, nil, plugintest.Secret, strategy)
			if body, _ := ask(t, foreign, recorded.SetSession, recorded.SetCookie); body != "null" {
				t.Errorf("believed with another secret: %s", body)
			}

			kit := at(t, content.UpdatedAt, nil, recorded.Secret, strategy)
			store(t, kit, content)
			body, cookies := ask(t, kit, recorded.SetSession)
			if body != string(wantBody) || len(cookies) != 1 {
				t.Fatalf("from rows: %s, cookies %q", body, cookies)
			}
			if strategy != "jwe" {
				if cookies[0] != recorded.SetCookie {
					t.Errorf("made\n%s\nwant\n%s", cookies[0], recorded.SetCookie)
				}
				return
			}
			// Encryption is random; what it hides and how it travels are not.
			_, made, _ := strings.Cut(cookies[0], ";")
			_, wanted, _ := strings.Cut(recorded.SetCookie, ";")
			if made != wanted {
				t.Errorf("attributes %q, want %q", made, wanted)
			}
			header, _, _ := strings.Cut(cookies[0], "..")
			if wanted, _, _ := strings.Cut(recorded.SetCookie, ".."); header != wanted {
				t.Errorf("header %q, want %q", header, wanted)
			}
		})
	}
}

// store puts the recorded rows into the kit's database.
func store(t *testing.T, kit *plugintest.Kit, c cacheContent) {
	t.Helper()
	session, user := c.rows(t)
	if err := kit.Users().Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	if err := plugintest.StoreOf[betterauth.Session](kit).Create(t.Context(), session); err != nil {
		t.Fatal(err)
	}
}

// A session as large as the recorded one is cut into parts of the same sizes.
func TestRecordedParts(t *testing.T) {
	t.Parallel()
	type part struct {
		Name       string `json:"name"`
		Value      int    `json:"valueLength"`
		Total      int    `json:"totalLength"`
		Attributes string `json:"attributes"`
	}
	// The first is the session's own cookie, whose signature has a length that
	// varies with what is escaped in it.
	want := vectors.Load[[]part](t, "sessionDataCookies.chunked")[1:]
	length := 0
	for _, p := range want {
		length += p.Value
	}
	recorded := vectors.Load[recordedCache](t, "sessionDataCookies.compact")
	content := recorded.content(t)
	kit := at(t, content.UpdatedAt, nil, recorded.Secret, "compact")
	store(t, kit, content)
	session, user := content.rows(t)
	_, whole := ask(t, kit, recorded.SetSession)
	value, _, _ := strings.Cut(strings.TrimPrefix(whole[0], cacheCookie+"="), ";")
	// Three bytes of text are four of base64, without padding.
	grow := length*3/4 - len(value)*3/4
	image := strings.Repeat("x", grow+len("null")-len(`""`))
	if _, err := kit.Users().Update(t.Context(), database.Set{"image": image, "updatedAt": user.UpdatedAt}, database.Eq("id", user.ID)); err != nil {
		t.Fatal(err)
	}
	body, parts := ask(t, kit, recorded.SetSession)
	if len(parts) != len(want) {
		t.Fatalf("%d cookies, want %d", len(parts), len(want))
	}
	for i, p := range want {
		name, rest, _ := strings.Cut(parts[i], "=")
		value, attributes, _ := strings.Cut(rest, ";")
		if got := (part{name, len(value), len(parts[i]), ";" + attributes}); got != p {
			t.Errorf("got %+v, want %+v", got, p)
		}
	}
	if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), session.UserID); err != nil {
		t.Fatal(err)
	}
	if again, _ := ask(t, kit, append(parts, recorded.SetSession)...); again != body {
		t.Errorf("the parts are not believed: %s", again)
	}
}

func TestRecordedCookieAttributes(t *testing.T) {
	t.Parallel()
	in := map[string]any{"email": "a@example.com", "password": "password1234", "rememberMe": false}
	for name, c := range map[string]struct {
		cookies betterauth.CookieConfig
		cache   bool
		path    string
		body    any
	}{
		"httpsCrossSub": {betterauth.CookieConfig{SameSite: "none", Partitioned: true,
			CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: ".example.com"}}, true, "/sign-up/email", signUp},
		"customCookies": {betterauth.CookieConfig{Prefix: "acme", AlwaysSecure: true, Names: map[string]string{"session_token": "sid"},
			Attributes: map[string]betterauth.CookieAttributes{"session_token": {SameSite: "strict"}}}, false, "/sign-in/email", in},
	} {
		kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}, Config: betterauth.Config{
			BaseURL: "https://app.example.com", Cookies: c.cookies, Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: c.cache}},
			Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
		}})
		answer := kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
		if c.path != "/sign-up/email" {
			answer = kit.Client().Post(c.path, c.body).Want(http.StatusOK)
		}
		want := vectors.Load[[]string](t, "sessionDataCookies."+name)
		got := answer.Header.Values("Set-Cookie")
		for i, line := range got {
			name, rest, _ := strings.Cut(line, "=")
			_, attributes, _ := strings.Cut(rest, ";")
			got[i] = name + "=<v>;" + attributes
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// A cookie with attributes of its own is cleared with them, or it would stay.
func TestSingleCookieAttributesClear(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{Cookies: betterauth.CookieConfig{
		Attributes: map[string]betterauth.CookieAttributes{"session_token": {Path: "/app", Domain: "localhost", SameSite: "strict"}}}}})
	answer := kit.Client().Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	if got := answer.Header.Values("Set-Cookie")[0]; got != "better-auth.session_token=; Max-Age=0; Domain=localhost; Path=/app; HttpOnly; SameSite=Strict" {
		t.Errorf("got %s", got)
	}
	if got := answer.Header.Values("Set-Cookie")[1]; got != "better-auth.session_data=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax" {
		t.Errorf("got %s", got)
	}
	_, err := plugintest.Build(t, plugintest.Options{Config: betterauth.Config{Cookies: betterauth.CookieConfig{
		Attributes: map[string]betterauth.CookieAttributes{"session_token": {SameSite: "sometimes"}}}}})
	if err == nil || !strings.Contains(err.Error(), "Cookies.Attributes session_token") {
		t.Errorf("a wrong attribute: %v", err)
	}
}

// Links the reference has mailed open here, and ours there.
func TestRecordedLinkTokens(t *testing.T) {
	t.Parallel()
	type verification struct {
		Email       string `json:"email"`
		UpdateTo    string `json:"updateTo,omitzero"`
		RequestType string `json:"requestType,omitzero"`
	}
	type life struct {
		Issued  int64 `json:"iat"`
		Expires int64 `json:"exp"`
	}
	secret := vectors.Load[string](t, "secret")
	for _, v := range vectors.Load[[]struct {
		Token string   `json:"token"`
		Parts []string `json:"headerAndPayload"`
	}](t, "emailVerificationJWT") {
		var want, got verification
		var times life
		decode(t, []byte(v.Parts[1]), &want)
		decode(t, []byte(v.Parts[1]), &times)
		kit := at(t, times.Issued*1000, nil, secret, "compact")
		if err := kit.Host.OpenUntypedToken(v.Token, &got); err != nil || got != want {
			t.Errorf("opened %+v, %v, want %+v", got, err, want)
		}
		if err := kit.Host.OpenToken("email-verification.verify", v.Token, &got); err != betterauth.ErrTokenInvalid {
			t.Errorf("for a purpose: %v", err)
		}
		late := at(t, times.Expires*1000, nil, secret, "compact")
		if err := late.Host.OpenUntypedToken(v.Token, &got); err != betterauth.ErrTokenExpired {
			t.Errorf("at its end: %v", err)
		}
		if err := at(t, 0, nil, plugintest.Secret, "compact").Host.OpenUntypedToken(v.Token, &got); err != betterauth.ErrTokenInvalid {
			t.Errorf("with another secret: %v", err)
		}
	}
}

// Passwords the reference has stored are accepted by the sign-in endpoint.
func TestRecordedPasswords(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, emailpassword.New(emailpassword.Config{}))
	for i, v := range vectors.Load[[]struct {
		Password string `json:"password"`
		Hash     string `json:"hash"`
	}](t, "password.cases") {
		user := &betterauth.User{Name: "N", Email: string(rune('a'+i)) + "@example.com"}
		if err := kit.Users().Create(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		account := &betterauth.Account{UserID: user.ID, AccountID: user.ID, ProviderID: betterauth.ProviderCredential, Password: &v.Hash}
		if err := plugintest.StoreOf[betterauth.Account](kit).Create(t.Context(), account); err != nil {
			t.Fatal(err)
		}
		kit.Client().Post("/sign-in/email", map[string]any{"email": user.Email, "password": v.Password}).Want(http.StatusOK)
	}
}

// Sign-in takes for an address what the reference takes for one, and, in addition,
// that with white space around it.
func TestRecordedAddresses(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}}})
	for _, v := range vectors.Load[[]struct {
		Email string `json:"email"`
		Valid bool   `json:"valid"`
	}](t, "misc.email") {
		want := emailpassword.ErrInvalidEmail
		if trimmed := strings.TrimSpace(v.Email); v.Valid || trimmed != v.Email && betterauth.IsEmail(trimmed) {
			want = emailpassword.ErrInvalidCredentials
		}
		kit.Client().Post("/sign-in/email", map[string]any{"email": v.Email, "password": "x"}).WantError(want)
	}
}
