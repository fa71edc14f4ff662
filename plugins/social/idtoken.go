package social

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

// IDTokenInput is an ID token that a native client got from the provider's library.
type IDTokenInput struct {
	Token        string  `json:"token"`
	Nonce        *string `json:"nonce"`
	AccessToken  *string `json:"accessToken"`
	RefreshToken *string `json:"refreshToken"`
	// ExpiresAt is not used; the token says when it expires.
	ExpiresAt *float64 `json:"expiresAt"`
	// User is what the library says beside the token: Apple tells the name only there,
	// once. Only the name is taken from it.
	User *IDTokenUser `json:"user"`
}

// IDTokenUser is the user of an IDTokenInput.
type IDTokenUser struct {
	Name *struct {
		FirstName *string `json:"firstName"`
		LastName  *string `json:"lastName"`
	} `json:"name"`
	Email *string `json:"email"`
}

// SignedIn is the answer of a sign-in with an ID token.
type SignedIn struct {
	Redirect bool             `json:"redirect"`
	Token    string           `json:"token"`
	User     *betterauth.User `json:"user"`
}

func (s *Social) signInWithIDToken(c *betterauth.Ctx, p *Provider, in SignInInput) (any, error) {
	a, err := s.native(c, p, in.IDToken)
	if err != nil {
		return nil, err
	}
	a.callbackURL, a.mayCreate = betterauth.OrZero(in.CallbackURL), mayCreate(p, betterauth.OrZero(in.RequestSignUp))
	entered, _, err := s.enter(c, a)
	if failed, ok := errors.AsType[failure](err); ok {
		switch failed.code {
		case failNotVerified:
			return nil, ErrEmailNotVerified.Because(err)
		case failNoEmail:
			return nil, ErrNoEmail.Because(err)
		}
		return nil, ErrNotLinked.Messagef("%s", spoken(failed.code))
	}
	if errors.Is(err, database.ErrInvalidValue) {
		return nil, ErrNoUserInfo.Because(err)
	}
	if err != nil {
		return nil, err
	}
	return SignedIn{Token: entered.session.Token, User: entered.user}, nil
}

// native verifies the ID token of a client, and asks who the user is. A refresh token
// that the client sends is kept only where it links.
func (s *Social) native(c *betterauth.Ctx, p *Provider, in *IDTokenInput) (*arrival, error) {
	if !p.AcceptsIDTokens() {
		return nil, ErrIDTokenNotSupported
	}
	nonce := betterauth.OrZero(in.Nonce)
	var claims *oauth.Claims
	var err error
	if p.Client.VerifyIDToken != nil {
		err = p.Client.VerifyIDToken(c, in.Token, nonce)
	} else {
		claims, err = p.VerifyIDToken(c, s.caller, in.Token, nonce)
	}
	if _, ok := errors.AsType[*oauth.InvalidTokenError](err); ok || err != nil && p.Client.VerifyIDToken != nil {
		return nil, ErrInvalidToken.Refuse(betterauth.Refusal{Reason: "the ID token is refused", Err: err})
	}
	if err != nil {
		return nil, s.unavailable(p, "its keys cannot be read", err)
	}
	if claims != nil {
		if err := claims.CheckAccessToken(in.Token, betterauth.OrZero(in.AccessToken)); err != nil {
			return nil, ErrInvalidToken.Because(err)
		}
	}
	if err := s.checkHandedOut(c, in.Token); err != nil {
		if _, told := errors.AsType[*oauth.InvalidTokenError](err); told {
			return nil, ErrInvalidToken.Because(err)
		}
		return nil, err
	}
	tokens := Tokens{IDToken: in.Token, AccessToken: betterauth.OrZero(in.AccessToken)}
	grant := p.NewGrant(s.caller, tokens, claims)
	grant.Sent = true
	if u := in.User; u != nil {
		grant.Native = &oauth.NativeUser{Email: betterauth.OrZero(u.Email)}
		if u.Name != nil {
			grant.Native.FirstName, grant.Native.LastName = betterauth.OrZero(u.Name.FirstName), betterauth.OrZero(u.Name.LastName)
		}
	}
	profile, err := grant.Profile(c)
	if err != nil {
		return nil, ErrNoUserInfo.Because(err)
	}
	return &arrival{provider: p, profile: profile, tokens: tokens, claims: claims}, nil
}
