package cases

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	registerOptions     = "/passkey/generate-register-options"
	verifyRegistration  = "/passkey/verify-registration"
	authenticateOptions = "/passkey/generate-authenticate-options"
	verifyAuthenticate  = "/passkey/verify-authentication"
	listPasskeys        = "/passkey/list-user-passkeys"
	deletePasskey       = "/passkey/delete-passkey"
	updatePasskey       = "/passkey/update-passkey"

	sessionCookie   = "better-auth.session_token"
	challengeCookie = "better-auth.better-auth-passkey"
)

// Scene is where a case plays: two users who are signed in, and Alice's
// authenticator, whose counter grows by one with each use.
type Scene struct {
	Alice         *Browser
	Authenticator *passkeytest.Authenticator

	bob    *Browser
	t      testing.TB
	server *Server
	rand   io.Reader
}

// NewAuthenticator is one more authenticator.
func (s *Scene) NewAuthenticator() *passkeytest.Authenticator {
	return passkeytest.New(passkeytest.Options{Origin: s.server.Origin, CountStep: 1, Rand: s.rand})
}

// Visitor is a browser without a session.
func (s *Scene) Visitor() *Browser { return s.server.browser(s.t) }

// SignedIn is a browser of a new user.
func (s *Scene) SignedIn(email string) *Browser {
	s.t.Helper()
	b := s.server.browser(s.t)
	s.server.SignUp(s.t, b, email)
	return b
}

// Bob is the browser of the other user, who signs up when a case asks for him first.
func (s *Scene) Bob() *Browser {
	s.t.Helper()
	if s.bob == nil {
		s.bob = s.SignedIn("bob@example.com")
	}
	return s.bob
}

// Later lets time pass.
func (s *Scene) Later(d time.Duration) {
	s.t.Helper()
	s.server.Later(s.t, d)
}

// RegisterOptions begins a registration.
func (s *Scene) RegisterOptions(b *Browser) []byte {
	s.t.Helper()
	return b.must(s.t, http.MethodGet, registerOptions, nil)
}

// AuthenticateOptions begins a sign-in.
func (s *Scene) AuthenticateOptions(b *Browser) []byte {
	s.t.Helper()
	return b.must(s.t, http.MethodGet, authenticateOptions, nil)
}

// Create begins a registration and answers it with an authenticator.
func (s *Scene) Create(b *Browser, a *passkeytest.Authenticator, o passkeytest.CreateOptions) []byte {
	s.t.Helper()
	if o.PrivateKey == nil && o.Algorithm == passkeytest.RS256 {
		o.PrivateKey = rsaKey()
	}
	if o.PrivateKey == nil && o.Algorithm == 0 {
		o.Algorithm = passkeytest.ES256
	}
	response, err := a.Create(s.RegisterOptions(b), o)
	if err != nil {
		s.t.Fatalf("cases: %v", err)
	}
	return response
}

// Get begins a sign-in and answers it with an authenticator.
func (s *Scene) Get(b *Browser, a *passkeytest.Authenticator, o passkeytest.GetOptions) []byte {
	s.t.Helper()
	response, err := a.Get(s.AuthenticateOptions(b), o)
	if err != nil {
		s.t.Fatalf("cases: %v", err)
	}
	return response
}

// Registered is a passkey as the server lists it.
type Registered struct {
	ID           string `json:"id"`
	CredentialID string `json:"credentialID"`
	Counter      int64  `json:"counter"`
	DeviceType   string `json:"deviceType"`
	Transports   string `json:"transports"`
}

// Register is a registration that succeeds.
func (s *Scene) Register(b *Browser, a *passkeytest.Authenticator, o passkeytest.CreateOptions) Registered {
	s.t.Helper()
	var made Registered
	s.read(b.Post(s.t, verifyRegistration, response(s.Create(b, a, o))), &made)
	return made
}

// SignIn is a sign-in that succeeds.
func (s *Scene) SignIn(b *Browser, a *passkeytest.Authenticator, o passkeytest.GetOptions) {
	s.t.Helper()
	b.Post(s.t, verifyAuthenticate, response(s.Get(b, a, o)))
}

// List are the browser's passkeys.
func (s *Scene) List(b *Browser) []Registered {
	s.t.Helper()
	var all []Registered
	s.read(b.must(s.t, http.MethodGet, listPasskeys, nil), &all)
	return all
}

func (s *Scene) read(raw []byte, into any) {
	s.t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		s.t.Fatalf("cases: %v: %s", err, raw)
	}
}

// exec changes the database behind the server's back.
func (s *Scene) exec(statement string) {
	s.t.Helper()
	if _, err := s.server.DB.Bun().ExecContext(s.t.Context(), statement); err != nil {
		s.t.Fatalf("cases: %v", err)
	}
}

func response(raw []byte) map[string]any { return map[string]any{"response": jsontext.Value(raw)} }

// raw is a body as it stands: the response may be what no encoder accepts.
func raw(response []byte) string { return `{"response":` + string(response) + `}` }

// creates is a registration by Alice.
func creates(o passkeytest.CreateOptions) func(*Scene) Request {
	return func(s *Scene) Request {
		return Request{From: s.Alice, Path: verifyRegistration, Body: raw(s.Create(s.Alice, s.Authenticator, o))}
	}
}

// asserts is a sign-in of a visitor with Alice's passkey.
func asserts(o passkeytest.GetOptions) func(*Scene) Request {
	return assertsWith(passkeytest.CreateOptions{}, o)
}

// assertsWith is asserts with a passkey that was registered so.
func assertsWith(registered passkeytest.CreateOptions, o passkeytest.GetOptions) func(*Scene) Request {
	return func(s *Scene) Request {
		s.Register(s.Alice, s.Authenticator, registered)
		visitor := s.Visitor()
		return Request{From: visitor, Path: verifyAuthenticate, Body: raw(s.Get(visitor, s.Authenticator, o))}
	}
}

// posts is a body that Alice, who has a passkey and begins that ceremony, sends.
func posts(path, body string) func(*Scene) Request {
	return func(s *Scene) Request {
		s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
		if path == verifyRegistration {
			s.RegisterOptions(s.Alice)
		} else {
			s.AuthenticateOptions(s.Alice)
		}
		return Request{From: s.Alice, Path: path, Body: body}
	}
}
