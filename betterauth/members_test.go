package betterauth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/go-json-experiment/json/jsontext"
)

var petName = betterauth.NewField[string]("user", database.Column{Name: "petName"})

// pets is a plugin with a column that it watches over at somebody else's
// sign-up.
func pets(hooks ...betterauth.BeforeHook) betterauth.Plugin {
	return betterauth.Inline{ID: "pets", Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{petName}}, Before: hooks}
}

func with(member string, value any) map[string]any {
	body := map[string]any{"name": "A", "email": "a@example.com", "password": "password1234"}
	body[member] = value
	return body
}

func membersKit(t *testing.T, hooks ...betterauth.BeforeHook) *plugintest.Kit {
	t.Helper()
	return plugintest.NewWith(t, plugintest.Options{
		Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), pets(hooks...)},
	})
}

// A hook reads, sets and deletes what a request sets added columns to; the next
// one sees what it did.
func TestBeforeMembers(t *testing.T) {
	t.Parallel()
	kit := membersKit(t,
		betterauth.BeforeMembers(emailpassword.SignUpEmail, func(_ *betterauth.Ctx, m betterauth.Members) error {
			switch name, ok := m.Text("petName"); {
			case ok && name == "nobody":
				delete(m, "petName")
			case ok:
				m.SetText("petName", strings.ToUpper(name)+` "x" `+"\xff")
			default:
				m.SetText("petName", "unnamed")
			}
			return nil
		}),
		betterauth.BeforeMembers(emailpassword.SignUpEmail, func(_ *betterauth.Ctx, m betterauth.Members) error {
			if name, _ := m.Text("petName"); strings.HasPrefix(name, "REX") {
				m.SetText("petName", name+"!")
			}
			return nil
		}))
	tests := map[string]struct {
		member string
		value  any
		want   string
	}{
		"set":      {"petName", "Rex", "REX \"x\" \uFFFD!"},
		"deleted":  {"petName", "nobody", ""},
		"absent":   {"another", 1, "unnamed"},
		"no text":  {"petName", nil, "unnamed"},
		"no text2": {"petName", []int{1}, "unnamed"},
	}
	for name, test := range tests {
		body := with(test.member, test.value)
		body["email"] = strings.ReplaceAll(name, " ", "-") + "@example.com"
		kit.Client().Post("/sign-up/email", body).Want(http.StatusOK)
		user, err := kit.Users().Get(t.Context(), database.Eq("email", body["email"]))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := petName.Get(user); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// What a hook sets is checked as a client's value is.
func TestBeforeMembersAreChecked(t *testing.T) {
	t.Parallel()
	kit := membersKit(t, betterauth.BeforeMembers(emailpassword.SignUpEmail, func(_ *betterauth.Ctx, m betterauth.Members) error {
		m["petName"] = jsontext.Value("7")
		return nil
	}))
	kit.Client().Post("/sign-up/email", with("petName", "Rex")).WantError(betterauth.ErrValidation)
}

func TestBeforeMembersFailClosed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func() error{
		"error": func() error { return errTeapot }, "panic": func() error { panic("boom") },
	} {
		kit := membersKit(t, betterauth.BeforeMembers(emailpassword.SignUpEmail, func(*betterauth.Ctx, betterauth.Members) error { return fault() }))
		if answer := kit.Client().Post("/sign-up/email", with("petName", "Rex")); answer.Status < 400 {
			t.Errorf("%s: %d", name, answer.Status)
		}
		wantRows(t, kit, 0)
	}
}

// A call in process has the hook too, and its caller's map stays as it was.
func TestBeforeMembersInProcess(t *testing.T) {
	t.Parallel()
	kit := membersKit(t, betterauth.BeforeMembers(emailpassword.SignUpEmail, func(_ *betterauth.Ctx, m betterauth.Members) error {
		m.SetText("petName", "Rex")
		return nil
	}))
	given := betterauth.Members{}
	in := emailpassword.SignUpInput{Name: "A", Email: "a@example.com", Password: "password1234", Rest: given}
	answer, err := betterauth.Call[emailpassword.SignUpAnswer](t.Context(), kit.Auth, emailpassword.SignUpEmail, in, betterauth.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if name, _ := petName.Get(answer.User); name != "Rex" || len(given) != 0 {
		t.Errorf("%q, and the caller's members are %v", name, given)
	}
}

func TestBeforeMembersAtBuild(t *testing.T) {
	t.Parallel()
	hook := func(op string) betterauth.BeforeHook {
		return betterauth.BeforeMembers(op, func(*betterauth.Ctx, betterauth.Members) error { return nil })
	}
	tests := map[string]struct {
		hook betterauth.BeforeHook
		want string // "" builds
	}{
		"names all":         {hook(emailpassword.SignInEmail), "has no field for other members"},
		"takes no input":    {hook("signOut"), "has no field for other members"},
		"nobody's":          {hook("nobody's"), "no plugin declares that operation"},
		"nobody's, may be":  {hook("nobody's").IfPresent(), ""},
		"with rest, may be": {hook(emailpassword.SignUpEmail).IfPresent(), ""},
	}
	for name, test := range tests {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), pets(test.hook)}})
		var problem *betterauth.Problem
		if test.want == "" && err != nil || test.want != "" && (!errors.As(err, &problem) || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
