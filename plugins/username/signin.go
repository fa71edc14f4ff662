package username

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// method is how gates see a sign-in with a username.
const method = "username"

// SignInInput is the input of signInUsername.
type SignInInput struct {
	Username    string  `json:"username"`
	Password    string  `json:"password"`
	RememberMe  *bool   `json:"rememberMe"`
	CallbackURL *string `json:"callbackURL"`
}

// SignInAnswer is the answer of signInUsername. URL is the callback URL of the request;
// Redirect says that there is one.
type SignInAnswer struct {
	Redirect bool             `json:"redirect"`
	Token    string           `json:"token"`
	URL      *string          `json:"url,omitzero"`
	User     *betterauth.User `json:"user"`
}

// signIn refuses what no username can be before it looks, which tells nothing
// about who there is.
func (u *Username) signIn(c *betterauth.Ctx, in SignInInput) (SignInAnswer, error) {
	if in.Username == "" || in.Password == "" {
		return SignInAnswer{}, ErrInvalidCredentials
	}
	if err := u.check(in.Username); err != nil {
		return SignInAnswer{}, asUnprocessable(err)
	}
	callbackURL := ""
	if in.CallbackURL != nil {
		callbackURL = *in.CallbackURL
	}
	remember := in.RememberMe == nil || *in.RememberMe
	find := func(ctx context.Context) (*betterauth.User, error) { return u.find(ctx, in.Username) }
	user, session, err := u.passwords.SignInUser(c, u.normalize(in.Username), find, in.Password, betterauth.SignIn{Method: method, Remember: &remember}, callbackURL, ErrInvalidCredentials)
	if err != nil {
		return SignInAnswer{}, err
	}
	if callbackURL != "" {
		c.Header().Set("Location", callbackURL)
	}
	return SignInAnswer{Redirect: callbackURL != "", Token: session.Token, URL: in.CallbackURL, User: user}, nil
}

// IsAvailableInput is the input of isUsernameAvailable.
type IsAvailableInput struct {
	Username string `json:"username"`
}

// IsAvailableAnswer is the answer of isUsernameAvailable.
type IsAvailableAnswer struct {
	Available bool `json:"available"`
}

func (u *Username) isAvailable(c *betterauth.Ctx, in IsAvailableInput) (IsAvailableAnswer, error) {
	if in.Username == "" {
		return IsAvailableAnswer{}, asUnprocessable(ErrInvalid)
	}
	free, err := u.Available(c, in.Username)
	if err != nil {
		return IsAvailableAnswer{}, asUnprocessable(err)
	}
	return IsAvailableAnswer{free}, nil
}

// Available reports whether no user has this username. It may be taken a moment later, so
// only setting it decides. The errors are ErrTooShort, ErrTooLong and ErrInvalid.
func (u *Username) Available(ctx context.Context, username string) (bool, error) {
	if err := u.check(username); err != nil {
		return false, err
	}
	err := u.free(ctx, username, "")
	if errors.Is(err, ErrTaken) {
		return false, nil
	}
	return err == nil, err
}

// ByUsername returns the user with this username, in whatever spelling, or
// database.ErrNotFound.
func (u *Username) ByUsername(ctx context.Context, username string) (*betterauth.User, error) {
	if username == "" {
		return nil, database.ErrNotFound
	}
	return u.find(ctx, username)
}
