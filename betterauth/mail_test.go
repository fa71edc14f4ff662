package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// mailing is a plugin whose endpoint mails in a transaction, and fails if asked.
type mailing struct{ host *betterauth.Host }

func (m *mailing) Init(_ context.Context, h *betterauth.Host) error {
	m.host = h
	return nil
}

func (m *mailing) Manifest() betterauth.Manifest {
	type in struct {
		Fail bool `json:"fail" check:"optional"`
	}
	return betterauth.Manifest{ID: "mailing", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "mail", Method: http.MethodPost, Path: "/mail", Access: betterauth.Public},
			func(c *betterauth.Ctx, in in) (betterauth.Success, error) {
				return betterauth.Success{Success: true}, c.Transaction(func(tx *betterauth.Ctx) error {
					m.host.Mail(tx, &betterauth.Message{Kind: "hello", To: "a@example.com", Token: "secret-token"})
					if in.Fail {
						return errTeapot
					}
					return nil
				})
			})}}
}

func TestMailIsSentAfterCommitOnly(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{&mailing{}}, Config: betterauth.Config{
		Mailer: betterauth.MailerFunc(func(_ context.Context, m *betterauth.Message) error { sent.Add(1); return nil }),
	}})
	kit.Client().Post("/mail", map[string]any{"fail": true}).WantError(errTeapot)
	kit.Client().Post("/mail", map[string]any{}).Want(http.StatusOK)
	if err := kit.Auth.FlushMail(t.Context()); err != nil || sent.Load() != 1 {
		t.Errorf("%d mails, %v", sent.Load(), err)
	}
}

// A mailer that hangs, fails or panics is nobody's business but the log's.
func TestMailerTroubleReachesNobody(t *testing.T) {
	t.Parallel()
	for name, mailer := range map[string]betterauth.MailerFunc{
		"fails":  func(context.Context, *betterauth.Message) error { return errors.New("no route to mail server") },
		"panics": func(context.Context, *betterauth.Message) error { panic("no route to mail server") },
		"hangs": func(ctx context.Context, _ *betterauth.Message) error {
			<-ctx.Done()
			return errors.New("no route to mail server")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{&mailing{}}, Config: betterauth.Config{Mailer: mailer, MailTimeout: 20 * time.Millisecond}})
			for range 3 {
				kit.Client().Post("/mail", map[string]any{}).Want(http.StatusOK)
			}
			if err := kit.Auth.FlushMail(t.Context()); err != nil {
				t.Fatal(err)
			}
			if log := kit.Log.String(); strings.Count(log, "no route to mail server") != 3 || strings.Contains(log, "secret-token") {
				t.Errorf("log %s", log)
			}
		})
	}
}

type claims struct {
	Email string `json:"email"`
}

func TestTokens(t *testing.T) {
	t.Parallel()
	kit, other := plugintest.New(t), plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{Secret: "another-secret-0123456789-abcdefghij"}})
	token, err := kit.Host.SignToken("test.prove", claims{"a@example.com"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var got claims
	if err := kit.Host.OpenToken("test.prove", token, &got); err != nil || got.Email != "a@example.com" {
		t.Errorf("opened %+v, %v", got, err)
	}
	if err := other.Host.OpenToken("test.prove", token, &got); !errors.Is(err, betterauth.ErrTokenInvalid) {
		t.Errorf("with another secret: %v", err)
	}
	if err := kit.Host.OpenToken("test.prove", flip(token), &got); !errors.Is(err, betterauth.ErrTokenInvalid) {
		t.Errorf("tampered: %v", err)
	}
	// RFC 8725, sections 3.9 and 3.11: a token for one thing opens no other.
	for _, purpose := range []string{"test.other", "test.prov", ""} {
		if err := kit.Host.OpenToken(purpose, token, &got); !errors.Is(err, betterauth.ErrTokenInvalid) {
			t.Errorf("for the purpose %q: %v", purpose, err)
		}
	}
	if err := kit.Host.OpenUntypedToken(token, &got); !errors.Is(err, betterauth.ErrTokenInvalid) {
		t.Errorf("for no purpose: %v", err)
	}
	if token, err := kit.Host.SignToken("", claims{"a@example.com"}, time.Hour); err == nil {
		t.Errorf("signed without a purpose: %s", token)
	}
	kit.Clock.Advance(time.Hour)
	if err := kit.Host.OpenToken("test.prove", token, &got); !errors.Is(err, betterauth.ErrTokenExpired) {
		t.Errorf("expired: %v", err)
	}
}
