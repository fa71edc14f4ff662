package social

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

// ReauthenticateInput is the input of reauthenticateSocial. The other members are those of
// SignInInput.
type ReauthenticateInput struct {
	Provider         string  `json:"provider"`
	CallbackURL      *string `json:"callbackURL"`
	ErrorCallbackURL *string `json:"errorCallbackURL"`
	DisableRedirect  *bool   `json:"disableRedirect"`
	// MaxAge is how many seconds ago the user may have signed in at the provider. Default
	// 0: the provider asks them to sign in again. More than Config.StepUpMaxAge counts as that.
	MaxAge *int64 `json:"maxAge" check:"min=0,max=86400"`
	// ACRValues are authentication context classes, of which the provider must name one.
	// Default none: any will do.
	ACRValues *[]string `json:"acrValues"`
}

// stepUp is what a flow keeps that proves a session's user again.
type stepUp struct {
	// SessionID is the session that is proven.
	SessionID string `json:"sessionId"`
	// Since is when the user must have signed in at the provider at the earliest, in Unix
	// seconds.
	Since int64 `json:"since"`
	// Classes are the accepted classes, none for all.
	Classes []string `json:"classes,omitempty"`
}

// maxClasses is how many classes a request may name, maxClass how long each may be.
const maxClasses, maxClass = 10, 200

// reauthenticate begins a flow in which the user of the session proves again who they are,
// at a provider that they have an account of (OpenID Connect Core 1.0, section 3.1.2.1).
func (s *Social) reauthenticate(c *betterauth.Ctx, in ReauthenticateInput) (Begun, error) {
	classes := betterauth.OrZero(in.ACRValues)
	for _, class := range classes {
		if class == "" || len(class) > maxClass || strings.ContainsAny(class, " \t\r\n") {
			return Begun{}, ErrInvalidClass
		}
	}
	if len(classes) > maxClasses {
		return Begun{}, ErrInvalidClass
	}
	p, err := s.providerFor(c, in.Provider)
	if err != nil {
		return Begun{}, err
	}
	if p.IDTokens == nil {
		return Begun{}, ErrReauthenticationNotSupported.Refuse(betterauth.Refusal{
			Reason: "nothing says how the provider's ID tokens are verified", Configure: "set Provider.IDTokens"})
	}
	id := c.Identity()
	has, err := s.accounts.Exists(c, database.Eq("userId", id.User.ID), database.Eq("providerId", p.ID))
	if err != nil {
		return Begun{}, err
	}
	if !has {
		return Begun{}, ErrAccountNotFound
	}
	age := min(betterauth.OrZero(in.MaxAge), int64(s.cfg.StepUpMaxAge/time.Second))
	f := &flow{CallbackURL: orOrigin(c, in.CallbackURL), ErrorURL: betterauth.OrZero(in.ErrorCallbackURL)}
	f.ServerContext.StepUp = &stepUp{SessionID: id.Session.ID, Since: s.host.Now().Unix() - age, Classes: classes}
	return s.begin(c, p, f, in.DisableRedirect, oauth.AuthorizeRequest{Params: stepUpParams(age, classes)})
}

func stepUpParams(age int64, classes []string) []betterauth.Param {
	params := []betterauth.Param{{Name: "max_age", Value: strconv.FormatInt(age, 10)}}
	if age == 0 { // some providers know only one of the two
		params = append(params, betterauth.Param{Name: "prompt", Value: "login"})
	}
	if len(classes) > 0 {
		params = append(params, betterauth.Param{Name: "acr_values", Value: strings.Join(classes, " ")})
	}
	return params
}

// provenAgain makes the session of a flow fresh, if its own user came back, who signed in
// at the provider as the flow demands. That the browser was sent there proves nothing:
// whoever sits before it may have changed the URL.
func (s *Social) provenAgain(c *betterauth.Ctx, f *flow, a *arrival) error {
	id, err := c.StoredSession()
	if errors.Is(err, betterauth.ErrNoSession) {
		return fail(failStepUp, err)
	}
	if err != nil {
		return err
	}
	asked := f.ServerContext.StepUp
	if id.Session.ID != asked.SessionID {
		return fail(failStepUp, errors.New("another session came back"))
	}
	if reason := asked.unmet(a.claims, s.host.Now()); reason != "" {
		return fail(failStepUp, errors.New(reason))
	}
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		if err := s.hold(tx, a); err != nil {
			return err
		}
		account, err := s.accountOf(tx, a)
		if err != nil {
			return err
		}
		if account == nil || account.UserID != id.User.ID {
			return fail(failStepUp, errors.New("another user came back"))
		}
		session, err := tx.Reauthenticate(betterauth.SignIn{Method: a.provider.ID, Assurance: s.assurance(a)})
		if err != nil {
			return s.bindStepUp(tx, a, err)
		}
		return s.bindSession(tx, a, session)
	})
	if errors.Is(err, betterauth.ErrUnauthorized) {
		return fail(failStepUp, err)
	}
	return err
}

// unmet says what the claims of a verified ID token lack, "" if nothing.
func (asked *stepUp) unmet(claims *oauth.Claims, now time.Time) string {
	switch {
	case claims == nil:
		return "the provider sent no ID token"
	case claims.AuthTime.IsZero():
		return "the ID token does not say when the user signed in"
	case claims.AuthTime.Before(time.Unix(asked.Since, 0).Add(-oauth.Skew)):
		return "the user signed in at the provider too long ago"
	case claims.AuthTime.After(now.Add(oauth.Skew)):
		return "the user signed in at the provider in the future"
	case len(asked.Classes) > 0 && !slices.Contains(asked.Classes, claims.Class):
		return "the ID token has none of the classes that were asked for"
	}
	return ""
}

// assurance is how strong a proof the provider says that it had.
func (s *Social) assurance(a *arrival) betterauth.Assurance {
	if a.claims == nil {
		return betterauth.SingleFactor
	}
	byMethod := slices.ContainsFunc(a.claims.Methods, func(method string) bool { return slices.Contains(s.cfg.MultiFactorMethods, method) })
	if byMethod || a.claims.Class != "" && slices.Contains(s.cfg.MultiFactorClasses, a.claims.Class) {
		return betterauth.MultiFactor
	}
	return betterauth.SingleFactor
}
