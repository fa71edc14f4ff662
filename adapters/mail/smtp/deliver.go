package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// mechanisms are tried in this order. Without TLS none that would send the
// password readable. NTLM wants a domain, so it comes after all of them.
func mechanisms(plaintext bool) []gomail.SMTPAuthType {
	if plaintext {
		return []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5}
	}
	return []gomail.SMTPAuthType{
		gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256,
		gomail.SMTPAuthSCRAMSHA1PLUS, gomail.SMTPAuthSCRAMSHA1,
		gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5,
	}
}

// deliver hands msg to the server over a connection of its own.
func (s *Mailer) deliver(ctx context.Context, msg *gomail.Msg) error {
	// The library asks the context while it connects and then no more, and where
	// the greeting, TLS or the sign-in fails it leaves the connection open. So
	// the connection ends with this context, which ends with the delivery.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dialer().DialContext(dialing, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	client, err := gomail.NewClient(s.cfg.Host, s.options(dial)...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}

type dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

func (s *Mailer) dialer() dialer {
	if s.cfg.ImplicitTLS {
		return &tls.Dialer{Config: s.cfg.TLSConfig}
	}
	return &net.Dialer{}
}

// options describe a client for one delivery: the library notes in a client
// which mechanism it found, so one for all would be a race.
func (s *Mailer) options(dial gomail.DialContextFunc) []gomail.Option {
	policy := gomail.TLSMandatory
	switch {
	case s.cfg.InsecurePlaintext:
		policy = gomail.NoTLS
	case s.cfg.ImplicitTLS:
		policy = gomail.TLSOpportunistic // looks at the connection's TLS, and starts no second one
	}
	options := []gomail.Option{
		gomail.WithPort(s.cfg.Port),
		gomail.WithTimeout(s.cfg.Timeout + time.Second), // the context ends it, not this
		gomail.WithTLSPolicy(policy),
		gomail.WithTLSConfig(s.cfg.TLSConfig),
		gomail.WithDialContextFunc(dial),
		gomail.WithoutNoop(),
	}
	if s.cfg.LocalName != "" {
		options = append(options, gomail.WithHELO(s.cfg.LocalName))
	}
	if s.cfg.Username != "" {
		options = append(options, gomail.WithUsername(s.cfg.Username), gomail.WithPassword(s.cfg.Password),
			gomail.WithOpportunisticSMTPAuth(mechanisms(s.cfg.InsecurePlaintext)...))
	}
	return options
}
