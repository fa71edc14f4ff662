package emailotp

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// SignInInput is the input of signInEmailOTP. Name, Image and the added columns in Rest
// are used if the sign-in creates the user.
type SignInInput struct {
	Email string               `json:"email"`
	OTP   betterauth.TypedCode `json:"otp"`
	Name  *string              `json:"name"`
	Image *string              `json:"image"`
	Rest  betterauth.Members   `json:"-" input:"rest"`
}

// SignInAnswer is the answer of signInEmailOTP.
type SignInAnswer struct {
	Token string           `json:"token"`
	User  *betterauth.User `json:"user"`
}

// signIn takes the code before it looks whom it is for: it is gone whatever
// follows.
func (e *EmailOTP) signIn(c *betterauth.Ctx, in SignInInput) (answer SignInAnswer, err error) {
	email := lower(in.Email)
	proof, err := e.use(c, email, identifier(TypeSignIn, email), in.OTP)
	if err != nil {
		return answer, err
	}
	for range 3 {
		answer, err = e.signInOnce(c, email, in, proof)
		if !errors.Is(err, database.ErrUnique) {
			break // else somebody signed up with the address at the same moment
		}
	}
	return answer, err
}

func (e *EmailOTP) signInOnce(c *betterauth.Ctx, email string, in SignInInput, proof *betterauth.Proof) (answer SignInAnswer, err error) {
	var create func() (*betterauth.User, error)
	if !e.cfg.DisableSignUp {
		create = func() (*betterauth.User, error) { return e.newUser(in) }
	}
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		user, created, err := e.host.ProvenUser(tx, email, create)
		if errors.Is(err, database.ErrNotFound) {
			return ErrInvalid
		}
		if err != nil {
			return err
		}
		session, err := tx.SignIn(user, betterauth.SignIn{Method: ID, NewUser: created})
		if err != nil {
			return err
		}
		answer = SignInAnswer{Token: session.Token, User: user}
		return proof.Forget(tx)
	})
	return answer, err
}

func (e *EmailOTP) newUser(in SignInInput) (*betterauth.User, error) {
	added, err := e.host.AdditionalValues("user", in.Rest, true)
	if err != nil {
		return nil, err
	}
	user := &betterauth.User{Image: in.Image}
	if in.Name != nil {
		user.Name = *in.Name
	}
	for column, value := range added {
		user.Extra.SetValue(column, value)
	}
	return user, nil
}
