package plugins_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// hostileTexts are what a client can put into a header. No HTTP/1 server lets
// NUL through, but a cookie spells it.
var hostileTexts = map[string]string{
	"a lone byte": "a\xff", "half a character": "\xe2\x82", "a surrogate": "\xed\xa0\x80", "NUL": "a\x00b", "long": strings.Repeat("\xff", 100_000),
}

type word struct {
	Text string `json:"text"`
	ID   string `json:"id"`
}

// stranger is somebody's plugin, which takes what comes in headers and cookies
// for text.
type stranger struct{ words *database.Store[word] }

func (s *stranger) Manifest() betterauth.Manifest {
	endpoint := func(path string, h func(c *betterauth.Ctx, sent string) error) betterauth.Endpoint {
		return betterauth.Handle(betterauth.Operation{ID: path[1:], Method: http.MethodGet, Path: path, Access: betterauth.Public},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
				sent, ok := c.Cookie("word")
				if !ok {
					sent = c.Request().Header.Get("X-Word")
				}
				err := h(c, sent)
				return betterauth.Status{Status: err == nil}, err
			})
	}
	return betterauth.Manifest{
		ID:     "stranger",
		Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[word]("word")}},
		Sources: []betterauth.SessionSource{betterauth.TokenSource("stranger", func(c *betterauth.Ctx) (string, bool, error) {
			token := c.Request().Header.Get("X-Token")
			return token, token != "", nil
		})},
		Endpoints: []betterauth.Endpoint{
			endpoint("/knows", func(c *betterauth.Ctx, sent string) error {
				_, err := s.words.Get(c, database.Eq("text", sent))
				if errors.Is(err, database.ErrNotFound) {
					return betterauth.ErrUserNotFound
				}
				return err
			}),
			endpoint("/learn", func(c *betterauth.Ctx, sent string) error {
				return c.Transaction(func(tx *betterauth.Ctx) error { return s.words.Create(tx, &word{Text: sent}) })
			}),
			endpoint("/meet", func(c *betterauth.Ctx, _ string) error {
				return s.words.Create(c, &word{Text: c.ClientIP() + c.UserAgent()})
			}),
		},
	}
}

func (s *stranger) Init(_ context.Context, h *betterauth.Host) (err error) {
	s.words, err = betterauth.StoreOf[word](h)
	return err
}

// What comes past the checks of the input is checked where it would be stored:
// whatever plugin it reaches, it is nobody's, or a 400.
func TestHostileTextOutsideTheInput(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{
			DB:          db,
			RateLimited: true,
			Config: betterauth.Config{
				ClientIP:  betterauth.ClientIPConfig{Headers: []string{"X-Forwarded-For"}},
				RateLimit: betterauth.RateLimitConfig{Storage: betterauth.CountInDatabase(), Max: 1000},
			},
			Plugins: []betterauth.Plugin{
				bearer.New(bearer.Config{}), new(stranger),
				apikey.New(apikey.Config{EnableSessions: true, InsecurePlainKeys: true}),
			},
		})
		sends := func(header http.Header) *plugintest.Client {
			c := kit.Client()
			c.Header = header
			return c
		}
		for name, text := range hostileTexts {
			cookie := "better-auth.word=" + url.QueryEscape(text)
			if name == "long" || strings.Contains(name, "byte") {
				cookie = "better-auth.word=" + text // as it is, which is no cookie, but arrives
			}
			sends(http.Header{"Authorization": {"Bearer " + text}}).Get("/get-session").WantBody(http.StatusOK, "null")
			sends(http.Header{"X-Token": {text}}).Get("/get-session").WantBody(http.StatusOK, "null")
			sends(http.Header{"X-Token": {text}}).Get("/list-sessions").WantError(betterauth.ErrUnauthorized)
			key := strings.Repeat("k", 64) + text
			sends(http.Header{"X-Api-Key": {key}}).Get("/get-session").WantError(apikey.ErrInvalidKey)
			sends(http.Header{"X-Word": {text}}).Get("/knows").WantError(betterauth.ErrUserNotFound)
			sends(http.Header{"X-Word": {text}}).Get("/learn").WantError(betterauth.ErrValidation)
			sends(http.Header{"Cookie": {cookie}}).Get("/knows").WantError(betterauth.ErrUserNotFound)
			sends(http.Header{"X-Forwarded-For": {text}, "User-Agent": {text}}).Get("/meet").WantBody(http.StatusOK, `{"status":true}`)
			sends(http.Header{"Cookie": {"better-auth.session_token=" + text, "better-auth.session_data=" + text}}).Get("/get-session").WantBody(http.StatusOK, "null")
		}
		sends(http.Header{"Cookie": {"better-auth.word=a%00b"}}).Get("/learn").WantError(betterauth.ErrValidation)
		if log := kit.Log.String(); strings.Contains(log, "level=ERROR") {
			t.Errorf("what a client sends is logged as a failure:\n%s", log)
		}
	})
}

// A guard around an application's own handlers answers the same.
func TestHostileTextAtAGuard(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{bearer.New(bearer.Config{})}})
		for name, text := range hostileTexts {
			r, err := http.NewRequest(http.MethodGet, plugintest.BaseURL+"/own", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+text)
			if _, err := kit.Auth.Session(t.Context(), r); !errors.Is(err, betterauth.ErrNoSession) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
