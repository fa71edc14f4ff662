package username_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// Whoever is not signed in is told so, whatever the username is.
func TestNoSessionNoVerdict(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{ValidateDisplay: func(display string) bool { return display != "bad" }}, plugintest.Options{DB: db})
		kit.Client().Post("/sign-up/email", signUp("a@example.com", "taken")).Want(http.StatusOK)
		ended := kit.SignedIn("b@example.com")
		kit.Clock.Advance(8 * 24 * time.Hour)
		for name, asked := range map[string]body{
			"taken": {"username": "taken"}, "in capitals": {"username": "TAKEN"}, "free": {"username": "nobody"},
			"short": {"username": "a"}, "invalid": {"username": "a b c"}, "none": {"username": nil}, "a number": {"username": 7},
			"spelling": {"displayUsername": "bad"}, "both": {"username": "taken", "displayUsername": "bad"},
		} {
			first := kit.Client().Post("/update-user", asked).WantError(betterauth.ErrUnauthorized)
			if len(first.Cookies) != 0 {
				t.Errorf("%s: cookies %v", name, first.Cookies)
			}
			ended.Fork().Post("/update-user", asked).WantError(betterauth.ErrUnauthorized)
		}
	})
}

func TestAvailabilityTurnedOff(t *testing.T) {
	t.Parallel()
	kit := site(t, username.Config{DisableAvailability: true}, plugintest.Options{})
	kit.Client().Post("/sign-up/email", signUp("a@example.com", "taken")).Want(http.StatusOK)
	for _, name := range []string{"taken", "free", "a"} {
		kit.Client().Post("/is-username-available", body{"username": name}).WantError(betterauth.ErrNotFound)
	}
	for _, op := range kit.Auth.Operations() {
		if op.ID == username.IsUsernameAvailable {
			t.Error("the operation is declared")
		}
	}
	// Go code still may ask.
	kit.Client().Post("/sign-up/email", signUp("b@example.com", "taken")).WantError(username.ErrTaken)
}

// Whoever tries names out is slowed down sooner than by the general limit, and
// people who choose one are not.
func TestAvailabilityIsLimited(t *testing.T) {
	t.Parallel()
	kit := site(t, username.Config{}, plugintest.Options{RateLimited: true})
	c := kit.Client()
	ask := func() *plugintest.Answer { return c.Post("/is-username-available", body{"username": "somebody"}) }
	for range 20 {
		ask().Want(http.StatusOK)
	}
	ask().Want(http.StatusTooManyRequests)
	kit.Clock.Advance(time.Minute + time.Second)
	ask().Want(http.StatusOK)
}

var generated = regexp.MustCompile(`"id":"[^"]*"`)

// Where signing up does not tell whether an address is taken, a username does
// not either: what is wrong with the username is told for both alike.
func TestDiscreetSignUp(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		for name, cfg := range map[string]emailpassword.Config{"quiet": {DisableAutoSignIn: true}, "strict": {RequireVerifiedEmail: true, AddressesVerifiedElsewhere: true}} {
			kit := plugintest.NewWith(t, plugintest.Options{DB: db,
				Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
				Plugins: []betterauth.Plugin{emailpassword.New(cfg), username.New(username.Config{})}})
			kit.Client().Post("/sign-up/email", signUp(name+"-known@example.com", name+"_owner")).Want(http.StatusOK)
			for what, set := range map[string]body{
				"taken":         {"username": name + "_owner"},
				"free":          {"username": "Free.%"},
				"spelled":       {"displayUsername": "Spelled.%"},
				"with spelling": {"username": "Both.%", "displayUsername": "B!"},
				"no username":   {},
				"null":          {"username": nil, "displayUsername": nil},
				"short":         {"username": "a"},
				"invalid":       {"username": "a b c"},
			} {
				ask := func(email, mark string) (int, string) {
					request := signUp(email, "")
					delete(request, "username")
					for member, value := range set {
						if text, ok := value.(string); ok {
							value = strings.ReplaceAll(text, "%", mark)
						}
						request[member] = value
					}
					answer := kit.Client().Post("/sign-up/email", request)
					text := strings.ReplaceAll(string(answer.Body), email, "<address>")
					return answer.Status, strings.ReplaceAll(generated.ReplaceAllString(text, `"id":"<id>"`), mark, "%")
				}
				status, told := ask(name+"-known@example.com", name+"7")
				freeStatus, freeTold := ask(name+"-"+strings.ReplaceAll(what, " ", "-")+"@example.com", name+"8")
				if status != freeStatus || told != freeTold {
					t.Errorf("%s, %s: a taken address answers %d %s\na free one %d %s", name, what, status, told, freeStatus, freeTold)
				}
			}
		}
	})
}
