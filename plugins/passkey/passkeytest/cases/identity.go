package cases

import (
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// identities are honest ceremonies of somebody they are not for.
func identities() []Case {
	who := func(name, step string, want *betterauth.ErrorCode, prepare func(*Scene) Request) Case {
		return Case{Name: name, Group: Identity, Step: step, Bends: Who, Want: want, Prepare: prepare}
	}
	id := passkeytest.CreateOptions{CredentialID: []byte("0123456789abcdef")}
	// again registers a credential id that Alice has already.
	again := func(second func(*Scene) *Browser, sameKey bool) func(*Scene) Request {
		return func(s *Scene) Request {
			s.Register(s.Alice, s.Authenticator, id)
			o := id
			if sameKey {
				o.PrivateKey = s.Authenticator.Credentials()[0].PrivateKey
			}
			from := second(s)
			return Request{From: from, Path: verifyRegistration, Body: raw(s.Create(from, s.NewAuthenticator(), o))}
		}
	}
	alice := func(s *Scene) *Browser { return s.Alice }
	bob := (*Scene).Bob
	// withSession registers honestly, with Alice's session changed in between.
	withSession := func(change func(*Scene)) func(*Scene) Request {
		return func(s *Scene) Request {
			made := s.Create(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			change(s)
			return Request{From: s.Alice, Path: verifyRegistration, Body: raw(made)}
		}
	}
	from := func(header http.Header, prepare func(*Scene) Request) func(*Scene) Request {
		return func(s *Scene) Request {
			request := prepare(s)
			request.Header = header
			return request
		}
	}
	begins := func(path string, of func(*Scene) *Browser) func(*Scene) Request {
		return func(s *Scene) Request { return Request{From: of(s), Method: http.MethodGet, Path: path} }
	}
	visitor := func(s *Scene) *Browser { return s.Visitor() }
	foreign := http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}
	return []Case{
		who("registering begins without a session", "7.1.1", betterauth.ErrUnauthorized, begins(registerOptions, visitor)),
		who("registering begins with a forged session", "7.1.1", betterauth.ErrUnauthorized, begins(registerOptions, func(s *Scene) *Browser {
			b := s.Visitor()
			b.SetCookie(sessionCookie, "0123456789abcdef0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D")
			return b
		})),
		who("registering begins with an old session", "7.1.1", betterauth.ErrSessionNotFresh, begins(registerOptions, func(s *Scene) *Browser {
			s.Later(25 * time.Hour)
			s.List(s.Alice) // the session is due for being prolonged, which is not the subject
			return s.Alice
		})),
		who("registering ends without a session", "7.1.1", betterauth.ErrUnauthorized, withSession(func(s *Scene) { s.Alice.SetCookie(sessionCookie, "") })),
		who("registering ends after signing out", "7.1.1", betterauth.ErrUnauthorized, withSession(func(s *Scene) {
			s.Alice.Post(s.t, "/sign-out", map[string]any{})
		})),
		who("registering ends after the user was deleted", "7.1.1", betterauth.ErrUnauthorized, withSession(func(s *Scene) {
			s.exec(`delete from "user" where email like 'alice%'`)
		})),
		who("registering ends in another user's session", "7.1.1", passkey.ErrNotYours, withSession(func(s *Scene) {
			s.Alice.SetCookie(sessionCookie, s.Bob().Cookie(sessionCookie))
		})),
		who("registering: sent by another site", "7.1.9", betterauth.ErrInvalidOrigin, from(foreign, creates(passkeytest.CreateOptions{}))),
		who("signing in: sent by another site", "7.2.12", betterauth.ErrInvalidOrigin, from(foreign, assertsAs(alice))),
		who("credential taken, by oneself", "7.1.26", passkey.ErrPreviouslyRegistered, again(alice, false)),
		who("credential taken, by oneself, the same key", "7.1.26", passkey.ErrPreviouslyRegistered, again(alice, true)),
		who("credential taken, by another user", "7.1.26", passkey.ErrPreviouslyRegistered, again(bob, false)),
		who("credential taken, by another user, the same key", "7.1.26", passkey.ErrPreviouslyRegistered, again(bob, true)),
		who("signed in as another user than the passkey's", "7.2.6", passkey.ErrChallengeNotFound, assertsAs(bob)),
		who("signed in already, with one's own passkey", "7.2.5", nil, assertsAs(alice)),
		who("signing in with a deleted passkey", "7.2.6", passkey.ErrPasskeyNotFound, func(s *Scene) Request {
			made := s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			s.Register(s.Alice, s.NewAuthenticator(), passkeytest.CreateOptions{CredentialID: []byte("Alice's other one")}) // so that none is her last
			v := s.Visitor()
			got := s.Get(v, s.Authenticator, passkeytest.GetOptions{})
			s.Alice.Post(s.t, deletePasskey, map[string]any{"id": made.ID})
			return Request{From: v, Path: verifyAuthenticate, Body: raw(got)}
		}),
		who("signing in as a deleted user", "7.2.6", passkey.ErrPasskeyNotFound, func(s *Scene) Request {
			s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			v := s.Visitor()
			got := s.Get(v, s.Authenticator, passkeytest.GetOptions{})
			s.exec(`delete from "user" where email like 'alice%'`)
			return Request{From: v, Path: verifyAuthenticate, Body: raw(got)}
		}),
		who("a security key without a user handle, which was listed", "7.2.6", nil, func(s *Scene) Request {
			key := passkeytest.New(passkeytest.Options{
				Origin: s.server.Origin, NoResidentKeys: true, Algorithms: []passkeytest.Algorithm{passkeytest.ES256}, Flags: passkeytest.UserPresent,
			})
			s.Register(s.Alice, key, passkeytest.CreateOptions{})
			return Request{From: s.Alice, Path: verifyAuthenticate, Body: raw(s.Get(s.Alice, key, passkeytest.GetOptions{}))}
		}),
	}
}

// assertsAs is a sign-in with Alice's passkey in a browser.
func assertsAs(of func(*Scene) *Browser) func(*Scene) Request {
	return func(s *Scene) Request {
		s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
		b := of(s)
		got := s.Get(b, s.Authenticator, passkeytest.GetOptions{CredentialID: s.Authenticator.Credentials()[0].ID})
		return Request{From: b, Path: verifyAuthenticate, Body: raw(got)}
	}
}
