package cases

import (
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// errNoID is deletePasskey's answer to an empty id.
var errNoID = &betterauth.ErrorCode{Status: http.StatusBadRequest}

// management is what can be asked about passkeys that are stored.
func management() []Case {
	var all []Case
	add := func(name, step string, bends Layer, want *betterauth.ErrorCode, prepare func(s *Scene, mine, theirs string) Request) {
		all = append(all, Case{Name: name, Group: Management, Step: step, Bends: bends, Want: want, Prepare: func(s *Scene) Request {
			mine := s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			s.Register(s.Alice, s.NewAuthenticator(), passkeytest.CreateOptions{CredentialID: []byte("Alice's other one")}) // so that none is her last
			theirs := s.Register(s.Bob(), s.NewAuthenticator(), passkeytest.CreateOptions{})
			return prepare(s, mine.ID, theirs.ID)
		}})
	}
	for _, path := range []string{deletePasskey, updatePasskey} {
		verb := strings.TrimSuffix(strings.TrimPrefix(path, "/passkey/"), "-passkey")
		// with is the request's body, with a good name for an update.
		with := func(id any) map[string]any {
			body := map[string]any{"id": id}
			if path == updatePasskey {
				body["name"] = "New name"
			}
			return body
		}
		byID := func(name string, want *betterauth.ErrorCode, id func(mine, theirs string) any) {
			add(verb+": "+name, "4", Record, want, func(s *Scene, mine, theirs string) Request {
				return Request{From: s.Alice, Path: path, Body: with(id(mine, theirs))}
			})
		}
		is := func(id any) func(string, string) any { return func(_, _ string) any { return id } }
		text := func(name, body string, want *betterauth.ErrorCode) {
			add(verb+": "+name, "4", JSON, want, func(s *Scene, _, _ string) Request {
				return Request{From: s.Alice, Path: path, Body: body}
			})
		}
		asks := func(name string, want *betterauth.ErrorCode, from func(s *Scene) *Browser, header http.Header) {
			add(verb+": "+name, "4", Who, want, func(s *Scene, mine, _ string) Request {
				return Request{From: from(s), Path: path, Body: with(mine), Header: header}
			})
		}
		missing, invalid := passkey.ErrPasskeyMissing, betterauth.ErrValidation
		empty := missing
		if path == deletePasskey {
			empty = errNoID
		}
		byID("one's own", nil, func(mine, _ string) any { return mine })
		byID("another user's", missing, func(_, theirs string) any { return theirs })
		byID("nobody's", missing, is("unknown"))
		byID("empty id", empty, is(""))
		byID("id in spaces", missing, func(mine, _ string) any { return " " + mine + " " })
		byID("id with a wildcard", missing, is("%"))
		byID("id that is SQL", missing, is("' or '1'='1"))
		byID("id of 30 kB", missing, is(strings.Repeat("x", 30_000)))
		byID("id null", invalid, is(nil))
		byID("id a number", invalid, is(7))
		byID("id true", invalid, is(true))
		byID("id a list", invalid, func(mine, theirs string) any { return []any{mine, theirs} })
		byID("id an object", invalid, func(mine, _ string) any { return map[string]any{"value": mine} })
		add(verb+": deleted before", "4", Record, missing, func(s *Scene, mine, _ string) Request {
			s.Alice.Post(s.t, deletePasskey, map[string]any{"id": mine})
			return Request{From: s.Alice, Path: path, Body: with(mine)}
		})
		text("empty body", ``, invalid)
		text("no id", `{"name":"x"}`, invalid)
		text("a list", `[]`, invalid)
		text("null", `null`, invalid)
		text("no JSON", `nonsense`, betterauth.ErrBadJSON)
		text("id twice", `{"id":"a","id":"b","name":"x"}`, betterauth.ErrBadJSON)
		text("a NUL in the id", `{"id":"a\u0000b","name":"x"}`, invalid)
		text("invalid UTF-8 in the id", "{\"id\":\"\xff\",\"name\":\"x\"}", betterauth.ErrBadJSON)
		asks("without a session", betterauth.ErrUnauthorized, func(s *Scene) *Browser { return s.Visitor() }, nil)
		asks("after signing out", betterauth.ErrUnauthorized, func(s *Scene) *Browser {
			s.Alice.Post(s.t, "/sign-out", map[string]any{})
			return s.Alice
		}, nil)
		asks("sent by another site", betterauth.ErrInvalidOrigin, func(s *Scene) *Browser { return s.Alice },
			http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}})
		asks("from an opaque origin", betterauth.ErrMissingOrigin, func(s *Scene) *Browser { return s.Alice }, http.Header{"Origin": {"null"}, "Sec-Fetch-Site": {"cross-site"}})
		asks("content type a page may send", betterauth.ErrMediaType, func(s *Scene) *Browser { return s.Alice }, http.Header{"Content-Type": {"text/plain"}})
	}
	rename := func(name string, want *betterauth.ErrorCode, value any) {
		add("update: name "+name, "6.4.2", JSON, want, func(s *Scene, mine, _ string) Request {
			return Request{From: s.Alice, Path: updatePasskey, Body: map[string]any{"id": mine, "name": value}}
		})
	}
	rename("of 128 characters", nil, strings.Repeat("x", 128))
	rename("with spaces around", nil, "  Laptop ")
	rename("of 129 characters", betterauth.ErrValidation, strings.Repeat("x", 129))
	rename("of 50 kB", betterauth.ErrValidation, strings.Repeat("x", 50_000))
	rename("of 65 emoji", betterauth.ErrValidation, strings.Repeat("🔑", 65))
	rename("empty", betterauth.ErrValidation, "")
	rename("blank", betterauth.ErrValidation, " \t ")
	rename("with a line break", betterauth.ErrValidation, "a\nb")
	rename("with an escape sequence", betterauth.ErrValidation, "a\x1b[2Jb")
	rename("that turns the direction of text", betterauth.ErrValidation, "a\u202eb")
	rename("that isolates a direction of text", betterauth.ErrValidation, "a\u2066b")
	rename("null", betterauth.ErrValidation, nil)
	rename("a number", betterauth.ErrValidation, 7)
	rename("a list", betterauth.ErrValidation, []any{"x"})
	add("update: no name", "4", JSON, betterauth.ErrValidation, func(s *Scene, mine, _ string) Request {
		return Request{From: s.Alice, Path: updatePasskey, Body: map[string]any{"id": mine}}
	})
	add("update: a name with a NUL", "6.4.2", JSON, betterauth.ErrValidation, func(s *Scene, mine, _ string) Request {
		return Request{From: s.Alice, Path: updatePasskey, Body: `{"id":"` + mine + `","name":"a\u0000b"}`}
	})
	add("update: other columns", "4", JSON, nil, func(s *Scene, mine, _ string) Request {
		return Request{From: s.Alice, Path: updatePasskey, Body: map[string]any{
			"id": mine, "name": "x", "userId": "y", "publicKey": "z", "counter": 0, "credentialID": "q",
		}}
	})
	list := func(name string, want *betterauth.ErrorCode, from func(*Scene) *Browser) {
		add("list: "+name, "4", Who, want, func(s *Scene, _, _ string) Request {
			return Request{From: from(s), Method: http.MethodGet, Path: listPasskeys}
		})
	}
	list("one's own", nil, func(s *Scene) *Browser { return s.Alice })
	list("without a session", betterauth.ErrUnauthorized, func(s *Scene) *Browser { return s.Visitor() })
	list("after signing out", betterauth.ErrUnauthorized, func(s *Scene) *Browser {
		s.Alice.Post(s.t, "/sign-out", map[string]any{})
		return s.Alice
	})
	return all
}
