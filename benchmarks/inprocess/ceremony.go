package inprocess

import (
	"crypto"
	"fmt"
	"net/http"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// Options begins sign-ins with a passkey.
func Options(h http.Handler) (Work, error) {
	s := &sink{header: http.Header{}}
	r, err := newRequest(http.MethodGet, "/passkey/generate-authenticate-options", "", nil)
	return Work{Do: func(int) error { return s.serve(h, r) }}, err
}

// Verify ends sign-ins with a passkey. Preparing begins them and signs.
func Verify(h http.Handler, v subject.Visitor) Work {
	s := &sink{header: http.Header{}}
	var ready []*http.Request
	return Work{
		Prepare: func(n int) error {
			ready = ready[:0]
			for range n {
				r, err := newRequest(http.MethodGet, "/passkey/generate-authenticate-options", "", nil)
				if err != nil {
					return err
				}
				if err := s.serve(h, r); err != nil {
					return err
				}
				signed, err := v.Phone.Get(s.body, passkeytest.GetOptions{})
				if err != nil {
					return err
				}
				body := append(append([]byte(`{"response":`), signed...), '}')
				if r, err = newRequest(http.MethodPost, "/passkey/verify-authentication", s.cookies(), body); err != nil {
					return err
				}
				ready = append(ready, r)
			}
			return nil
		},
		Do: func(i int) error { return s.serve(h, ready[i]) },
	}
}

// registered begins the ids of the credentials that [Registration] makes, so
// that [ForgetRegistered] finds them.
const registered = "reg"

// ForgetRegistered is a statement that deletes what [Registration] stored: the
// base64url of ids that begin with registered.
const ForgetRegistered = `delete from "passkey" where "credentialID" like 'cmVn%'`

// Registration ends registrations of passkeys of visitors who are signed in, one
// visitor after the other, with one key, because making keys takes long.
// Preparing begins them and creates the credentials; forget is called first, and
// deletes those of the last time.
func Registration(h http.Handler, visitors []subject.Visitor, key crypto.Signer, forget func() error) Work {
	s := &sink{header: http.Header{}}
	var ready []*http.Request
	number := 0
	prepare := func(v subject.Visitor) error {
		r, err := newRequest(http.MethodGet, "/passkey/generate-register-options", v.Cookie, nil)
		if err != nil {
			return err
		}
		if err := s.serve(h, r); err != nil {
			return err
		}
		number++
		phone := passkeytest.New(passkeytest.Options{Origin: subject.Origin})
		created, err := phone.Create(s.body, passkeytest.CreateOptions{PrivateKey: key, CredentialID: fmt.Appendf(nil, registered+"%13d", number)})
		if err != nil {
			return err
		}
		body := append(append([]byte(`{"response":`), created...), '}')
		if r, err = newRequest(http.MethodPost, "/passkey/verify-registration", v.Cookie+"; "+s.cookies(), body); err == nil {
			ready = append(ready, r)
		}
		return err
	}
	return Work{
		Prepare: func(n int) error {
			ready = ready[:0]
			if err := forget(); err != nil {
				return err
			}
			for i := range n {
				if err := prepare(visitors[i%len(visitors)]); err != nil {
					return err
				}
			}
			return nil
		},
		Do: func(i int) error { return s.serve(h, ready[i]) },
	}
}
