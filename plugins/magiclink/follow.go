package magiclink

import (
	"context"
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
)

// FollowInput is the input of magicLinkVerify.
type FollowInput struct {
	Token              string  `query:"token"`
	CallbackURL        *string `query:"callbackURL"`
	ErrorCallbackURL   *string `query:"errorCallbackURL"`
	NewUserCallbackURL *string `query:"newUserCallbackURL"`
}

// SignedIn is the answer of magicLinkVerify without a callback URL.
type SignedIn struct {
	Token   string              `json:"token"`
	User    *betterauth.User    `json:"user"`
	Session *betterauth.Session `json:"session"`
}

// What a link can fail with, as the parameter "error" of where it then leads.
const (
	failInvalidToken   = "INVALID_TOKEN"
	failSignUpDisabled = "new_user_signup_disabled"
)

// failure is a link that leads to the error page of the application.
type failure struct{ name, description string }

func (f failure) Error() string { return "magiclink: " + f.name }

func (m *MagicLink) follow(c *betterauth.Ctx, in FollowInput) (any, error) {
	to, err := targetsOf(c, in)
	if err != nil {
		return nil, err
	}
	answer, created, err := m.redeem(c, in.Token)
	if failed, ok := errors.AsType[failure](err); ok {
		return to.failed(c, failed)
	}
	switch {
	case err != nil:
		return nil, err
	case betterauth.OrZero(in.CallbackURL) == "":
		return answer, nil
	case created:
		return betterauth.Redirect{URL: to.newUser}, nil
	}
	return betterauth.Redirect{URL: to.callback}, nil
}

// targets are where a link may lead, as absolute URLs.
type targets struct{ callback, newUser, failure string }

// targetsOf resolves them before the token is taken: a link that leads nowhere
// is still good once it is mended.
func targetsOf(c *betterauth.Ctx, in FollowInput) (to targets, err error) {
	if to.callback, err = target(c, in.CallbackURL, "/"); err != nil {
		return to, err
	}
	if to.newUser, err = target(c, in.NewUserCallbackURL, to.callback); err != nil {
		return to, err
	}
	to.failure, err = target(c, in.ErrorCallbackURL, to.callback)
	return to, err
}

func target(c *betterauth.Ctx, given *string, otherwise string) (string, error) {
	if place := betterauth.OrZero(given); place != "" {
		return c.Target(place)
	}
	return c.Target(otherwise)
}

func (to targets) failed(c *betterauth.Ctx, f failure) (any, error) {
	params := []betterauth.Param{{Name: "error", Value: f.name}}
	if f.description != "" {
		params = append(params, betterauth.Param{Name: "error_description", Value: f.description})
	}
	c.LogRefusal((&betterauth.ErrorCode{Code: f.name, Status: http.StatusFound}).Refuse(betterauth.Refusal{Reason: "the link signs nobody in"}))
	url, err := c.Target(to.failure, params...)
	return betterauth.Redirect{URL: url}, err
}

// redeem takes the token, which is gone then whatever follows, and signs in.
func (m *MagicLink) redeem(c *betterauth.Ctx, token string) (answer SignedIn, created bool, err error) {
	link, err := m.take(c, token)
	if err != nil {
		return answer, false, err
	}
	for range 3 {
		answer, created, err = m.signIn(c, link)
		if !errors.Is(err, database.ErrUnique) {
			break // else somebody signed up with the address at the same moment
		}
	}
	return answer, created, err
}

func (m *MagicLink) take(ctx context.Context, token string) (link about, err error) {
	stored, err := m.stored(ctx, token)
	if err != nil {
		return link, err
	}
	rows, err := m.values.TakeAll(ctx, database.Or(
		database.And(database.Eq("identifier", identifierPrefix+stored), database.StartsWith("value", valuePrefix)),
		database.And(database.Eq("identifier", stored), database.StartsWith("value", formerPrefix)),
	))
	if err != nil {
		return link, err
	}
	var row *betterauth.Verification
	for _, r := range rows {
		if row == nil || r.CreatedAt.After(row.CreatedAt) {
			row = r
		}
	}
	if row == nil || row.ExpiresAt.Before(m.host.Now()) {
		return link, failure{name: failInvalidToken}
	}
	if err := json.Unmarshal([]byte(row.Value), &link, json.RejectUnknownMembers(true)); err != nil || !betterauth.IsEmail(link.Email) {
		return link, failure{name: failInvalidToken}
	}
	return link, nil
}

func (m *MagicLink) signIn(c *betterauth.Ctx, link about) (answer SignedIn, created bool, err error) {
	var create func() (*betterauth.User, error)
	if !m.cfg.DisableSignUp {
		create = func() (*betterauth.User, error) { return &betterauth.User{Name: betterauth.OrZero(link.Name)}, nil }
	}
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		var user *betterauth.User
		if user, created, err = m.host.ProvenUser(tx, link.Email, create); err != nil {
			return refused(err)
		}
		session, err := tx.SignIn(user, betterauth.SignIn{Method: ID, NewUser: created})
		if err != nil {
			return err
		}
		answer = SignedIn{Token: session.Token, User: user, Session: session}
		return nil
	})
	return answer, created, err
}

// refused tells the person why they cannot have an account: it is disabled, or
// a hook said so. Anything else is no answer for a page.
func refused(err error) error {
	if errors.Is(err, database.ErrNotFound) {
		return failure{name: failSignUpDisabled}
	}
	if code, ok := errors.AsType[*betterauth.ErrorCode](err); ok && code.Code != "" && code.Status < 500 {
		return failure{code.Code, code.Message}
	}
	return err
}
