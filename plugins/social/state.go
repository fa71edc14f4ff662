package social

import (
	"crypto/subtle"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	stateLife = 10 * time.Minute
	// stateCookieLife is half of it, as at the TypeScript server: whoever takes longer
	// begins anew.
	stateCookieLife = 5 * time.Minute

	stateIdentifier = "auth-state:"
	stateCookie     = "state"
	flowCookie      = "oauth_state"

	purposeFlow        = "oauth-state-cookie"
	purposeLinkSession = "oauth-link-session-token"
)

// flow is what is kept of a flow between its beginning and the callback, in the form of
// the TypeScript server: a flow that begins at one server may end at the other.
type flow struct {
	Additional    map[string]jsontext.Value `json:",embed"`
	CallbackURL   string                    `json:"callbackURL"`
	CodeVerifier  string                    `json:"codeVerifier"`
	ErrorURL      string                    `json:"errorURL,omitempty"`
	NewUserURL    string                    `json:"newUserURL,omitempty"`
	Link          *linkOf                   `json:"link,omitempty"`
	ServerContext serverContext             `json:"serverContext,omitzero"`
	ExpiresAt     int64                     `json:"expiresAt"` // Unix milliseconds
	RequestSignUp bool                      `json:"requestSignUp,omitempty"`
	Nonce         string                    `json:"idTokenNonce,omitempty"`
	State         string                    `json:"oauthState"`
}

// linkOf is for whom a flow links an account.
type linkOf struct {
	UserID string `json:"userId"`
	Email  string `json:"email"`
	// SessionToken is encrypted; the link is made only while that session lives.
	SessionToken string `json:"encryptedSessionToken,omitempty"`
}

// serverContext is what only this server wrote. The TypeScript server keeps it unread.
type serverContext struct {
	// Provider is whom the flow was begun with: an answer of another is a mix-up (RFC
	// 9700, section 4.4). It is "" in flows that the TypeScript server began.
	Provider string `json:"provider,omitempty"`
	// StepUp is set in a flow that proves a session's user again.
	StepUp *stepUp `json:"stepUp,omitempty"`
}

// ownMembers are the members that additional data of a client cannot set.
var ownMembers = []string{"callbackURL", "codeVerifier", "errorURL", "newUserURL", "link", "serverContext", "expiresAt", "requestSignUp", "idTokenNonce", "oauthState"}

// text is the flow as it is kept.
func (f *flow) text() (string, error) {
	for _, name := range ownMembers {
		delete(f.Additional, name)
	}
	text, err := json.Marshal(f, json.Deterministic(true))
	return string(text), err
}

// drawFlow draws the secrets of a flow, and says when it ends.
func (s *Social) drawFlow(f *flow, nonce bool) (err error) {
	f.ExpiresAt = s.host.Now().Add(stateLife).UnixMilli()
	if f.State, err = s.host.RandomString(32, betterauth.Alphanumeric); err != nil {
		return err
	}
	if f.CodeVerifier, err = s.host.RandomString(128, betterauth.Alphanumeric); err != nil {
		return err
	}
	if nonce {
		f.Nonce, err = s.host.RandomString(32, betterauth.Alphanumeric)
	}
	return err
}

// keepFlow stores a flow, and binds it to this browser.
func (s *Social) keepFlow(c *betterauth.Ctx, f *flow) error {
	text, err := f.text()
	if err != nil {
		return err
	}
	if s.cfg.StateInCookie {
		sealed, err := s.host.EncryptFor(purposeFlow, text)
		if err != nil {
			return err
		}
		c.SetCookie(betterauth.Cookie{Key: flowCookie, Value: sealed, MaxAge: stateLife})
		return nil
	}
	if _, err := s.host.Verifications().Create(c, stateIdentifier+f.State, text, stateLife); err != nil {
		return err
	}
	c.SetCookie(betterauth.Cookie{Key: stateCookie, Value: f.State, MaxAge: stateCookieLife, Signed: true})
	return nil
}

// takeFlow returns the flow of a state, once, if this browser began it. The flow is also
// returned with some failures, for its error page.
func (s *Social) takeFlow(c *betterauth.Ctx, state string) (*flow, error) {
	returnedState.Set(c, state)
	take := s.takeStoredFlow
	if s.cfg.StateInCookie {
		take = s.takeCookieFlow
	}
	f, err := take(c, state)
	if err == nil && f.ExpiresAt < s.host.Now().UnixMilli() {
		err = fail(failStateMismatch, errors.New("the flow has expired"))
	}
	return f, err
}

func (s *Social) takeStoredFlow(c *betterauth.Ctx, state string) (*flow, error) {
	kept, ok := c.SignedCookie(stateCookie)
	ours := s.cfg.InsecureSkipStateCookie || ok && same(kept, state)
	find := s.host.Verifications().Find // the flow stays for the browser that began it
	if ours {
		find = s.host.Verifications().Take
	}
	row, err := find(c, stateIdentifier+state)
	if errors.Is(err, database.ErrNotFound) || errors.Is(err, database.ErrInvalidValue) {
		return nil, fail(failStateMismatch, errors.New("no flow has this state, or it was used"))
	}
	if err != nil {
		return nil, err
	}
	if ours {
		c.ClearCookie(stateCookie)
	}
	f, err := parseFlow(row.Value, state)
	if err == nil && !ours {
		err = fail(failStateMismatch, errors.New("another browser began the flow, or its cookie has expired"))
	}
	return f, err
}

func (s *Social) takeCookieFlow(c *betterauth.Ctx, state string) (*flow, error) {
	sealed, ok := c.Cookie(flowCookie)
	if !ok || sealed == "" {
		return nil, fail(failStateMismatch, errors.New("the browser has no flow"))
	}
	text, err := s.host.DecryptFor(purposeFlow, sealed)
	if err != nil {
		return nil, fail(failStateInvalid, err)
	}
	f, err := parseFlow(text, state)
	if err == nil {
		c.ClearCookie(flowCookie)
	}
	return f, err
}

func parseFlow(text, state string) (*flow, error) {
	f := &flow{}
	if err := json.Unmarshal([]byte(text), f); err != nil {
		return nil, fail(failInternal, errors.New("the stored flow cannot be read"))
	}
	if f.State != "" && !same(f.State, state) {
		return f, fail(failStateMismatch, errors.New("the flow has another state"))
	}
	return f, nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
