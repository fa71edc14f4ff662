package passkey_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// The table holds counters of 31 bits. A passkey that begins with the largest stays, and
// signs in no more, since its counter cannot grow.
func TestLargestCounter(t *testing.T) {
	t.Parallel()
	const largest = 1<<31 - 1
	kit := newKit(t, passkey.Config{})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	register(t, alice, a, passkeytest.CreateOptions{SignCount: largest}).Want(http.StatusOK)
	beyond := uint32(largest + 1)
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{SignCount: &beyond}).WantError(passkey.ErrInvalidResponse)
	if rows := list(t, alice); rows[0].Counter != largest {
		t.Errorf("counter %d is stored", rows[0].Counter)
	}
}

// A client cannot fill the table with transports: the first eight are kept.
func TestManyTransports(t *testing.T) {
	t.Parallel()
	alice := newKit(t, passkey.Config{}).SignedIn("alice@example.com")
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{Transports: strings.Split("a,b,c,d,e,f,g,h,i,j", ",")}).Want(http.StatusOK)
	if rows := list(t, alice); rows[0].Transports != "a,b,c,d,e,f,g,h" {
		t.Errorf("stored %q", rows[0].Transports)
	}
}
