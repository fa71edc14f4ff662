package subject

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

const (
	challengeCookie = "challenge"
	challengeLife   = 5 * time.Minute
	sessionLife     = 7 * 24 * time.Hour
	bodyLimit       = 64 << 10
)

// WebAuthn is signing in with a passkey as one would write it by hand, with
// go-webauthn for the ceremony and database/sql for the rows, in three commits:
// the challenge is stored, the challenge is taken, and the counter is stored
// together with the session. A challenge is taken before anything is checked, so
// one that was answered wrongly is spent too. GET /get-session is that of [Bare].
func WebAuthn(ctx context.Context, db *database.DB) (http.Handler, error) {
	session, err := Bare(ctx, db)
	if err != nil {
		return nil, err
	}
	h, err := newCeremonies(ctx, db)
	if err != nil {
		return nil, err
	}
	s := &inTables{ceremonies: h,
		store: h.prepare(ctx, `insert into "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt") values (?, ?, ?, ?, ?, ?)`),
		take:  h.prepare(ctx, `delete from "verification" where "identifier" = ? returning "value", "expiresAt"`),
		create: h.prepare(ctx, `insert into "session" ("id", "token", "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
			values (?, ?, ?, ?, ?, ?, ?, ?)`),
	}
	if err := errors.Join(h.problems...); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(BasePath+"/get-session", session)
	mux.HandleFunc("GET "+BasePath+"/passkey/generate-authenticate-options", s.begin)
	mux.HandleFunc("POST "+BasePath+"/passkey/verify-authentication", s.finish)
	return mux, nil
}

// ceremonies is what all handlers by hand share that know passkeys.
type ceremonies struct {
	*byHand
	rp          *webauthn.WebAuthn
	find, count *sql.Stmt
}

func newCeremonies(ctx context.Context, db *database.DB) (*ceremonies, error) {
	rp, err := webauthn.New(&webauthn.Config{RPID: "localhost", RPDisplayName: "By hand", RPOrigins: []string{Origin}})
	if err != nil {
		return nil, err
	}
	h, err := newByHand(ctx, db)
	if err != nil {
		return nil, err
	}
	return &ceremonies{byHand: h, rp: rp,
		find: h.prepare(ctx, `select p."id", p."publicKey", p."counter", p."deviceType", p."backedUp", u."id", u."name", u."email", u."emailVerified", u."image"
			from "passkey" p join "user" u on u."id" = p."userId" where p."credentialID" = ?`),
		// The counter only grows, or stays at zero where there is none.
		count: h.prepare(ctx, `update "passkey" set "counter" = ?, "backedUp" = ? where "id" = ? and ("counter" < ? or "counter" = 0)`),
	}, nil
}

// holder is a user as go-webauthn knows one, with the passkey that was named.
type holder struct {
	person
	passkeyID  string
	handle     []byte
	credential webauthn.Credential
}

func (u *holder) WebAuthnID() []byte          { return u.handle }
func (u *holder) WebAuthnName() string        { return u.Email }
func (u *holder) WebAuthnDisplayName() string { return u.Name }
func (u *holder) WebAuthnCredentials() []webauthn.Credential {
	return []webauthn.Credential{u.credential}
}

// read finds the passkey and its user.
func (h *ceremonies) read(ctx context.Context, id, handle []byte) (webauthn.User, error) {
	u := &holder{handle: handle}
	var key, kind string
	var count uint32
	var backedUp bool
	err := h.find.QueryRowContext(ctx, base64.RawURLEncoding.EncodeToString(id)).
		Scan(&u.passkeyID, &key, &count, &kind, &backedUp, &u.ID, &u.Name, &u.Email, &u.EmailVerified, &u.Image)
	if err != nil {
		return nil, err
	}
	public, err := base64.StdEncoding.DecodeString(key)
	u.credential = webauthn.Credential{ID: id, PublicKey: public,
		Flags:         webauthn.CredentialFlags{BackupEligible: kind == "multiDevice", BackupState: backedUp},
		Authenticator: webauthn.Authenticator{SignCount: count},
	}
	return u, err
}

// check verifies an assertion against the challenge that was begun.
func (h *ceremonies) check(ctx context.Context, begun webauthn.SessionData, body []byte) (*holder, *webauthn.Credential, error) {
	var in struct {
		Response jsontext.Value `json:"response"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(in.Response)
	if err != nil {
		return nil, nil, err
	}
	found, credential, err := h.rp.ValidatePasskeyLogin(func(id, handle []byte) (webauthn.User, error) { return h.read(ctx, id, handle) }, begun, parsed)
	if err != nil {
		return nil, nil, err
	}
	if credential.Authenticator.CloneWarning {
		return nil, nil, errors.New("the counter did not grow")
	}
	return found.(*holder), credential, nil
}

// used stores the counter; somebody who was faster makes it fail.
func (h *ceremonies) used(ctx context.Context, stmt *sql.Stmt, u *holder, c *webauthn.Credential) error {
	count := int64(c.Authenticator.SignCount)
	done, err := stmt.ExecContext(ctx, count, c.Flags.BackupState, u.passkeyID, count)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(errors.New("the counter did not grow"), err)
	}
	return nil
}

// inTables keeps challenges and sessions in the tables that this library has.
type inTables struct {
	*ceremonies
	store, take, create *sql.Stmt
}

func (s *inTables) begin(w http.ResponseWriter, r *http.Request) {
	options, begun, err := s.rp.BeginDiscoverableLogin()
	if err != nil {
		refuse(w, err)
		return
	}
	value, err := json.Marshal(begun)
	if err != nil {
		refuse(w, err)
		return
	}
	token, now := newToken(), time.Now()
	if err := s.write(r.Context(), s.store, newToken(), token, string(value), s.stamp(now.Add(challengeLife)), s.stamp(now), s.stamp(now)); err != nil {
		refuse(w, err)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: challengeCookie, Value: token, Path: "/", MaxAge: int(challengeLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode})
	answer(w, options.Response)
}

func (s *inTables) finish(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	begun, err := s.taken(r)
	if err != nil {
		refuse(w, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		refuse(w, err)
		return
	}
	user, credential, err := s.check(ctx, begun, body)
	if err != nil {
		refuse(w, err)
		return
	}
	token, now := newToken(), time.Now()
	err = s.together(ctx, func(tx *sql.Tx) error {
		if err := s.used(ctx, tx.StmtContext(ctx, s.count), user, credential); err != nil {
			return err
		}
		_, err := tx.StmtContext(ctx, s.create).ExecContext(ctx, newToken(), token, user.ID, s.stamp(now.Add(sessionLife)), s.stamp(now), s.stamp(now), r.RemoteAddr, r.UserAgent())
		return err
	})
	if err != nil {
		refuse(w, err)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: SessionCookie, Value: token, Path: "/", MaxAge: int(sessionLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode})
	answer(w, struct {
		User person `json:"user"`
	}{user.person})
}

// taken is the challenge of the cookie, which nobody gets again.
func (s *inTables) taken(r *http.Request) (begun webauthn.SessionData, err error) {
	cookie, err := r.Cookie(challengeCookie)
	if err != nil {
		return begun, err
	}
	var value string
	var expires instant
	if err := s.takeRow(r.Context(), cookie.Value, &value, &expires); err != nil {
		return begun, err
	}
	if expires.Before(time.Now()) {
		return begun, errors.New("the challenge has expired")
	}
	return begun, json.Unmarshal([]byte(value), &begun)
}

func (s *inTables) takeRow(ctx context.Context, token string, value *string, expires *instant) error {
	defer s.alone()()
	return s.take.QueryRowContext(ctx, token).Scan(value, expires)
}
