package subject

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// Visitor is somebody who is signed in and holds a passkey.
type Visitor struct {
	// Cookie is the value of the Cookie header.
	Cookie string
	// Email is the address, which signs in with [Password]; Hashed is that of
	// somebody whose password has the hash that is the default.
	Email, Hashed string
	// Phone holds the passkey: ES256, and no signature counter, as synced
	// passkeys have none.
	Phone *passkeytest.Authenticator
}

// host is how Seed reaches the stores: a plugin that keeps what it is given.
type host struct{ *betterauth.Host }

func (h *host) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "benchmarks"} }

func (h *host) Init(_ context.Context, given *betterauth.Host) error {
	h.Host = given
	return nil
}

// Seed creates the tables and people users, each with one session, in an empty
// database. The first visitors of them are returned, and have a passkey and a
// password.
func Seed(ctx context.Context, db *database.DB, people, visitors int) ([]Visitor, error) {
	return seed(ctx, db, people, visitors, false)
}

// SeedEverything is Seed with the tables of every bundled plugin.
func SeedEverything(ctx context.Context, db *database.DB, people, visitors int) ([]Visitor, error) {
	return seed(ctx, db, people, visitors, true)
}

// hashed is the address of whom the default hash is for.
const hashed = "hashed@example.com"

func seed(ctx context.Context, db *database.DB, people, visitors int, everything bool) (out []Visitor, err error) {
	var h host
	s := seeding{host: &h}
	if s.auth, err = build(ctx, db, settings{everything: everything, more: []betterauth.Plugin{&h}}); err != nil {
		return nil, err
	}
	if s.users, err = betterauth.StoreOf[betterauth.User](h.Host); err != nil {
		return nil, err
	}
	if s.accounts, err = betterauth.StoreOf[betterauth.Account](h.Host); err != nil {
		return nil, err
	}
	err = h.Transaction(ctx, func(ctx context.Context) error {
		for i := range max(people, visitors) {
			v, err := s.person(ctx, i, i < visitors)
			if err != nil {
				return err
			}
			if i < visitors {
				out = append(out, v)
			}
		}
		user := &betterauth.User{Name: "Hashed", Email: hashed}
		if err := s.users.Create(ctx, user); err != nil {
			return err
		}
		return s.password(ctx, user.ID, scrypt)
	})
	if err != nil {
		return nil, err
	}
	for _, v := range out {
		if err := v.register(s.auth); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// seeding is where rows are put.
type seeding struct {
	host     *host
	auth     *betterauth.Auth
	users    *database.Store[betterauth.User]
	accounts *database.Store[betterauth.Account]
}

// person creates one, who gets a password if they visit.
func (s *seeding) person(ctx context.Context, i int, visits bool) (Visitor, error) {
	user := &betterauth.User{Name: fmt.Sprintf("Person %d", i), Email: fmt.Sprintf("person%d@example.com", i)}
	if err := s.users.Create(ctx, user); err != nil {
		return Visitor{}, err
	}
	session, err := s.auth.CreateSession(ctx, user.ID, betterauth.SignIn{Method: "benchmarks"})
	if err != nil || !visits {
		return Visitor{}, err
	}
	return Visitor{
		Cookie: SessionCookie + "=" + url.QueryEscape(session.Token+"."+s.host.Sign(session.Token)),
		Email:  user.Email, Hashed: hashed,
		Phone: passkeytest.New(passkeytest.Options{Origin: Origin, Algorithms: []passkeytest.Algorithm{passkeytest.ES256}}),
	}, s.password(ctx, user.ID, CheapHasher{})
}

func (s *seeding) password(ctx context.Context, userID string, hasher betterauth.Hasher) error {
	hash, err := hasher.Hash(ctx, Password)
	if err != nil {
		return err
	}
	return s.accounts.Create(ctx, &betterauth.Account{AccountID: userID, ProviderID: betterauth.ProviderCredential, UserID: userID, Password: &hash})
}

// WithPhone returns the visitor with another passkey, whose key is of the
// algorithm; auth has registered it.
func (v Visitor) WithPhone(auth http.Handler, algorithm passkeytest.Algorithm) (Visitor, error) {
	v.Phone = passkeytest.New(passkeytest.Options{Origin: Origin, Algorithms: []passkeytest.Algorithm{algorithm}})
	return v, v.register(auth)
}

// register adds the passkey by the ceremony that a browser would go through.
func (v Visitor) register(auth http.Handler) error {
	answer, err := v.call(auth, http.MethodGet, "/passkey/generate-register-options", v.Cookie, nil)
	if err != nil {
		return err
	}
	created, err := v.Phone.Create(answer.Body.Bytes(), passkeytest.CreateOptions{})
	if err != nil {
		return err
	}
	body := append(append([]byte(`{"response":`), created...), '}')
	_, err = v.call(auth, http.MethodPost, "/passkey/verify-registration", v.Cookie+"; "+setCookies(answer), body)
	return err
}

func (v Visitor) call(auth http.Handler, method, path, cookie string, body []byte) (*httptest.ResponseRecorder, error) {
	r := httptest.NewRequest(method, Origin+BasePath+path, bytes.NewReader(body))
	r.Header.Set("Cookie", cookie)
	r.Header.Set("Origin", Origin)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	auth.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d: %s", path, w.Code, w.Body)
	}
	return w, nil
}

// setCookies turns what an answer sets into what the next request sends.
func setCookies(w *httptest.ResponseRecorder) string {
	var pairs []string
	for _, line := range w.Header()["Set-Cookie"] {
		pair, _, _ := strings.Cut(line, ";")
		pairs = append(pairs, pair)
	}
	return strings.Join(pairs, "; ")
}

// NewSchema creates an empty schema on the PostgreSQL server that dsn, a URL,
// names. It returns the URL of the schema, which the reference understands as
// well, and a function that drops it with everything in it.
func NewSchema(ctx context.Context, dsn string) (inSchema string, drop func() error, err error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", nil, errors.New("the PostgreSQL DSN is no postgres:// URL")
	}
	db, err := postgres.Open(dsn)
	if err != nil {
		return "", nil, err
	}
	name := "benchmark_" + strings.ToLower(rand.Text())
	if _, err := db.Bun().ExecContext(ctx, `create schema "`+name+`"`); err != nil {
		return "", nil, errors.Join(err, db.Close())
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), func() error {
		_, err := db.Bun().ExecContext(context.WithoutCancel(ctx), `drop schema "`+name+`" cascade`)
		return errors.Join(err, db.Close())
	}, nil
}
