package emailverification

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// FollowInput is the input of verifyEmail.
type FollowInput struct {
	Token       string  `query:"token"`
	CallbackURL *string `query:"callbackURL"`
}

// Verified is the answer of verifyEmail without a callback URL. User is the user as
// stored if the address changed, else null.
type Verified struct {
	Status bool             `json:"status"`
	User   *betterauth.User `json:"user"`
}

// signInMethod is what gates are told about a sign-in by link.
const signInMethod = "verify-email"

// follow answers with a redirect to the callback URL, where what is wrong with
// the link is appended, or with JSON where there is none.
func (v *EmailVerification) follow(c *betterauth.Ctx, in FollowInput) (any, error) {
	callbackURL := betterauth.OrZero(in.CallbackURL)
	answer, err := v.redeem(c, in.Token, callbackURL)
	if callbackURL == "" {
		return answer, err
	}
	if err == nil {
		return betterauth.Redirect{URL: callbackURL}, nil
	}
	for _, code := range linkErrors {
		if errors.Is(err, code) {
			c.LogRefusal(err)
			return betterauth.Redirect{URL: betterauth.AddParams(callbackURL, betterauth.Param{Name: "error", Value: code.Code})}, nil
		}
	}
	return nil, err
}

// signed is what a link said, and when it was made.
type signed struct {
	claims
	IssuedAt float64 `json:"iat"`
	// foreign says that the TypeScript server made the link, which names no stored
	// value, and until 1.7.16 no user either.
	foreign bool
}

func (v *EmailVerification) redeem(c *betterauth.Ctx, token, callbackURL string) (any, error) {
	link, err := v.open(token)
	if err != nil {
		return nil, err
	}
	switch {
	case link.UpdateTo == "":
		return v.verify(c, link)
	case link.RequestType == stepConfirm:
		return v.confirm(c, link, callbackURL)
	}
	return v.change(c, link, callbackURL)
}

// open reads a link made for either purpose here, or by the TypeScript server.
func (v *EmailVerification) open(token string) (link signed, err error) {
	for _, purpose := range []string{purposeVerify, purposeChange} {
		if err = v.host.OpenToken(purpose, token, &link); !errors.Is(err, betterauth.ErrTokenInvalid) {
			break
		}
	}
	if errors.Is(err, betterauth.ErrTokenInvalid) {
		link = signed{foreign: true}
		if err = v.host.OpenUntypedToken(token, &link); err == nil {
			// Of what that server's tokens may say, the rest is not for us.
			link.Claim, link.Change = "", ""
		}
	}
	switch {
	case errors.Is(err, betterauth.ErrTokenExpired):
		return link, ErrTokenExpired.Because(err)
	case err != nil:
		return link, ErrInvalidToken.Because(err)
	}
	email, ok := betterauth.NormalizeEmail(link.Email)
	updateTo, toOK := betterauth.NormalizeEmail(link.UpdateTo)
	link.Email, link.UpdateTo = email, updateTo
	if !ok || updateTo != "" && !toOK {
		return link, ErrInvalidToken
	}
	return link, nil
}

// verify marks an address verified, for the sign-up that the link was mailed for.
// The user's row is held meanwhile, so that of several clicks at once one does it,
// and the others find it done.
func (v *EmailVerification) verify(c *betterauth.Ctx, link signed) (any, error) {
	var proven *betterauth.ProvenAddress
	err := c.Transaction(func(tx *betterauth.Ctx) (err error) {
		proven = nil
		user, err := v.users.GetLocked(tx, database.Eq("email", link.Email))
		switch {
		case errors.Is(err, database.ErrNotFound):
			return ErrUserNotFound
		case err == nil && link.UserID != "" && link.UserID != user.ID:
			return ErrInvalidToken
		}
		if err != nil || user.EmailVerified {
			return err
		}
		if err := v.BeforeVerification(tx, user); err != nil {
			return err
		}
		proven, err = tx.ProveAddress(betterauth.AddressProof{Email: link.Email, Claim: link.Claim})
		if errors.Is(err, betterauth.ErrClaimEnded) {
			return ErrInvalidToken.Because(err)
		}
		if err != nil {
			return err
		}
		return v.AfterVerification(tx, proven.User)
	})
	if err != nil {
		return nil, err
	}
	// Only the click that verified signs in: the link is no key to keep. Nor does
	// it sign in a browser that did not sign up: its owner would not learn that
	// somebody else did, with their address and a password of their own.
	if proven != nil && proven.SignedUpHere && v.cfg.AutoSignInAfterVerification {
		if err := v.signIn(c, proven.User); err != nil {
			return nil, err
		}
	}
	return Verified{Status: true}, nil
}

// signIn makes a session for user, or keeps the one there is.
func (v *EmailVerification) signIn(c *betterauth.Ctx, user *betterauth.User) error {
	id, err := c.StoredSession()
	switch {
	case err == nil && id.User.ID == user.ID:
		c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: user}, betterauth.AllCookies)
		return nil
	case err != nil && !errors.Is(err, betterauth.ErrNoSession):
		return err
	}
	_, err = c.SignIn(user, betterauth.SignIn{Method: signInMethod})
	return err
}
