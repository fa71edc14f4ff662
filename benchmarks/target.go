package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// target is a running subject.
type target struct {
	contestant
	process  *subject.Process
	visitors []subject.Visitor
	requests [][]byte // get-session of each visitor
	sample   []byte   // what get-session answered to the first visitor
}

// connect prepares everything that is not to be measured. Servers that keep the
// sessions of others out are not asked for one.
func (t *target) connect(s serving) error {
	if t.ownSessions {
		return nil
	}
	conn, err := load.Dial(t.process.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, v := range t.visitors {
		request := sessionRequest(v.Cookie)
		answer, err := conn.Do(request)
		if err != nil {
			return err
		}
		if answer.Status != http.StatusOK || !bytes.HasPrefix(answer.Body, []byte(`{"session":{`)) {
			return fmt.Errorf("get-session answered %d: %s", answer.Status, answer.Body)
		}
		if t.sample == nil {
			t.sample = bytes.Clone(answer.Body)
		}
		if s.cache != "" {
			if len(answer.Cookies) == 0 {
				return errors.New("get-session set no cookie")
			}
			request = sessionRequest(v.Cookie + "; " + strings.Join(answer.Cookies, "; "))
		}
		t.requests = append(t.requests, request)
	}
	return nil
}

// round makes load on one connection for each visitor. Connections are new in
// each round, because servers close those that were idle while others had
// their turn.
func (t *target) round(limit time.Duration, do func(conn *load.Conn, visitor, n int) (more bool, err error)) (load.Round, error) {
	conns := make([]*load.Conn, len(t.visitors))
	for i := range conns {
		conn, err := load.Dial(t.process.Addr)
		if err != nil {
			return load.Round{}, err
		}
		defer conn.Close()
		conns[i] = conn
	}
	return load.Run(len(conns), limit, func(worker, n int) (bool, error) { return do(conns[worker], worker, n) })
}

func sessionRequest(cookie string) []byte {
	return load.Request(http.MethodGet, subject.BasePath+"/get-session", []string{"Cookie: " + cookie}, nil)
}

// sessions reads sessions, over each connection its own visitor's.
func (t *target) sessions(limit time.Duration) ([]load.Round, error) {
	round, err := t.round(limit, func(conn *load.Conn, visitor, _ int) (bool, error) {
		answer, err := conn.Do(t.requests[visitor])
		if err == nil && (answer.Status != http.StatusOK || len(answer.Body) < len(t.sample)/2) {
			err = fmt.Errorf("get-session answered %d: %s", answer.Status, answer.Body)
		}
		return true, err
	})
	return []load.Round{round}, err
}

// maxCeremonies bounds how many ceremonies each connection finishes in a round.
const maxCeremonies = 150

// ceremony is one that was begun.
type ceremony struct {
	options []byte
	cookies string
}

// beginning is the request that begins a ceremony.
var beginning = load.Request(http.MethodGet, subject.BasePath+"/passkey/generate-authenticate-options", nil, nil)

// ceremonies measures both halves of signing in apart: first all are begun,
// then, while nothing is measured, the authenticators sign, then all are ended.
func (t *target) ceremonies(limit time.Duration) ([]load.Round, error) {
	begun := make([][]ceremony, len(t.visitors))
	options, err := t.round(limit, func(conn *load.Conn, visitor, _ int) (bool, error) {
		answer, err := conn.Do(beginning)
		if err == nil && answer.Status != http.StatusOK {
			err = fmt.Errorf("generate-authenticate-options answered %d: %s", answer.Status, answer.Body)
		}
		if err == nil && len(begun[visitor]) < maxCeremonies {
			begun[visitor] = append(begun[visitor], ceremony{bytes.Clone(answer.Body), strings.Join(answer.Cookies, "; ")})
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	signed, err := t.sign(begun)
	if err != nil {
		return nil, err
	}
	verify, err := t.round(limit, func(conn *load.Conn, visitor, n int) (bool, error) {
		if n >= len(signed[visitor]) {
			return false, nil
		}
		answer, err := conn.Do(signed[visitor][n])
		if err == nil && answer.Status != http.StatusOK {
			err = fmt.Errorf("verify-authentication answered %d: %s", answer.Status, answer.Body)
		}
		return true, err
	})
	return []load.Round{options, verify}, err
}

// passwords signs in with addresses and passwords.
func (t *target) passwords(limit time.Duration) ([]load.Round, error) {
	requests := make([][]byte, len(t.visitors))
	for i, v := range t.visitors {
		requests[i] = passwordRequest(v)
	}
	round, err := t.round(limit, func(conn *load.Conn, visitor, _ int) (bool, error) {
		answer, err := conn.Do(requests[visitor])
		if err == nil && answer.Status != http.StatusOK {
			err = fmt.Errorf("sign-in/email answered %d: %s", answer.Status, answer.Body)
		}
		return true, err
	})
	return []load.Round{round}, err
}

// sign lets each visitor's authenticator answer what it was asked.
func (t *target) sign(begun [][]ceremony) ([][][]byte, error) {
	signed := make([][][]byte, len(begun))
	for visitor, list := range begun {
		for _, c := range list {
			response, err := t.visitors[visitor].Phone.Get(c.options, passkeytest.GetOptions{})
			if err != nil {
				return nil, err
			}
			signed[visitor] = append(signed[visitor], verification(response, c.cookies))
		}
	}
	return signed, nil
}

// verification is the request that ends a ceremony.
func verification(response []byte, cookies string) []byte {
	body := append(append([]byte(`{"response":`), response...), '}')
	return load.Request(http.MethodPost, subject.BasePath+"/passkey/verify-authentication",
		[]string{"Origin: " + subject.Origin, "Cookie: " + cookies}, body)
}

// passwordRequest signs the visitor in with the password.
func passwordRequest(v subject.Visitor) []byte {
	body := []byte(`{"email":"` + v.Email + `","password":"` + subject.Password + `"}`)
	return load.Request(http.MethodPost, subject.BasePath+"/sign-in/email", []string{"Origin: " + subject.Origin}, body)
}
