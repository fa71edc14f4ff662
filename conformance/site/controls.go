package site

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// control steers the server for a test: what it answers with as JSON, or why not.
type control func(*http.Request) (any, error)

// testControls are the paths beside the Auth that a test steers the server
// with. Two underscores keep them apart from any base path.
func (s *Site) testControls() map[string]control {
	return map[string]control{
		"GET /__health":                          s.health,
		"POST /__test/reset-state":               s.resetState,
		"GET /__test/reset-password-token":       s.lastMail(kindReset),
		"GET /__test/verification-email":         s.lastMail(kindVerify),
		"GET /__test/change-email-confirmation":  s.lastMail(kindChange),
		"GET /__test/delete-user-email":          s.lastMail(kindDelete),
		"GET /__test/magic-link":                 s.lastMail(magiclink.Kind),
		"GET /__test/sign-in-otp":                s.lastMail(emailotp.KindSignIn),
		"GET /__test/email-verification-otp":     s.lastMail(emailotp.KindEmailVerification),
		"GET /__test/forget-password-otp":        s.lastMail(emailotp.KindForgetPassword),
		"GET /__test/change-email-otp":           s.lastMail(emailotp.KindChangeEmail),
		"POST /__test/expire-verifications":      s.expireVerifications,
		"POST /__test/set-reset-password-mode":   s.setResetMode,
		"POST /__test/seed-reset-password-token": s.seedToken("reset-password:"),
		"POST /__test/seed-delete-user-token":    s.seedToken("delete-account-"),
		"POST /__test/remove-credential-account": s.removeCredential,
		"POST /__test/age-sessions":              s.ageSessions,
		"POST /__test/add-account":               s.addAccount,
		"POST /__test/promote-admin":             s.promoteAdmin,
		"GET /__test/two-factor-otp":             s.secondStepCode,
		"GET /__test/view-backup-codes":          s.backupCodes,
		"POST /__test/make-api-key":              s.makeKey,
		"POST /__test/change-api-key":            s.changeKey,
		"POST /__test/verify-api-key":            s.verifyKey,
		"POST /__test/sweep-api-keys":            s.sweepKeys,
	}
}

// The kinds of mail the controls look for.
const (
	kindReset  = "reset-password"
	kindVerify = emailverification.KindVerify
	kindChange = emailverification.KindConfirmChange
	kindDelete = account.KindDelete
)

type succeeded struct {
	OK bool `json:"ok"`
}

// refusal is what is wrong with how a control was asked.
type refusal struct {
	status  int
	Message string `json:"message"`
}

func (r refusal) Error() string { return r.Message }

// dates are written as an Auth writes them.
var dates = json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
	return enc.WriteValue(database.AppendTime(nil, t))
}))

// ServeHTTP implements http.Handler.
func (c control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	value, err := c(r)
	status := http.StatusOK
	if err != nil {
		refused, ok := errors.AsType[refusal](err)
		if !ok {
			slog.Error("a test control failed", "error", err)
			refused = refusal{http.StatusInternalServerError, err.Error()}
		}
		value, status = refused, refused.status
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.MarshalWrite(w, value, dates); err != nil {
		slog.Debug("the client went away", "error", err)
	}
}

func (s *Site) health(r *http.Request) (any, error) {
	if s.db == nil {
		return succeeded{true}, nil
	}
	return succeeded{true}, s.db.Ping(r.Context())
}

// resetState empties every table and the mailbox. Without a database users stay.
func (s *Site) resetState(r *http.Request) (any, error) {
	if err := s.auth.FlushMail(r.Context()); err != nil {
		return nil, err
	}
	s.mails.empty()
	if s.db == nil {
		return succeeded{true}, nil
	}
	return succeeded{true}, s.db.Transaction(r.Context(), func(ctx context.Context) error {
		var errs []error
		for _, table := range s.tables() {
			_, err := s.db.Conn(ctx).ExecContext(ctx, `delete from "`+table+`"`)
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}

// tables are all tables, those that refer to others first.
func (s *Site) tables() []string {
	names := []string{"user", "session", "account", "verification"}
	for _, manifest := range s.auth.Manifests() {
		for _, table := range manifest.Schema.Tables {
			name := table.Name
			if table.ModelName != "" {
				name = table.ModelName
			}
			names = append(names, name)
		}
	}
	slices.Reverse(names)
	return names
}

type sentMail struct {
	NewEmail string         `json:"newEmail,omitzero"`
	URL      string         `json:"url,omitzero"`
	Token    string         `json:"token,omitzero"`
	OTP      string         `json:"otp,omitzero"`
	Metadata jsontext.Value `json:"metadata,omitzero"`
}

// lastMail answers the last message of a kind to the address of the query.
func (s *Site) lastMail(kind string) control {
	return func(r *http.Request) (any, error) {
		if err := s.auth.FlushMail(r.Context()); err != nil {
			return nil, err
		}
		to := r.URL.Query().Get("email")
		m := s.mails.last(kind, to)
		if m == nil {
			return nil, refusal{http.StatusNotFound, fmt.Sprintf("no %s mail to %s", kind, to)}
		}
		sent := sentMail{URL: m.URL, Token: m.Token, OTP: m.Code}
		if metadata := m.Data["metadata"]; metadata != "" {
			sent.Metadata = jsontext.Value(metadata)
		}
		if kind == kindChange {
			sent.NewEmail = m.Data["newEmail"]
		}
		return sent, nil
	}
}

func (s *Site) setResetMode(r *http.Request) (any, error) {
	var in struct {
		Mode string `json:"mode"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	if in.Mode != "capture" && in.Mode != "throw" {
		return nil, refusal{http.StatusBadRequest, "mode is capture or throw"}
	}
	// What was caused under the old mode is sent under it.
	err := s.auth.FlushMail(r.Context())
	s.mails.setResetFails(in.Mode == "throw")
	return succeeded{true}, err
}

// seedToken stores a single-use token of a user under a prefix.
func (s *Site) seedToken(prefix string) control {
	return func(r *http.Request) (any, error) {
		var in struct {
			Email     string `json:"email"`
			Token     string `json:"token"`
			ExpiresAt any    `json:"expiresAt"` // as JavaScript takes a date: text, or milliseconds
		}
		if err := read(r, &in); err != nil {
			return nil, err
		}
		expires, ok := moment(in.ExpiresAt)
		if in.Token == "" || !ok {
			return nil, refusal{http.StatusBadRequest, "give email, token and expiresAt"}
		}
		user, err := s.user(r.Context(), in.Email)
		if err != nil {
			return nil, err
		}
		tokens, err := betterauth.StoreOf[betterauth.Verification](s.auth)
		if err != nil {
			return nil, err
		}
		row := &betterauth.Verification{Identifier: prefix + in.Token, Value: user.ID, ExpiresAt: expires}
		return succeeded{true}, tokens.Create(r.Context(), row)
	}
}

// promoteAdmin gives a user a role, "admin" unless the request names another:
// the first administrator is nobody's to make but the operator's.
func (s *Site) promoteAdmin(r *http.Request) (any, error) {
	var in struct {
		Email string `json:"email"`
		Role  string `json:"role"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	if in.Role == "" {
		in.Role = "admin"
	}
	user, err := s.user(r.Context(), in.Email)
	if err != nil {
		return nil, err
	}
	users, err := betterauth.StoreOf[betterauth.User](s.auth)
	if err != nil {
		return nil, err
	}
	_, err = users.Update(r.Context(), database.Set{admin.Role.Column().Name: in.Role}, database.Eq("id", user.ID))
	return succeeded{true}, err
}

func moment(value any) (at time.Time, ok bool) {
	switch value := value.(type) {
	case string:
		at, err := time.Parse(time.RFC3339, value)
		return at, err == nil
	case float64:
		return time.UnixMilli(int64(value)), true
	}
	return at, false
}

func (s *Site) user(ctx context.Context, email string) (*betterauth.User, error) {
	users, err := betterauth.StoreOf[betterauth.User](s.auth)
	if err != nil {
		return nil, err
	}
	user, err := users.Get(ctx, database.Eq("email", strings.ToLower(email)))
	if errors.Is(err, database.ErrNotFound) {
		return nil, refusal{http.StatusNotFound, "no user " + email}
	}
	return user, err
}

// read reads a control's input.
func read(r *http.Request, into any) error {
	if err := json.UnmarshalRead(r.Body, into); err != nil {
		return refusal{http.StatusBadRequest, err.Error()}
	}
	return nil
}
