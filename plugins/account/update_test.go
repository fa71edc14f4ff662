package account_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
)

var (
	plan = betterauth.NewField[string]("user", database.Column{Name: "plan"})
	age  = betterauth.NewField[int64]("user", database.Column{Name: "age"})
	role = betterauth.NewField[string]("user", database.Column{Name: "role", ReadOnly: true, Default: "user"})
)

func TestUpdate(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, account.Config{}, plugintest.Options{DB: db, Config: betterauth.Config{
			AdditionalColumns: []betterauth.AddedColumn{plan, age, role},
			Session:           betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}},
		}})
		c := s.SignedIn("a@example.com")
		before := s.User("a@example.com")
		s.Clock.Advance(time.Minute)
		answer := c.Post("/update-user", map[string]any{"name": "New", "image": "https://img", "plan": "pro", "age": 7, "role": "", "id": "x", "emailVerified": true, "email": "", "unknown": 1})
		answer.WantBody(http.StatusOK, changed)
		if ck := answer.SetCookie(sessionCookie); ck == nil || !strings.HasPrefix(ck.Value, c.Session.Token+".") || ck.MaxAge != 604800 {
			t.Errorf("session cookie %v", ck)
		}
		user := s.User("a@example.com")
		gotPlan, _ := plan.Get(user)
		gotAge, _ := age.Get(user)
		gotRole, _ := role.Get(user)
		if user.ID != before.ID || user.Name != "New" || *user.Image != "https://img" || user.EmailVerified || gotPlan != "pro" || gotAge != 7 || gotRole != "user" ||
			!user.UpdatedAt.After(before.UpdatedAt) {
			t.Errorf("stored %+v, %s %d %s", user, gotPlan, gotAge, gotRole)
		}
		if cached := string(c.Get("/get-session").Body); !strings.Contains(cached, `"name":"New"`) || !strings.Contains(cached, `"plan":"pro"`) {
			t.Errorf("the cached session is stale: %s", cached)
		}
		c.Post("/update-user", map[string]any{"image": nil}).WantBody(http.StatusOK, changed)
		if user := s.User("a@example.com"); user.Image != nil || user.Name != "New" {
			t.Errorf("stored %+v", user)
		}
	})
}

func TestUpdateErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t, account.Config{}, plugintest.Options{Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{plan, age, role}}})
	c := s.SignedIn("a@example.com")
	before := s.User("a@example.com")
	for sent, want := range map[string]string{
		`{}`:                      `{"message":"No fields to update"}`,
		`{"unknown":1}`:           `{"message":"No fields to update"}`,
		`{"email":null}`:          `{"message":"No fields to update"}`,
		`{"email":0.0}`:           `{"message":"No fields to update"}`,
		`{"role":""}`:             `{"message":"No fields to update"}`,
		`{"email":"q@b.com"}`:     `{"message":"Email can not be updated","code":"EMAIL_CAN_NOT_BE_UPDATED"}`,
		`{"name":"x","email":[]}`: `{"message":"Email can not be updated","code":"EMAIL_CAN_NOT_BE_UPDATED"}`,
		`{"name":"x","role":"a"}`: `{"message":"role is not allowed to be set","code":"FIELD_NOT_ALLOWED"}`,
		`{"age":"old"}`:           `{"message":"age is not a valid number","code":"VALIDATION_ERROR"}`,
		`{"name":1}`:              `{"message":"[body.name] Invalid input: expected string, received number","code":"VALIDATION_ERROR"}`,
		`{"name":null}`:           `{"message":"[body.name] Invalid input: expected string, received null","code":"VALIDATION_ERROR"}`,
		`{"name":{},"image":1}`:   `{"message":"[body.name] Invalid input: expected string, received object","code":"VALIDATION_ERROR"}`,
		`{"name":"a","image":[]}`: `{"message":"[body.image] Invalid input: expected string, received array","code":"VALIDATION_ERROR"}`,
		`{"image":true}`:          `{"message":"[body.image] Invalid input: expected string, received boolean","code":"VALIDATION_ERROR"}`,
		`{"name":"a\u0000b"}`:     `{"message":"[body.name] Invalid input: text contains a NUL character","code":"VALIDATION_ERROR"}`,
		`{"age":2147483648}`:      `{"message":"age is not a valid number","code":"VALIDATION_ERROR"}`,
		`{"plan":"a\u0000b"}`:     `{"message":"plan is not a valid string","code":"VALIDATION_ERROR"}`,
		`[]`:                      `{"message":"[body] Invalid input: expected record, received array","code":"VALIDATION_ERROR"}`,
		`"x"`:                     `{"message":"[body] Invalid input: expected record, received string","code":"VALIDATION_ERROR"}`,
		`{"name":"a","name":"b"}`: `{"message":"Invalid JSON in request body","code":"BAD_REQUEST"}`,
	} {
		answer := c.Post("/update-user", sent)
		if answer.WantBody(http.StatusBadRequest, want); len(answer.Cookies) != 0 {
			t.Errorf("%s set %v", sent, answer.Cookies)
		}
	}
	s.Client().Post("/update-user", map[string]any{"name": "x"}).WantBody(http.StatusUnauthorized, `{"message":"Unauthorized","code":"UNAUTHORIZED"}`)
	if user := s.User("a@example.com"); user.Name != before.Name || !user.UpdatedAt.Equal(before.UpdatedAt) {
		t.Errorf("a refused change was stored: %+v", user)
	}
	form := s.Client()
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	form.Post("/update-user", "a=1").WantBody(http.StatusUnsupportedMediaType,
		`{"message":"Content-Type \"application/x-www-form-urlencoded\" is not allowed. Allowed types: application/json","code":"UNSUPPORTED_MEDIA_TYPE"}`)
}

// A copy of a revoked session in a cookie may not change the user, nor be
// issued anew.
func TestRevokedSessionUpdatesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, account.Config{}, plugintest.Options{Config: betterauth.Config{
		Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}})
	c := s.SignedIn("a@example.com")
	c.Get("/get-session")
	if n, err := s.Host.Sessions().RevokeAll(t.Context(), c.User.ID); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if cached := string(c.Get("/get-session").Body); cached == "null" {
		t.Fatal("the cache does not hold the session this test is about")
	}
	c.Post("/update-user", map[string]any{"name": "x"}).WantError(betterauth.ErrUnauthorized)
}
