package magiclink

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json"
)

// RequestInput is the input of signInMagicLink.
type RequestInput struct {
	Email string `json:"email" check:"email"`
	// Name is the user's name if following the link creates the user.
	Name *string `json:"name"`
	// CallbackURL is where the link redirects to, NewUserCallbackURL where it redirects a
	// new user, and ErrorCallbackURL where it redirects after an error.
	CallbackURL        *string `json:"callbackURL"`
	NewUserCallbackURL *string `json:"newUserCallbackURL"`
	ErrorCallbackURL   *string `json:"errorCallbackURL"`
	// Metadata is passed to the Mailer.
	Metadata betterauth.Members `json:"metadata" check:"optional"`
}

// about is what a token stands for, in the reference's order.
type about struct {
	Type  string  `json:"type,omitzero"`
	Email string  `json:"email"`
	Name  *string `json:"name,omitzero"`
}

// identifierPrefix and valuePrefix begin the identifier and the value of every link.
const (
	identifierPrefix = ID + ":"
	valuePrefix      = `{"type":"` + ID + `","email":"`
)

// formerPrefix begins the value of a link that TypeScript 1.7.5 mailed, and no value
// of another plugin. Its identifier is the token alone, where other plugins keep
// values of theirs.
const formerPrefix = `{"email":"`

const (
	letters     = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	tokenLength = 32
)

// request looks nobody up, so that it has nothing to tell.
func (m *MagicLink) request(c *betterauth.Ctx, in RequestInput) (betterauth.Status, error) {
	if !m.host.Site().CanMail {
		return betterauth.Status{}, errCannotMail
	}
	if may, err := m.host.MayMail(c, in.Email); err != nil || !may {
		return betterauth.Status{Status: err == nil}, err
	}
	token, err := m.token(c, in.Email)
	if err != nil {
		return betterauth.Status{}, err
	}
	stored, err := m.stored(c, token)
	if err != nil {
		return betterauth.Status{}, err
	}
	value, err := json.Marshal(about{ID, strings.ToLower(in.Email), in.Name})
	if err != nil {
		return betterauth.Status{}, err
	}
	if _, err := m.host.Verifications().Create(c, identifierPrefix+stored, string(value), m.cfg.ExpiresIn); err != nil {
		return betterauth.Status{}, err
	}
	message, err := m.message(c, in, token)
	if err != nil {
		return betterauth.Status{}, err
	}
	m.host.Mail(c, message)
	return betterauth.Status{Status: true}, nil
}

func (m *MagicLink) token(ctx context.Context, email string) (string, error) {
	if m.cfg.GenerateToken == nil {
		return m.host.RandomString(tokenLength, letters)
	}
	token, err := m.cfg.GenerateToken(ctx, email)
	if err == nil && token == "" {
		err = errors.New("magiclink: Config.GenerateToken made an empty token; return one that nobody can guess")
	}
	return token, err
}

// stored is the form in which a token is kept.
func (m *MagicLink) stored(ctx context.Context, token string) (string, error) {
	if m.cfg.Hash == nil {
		return token, nil
	}
	kept, err := m.cfg.Hash(ctx, token)
	if err == nil && kept == "" {
		// It would be the same for every token.
		err = errors.New("magiclink: Config.Hash returned an empty text; return one that stands for the token")
	}
	return kept, err
}

// message leaves out the name: whoever asks for a link to a foreign address
// chooses it, and could have us mail a text of theirs.
func (m *MagicLink) message(c *betterauth.Ctx, in RequestInput, token string) (*betterauth.Message, error) {
	callbackURL := cmp.Or(betterauth.OrZero(in.CallbackURL), "/")
	link := betterauth.AddParams(c.BaseURL()+"/magic-link/verify", betterauth.Param{Name: "token", Value: token}, betterauth.Param{Name: "callbackURL", Value: callbackURL})
	for _, p := range []betterauth.Param{{Name: "newUserCallbackURL", Value: betterauth.OrZero(in.NewUserCallbackURL)}, {Name: "errorCallbackURL", Value: betterauth.OrZero(in.ErrorCallbackURL)}} {
		if p.Value != "" {
			link = betterauth.AddParams(link, p)
		}
	}
	app := m.host.Site().AppName
	message := &betterauth.Message{
		Kind: Kind, To: in.Email, User: &betterauth.User{Email: in.Email}, URL: link, Token: token,
		Subject: "Sign in to " + app,
		Text:    "Hello,\n\nfollow this link to sign in to " + app + ":\n\n" + link + "\n\nIt works once. If you did not ask for it, ignore this mail.\n",
	}
	if in.Metadata == nil {
		return message, nil
	}
	metadata, err := json.Marshal(in.Metadata, json.Deterministic(true))
	message.Data = map[string]string{"metadata": string(metadata)}
	return message, err
}
