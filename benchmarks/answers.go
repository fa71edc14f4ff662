package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// check signs somebody in at each server, and compares the options of passkeys:
// those of the TypeScript server have the very members that ours have.
func check(s serving, targets []*target) error {
	var wanted []string // members of our options
	for _, t := range targets {
		if s.passwords {
			if err := t.signInWithPassword(); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		if !s.passkeys {
			continue
		}
		options, err := t.signInWithPasskey()
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		has, err := members(options)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if wanted == nil {
			wanted = has
		}
		if t.plugins != "" && !slices.Equal(has, wanted) {
			return fmt.Errorf("passkey options of %s have the members %q, those of %s have %q", targets[0].name, wanted, t.name, has)
		}
	}
	return nil
}

// members are the names in an object, with those of objects inside it.
func members(object []byte) ([]string, error) {
	var fields map[string]jsontext.Value
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, fmt.Errorf("no object: %s", object)
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		names = append(names, name)
		if fields[name].Kind() == '{' {
			inside, err := members(fields[name])
			if err != nil {
				return nil, err
			}
			for _, n := range inside {
				names = append(names, name+"."+n)
			}
		}
	}
	return names, nil
}

// signInWithPasskey goes through a ceremony for the last visitor, and returns the
// options that began it.
func (t *target) signInWithPasskey() (options []byte, err error) {
	conn, err := load.Dial(t.process.Addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	visitor := t.visitors[len(t.visitors)-1]
	begun, err := conn.Do(beginning)
	if err != nil {
		return nil, err
	}
	options = bytes.Clone(begun.Body)
	if begun.Status != http.StatusOK {
		return nil, fmt.Errorf("passkey options: %d %s", begun.Status, options)
	}
	response, err := visitor.Phone.Get(options, passkeytest.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("passkey options: %w: %s", err, options)
	}
	ended, err := conn.Do(verification(response, strings.Join(begun.Cookies, "; ")))
	if err != nil {
		return nil, err
	}
	if ended.Status != http.StatusOK {
		return nil, fmt.Errorf("passkey verify: %d %s", ended.Status, ended.Body)
	}
	return options, knows(conn, ended.Cookies, visitor)
}

func (t *target) signInWithPassword() error {
	conn, err := load.Dial(t.process.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	visitor := t.visitors[len(t.visitors)-1]
	answer, err := conn.Do(passwordRequest(visitor))
	if err != nil {
		return err
	}
	if answer.Status != http.StatusOK {
		return fmt.Errorf("sign-in/email: %d %s", answer.Status, answer.Body)
	}
	return knows(conn, answer.Cookies, visitor)
}

// knows asks who has the cookies that a sign-in set.
func knows(conn *load.Conn, cookies []string, v subject.Visitor) error {
	var set []string
	for _, c := range cookies {
		if !strings.HasSuffix(c, "=") { // deletes one
			set = append(set, c)
		}
	}
	answer, err := conn.Do(sessionRequest(strings.Join(set, "; ")))
	if err != nil {
		return err
	}
	if answer.Status != http.StatusOK || !bytes.Contains(answer.Body, []byte(`"email":"`+v.Email+`"`)) {
		return fmt.Errorf("get-session does not know who signed in: %d %s", answer.Status, answer.Body)
	}
	return nil
}
