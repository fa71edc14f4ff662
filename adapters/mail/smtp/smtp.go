// Package smtp delivers mail through an SMTP server (RFC 5321), encrypted
// unless told otherwise:
//
//	mailer, err := smtp.New(smtp.Config{
//		Host:     "smtp.example.com",
//		Username: "mailer",
//		Password: os.Getenv("SMTP_PASSWORD"),
//		From:     "Example <no-reply@example.com>",
//	})
//	auth, err := betterauth.New(betterauth.Config{Mailer: mailer, …})
//
// Each mail takes a connection of its own: mails of sign-in are few, and a
// connection kept open has often been closed by the time it is needed.
//
// Start with [New]. What a mail consists of is compose.go; how it reaches the
// server is deliver.go.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/better-auth-go/better-auth/betterauth"
)

const defaultTimeout = 20 * time.Second

// Config says which server takes the mail, and how mails look.
type Config struct {
	// Host is the server's name, which its certificate must bear. Required.
	Host string
	// Port is the server's port. Default 587 (submission, RFC 6409), 465 with
	// ImplicitTLS (RFC 8314), 25 with InsecurePlaintext.
	Port int
	// Username and Password sign in to the server, with the strongest mechanism
	// it offers. Default: no sign-in.
	Username, Password string
	// From is the sender's address, with or without a name:
	// "Example <no-reply@example.com>". Required.
	From string

	// ImplicitTLS speaks TLS from the first byte (RFC 8314, section 3). Default
	// false: STARTTLS (RFC 3207), and no mail if the server does not offer it.
	ImplicitTLS bool
	// InsecurePlaintext speaks no TLS at all: whoever is on the way can read the
	// links and use them. For a server on the same machine only. A password is
	// not sent readable even then; only CRAM-MD5 and SCRAM are tried. Default
	// false.
	InsecurePlaintext bool
	// TLSConfig replaces how certificates are checked, for a certificate
	// authority of one's own. ServerName is filled in. Default: the system's
	// authorities, TLS 1.2 or newer.
	TLSConfig *tls.Config

	// Timeout is how long one delivery may take, from the connection to the last
	// answer. Default 20 seconds. The context given to Send may end it earlier.
	Timeout time.Duration
	// LocalName is what this machine calls itself to the server (EHLO). Default:
	// its host name.
	LocalName string

	// Render makes a mail from a message: subject, plain text and optionally
	// HTML; "" for html sends text alone. What it takes from the message into
	// HTML it must escape. Called by several goroutines at once. Default: the
	// message's own Subject and Text.
	Render func(m *betterauth.Message) (subject, text, html string)
}

// Mailer delivers through one SMTP server. Safe for concurrent use.
type Mailer struct {
	cfg    Config
	sender string // the address in From, without the name
}

var _ betterauth.Mailer = (*Mailer)(nil)

// New returns a Mailer, or what is wrong with cfg. It does not connect.
func New(cfg Config) (*Mailer, error) {
	var problems []error
	problem := func(text string) { problems = append(problems, errors.New("smtp: "+text)) }
	if cfg.Host == "" || strings.ContainsFunc(cfg.Host, unfitForHost) {
		problem("Config.Host must be a host name or an IP address")
	}
	if cfg.Port < 0 || cfg.Port > 65535 {
		problem("Config.Port must be a port")
	}
	if cfg.Port == 0 {
		cfg.Port = defaultPort(cfg)
	}
	from, err := mail.ParseAddress(cfg.From)
	if err != nil || strings.ContainsFunc(cfg.From, unicode.IsControl) {
		problem("Config.From must be an address")
		from = &mail.Address{}
	}
	if (cfg.Username == "") != (cfg.Password == "") {
		problem("Config.Username and Config.Password go together")
	}
	if cfg.InsecurePlaintext && (cfg.ImplicitTLS || cfg.TLSConfig != nil) {
		problem("Config.InsecurePlaintext excludes ImplicitTLS and TLSConfig")
	}
	if cfg.Timeout < 0 {
		problem("Config.Timeout must not be negative")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if strings.ContainsFunc(cfg.LocalName, unfitForHost) {
		problem("Config.LocalName must be a host name")
	}
	if cfg.TLSConfig == nil {
		cfg.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	cfg.TLSConfig = cfg.TLSConfig.Clone()
	cfg.TLSConfig.ServerName = cfg.Host
	if cfg.Render == nil {
		cfg.Render = func(m *betterauth.Message) (string, string, string) { return m.Subject, m.Text, "" }
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return &Mailer{cfg: cfg, sender: from.Address}, nil
}

func defaultPort(cfg Config) int {
	switch {
	case cfg.ImplicitTLS:
		return 465
	case cfg.InsecurePlaintext:
		return 25
	}
	return 587
}

// unfitForHost also keeps out "/", with which the library below would take the
// host for a Unix socket.
func unfitForHost(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '/' }

// Send delivers m. It returns nil once the server has taken the mail, even if
// the server then fails to say goodbye, so that nobody sends it twice. Errors
// hold what the server said, never the password, m.Token or m.Code; where the
// delivery was ended by ctx or the timeout, errors.Is finds the context's error.
func (s *Mailer) Send(ctx context.Context, m *betterauth.Message) error {
	msg, err := s.compose(m)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err = s.deliver(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	err = s.withoutSecrets(err, m)
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("smtp: %s did not take the mail in time: %w: %w", s.cfg.Host, cause, err)
	}
	return fmt.Errorf("smtp: %s did not take the mail: %w", s.cfg.Host, err)
}
