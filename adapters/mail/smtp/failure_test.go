package smtp_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/adapters/mail/smtp"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + username + "\x00" + password))
	strangers := func(cfg *smtp.Config) { cfg.TLSConfig = nil }
	otherName := func(cfg *smtp.Config) { cfg.Host = "localhost" }
	plaintext := func(cfg *smtp.Config) { cfg.InsecurePlaintext, cfg.TLSConfig = true, nil }
	tests := map[string]struct {
		server *mailServer
		change func(*smtp.Config)
		want   string // in the error
		never  string // a command that must not have been sent
	}{
		"no STARTTLS":                   {&mailServer{noSTARTTLS: true, auth: "PLAIN"}, nil, "STARTTLS", "MAIL AUTH"},
		"STARTTLS refused":              {&mailServer{auth: "PLAIN", say: map[string]string{"STARTTLS": "454 not now"}}, nil, "not now", "MAIL AUTH"},
		"unknown certificate":           {&mailServer{auth: "PLAIN"}, strangers, "certificate", "MAIL AUTH"},
		"unknown certificate, implicit": {&mailServer{implicitTLS: true, auth: "PLAIN"}, strangers, "certificate", "MAIL AUTH EHLO"},
		"certificate of another name":   {&mailServer{auth: "PLAIN"}, otherName, "certificate", "MAIL AUTH"},
		"password without TLS":          {&mailServer{noSTARTTLS: true, auth: "PLAIN LOGIN"}, plaintext, "auth", "MAIL AUTH"},
		"no AUTH":                       {&mailServer{}, func(cfg *smtp.Config) { cfg.Username, cfg.Password = username, password }, "AUTH", "MAIL"},
		"wrong password":                {&mailServer{auth: "PLAIN"}, func(cfg *smtp.Config) { cfg.Password = "wrong" }, "authentication failed", "MAIL"},
		"password repeated":             {&mailServer{auth: "LOGIN", say: map[string]string{"AUTH": "535 not " + password}}, nil, "not [secret]", "MAIL"},
		"credentials repeated":          {&mailServer{auth: "PLAIN", say: map[string]string{"AUTH": "535 not " + plain}}, nil, "not [secret]", "MAIL"},
		"greeting":                      {&mailServer{say: map[string]string{"connect": "554 go away"}}, nil, "go away", "EHLO"},
		"sender":                        {&mailServer{say: map[string]string{"MAIL": "550 not you"}}, nil, "not you", "DATA"},
		"recipient":                     {&mailServer{say: map[string]string{"RCPT": "550 no such user"}}, nil, "no such user", "DATA"},
		"data":                          {&mailServer{say: map[string]string{"DATA": "451 full"}}, nil, "full", ""},
		"content":                       {&mailServer{say: map[string]string{".": "554 spam: reset-password/aToken0123456789"}}, nil, "spam: reset-password/[secret]", ""},
		"hangs up at the greeting":      {&mailServer{hangsUp: "connect"}, nil, "did not take the mail", "EHLO"},
		"hangs up at the data":          {&mailServer{hangsUp: "."}, nil, "did not take the mail", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := test.server.start(t)
			err := mailer(t, server, test.change).Send(t.Context(), reset())
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v does not say %q", err, test.want)
			}
			for _, secret := range []string{password, plain, "aToken0123456789"} {
				for cause := err; cause != nil; cause = errors.Unwrap(cause) {
					if strings.Contains(cause.Error(), secret) {
						t.Errorf("%v holds a secret", cause)
					}
				}
			}
			for _, command := range strings.Fields(test.never) {
				if strings.Contains(server.commands(), command) {
					t.Errorf("%s was sent: %s", command, server.commands())
				}
			}
			if mails := server.received(); len(mails) != 0 {
				t.Errorf("%d mails", len(mails))
			}
		})
	}
}

// What the server took is sent, whatever it says or does not say afterwards.
func TestTakenIsSent(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]*mailServer{
		"QUIT refused":          {say: map[string]string{"QUIT": "500 no"}},
		"RSET refused":          {say: map[string]string{"RSET": "500 no"}},
		"hangs up after taking": {hangsUp: "RSET"},
		"hangs at the goodbye":  {hangs: "QUIT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server.start(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				select {
				case <-server.hung: // it took the mail before
					cancel()
				case <-ctx.Done():
				}
			}()
			err := mailer(t, server, func(cfg *smtp.Config) { cfg.Timeout = 2 * time.Minute }).Send(ctx, reset())
			if err != nil || len(server.received()) != 1 {
				t.Fatalf("%v, %d mails", err, len(server.received()))
			}
		})
	}
}

func TestHangingServer(t *testing.T) {
	t.Parallel()
	commands := []string{"connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "."}
	for _, command := range commands {
		t.Run("canceled at "+command, func(t *testing.T) {
			t.Parallel()
			server := (&mailServer{auth: "PLAIN", hangs: command}).start(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				<-server.hung
				cancel()
			}()
			m := mailer(t, server, func(cfg *smtp.Config) { cfg.Timeout = 2 * time.Minute }) // another error than the client's
			if err := m.Send(ctx, reset()); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		})
	}
	t.Run("timeout", func(t *testing.T) {
		t.Parallel()
		var waiting sync.WaitGroup // all at once, however few tests run in parallel
		defer waiting.Wait()
		for _, command := range commands {
			server := (&mailServer{auth: "PLAIN", hangs: command}).start(t)
			m := mailer(t, server, func(cfg *smtp.Config) { cfg.Timeout = 500 * time.Millisecond })
			waiting.Go(func() {
				if err := m.Send(t.Context(), reset()); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("at %s: %v", command, err)
				}
			})
		}
	})
	t.Run("TLS handshake", func(t *testing.T) {
		t.Parallel()
		server := (&mailServer{hangs: "connect"}).start(t) // speaks no TLS
		m := mailer(t, server, func(cfg *smtp.Config) { cfg.ImplicitTLS, cfg.Timeout = true, 300*time.Millisecond })
		if err := m.Send(t.Context(), reset()); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listener.Close()
		m, err := smtp.New(smtp.Config{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, From: "a@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Send(t.Context(), reset()); err == nil {
			t.Fatal("no error")
		}
	})
}

// A mail server that hangs delays Build, requests and Close no longer than the
// configuration says, and its failure is in the log.
func TestBehindAuth(t *testing.T) {
	t.Parallel()
	server := (&mailServer{hangs: "connect"}).start(t)
	db, err := sqlite.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var log bytes.Buffer
	asker, asked := &asking{}, make(chan struct{})
	delivering := mailer(t, server, nil)
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: "http://localhost:3000",
		Secret:  "a-secret-for-tests-0123456789-abcdefgh",
		Schema:  betterauth.SchemaMigrate,
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
		Mailer: betterauth.MailerFunc(func(ctx context.Context, m *betterauth.Message) error {
			<-asked // hangs if asking for a mail waits for its end
			return delivering.Send(ctx, m)
		}),
		MailTimeout: 500 * time.Millisecond,
	}).Database(db).Plugin(asker).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asker.host.Mail(t.Context(), reset())
	close(asked)
	if err := auth.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); !strings.Contains(text, "mail could not be sent") || !strings.Contains(text, "deadline") || strings.Contains(text, "aToken") {
		t.Errorf("log %q", text)
	}
}

// asking is a plugin that keeps its Host.
type asking struct{ host *betterauth.Host }

func (*asking) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "asking"} }

func (a *asking) Init(_ context.Context, h *betterauth.Host) error {
	a.host = h
	return nil
}
