package smtp

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/better-auth-go/better-auth/betterauth"
)

// compose makes the mail. Nothing in it can start a header of its own: the
// recipient is one bare address and the subject one line.
func (s *Mailer) compose(m *betterauth.Message) (*gomail.Msg, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || strings.ContainsFunc(m.To, unicode.IsControl) {
		return nil, errors.New("the recipient is not an address")
	}
	subject, text, html := s.cfg.Render(m)
	if text == "" && html == "" {
		return nil, fmt.Errorf("nothing to say in a mail of kind %q", m.Kind)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(s.cfg.From), msg.To(m.To)); err != nil {
		return nil, errors.New("the sender or the recipient is not an address")
	}
	msg.Subject(oneLine(subject))
	msg.SetDate()
	// The machine's own name is nobody's business: the id is of the sender's domain.
	msg.SetMessageIDWithValue(rand.Text() + s.sender[strings.LastIndexByte(s.sender, '@'):])
	// Absence notes need not answer (RFC 3834, section 5).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	switch {
	case html == "":
		msg.SetBodyString(gomail.TypeTextPlain, text)
	case text == "":
		msg.SetBodyString(gomail.TypeTextHTML, html)
	default: // the best last (RFC 2046, section 5.1.4)
		msg.SetBodyString(gomail.TypeTextPlain, text)
		msg.AddAlternativeString(gomail.TypeTextHTML, html)
	}
	return msg, nil
}

// oneLine makes a header of what may hold a user's name.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
}

// withoutSecrets returns err, or, should the server have repeated a secret in
// what it said, its text without that.
func (s *Mailer) withoutSecrets(err error, m *betterauth.Message) error {
	text := err.Error()
	clean := text
	for _, secret := range []string{
		s.cfg.Password,
		base64.StdEncoding.EncodeToString([]byte(s.cfg.Password)),                                    // AUTH LOGIN
		base64.StdEncoding.EncodeToString([]byte("\x00" + s.cfg.Username + "\x00" + s.cfg.Password)), // AUTH PLAIN
		m.Token,
		m.Code,
	} {
		if secret == "" {
			continue
		}
		clean = strings.ReplaceAll(clean, secret, "[secret]")
		// The library quotes some answers.
		quoted := strconv.Quote(secret)
		clean = strings.ReplaceAll(clean, quoted[1:len(quoted)-1], "[secret]")
	}
	if clean == text {
		return err
	}
	return errors.New(clean)
}
