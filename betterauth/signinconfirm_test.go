package betterauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

// A proof is confirmed once the user's row is held, before any gate, and what it wrote
// stays only with the sign-in.
func TestConfirm(t *testing.T) {
	t.Parallel()
	refused, gated := errors.New("confirm refuses"), &betterauth.ErrorCode{Code: "GATED", Message: "No", Status: http.StatusForbidden}
	for name, tt := range map[string]struct {
		confirms, gates error
		want            error
		order           []string
		used            bool
	}{
		"passes":                      {order: []string{"confirm", "gate"}, used: true},
		"is refused":                  {confirms: refused, want: refused, order: []string{"confirm"}},
		"is refused by a gate":        {gates: gated, want: gated, order: []string{"confirm", "gate"}},
		"is asked for more by a gate": {gates: betterauth.StepUp("more"), order: []string{"confirm", "gate"}, used: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var order []string
			kit := plugintest.New(t, betterauth.Inline{ID: "gate", Gates: []betterauth.SessionGate{{Name: "gate", Check: func(c *betterauth.Ctx, a *betterauth.Attempt) error {
				order = append(order, "gate")
				return tt.gates
			}}}})
			ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
			if err := kit.Auth.CreateUser(t.Context(), ada, betterauth.NewUserOptions{}); err != nil {
				t.Fatal(err)
			}
			if _, err := kit.Host.Verifications().Create(t.Context(), "proof", "x", 1e9); err != nil {
				t.Fatal(err)
			}
			found, err := kit.Host.Verifications().Find(t.Context(), "proof")
			if err != nil {
				t.Fatal(err)
			}
			_, err = kit.Auth.CreateSession(t.Context(), ada.ID, betterauth.SignIn{Method: "test", Confirm: func(tx *betterauth.Ctx, user *betterauth.User) error {
				order = append(order, "confirm")
				if user.Email != ada.Email {
					t.Errorf("confirmed for %+v", user)
				}
				if err := kit.Host.Verifications().Use(tx, found); err != nil {
					return err
				}
				return tt.confirms
			}})
			_, further := betterauth.StepUpBody(err)
			if tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && err != nil && !further {
				t.Errorf("the error is %v", err)
			}
			if !slices.Equal(order, tt.order) {
				t.Errorf("asked in the order %v", order)
			}
			_, err = kit.Host.Verifications().Find(t.Context(), "proof")
			if used := errors.Is(err, database.ErrNotFound); used != tt.used {
				t.Errorf("used up: %t, %v", used, err)
			}
		})
	}
}

// Whose user is gone is told apart.
func TestSignInOfWhoIsGone(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	r := httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/login", nil)
	_, err := kit.Auth.SignIn(httptest.NewRecorder(), r, &betterauth.User{ID: "nobody"}, betterauth.SignIn{Method: "test"})
	if !errors.Is(err, betterauth.ErrFailedToCreateSession) || !errors.Is(err, database.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
