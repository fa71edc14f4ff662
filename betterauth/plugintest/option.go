package plugintest

import (
	"github.com/better-auth-go/better-auth/betterauth"
)

// Option says what Run cannot find out by itself.
type Option func(*suite)

// Companions are the plugins that the one under test needs, or should be proven
// with; f makes new ones on every call.
func Companions(f func() []betterauth.Plugin) Option {
	return func(s *suite) { s.give(given{kind: "Companions"}); s.companions = f }
}

// Configure changes the options of every kit that is built, such as its
// Config. Naming is Run's own. Passwords are hashed by FastHasher unless f sets
// another.
func Configure(f func(*Options)) Option {
	return func(s *suite) { s.give(given{kind: "Configure"}); s.configure = f }
}

// SignedInBy says how a client is signed in as somebody new, or somebody who
// exists, with this address. Default Kit.SignedIn; needed where a gate refuses
// that.
func SignedInBy(f func(k *Kit, email string) *Client) Option {
	return func(s *suite) { s.give(given{kind: "SignedInBy"}); s.signedIn = f }
}

// Sample says what to send to an operation so that it succeeds, where that
// cannot be derived from its input type. f is called each time a request is
// needed and may prepare what the request is about; c is the client that will
// send it: signed in unless the operation is public and signs in. Several calls
// must not be in each other's way.
func Sample(opID string, f func(k *Kit, c *Client) Request) Option {
	return func(s *suite) { s.give(given{kind: "Sample", opID: opID}); s.samples[opID] = f }
}

// Ownership is a row that belongs to somebody.
type Ownership struct {
	// ID is the row's id, as clients send it.
	ID string
	// Request is the request that names a row.
	Request func(id string) Request
}

// Owned says that an operation takes the id of something that belongs to its
// caller. f makes such a thing for owner. Run proves that another user's is
// answered like a missing one and stays as it is, and that the owner's works.
// Without it Run tries the ids that it finds, and looks only at whether they
// change anything. A client without a session has nothing: where the operation is
// Public, theirs is to be refused and changes nothing. It stands for a Sample, where
// there is none.
func Owned(opID string, f func(k *Kit, owner *Client) Ownership) Option {
	return func(s *suite) { s.give(given{kind: "Owned", opID: opID}); s.owned[opID] = f }
}

// SingleUse says that an operation uses something up, such as a token. f makes
// one and the request that uses it. Run sends that many times at once and wants
// one success. It stands for a Sample, where there is none.
func SingleUse(opID string, f func(k *Kit, c *Client) Request) Option {
	return func(s *suite) { s.give(given{kind: "SingleUse", opID: opID}); s.singleUse[opID] = f }
}

// WayIn says how something is made by which requests are from its owner without a
// session, such as a key that a session source takes: f makes one for owner and
// returns what presents it with a client's requests. name is for messages. Run
// proves that it ends with its owner.
func WayIn(name string, f func(k *Kit, owner *Client) func(c *Client)) Option {
	return func(s *suite) { s.give(given{kind: "WayIn", rule: name}); s.waysIn[name] = f }
}

// Except takes an operation out of a rule, by the rule's name as the subtests
// have it. reason is why that is right, and is logged. A rule that does not look
// at the operation anyway needs no exception, and having one fails the test.
func Except(rule, opID, reason string) Option {
	return func(s *suite) {
		s.give(given{kind: "Except", opID: opID, rule: rule})
		s.except[rule+" "+opID] = reason
	}
}
