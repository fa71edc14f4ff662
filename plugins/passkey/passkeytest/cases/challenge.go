package cases

import (
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// ceremony is either one, answered honestly, with the browser that has begun it.
type ceremony struct {
	name, step, path string
	begin            func(*Scene) (*Browser, []byte)
}

func ceremonies() []ceremony {
	return []ceremony{
		{"registering", "7.1.8", verifyRegistration, func(s *Scene) (*Browser, []byte) {
			return s.Alice, s.Create(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
		}},
		{"signing in", "7.2.11", verifyAuthenticate, func(s *Scene) (*Browser, []byte) {
			s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			visitor := s.Visitor()
			return visitor, s.Get(visitor, s.Authenticator, passkeytest.GetOptions{})
		}},
	}
}

// challenges are honest answers to a challenge that is not, or no longer, theirs.
func challenges() []Case {
	var all []Case
	for _, c := range ceremonies() {
		add := func(name, step string, want *betterauth.ErrorCode, prepare func(s *Scene, b *Browser, answer []byte)) {
			all = append(all, Case{
				Name: c.name + ": " + name, Group: Challenge, Step: step, Bends: Challenged, Want: want,
				Prepare: func(s *Scene) Request {
					b, answer := c.begin(s)
					prepare(s, b, answer)
					return Request{From: b, Path: c.path, Body: raw(answer)}
				},
			})
		}
		cookie := func(name string, change func(string) string) {
			add(name, "13.4.3", passkey.ErrChallengeNotFound, func(_ *Scene, b *Browser, _ []byte) {
				b.SetCookie(challengeCookie, change(b.Cookie(challengeCookie)))
			})
		}
		add("in time", c.step, nil, func(s *Scene, _ *Browser, _ []byte) { s.Later(4*time.Minute + 50*time.Second) })
		add("expired", "13.4.3", passkey.ErrChallengeNotFound, func(s *Scene, _ *Browser, _ []byte) { s.Later(5*time.Minute + time.Second) })
		add("answered twice", "13.4.3", passkey.ErrChallengeNotFound, func(s *Scene, b *Browser, answer []byte) {
			b.SetCookie("kept", b.Cookie(challengeCookie))
			b.send(s.t, Request{From: b, Path: c.path, Body: raw(answer)})
			b.SetCookie(challengeCookie, b.Cookie("kept"))
		})
		add("answered wrongly before", "13.4.3", passkey.ErrChallengeNotFound, func(s *Scene, b *Browser, answer []byte) {
			b.SetCookie("kept", b.Cookie(challengeCookie))
			b.send(s.t, Request{From: b, Path: c.path, Body: `{"response":{"id":"AA","rawId":"AA","type":"public-key","response":{}}}`})
			b.SetCookie(challengeCookie, b.Cookie("kept"))
		})
		add("the one before the last", c.step, refusalOf(c), func(s *Scene, b *Browser, _ []byte) {
			if c.path == verifyRegistration {
				s.RegisterOptions(b)
			} else {
				s.AuthenticateOptions(b)
			}
		})
		add("none was asked for", c.step, passkey.ErrChallengeNotFound, func(s *Scene, b *Browser, _ []byte) {
			s.exec(`delete from "verification"`)
		})
		cookie("no cookie", func(string) string { return "" })
		cookie("cookie without a signature", func(v string) string { before, _, _ := strings.Cut(v, "."); return before })
		cookie("cookie with another signature", func(v string) string {
			before, _, _ := strings.Cut(v, ".")
			return before + "." + strings.Repeat("A", 43) + "%3D"
		})
		cookie("cookie with another token", func(v string) string {
			_, after, _ := strings.Cut(v, ".")
			return strings.Repeat("x", 32) + "." + after
		})
		cookie("cookie of nonsense", func(string) string { return "%00%ff" })
		cookie("cookie of 3 kB", func(string) string { return strings.Repeat("x", 3000) })
		add("cookie is the session's", "13.4.3", passkey.ErrChallengeNotFound, func(s *Scene, b *Browser, _ []byte) {
			b.SetCookie(challengeCookie, s.Alice.Cookie(sessionCookie))
		})
	}
	return append(all,
		Case{Name: "registering: made for signing in", Group: Challenge, Step: "7.1.8", Bends: Challenged, Want: passkey.ErrChallengeNotFound,
			Prepare: func(s *Scene) Request {
				made, err := s.Authenticator.Create(asCreation(s, s.AuthenticateOptions(s.Alice)), passkeytest.CreateOptions{})
				if err != nil {
					s.t.Fatalf("cases: %v", err)
				}
				return Request{From: s.Alice, Path: verifyRegistration, Body: raw(made)}
			}},
		Case{Name: "signing in: made for registering", Group: Challenge, Step: "7.2.11", Bends: Challenged, Want: passkey.ErrChallengeNotFound,
			Prepare: func(s *Scene) Request {
				s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
				id := s.Authenticator.Credentials()[0].ID
				got, err := s.Authenticator.Get(s.RegisterOptions(s.Alice), passkeytest.GetOptions{RPID: "localhost", CredentialID: id})
				if err != nil {
					s.t.Fatalf("cases: %v", err)
				}
				return Request{From: s.Alice, Path: verifyAuthenticate, Body: raw(got)}
			}},
		Case{Name: "registering: another user's", Group: Challenge, Step: "7.1.8", Bends: Challenged, Want: passkey.ErrNotYours,
			Prepare: func(s *Scene) Request {
				made := s.Create(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
				s.Bob().SetCookie(challengeCookie, s.Alice.Cookie(challengeCookie))
				return Request{From: s.Bob(), Path: verifyRegistration, Body: raw(made)}
			}},
		Case{Name: "registering: another browser's", Group: Challenge, Step: "7.1.8", Bends: Challenged, Want: passkey.ErrRegistrationFailed,
			Prepare: func(s *Scene) Request {
				made := s.Create(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
				s.RegisterOptions(s.Bob())
				return Request{From: s.Bob(), Path: verifyRegistration, Body: raw(made)}
			}},
		Case{Name: "signing in: another browser's", Group: Challenge, Step: "7.2.11", Bends: Challenged, Want: passkey.ErrInvalidResponse,
			Prepare: func(s *Scene) Request {
				s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
				got := s.Get(s.Visitor(), s.Authenticator, passkeytest.GetOptions{})
				other := s.Visitor()
				s.AuthenticateOptions(other)
				return Request{From: other, Path: verifyAuthenticate, Body: raw(got)}
			}},
		Case{Name: "signing in: stolen by a browser that began nothing", Group: Challenge, Step: "7.2.11", Bends: Challenged, Want: passkey.ErrChallengeNotFound,
			Prepare: func(s *Scene) Request {
				s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
				got := s.Get(s.Visitor(), s.Authenticator, passkeytest.GetOptions{})
				return Request{From: s.Visitor(), Path: verifyAuthenticate, Body: raw(got)}
			}},
	)
}

// refusalOf is what a response that does not hold is answered with.
func refusalOf(c ceremony) *betterauth.ErrorCode {
	if c.path == verifyRegistration {
		return passkey.ErrRegistrationFailed
	}
	return passkey.ErrInvalidResponse
}
