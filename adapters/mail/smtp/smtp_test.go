package smtp_test

import (
	"crypto/tls"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/mail/smtp"
	"github.com/better-auth-go/better-auth/betterauth"
)

func reset() *betterauth.Message {
	return &betterauth.Message{
		Kind:    "reset-password",
		To:      "ada@example.com",
		URL:     "https://example.com/api/auth/reset-password/aToken0123456789",
		Token:   "aToken0123456789",
		Subject: "Zurücksetzen",
		Text:    "Open https://example.com/api/auth/reset-password/aToken0123456789\n.\nGrüße",
	}
}

// mailer returns a Mailer for the server that trusts its certificate.
func mailer(t *testing.T, server *mailServer, change func(*smtp.Config)) *smtp.Mailer {
	t.Helper()
	cfg := smtp.Config{
		Host:        "127.0.0.1",
		Port:        server.port(),
		From:        "Example Ltd. <no-reply@example.com>",
		ImplicitTLS: server.implicitTLS,
		TLSConfig:   &tls.Config{RootCAs: server.roots},
		LocalName:   "app.example.com",
	}
	if server.auth != "" {
		cfg.Username, cfg.Password = username, password
	}
	if change != nil {
		change(&cfg)
	}
	m, err := smtp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDelivers(t *testing.T) {
	t.Parallel()
	plaintext := func(cfg *smtp.Config) { cfg.InsecurePlaintext, cfg.TLSConfig = true, nil }
	tests := map[string]struct {
		server    *mailServer
		change    func(*smtp.Config)
		encrypted bool
		user      string
	}{
		"STARTTLS and PLAIN":               {&mailServer{auth: "PLAIN LOGIN"}, nil, true, username},
		"STARTTLS and LOGIN":               {&mailServer{auth: "NTLM LOGIN"}, nil, true, username},
		"STARTTLS and CRAM-MD5":            {&mailServer{auth: "CRAM-MD5"}, nil, true, username},
		"STARTTLS, no sign-in":             {&mailServer{}, nil, true, ""},
		"implicit TLS":                     {&mailServer{implicitTLS: true, auth: "PLAIN"}, nil, true, username},
		"plaintext":                        {&mailServer{noSTARTTLS: true}, plaintext, false, ""},
		"plaintext, STARTTLS offered":      {&mailServer{}, plaintext, false, ""},
		"plaintext, password not readable": {&mailServer{noSTARTTLS: true, auth: "PLAIN CRAM-MD5"}, plaintext, false, username},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := test.server.start(t)
			if err := mailer(t, server, test.change).Send(t.Context(), reset()); err != nil {
				t.Fatal(err)
			}
			mails := server.received()
			if len(mails) != 1 {
				t.Fatalf("%d mails", len(mails))
			}
			got := mails[0]
			if got.encrypted != test.encrypted || got.user != test.user {
				t.Errorf("encrypted %t by %q", got.encrypted, got.user)
			}
			if !strings.HasPrefix(got.from, "FROM:<no-reply@example.com>") || got.to != "TO:<ada@example.com>" {
				t.Errorf("envelope %q %q", got.from, got.to)
			}
		})
	}
}

func TestMailAsSent(t *testing.T) {
	t.Parallel()
	server := (&mailServer{}).start(t)
	if err := mailer(t, server, nil).Send(t.Context(), reset()); err != nil {
		t.Fatal(err)
	}
	message := parse(t, server.received()[0].data)
	if subject := decode(t, message.Header.Get("Subject")); subject != "Zurücksetzen" {
		t.Errorf("subject %q", subject)
	}
	for name, want := range map[string]string{
		"From":           `"Example Ltd." <no-reply@example.com>`,
		"To":             "<ada@example.com>",
		"Auto-Submitted": "auto-generated",
		"Mime-Version":   "1.0",
		"User-Agent":     "",
	} {
		if got := message.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if id := message.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.com>") || len(id) < 30 {
		t.Errorf("Message-ID %q", id)
	}
	if _, err := message.Header.Date(); err != nil {
		t.Error(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(string(body), "\r\n", "\n"); strings.TrimSuffix(got, "\n") != reset().Text {
		t.Errorf("text %q", got)
	}
}

func TestRenderedMail(t *testing.T) {
	t.Parallel()
	server := (&mailServer{}).start(t)
	render := func(m *betterauth.Message) (string, string, string) {
		return "Hello " + m.To, "plain " + m.Token, `<a href="` + html.EscapeString(m.URL) + `">link</a>`
	}
	if err := mailer(t, server, func(cfg *smtp.Config) { cfg.Render = render }).Send(t.Context(), reset()); err != nil {
		t.Fatal(err)
	}
	message := parse(t, server.received()[0].data)
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%q, %v", kind, err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for _, want := range []struct{ kind, text string }{
		{"text/plain", "plain aToken0123456789"},
		{"text/html", `<a href="` + reset().URL + `">link</a>`},
	} {
		part, err := parts.NextPart() // decodes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(part.Header.Get("Content-Type"), want.kind) || string(body) != want.text {
			t.Errorf("%q: %q", part.Header.Get("Content-Type"), body)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("a third part, or %v", err)
	}
}

func TestNobodyInjectsHeaders(t *testing.T) {
	t.Parallel()
	server := (&mailServer{}).start(t)
	evil := "Hi\r\nBcc: victim@example.com\r\n\r\n<script>\x00\u2028x"
	m := mailer(t, server, func(cfg *smtp.Config) {
		cfg.Render = func(m *betterauth.Message) (string, string, string) { return m.Subject, m.Text, "" }
	})
	message := reset()
	message.Subject, message.Kind, message.Text = evil, evil, evil
	if err := m.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	got := parse(t, server.received()[0].data)
	if got.Header.Get("Bcc") != "" || decode(t, got.Header.Get("Subject")) != "Hi Bcc: victim@example.com <script> x" {
		t.Errorf("headers %v", got.Header)
	}

	for _, to := range []string{
		"", "nobody", "a@b\r\nBcc: c@d", "a@b\r\nRCPT TO:<c@d>", "a@example.com, b@example.com",
		"Ada <ada@example.com>", "a@b\x00", "<a@b>", "a@b>\r\nDATA", " a@b", "a@b (comment)", "a@b SIZE=1",
	} {
		message := reset()
		message.To = to
		if err := m.Send(t.Context(), message); err == nil || to != "" && strings.Contains(err.Error(), to) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if mails := server.received(); len(mails) != 1 {
		t.Errorf("%d mails", len(mails))
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	server := (&mailServer{auth: "CRAM-MD5"}).start(t)
	m := mailer(t, server, nil)
	results := make(chan error)
	const mails = 20
	for range mails {
		go func() { results <- m.Send(t.Context(), reset()) }()
	}
	for range mails {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	seen := map[string]bool{}
	for _, got := range server.received() {
		seen[parse(t, got.data).Header.Get("Message-Id")] = true
	}
	if len(seen) != mails {
		t.Errorf("%d different mails", len(seen))
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	good := smtp.Config{Host: "smtp.example.com", From: "no-reply@example.com"}
	if _, err := smtp.New(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*smtp.Config){
		"Config.Host":              func(c *smtp.Config) { c.Host = "" },
		"Config.Host must":         func(c *smtp.Config) { c.Host = "unix:///var/run/mail" },
		"Config.Port":              func(c *smtp.Config) { c.Port = 70000 },
		"Config.From":              func(c *smtp.Config) { c.From = "" },
		"Config.From must":         func(c *smtp.Config) { c.From = "Ada\r\nBcc: <ada@example.com>" },
		"Config.Username":          func(c *smtp.Config) { c.Password = "secret" },
		"Config.Username and":      func(c *smtp.Config) { c.Username = "mailer" },
		"Config.InsecurePlaintext": func(c *smtp.Config) { c.InsecurePlaintext, c.ImplicitTLS = true, true },
		"Config.Timeout":           func(c *smtp.Config) { c.Timeout = -1 },
		"Config.LocalName":         func(c *smtp.Config) { c.LocalName = "a\r\nMAIL" },
	} {
		cfg := good
		change(&cfg)
		if m, err := smtp.New(cfg); err == nil || m != nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", want, err)
		}
	}
	nothing := mailer(t, (&mailServer{}).start(t), func(cfg *smtp.Config) {
		cfg.Render = func(*betterauth.Message) (string, string, string) { return "only a subject", "", "" }
	})
	if err := nothing.Send(t.Context(), reset()); err == nil {
		t.Error("an empty mail is sent")
	}
}

func parse(t *testing.T, data string) *mail.Message {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatalf("%v in %q", err, data)
	}
	return message
}

func decode(t *testing.T, header string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
