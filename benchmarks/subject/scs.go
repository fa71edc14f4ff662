package subject

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"

	"github.com/alexedwards/scs/v2"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Scs is signing in, with a passkey or with a password, as one would write it
// with the session manager scs: go-webauthn for the ceremony, with the challenge
// in the visitor's scs session, and [CheapHasher] for the password. Its sessions
// are in a table of their own on the same pool of connections, in the store that
// scs has for the engine. GET /get-session answers for its own cookie.
func Scs(ctx context.Context, db *database.DB) (http.Handler, error) {
	return withScs(ctx, db, newPublishedStore)
}

// ScsPrepared is Scs with a store that somebody wrote to prepare its statements,
// which those of scs do not: the least that signing in with a password can cost.
func ScsPrepared(ctx context.Context, db *database.DB) (http.Handler, error) {
	return withScs(ctx, db, newPreparedStore)
}

func withScs(ctx context.Context, db *database.DB, newStore func(context.Context, *byHand) (scs.Store, error)) (http.Handler, error) {
	c, err := newCeremonies(ctx, db)
	if err != nil {
		return nil, err
	}
	store, err := newStore(ctx, c.byHand)
	if err != nil {
		return nil, err
	}
	sessions := scs.New()
	sessions.Store, sessions.Lifetime = store, sessionLife
	s := &inScs{ceremonies: c, sessions: sessions,
		byEmail: c.prepare(ctx, `select u."id", u."name", u."email", u."emailVerified", u."image", a."password"
			from "user" u join "account" a on a."userId" = u."id" and a."providerId" = 'credential' where u."email" = ?`),
		byID: c.prepare(ctx, `select "id", "name", "email", "emailVerified", "image" from "user" where "id" = ?`),
	}
	if err := errors.Join(c.problems...); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+BasePath+"/get-session", s.session)
	mux.HandleFunc("GET "+BasePath+"/passkey/generate-authenticate-options", s.begin)
	mux.HandleFunc("POST "+BasePath+"/passkey/verify-authentication", s.finish)
	mux.HandleFunc("POST "+BasePath+"/sign-in/email", s.password)
	return sessions.LoadAndSave(mux), nil
}

type inScs struct {
	*ceremonies
	sessions      *scs.SessionManager
	byEmail, byID *sql.Stmt
}

// The members of a session.
const (
	challengeKey = "challenge"
	userKey      = "user"
)

func (s *inScs) session(w http.ResponseWriter, r *http.Request) {
	var u person
	err := s.byID.QueryRowContext(r.Context(), s.sessions.GetString(r.Context(), userKey)).Scan(&u.ID, &u.Name, &u.Email, &u.EmailVerified, &u.Image)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, struct {
		User person `json:"user"`
	}{u})
}

func (s *inScs) begin(w http.ResponseWriter, r *http.Request) {
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
	s.sessions.Put(r.Context(), challengeKey, value)
	answer(w, options.Response)
}

func (s *inScs) finish(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		refuse(w, err)
		return
	}
	var begun webauthn.SessionData
	if err := json.Unmarshal(s.sessions.PopBytes(ctx, challengeKey), &begun); err != nil {
		refuse(w, err)
		return
	}
	// The session with the challenge ends here, before anything is checked.
	if err := s.sessions.RenewToken(ctx); err != nil {
		refuse(w, err)
		return
	}
	user, credential, err := s.check(ctx, begun, body)
	if err == nil {
		release := s.alone()
		err = s.used(ctx, s.count, user, credential)
		release()
	}
	if err != nil {
		refuse(w, err)
		return
	}
	s.signedIn(w, r, user.person)
}

func (s *inScs) password(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	ctx := r.Context()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	var u person
	var hash string
	err = s.byEmail.QueryRowContext(ctx, in.Email).Scan(&u.ID, &u.Name, &u.Email, &u.EmailVerified, &u.Image, &hash)
	if err != nil {
		refuse(w, err)
		return
	}
	if right, err := (CheapHasher{}).Verify(ctx, in.Password, hash); err != nil || !right {
		refuse(w, errors.New("wrong password"))
		return
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		refuse(w, err)
		return
	}
	s.signedIn(w, r, u)
}

// signedIn answers somebody who proved who they are; scs stores the session.
func (s *inScs) signedIn(w http.ResponseWriter, r *http.Request, u person) {
	s.sessions.Put(r.Context(), userKey, u.ID)
	answer(w, struct {
		User person `json:"user"`
	}{u})
}
