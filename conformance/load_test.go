package conformance_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ledger is what a server had acknowledged: it has to be there ever after.
type ledger struct {
	mu       sync.Mutex
	users    []knownUser
	passkeys map[string]string // user id by credential id
	attempts int
	cutOff   int // requests that got no answer
	awaited  int // acknowledgements until enough is closed
	enough   chan<- struct{}
}

type knownUser struct {
	id, email string
	jar       map[string]string
}

const everybodysPassword = "correct horse battery"

func (u knownUser) credentials() map[string]string {
	return map[string]string{"name": "Ada", "email": u.email, "password": everybodysPassword}
}

func (u knownUser) cookies() map[string]string { return maps.Clone(u.jar) }

// anybody is one of the known users; ok is false when there is none yet.
func (l *ledger) anybody() (u knownUser, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.users) == 0 {
		return u, false
	}
	return l.users[rand.IntN(len(l.users))], true
}

// nextEmail gives each address out twice, so that two sign-ups want it.
func (l *ledger) nextEmail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attempts++
	return fmt.Sprintf("user%d@example.com", l.attempts/2)
}

func (l *ledger) addUser(u knownUser) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users = append(l.users, u)
	l.count()
}

func (l *ledger) addPasskey(credentialID, userID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.passkeys == nil {
		l.passkeys = map[string]string{}
	}
	l.passkeys[credentialID] = userID
	l.count()
}

// signal closes enough after n more acknowledgements.
func (l *ledger) signal(n int, enough chan<- struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.awaited, l.enough = n, enough
}

func (l *ledger) count() {
	if l.awaited--; l.awaited == 0 {
		close(l.enough)
	}
}

func (l *ledger) addCutOff() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cutOff++
}

// load is what one run of a server is asked to do.
type load struct {
	at     *server
	client *http.Client
	ledger *ledger
	killed <-chan struct{} // closed when connections may break
}

// repeat calls work until the server is gone. An error before that is a fault.
func (l *load) repeat(ctx context.Context, t *testing.T, work func(context.Context) error) {
	for ctx.Err() == nil {
		err := work(ctx)
		select {
		case <-l.killed:
			if err != nil {
				l.ledger.addCutOff()
			}
			return
		default:
			if err != nil {
				t.Error(err)
				return
			}
		}
	}
}

func (l *load) visitor() *visitor {
	v := l.at.visitor()
	v.client = l.client
	return v
}

func (l *load) signUp(ctx context.Context) error {
	u, v := knownUser{email: l.ledger.nextEmail()}, l.visitor()
	status, answer, err := v.send(ctx, "POST", "/sign-up/email", u.credentials())
	switch {
	case err != nil:
		return err
	case status == http.StatusUnprocessableEntity:
		return nil // the other one was first
	case status != http.StatusOK:
		return fmt.Errorf("sign-up: %d %s", status, answer)
	}
	var made struct {
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	if err := json.Unmarshal(answer, &made); err != nil {
		return err
	}
	u.id, u.jar = made.User.ID, v.cookies
	l.ledger.addUser(u)
	return nil
}

func (l *load) addPasskey(ctx context.Context) error {
	user, ok := l.ledger.anybody()
	if !ok {
		return l.signUp(ctx)
	}
	v := l.visitor()
	v.cookies = user.cookies()
	options, err := v.expect(ctx, "GET", "/passkey/generate-register-options", nil)
	if err != nil {
		return err
	}
	device := passkeytest.New(passkeytest.Options{Origin: sharedOrigin})
	response, err := device.Create(options, passkeytest.CreateOptions{})
	if err != nil {
		return err
	}
	answer, err := v.expect(ctx, "POST", "/passkey/verify-registration", map[string]any{"response": jsontext.Value(response)})
	if err != nil {
		return err
	}
	var row struct {
		CredentialID string `json:"credentialID"`
		UserID       string `json:"userId"`
	}
	if err := json.Unmarshal(answer, &row); err != nil {
		return err
	}
	if row.UserID != user.id {
		return fmt.Errorf("a passkey of %s went to %s", user.id, row.UserID)
	}
	l.ledger.addPasskey(row.CredentialID, row.UserID)
	return nil
}
