package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// site is an application on one database full of people.
type site struct {
	population
	app
	place place
	db    *database.DB
	// privateKey is the one of all passkeys: only their ids differ.
	privateKey crypto.Signer
	// adminCookie is what an administrator's browser sends.
	adminCookie string
	made        made
}

// made is what an operation or its preparation added: a session, and a user if it is
// for a new one.
type made struct{ user, token string }

// app is the application itself.
type app struct {
	auth  *betterauth.Auth
	host  *betterauth.Host
	admin *admin.Admin
}

// hostOf keeps what a plugin is given.
type hostOf struct{ app *app }

func (hostOf) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "growth"} }

func (h hostOf) Init(_ context.Context, given *betterauth.Host) error {
	h.app.host = given
	return nil
}

// cheap hashes at no cost, which would hide the growth.
type cheap struct{}

const cheapHash = "cheap"

func (cheap) Hash(context.Context, string) (string, error) { return cheapHash, nil }
func (cheap) Verify(_ context.Context, _, stored string) (bool, error) {
	return stored == cheapHash, nil
}

func newApp(ctx context.Context, db *database.DB, mode betterauth.SchemaMode) (a app, err error) {
	var host app
	a.admin = admin.New(admin.Config{})
	a.auth, err = betterauth.New(betterauth.Config{
		BaseURL: subject.Origin, Secret: subject.Secret, Schema: mode, Logger: slog.New(slog.DiscardHandler),
		// All requests come from one address.
		RateLimit: betterauth.RateLimitConfig{Disabled: true},
		Password:  betterauth.PasswordConfig{Hasher: cheap{}},
	}).Database(db).Plugin(a.admin, emailpassword.New(emailpassword.Config{}), passkey.New(passkey.Config{}), hostOf{&host}).Build(ctx)
	a.host = host.host
	return a, err
}

// newSite makes a database of n sessions and n passkeys.
func newSite(ctx context.Context, m maker, n int64) (s *site, err error) {
	at, err := m.make(ctx)
	if err != nil {
		return nil, err
	}
	s = &site{place: at, population: population{n}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := migrate(ctx, at); err != nil {
		return s, err
	}
	publicKey, privateKey, err := keyPair(ctx)
	if err != nil {
		return s, err
	}
	if err := at.seed(ctx, s.population, publicKey); err != nil {
		return s, err
	}
	s.privateKey = privateKey
	return s, s.open(ctx, at.open)
}

// open verifies that the tables are still those of the library, and signs an
// administrator in.
func (s *site) open(ctx context.Context, open func() (*database.DB, error)) (err error) {
	if s.db, err = open(); err != nil {
		return err
	}
	if s.app, err = newApp(ctx, s.db, betterauth.SchemaVerify); err != nil {
		return err
	}
	id := name(userID, 0, s.users())
	if _, err := s.admin.SetRoles(ctx, id, "admin"); err != nil {
		return err
	}
	session, err := s.auth.CreateSession(ctx, id, betterauth.SignIn{Method: "growth"})
	if err != nil {
		return err
	}
	s.adminCookie = s.cookie(session.Token)
	return nil
}

func migrate(ctx context.Context, at place) error {
	db, err := at.open()
	if err != nil {
		return err
	}
	a, err := newApp(ctx, db, betterauth.SchemaMigrate)
	if err == nil {
		err = a.auth.Close(ctx)
	}
	return errors.Join(err, db.Close())
}

// close drops the database as well, also after the context ended.
func (s *site) close() error { return errors.Join(s.shut(), s.place.drop()) }

func (s *site) shut() (err error) {
	if s.auth != nil {
		err = s.auth.Close(context.Background())
	}
	if s.db != nil {
		err = errors.Join(err, s.db.Close(), s.db.Bun().DB.Close()) // a wrapped pool stays open otherwise
	}
	return err
}

func (s *site) exec(ctx context.Context, text string) error {
	_, err := s.db.Bun().DB.ExecContext(ctx, text)
	return err
}

// anyone is the number of some user who is no administrator, anyRow of some session or
// passkey.
func (s *site) anyone() int64 { return 1 + rand.Int64N(s.users()-1) }
func (s *site) anyRow() int64 { return rand.Int64N(s.sessions) }

func (s *site) cookie(token string) string {
	return subject.SessionCookie + "=" + url.QueryEscape(token+"."+s.host.Sign(token))
}

// call sends a request through the handler and returns the answer, which must be 200
// and contain want, and how long it took.
func (a app) call(ctx context.Context, method, path, cookie, body, want string) (*httptest.ResponseRecorder, time.Duration, error) {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(ctx, method, subject.Origin+subject.BasePath+path, reader)
	r.Header.Set("Origin", subject.Origin)
	r.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	began := time.Now()
	a.auth.ServeHTTP(w, r)
	took := time.Since(began)
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
		return nil, 0, fmt.Errorf("%s answered %d, and not with %q: %.300s", path, w.Code, want, w.Body)
	}
	return w, took, nil
}

// cookiesOf turns what an answer sets into what the next request sends.
func cookiesOf(w *httptest.ResponseRecorder) string {
	var pairs []string
	for _, line := range w.Header()["Set-Cookie"] {
		pair, _, _ := strings.Cut(line, ";")
		pairs = append(pairs, pair)
	}
	return strings.Join(pairs, "; ")
}

// tokenOf is the token of the session that an answer begins.
func tokenOf(w *httptest.ResponseRecorder) string {
	if w == nil {
		return ""
	}
	_, value, _ := strings.Cut(cookiesOf(w), subject.SessionCookie+"=")
	token, _, _ := strings.Cut(value, ".")
	return token
}

// keyPair registers a passkey through the ceremony, at a site in memory, and returns its
// public key as the library stores it.
func keyPair(ctx context.Context) (public string, private crypto.Signer, err error) {
	db, err := sqlite.Open(":memory:")
	if err != nil {
		return "", nil, err
	}
	defer db.Close()
	a, err := newApp(ctx, db, betterauth.SchemaMigrate)
	if err != nil {
		return "", nil, err
	}
	user := &betterauth.User{Name: "Person", Email: "person@example.com"}
	if err := a.host.UserStore().Create(ctx, user); err != nil {
		return "", nil, err
	}
	session, err := a.auth.CreateSession(ctx, user.ID, betterauth.SignIn{Method: "growth"})
	if err != nil {
		return "", nil, err
	}
	s := site{app: a}
	phone := passkeytest.New(passkeytest.Options{Origin: subject.Origin, Algorithms: []passkeytest.Algorithm{passkeytest.ES256}})
	w, _, err := a.call(ctx, http.MethodGet, "/passkey/generate-register-options", s.cookie(session.Token), "", "challenge")
	if err != nil {
		return "", nil, err
	}
	created, err := phone.Create(w.Body.Bytes(), passkeytest.CreateOptions{})
	if err != nil {
		return "", nil, err
	}
	if _, _, err := a.call(ctx, http.MethodPost, "/passkey/verify-registration", s.cookie(session.Token)+"; "+cookiesOf(w),
		`{"response":`+string(created)+`}`, "credentialID"); err != nil {
		return "", nil, err
	}
	passkeys, err := betterauth.StoreOf[passkey.Passkey](a.host)
	if err != nil {
		return "", nil, err
	}
	stored, err := passkeys.Get(ctx, database.Eq("userId", user.ID))
	if err != nil {
		return "", nil, err
	}
	return stored.PublicKey, phone.Credentials()[0].PrivateKey, a.auth.Close(ctx)
}
