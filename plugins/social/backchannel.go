package social

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

// BackChannelLogoutInput is the input of backChannelLogout, a form.
type BackChannelLogoutInput struct {
	ID          string  `path:"id"`
	LogoutToken *string `json:"logout_token"`
}

const (
	// logoutKept is how long a used token is remembered: longer than it is accepted.
	logoutKept = oauth.LogoutTokenLife + 4*oauth.Skew
	// endedKept is how long it is remembered that a session at a provider has ended: as
	// long as flows go on, and native clients may keep an ID token of it.
	endedKept = 24 * time.Hour
	// boundLife is how long it is remembered which session at a provider one here belongs
	// to: sessions are prolonged by use, and this is the longest a browser keeps a cookie.
	boundLife = 400 * 24 * time.Hour
	// deletedAtOnce keeps a statement below what engines take as its values, however often
	// somebody signed in within one session at the provider.
	deletedAtOnce = 500
	// maxLogoutUsers is how many users may have one account; there should be one.
	maxLogoutUsers = 10
)

// logoutLimit is far above that of a browser: one address speaks for all users.
var logoutLimit = &betterauth.Rule{Window: 10 * time.Second, Max: 2000}

var errUsedLogout = errors.New("the logout token was used before")

// backChannelLogout ends sessions because a provider says so. What is answered is that of
// section 2.8.
func (s *Social) backChannelLogout(c *betterauth.Ctx, in BackChannelLogoutInput) (betterauth.Raw, error) {
	known := s.providers[in.ID]
	if known == nil || !known.BackChannelLogout {
		return refuseLogout(c, nil, errors.New("no provider of this id has BackChannelLogout")), nil
	}
	p, err := s.Provider(c, in.ID)
	if err != nil {
		return betterauth.Raw{}, s.unavailable(known, "its discovery document cannot be read", err)
	}
	token, err := p.VerifyLogoutToken(c, s.caller, betterauth.OrZero(in.LogoutToken))
	if _, invalid := errors.AsType[*oauth.InvalidTokenError](err); invalid {
		return refuseLogout(c, p, err), nil
	}
	if err != nil {
		return betterauth.Raw{}, s.unavailable(p, "its keys cannot be read", err)
	}
	err = c.Transaction(func(tx *betterauth.Ctx) error { return s.endByToken(tx, p, token) })
	if errors.Is(err, errUsedLogout) {
		return refuseLogout(c, p, err), nil
	}
	return betterauth.Raw{}, err
}

// refuseLogout logs the provider if it is one, not what a request names.
func refuseLogout(c *betterauth.Ctx, p *Provider, err error) betterauth.Raw {
	var seen []slog.Attr
	if p != nil {
		seen = append(seen, slog.String("provider", p.ID))
	}
	c.LogRefusal((&betterauth.ErrorCode{Code: "INVALID_LOGOUT_TOKEN", Status: http.StatusBadRequest}).Refuse(betterauth.Refusal{
		Reason: "nobody is signed out by a provider's message", Err: err, Seen: seen}))
	return betterauth.Raw{Status: http.StatusBadRequest, ContentType: "application/json", Body: []byte(`{"error":"invalid_request"}`)}
}

// endByToken uses a token up and does what it says.
func (s *Social) endByToken(tx *betterauth.Ctx, p *Provider, token *oauth.LogoutToken) error {
	used := providerKey("jti", p, token.Issuer, token.ID)
	if err := s.host.Lock(tx, used); err != nil {
		return err
	}
	switch _, err := s.host.Verifications().Find(tx, used); {
	case err == nil:
		return errUsedLogout
	case !errors.Is(err, database.ErrNotFound):
		return err
	}
	if _, err := s.host.Verifications().Create(tx, used, "", logoutKept); err != nil {
		return err
	}
	if token.SessionID == "" {
		if err := s.remark(tx, providerKey("sub", p, token.Issuer, token.Subject), token.IssuedAt); err != nil {
			return err
		}
		return s.endUsers(tx, p, token.Subject)
	}
	sid := providerKey("sid", p, token.Issuer, token.SessionID)
	if err := s.remark(tx, sid, token.IssuedAt); err != nil {
		return err
	}
	rows, err := s.host.VerificationStore().List(tx, database.Query{
		Where: []database.Cond{database.Eq("identifier", sid), database.Gte("expiresAt", s.host.Now())}})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		// The session is not known: it is older than BackChannelLogout, or a second factor
		// came between. To sign out too much is the safe side.
		return s.endUsers(tx, p, token.Subject)
	}
	var ids []any
	for _, row := range rows {
		subject, furtherStep := strings.CutPrefix(row.Value, boundSubject)
		if !furtherStep {
			ids = append(ids, row.Value)
			continue
		}
		if err := s.endUsers(tx, p, subject); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(ids, deletedAtOnce) {
		if _, err := s.host.SessionStore().Delete(tx, database.In("id", some...)); err != nil {
			return err
		}
	}
	return nil
}

// endUsers ends all sessions of those who have an account.
func (s *Social) endUsers(tx *betterauth.Ctx, p *Provider, subject string) error {
	if subject == "" {
		return nil
	}
	accounts, err := s.accounts.List(tx, database.Query{
		Where: []database.Cond{database.Eq("accountId", subject), database.Eq("providerId", p.ID)},
		Order: []database.Order{{Column: "userId"}, {Column: "id"}}, Limit: maxLogoutUsers})
	if err != nil {
		return err
	}
	var last string
	for _, account := range accounts {
		if account.UserID == last {
			continue
		}
		last = account.UserID
		if _, err := s.host.Sessions().RevokeAll(tx, last); err != nil {
			return err
		}
	}
	return nil
}

// remark remembers that what key names has ended, for sign-ins that are on their way.
func (s *Social) remark(tx *betterauth.Ctx, key string, at time.Time) error {
	if err := s.host.Lock(tx, key); err != nil {
		return err
	}
	// Messages may come in another order than they were sent in.
	switch before, err := s.endedAt(tx, key); {
	case err != nil:
		return err
	case before.After(at):
		at = before
	}
	_, err := s.host.Verifications().Create(tx, "ended-"+key, at.UTC().Format(time.RFC3339), endedKept)
	return err
}

// endedAt is when what key names has ended last, zero if it has not.
func (s *Social) endedAt(ctx context.Context, key string) (at time.Time, err error) {
	row, err := s.host.Verifications().Find(ctx, "ended-"+key)
	if errors.Is(err, database.ErrNotFound) {
		return at, nil
	}
	if err != nil {
		return at, err
	}
	return time.Parse(time.RFC3339, row.Value)
}

// holdRemote takes turns with messages that the session at the provider has ended, and
// refuses one that has. It comes before the lock of any user, as hold does.
func (s *Social) holdRemote(ctx context.Context, a *arrival) error {
	if !a.provider.BackChannelLogout || a.claims == nil {
		return nil
	}
	bySubject := providerKey("sub", a.provider, a.claims.Issuer, a.claims.Subject)
	if err := s.host.Lock(ctx, bySubject); err != nil {
		return err
	}
	switch at, err := s.endedAt(ctx, bySubject); {
	case err != nil:
		return err
	case a.claims.IssuedAt.Before(at):
		return fail(failSignedOut, errors.New("the user signed out at the provider meanwhile"))
	}
	if a.claims.SessionID == "" {
		return nil
	}
	sid := providerKey("sid", a.provider, a.claims.Issuer, a.claims.SessionID)
	if err := s.host.Lock(ctx, sid); err != nil {
		return err
	}
	_, err := s.host.Verifications().Find(ctx, "ended-"+sid)
	switch {
	case err == nil:
		return fail(failSignedOut, errors.New("the session at the provider has ended meanwhile"))
	case errors.Is(err, database.ErrNotFound):
		return nil
	}
	return err
}

// bindSession remembers which session at the provider a session here belongs to.
func (s *Social) bindSession(ctx context.Context, a *arrival, session *betterauth.Session) error {
	if !a.provider.BackChannelLogout || a.claims == nil || a.claims.SessionID == "" {
		return nil
	}
	_, err := s.host.Verifications().Create(ctx, providerKey("sid", a.provider, a.claims.Issuer, a.claims.SessionID), session.ID, boundLife)
	return err
}

// boundSubject comes before the id of an account where a session of its user is not known
// yet.
const boundSubject = "subject:"

// bindStepUp remembers that a further step, which another plugin completes, makes the
// session for a session at the provider. err is why there is none yet.
func (s *Social) bindStepUp(ctx context.Context, a *arrival, err error) error {
	if _, furtherStep := betterauth.StepUpBody(err); !furtherStep || !a.provider.BackChannelLogout || a.claims == nil || a.claims.SessionID == "" {
		return err
	}
	name := providerKey("sid", a.provider, a.claims.Issuer, a.claims.SessionID)
	bound, existsErr := s.host.VerificationStore().Exists(ctx, database.Eq("identifier", name), database.Eq("value", boundSubject+a.profile.Subject), database.Gte("expiresAt", s.host.Now()))
	if existsErr != nil {
		return existsErr
	}
	if !bound {
		if _, err := s.host.Verifications().Create(ctx, name, boundSubject+a.profile.Subject, boundLife); err != nil {
			return err
		}
	}
	return err
}

// providerKey names what a provider names, whatever its length: "oauth-sid:op:…".
func providerKey(kind string, p *Provider, issuer, value string) string {
	sum := sha256.Sum256([]byte(issuer + "\x00" + value))
	return "oauth-" + kind + ":" + p.ID + ":" + base64.RawURLEncoding.EncodeToString(sum[:])
}
