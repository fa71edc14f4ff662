package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// operation is one kind of work. Each call is for other rows than the last one, of the
// whole table.
type operation struct {
	name string
	// prepare makes what the call needs, which is not measured. It is nil for most.
	prepare func(ctx context.Context, s *site) error
	// call does the work once and returns how long it took.
	call func(ctx context.Context, s *site) (time.Duration, error)
	// tidy removes what the call left, so that the small database stays small. It is not
	// measured, and nil where a call leaves nothing.
	tidy func(ctx context.Context, s *site) error
}

const (
	getSession      = "get-session"
	listSessions    = "list-sessions"
	listFirst       = "admin/list-users, first page"
	listMiddle      = "admin/list-users, page in the middle"
	listSearch      = "admin/list-users, search"
	listFilter      = "admin/list-users, one address"
	passwordSignIn  = "sign-in by password"
	passkeySignIn   = "sign-in by passkey"
	signOut         = "sign-out"
	banUser         = "admin/ban-user"
	removeUser      = "admin/remove-user"
	cleanUp         = "clean-up"
	pageOfUsers     = 20
	expiredPerTable = 100
)

// operations are in the order in which they are measured: those that only read come
// first.
func operations() []operation {
	return []operation{
		{name: getSession, call: func(ctx context.Context, s *site) (time.Duration, error) {
			token := name(sessionToken, s.anyRow(), s.sessions)
			return s.ask(ctx, "/get-session", s.cookie(token), token)
		}},
		{name: listSessions, call: func(ctx context.Context, s *site) (time.Duration, error) {
			token := name(sessionToken, s.anyRow(), s.sessions)
			return s.ask(ctx, "/list-sessions", s.cookie(token), token)
		}},
		{name: listFirst, call: func(ctx context.Context, s *site) (time.Duration, error) {
			return s.list(ctx, nil, email(0))
		}},
		{name: listMiddle, call: func(ctx context.Context, s *site) (time.Duration, error) {
			middle := s.users() / 2
			return s.list(ctx, url.Values{"offset": {strconv.FormatInt(middle, 10)}}, email(middle))
		}},
		{name: listSearch, call: func(ctx context.Context, s *site) (time.Duration, error) {
			wanted := email(s.anyone())
			return s.list(ctx, url.Values{"searchValue": {wanted[3 : len(wanted)-4]}}, wanted)
		}},
		{name: listFilter, call: func(ctx context.Context, s *site) (time.Duration, error) {
			wanted := email(s.anyone())
			return s.list(ctx, url.Values{"filterValue": {wanted}}, wanted)
		}},
		{name: passwordSignIn, tidy: leave, call: func(ctx context.Context, s *site) (time.Duration, error) {
			address := email(s.anyone())
			w, took, err := s.app.call(ctx, http.MethodPost, "/sign-in/email", "", `{"email":"`+address+`","password":"correct horse battery"}`, address)
			s.made.token = tokenOf(w)
			return took, err
		}},
		{name: passkeySignIn, tidy: leave, call: signInByPasskey},
		{name: signOut, prepare: newcomer, tidy: leave, call: func(ctx context.Context, s *site) (time.Duration, error) {
			_, took, err := s.app.call(ctx, http.MethodPost, "/sign-out", s.cookie(s.made.token), "{}", "true")
			return took, err
		}},
		{name: banUser, prepare: newcomer, tidy: leave, call: func(ctx context.Context, s *site) (time.Duration, error) {
			_, took, err := s.app.call(ctx, http.MethodPost, "/admin/ban-user", s.adminCookie, `{"userId":"`+s.made.user+`"}`, s.made.user)
			return took, err
		}},
		{name: removeUser, prepare: newcomer, call: func(ctx context.Context, s *site) (time.Duration, error) {
			_, took, err := s.app.call(ctx, http.MethodPost, "/admin/remove-user", s.adminCookie, `{"userId":"`+s.made.user+`"}`, "true")
			return took, err
		}},
		{name: cleanUp, prepare: expire, call: func(ctx context.Context, s *site) (time.Duration, error) {
			began := time.Now()
			n, err := s.auth.DeleteExpired(ctx)
			took := time.Since(began)
			if err == nil && n < 2*expiredPerTable {
				err = fmt.Errorf("clean-up removed %d rows of %d", n, 2*expiredPerTable)
			}
			return took, err
		}},
	}
}

func (s *site) ask(ctx context.Context, path, cookie, want string) (time.Duration, error) {
	_, took, err := s.app.call(ctx, http.MethodGet, path, cookie, "", want)
	return took, err
}

func (s *site) list(ctx context.Context, query url.Values, want string) (time.Duration, error) {
	if query == nil {
		query = url.Values{}
	}
	query.Set("limit", strconv.Itoa(pageOfUsers))
	return s.ask(ctx, "/admin/list-users?"+query.Encode(), s.adminCookie, want)
}

// signInByPasskey makes both requests. What the authenticator does between them is not
// counted.
func signInByPasskey(ctx context.Context, s *site) (time.Duration, error) {
	row := s.anyRow()
	id, err := rawCredentialID(row, s.passkeys())
	if err != nil {
		return 0, err
	}
	phone := passkeytest.New(passkeytest.Options{Origin: subject.Origin})
	if err := phone.Import(passkeytest.Credential{
		ID: id, RPID: "localhost", UserHandle: []byte("a handle"), PrivateKey: s.privateKey, Resident: true, Flags: passkeytest.Synced,
	}); err != nil {
		return 0, err
	}
	w, first, err := s.app.call(ctx, http.MethodGet, "/passkey/generate-authenticate-options", "", "", "challenge")
	if err != nil {
		return 0, err
	}
	signed, err := phone.Get(w.Body.Bytes(), passkeytest.GetOptions{})
	if err != nil {
		return 0, err
	}
	owner := name(userID, row%s.users(), s.users())
	w, second, err := s.app.call(ctx, http.MethodPost, "/passkey/verify-authentication", cookiesOf(w), `{"response":`+string(signed)+`}`, owner)
	s.made.token = tokenOf(w)
	return first + second, err
}

// newcomer adds a user with a session, whose id is random: what ends the sessions of a
// user would otherwise find fewer at each call.
func newcomer(ctx context.Context, s *site) error {
	address, err := s.host.RandomString(32, "abcdefghijklmnopqrstuvwxyz")
	if err != nil {
		return err
	}
	user := &betterauth.User{Name: "Newcomer", Email: address + "@example.com"}
	if err := s.host.UserStore().Create(ctx, user); err != nil {
		return err
	}
	session, err := s.auth.CreateSession(ctx, user.ID, betterauth.SignIn{Method: "growth"})
	if err != nil {
		return err
	}
	s.made.user, s.made.token = user.ID, session.Token
	return nil
}

// leave removes the session and the user that were made. The library would look for
// more that ends with a user, in the whole of large tables.
func leave(ctx context.Context, s *site) error {
	err := s.exec(ctx, `delete from "session" where "token" = '`+s.made.token+`'`)
	if err == nil && s.made.user != "" {
		err = s.exec(ctx, `delete from "user" where "id" = '`+s.made.user+`'`)
	}
	s.made = made{}
	return err
}

// expire adds sessions and challenges that have expired, as many at each step. Their
// ids are random, so they are spread over the indexes.
func expire(ctx context.Context, s *site) error {
	past := time.Now().Add(-time.Hour)
	return s.host.Transaction(ctx, func(ctx context.Context) error {
		for i := range expiredPerTable {
			token, err := s.host.RandomString(32, digits)
			if err != nil {
				return err
			}
			session := &betterauth.Session{ExpiresAt: past, Token: token, UserID: name(userID, s.anyone(), s.users())}
			if err := s.host.SessionStore().Create(ctx, session); err != nil {
				return err
			}
			value := &betterauth.Verification{Identifier: "reset-password:" + token, Value: strconv.Itoa(i), ExpiresAt: past}
			if err := s.host.VerificationStore().Create(ctx, value); err != nil {
				return err
			}
		}
		return nil
	})
}
