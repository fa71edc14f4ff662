package subject

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// Bare is what one could write by hand for GET /get-session with net/http and
// database/sql: the same joined statement, prepared, on a pool of the same
// size, and the same JSON put together by hand. It does not check the
// cookie's signature, nor whether the session has expired, and does nothing
// else a library is there for.
func Bare(ctx context.Context, db *database.DB) (http.Handler, error) {
	text := `select +a."expiresAt", a."token", +a."createdAt", +a."updatedAt", a."ipAddress", a."userAgent", a."userId", a."id",
		b."name", b."email", b."emailVerified", b."image", +b."createdAt", +b."updatedAt", b."id"
		from "session" a join "user" b on b."id" = a."userId" where a."token" = ?`
	if db.Engine() == database.Postgres {
		text = strings.NewReplacer("?", "$1", "+", "").Replace(text)
	}
	pool, err := plainPool(ctx, db)
	if err != nil {
		return nil, err
	}
	stmt, err := pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(BasePath+"/get-session", &bare{stmt})
	return mux, nil
}

type bare struct{ stmt *sql.Stmt }

func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(SessionCookie)
	if err != nil {
		http.Error(w, "no cookie", http.StatusUnauthorized)
		return
	}
	token, _, _ := strings.Cut(cookie.Value, ".")
	var s struct {
		expiresAt, createdAt, updatedAt date
		token, userID, id               string
		ipAddress, userAgent            *string
	}
	var u struct {
		createdAt, updatedAt date
		name, email, id      string
		image                *string
		emailVerified        bool
	}
	if err := b.stmt.QueryRowContext(r.Context(), token).Scan(
		&s.expiresAt, &s.token, &s.createdAt, &s.updatedAt, &s.ipAddress, &s.userAgent, &s.userID, &s.id,
		&u.name, &u.email, &u.emailVerified, &u.image, &u.createdAt, &u.updatedAt, &u.id,
	); err != nil {
		http.Error(w, "no session", http.StatusInternalServerError)
		return
	}
	body := make([]byte, 0, 640)
	body = append(append(body, `{"session":{"expiresAt":`...), s.expiresAt...)
	body = text(append(body, `,"token":`...), s.token)
	body = append(append(body, `,"createdAt":`...), s.createdAt...)
	body = append(append(body, `,"updatedAt":`...), s.updatedAt...)
	body = optional(append(body, `,"ipAddress":`...), s.ipAddress)
	body = optional(append(body, `,"userAgent":`...), s.userAgent)
	body = text(append(body, `,"userId":`...), s.userID)
	body = text(append(body, `,"id":`...), s.id)
	body = text(append(body, `},"user":{"name":`...), u.name)
	body = text(append(body, `,"email":`...), u.email)
	body = append(body, `,"emailVerified":false`...)
	if u.emailVerified {
		body = append(body[:len(body)-len("false")], "true"...)
	}
	body = optional(append(body, `,"image":`...), u.image)
	body = append(append(body, `,"createdAt":`...), u.createdAt...)
	body = append(append(body, `,"updatedAt":`...), u.updatedAt...)
	body = text(append(body, `,"id":`...), u.id)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(body, "}}"...)) // the client is the only one to tell
}

// date is a date as JSON. SQLite stores dates in the very form JSON has them.
type date []byte

// Scan implements sql.Scanner.
func (d *date) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*d = append(append(append((*d)[:0], '"'), v...), '"')
	case time.Time:
		*d = v.UTC().AppendFormat((*d)[:0], `"2006-01-02T15:04:05.000Z"`)
	default:
		return fmt.Errorf("a %T is no date", src)
	}
	return nil
}

func text(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s) // invalid UTF-8 is replaced
	return dst
}

func optional(dst []byte, s *string) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	return text(dst, *s)
}
