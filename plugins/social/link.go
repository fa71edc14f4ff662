package social

import (
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

// Done is the answer of a link by an ID token.
type Done struct {
	URL      string `json:"url"`
	Status   bool   `json:"status"`
	Redirect bool   `json:"redirect"`
}

// linkReturned links the account of a flow, if the session that began it still lives.
func (s *Social) linkReturned(c *betterauth.Ctx, f *flow, a *arrival) error {
	token, err := s.linkSession(f.Link)
	if err != nil {
		return err
	}
	err = s.changeAccess(c, token, a, func(tx *betterauth.Ctx, user *betterauth.User) error {
		if user.ID != f.Link.UserID {
			return fail(failLink, errors.New("the session is another user's"))
		}
		if err := s.mayLink(tx, a, user); err != nil {
			return err
		}
		account, err := s.accountOf(tx, a)
		switch {
		case err != nil:
			return err
		case account == nil:
			return s.linkNew(tx, a, user)
		case account.UserID != user.ID:
			return fail(failOtherUser, nil)
		}
		return s.linkAgain(tx, a, user, account)
	})
	if errors.Is(err, betterauth.ErrUnauthorized) {
		return fail(failLink, err)
	}
	return err
}

func (s *Social) linkSession(link *linkOf) (string, error) {
	token, err := s.host.DecryptFor(purposeLinkSession, link.SessionToken)
	if err != nil || token == "" {
		return "", fail(failLink, errors.New("the flow names no session"))
	}
	return token, nil
}

// changeAccess holds the account before the user, as enter does.
func (s *Social) changeAccess(c *betterauth.Ctx, token string, a *arrival, change func(tx *betterauth.Ctx, user *betterauth.User) error) error {
	return c.Transaction(func(tx *betterauth.Ctx) error {
		if err := s.hold(tx, a); err != nil {
			return err
		}
		return tx.ChangeAccessOf(token, change)
	})
}

// mayLink are the rules of a link that the user asked for.
func (s *Social) mayLink(tx *betterauth.Ctx, a *arrival, user *betterauth.User) error {
	if s.cfg.Linking.Disabled || !a.profile.EmailVerified && !s.trusts(tx, a.provider.ID) {
		return fail(failLink, errors.New("linking is off, or the provider has not verified the address and is not trusted"))
	}
	fromApp, _ := oauth.FromApp.Get(tx)
	if (!s.cfg.Linking.AllowDifferentEmails || fromApp) && !isAddressOf(a.profile, user) {
		return fail(failDifferentEmail, nil)
	}
	if fromApp && !user.EmailVerified {
		return fail(failNotVerified, errors.New("the browser came from an app, and whoever signed up with the address may have begun the link"))
	}
	return nil
}

func (s *Social) linkNew(tx *betterauth.Ctx, a *arrival, user *betterauth.User) error {
	account, err := s.add(tx, a, user.ID, false)
	if err != nil {
		return err
	}
	betterauth.Emit(tx, s.host, Linked{UserID: user.ID, ProviderID: account.ProviderID, AccountID: account.ID})
	return s.updateOnLink(tx, a, user)
}

// linkAgain replaces the tokens of an account that is the user's already, and adds to its
// scopes.
func (s *Social) linkAgain(tx *betterauth.Ctx, a *arrival, user *betterauth.User, account *betterauth.Account) error {
	if _, err := s.storeTokens(tx, account, a.tokens, a.scopes); err != nil {
		return err
	}
	return s.updateOnLink(tx, a, user)
}

func (s *Social) updateOnLink(tx *betterauth.Ctx, a *arrival, user *betterauth.User) error {
	if !s.cfg.Linking.UpdateUserInfo {
		return nil
	}
	_, err := s.copyProfile(tx, a, user, database.Set{})
	return err
}

// linkIDToken links the account of an ID token to the user of the request.
func (s *Social) linkIDToken(c *betterauth.Ctx, p *Provider, in *IDTokenInput) (any, error) {
	a, err := s.native(c, p, in)
	if err != nil {
		return nil, err
	}
	a.tokens.RefreshToken = betterauth.OrZero(in.RefreshToken)
	if a.profile.Email == "" {
		return nil, ErrNoEmail
	}
	err = s.changeAccess(c, c.Identity().Session.Token, a, func(tx *betterauth.Ctx, user *betterauth.User) error {
		account, err := s.accountOf(tx, a)
		switch {
		case err != nil:
			return err
		case account != nil && account.UserID == user.ID:
			return s.linkAgain(tx, a, user, account)
		case account != nil:
			return ErrAlreadyLinked
		}
		if err := s.mayLink(tx, a, user); err != nil {
			return err
		}
		return s.linkNew(tx, a, user)
	})
	if failed, ok := errors.AsType[failure](err); ok {
		switch failed.code {
		case failDifferentEmail:
			return nil, ErrDifferentEmails.Because(failed)
		default:
			return nil, ErrLinkingNotAllowed.Because(failed)
		}
	}
	if errors.Is(err, database.ErrInvalidValue) {
		return nil, ErrNoUserInfo.Because(err)
	}
	if err != nil {
		return nil, err
	}
	return Done{Status: true}, nil
}

// mergeScopes is the union of stored scopes and new ones, in this order.
func mergeScopes(stored *string, added []string) *string {
	scopes := oauth.Distinct(func(yield func(string) bool) {
		for scope := range strings.SplitSeq(betterauth.OrZero(stored), ",") {
			if scope = strings.TrimSpace(scope); scope != "" && !yield(scope) {
				return
			}
		}
		for _, scope := range added {
			if !yield(scope) {
				return
			}
		}
	})
	return textOrNil(strings.Join(scopes, ","))
}
