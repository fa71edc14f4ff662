package cases

import (
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

// Group is what a case is about.
type Group string

// The groups, in the order of the page.
const (
	Registration   Group = "registration"
	Authentication Group = "authentication"
	Challenge      Group = "challenge"
	Identity       Group = "identity"
	Management     Group = "management"
)

// Groups are all groups, in order.
func Groups() []Group {
	return []Group{Registration, Authentication, Challenge, Identity, Management}
}

// Layer is what a case bends.
type Layer string

// The layers of a ceremony, from the inside out, and what is around it.
const (
	Nothing     Layer = "nothing"
	ClientData  Layer = "client data"
	AuthData    Layer = "authenticator data"
	COSEKey     Layer = "public key"
	Attestation Layer = "attestation"
	Signature   Layer = "signature"
	JSON        Layer = "JSON"
	Challenged  Layer = "challenge"
	Who         Layer = "who asks"
	Record      Layer = "stored passkey"
)

// Case is one thing that is sent to a relying party, and its answer.
type Case struct {
	// Name is unique in its group.
	Name  string
	Group Group
	// Step is the step of WebAuthn Level 3 that decides, such as "7.1.14" for
	// section 7.1, step 14, or a section such as "5.4.3". See Steps.
	Step  string
	Bends Layer
	// Want is the refusal; nil means that the case must be accepted.
	Want *betterauth.ErrorCode
	// Prepare does what comes before, and returns the request that counts.
	Prepare func(*Scene) Request

	// Config is the relying party's policy. Default: the zero passkey.Config.
	Config *passkey.Config
	// OnlyHere says why other servers need not accept what is accepted here: it is
	// a leniency or a rule of this one. Default "".
	OnlyHere string
}

// Common reports whether any server must accept the case, whatever its policy.
func (c Case) Common() bool { return c.Want == nil && c.Config == nil && c.OnlyHere == "" }

// ID names a case among all.
func (c Case) ID() string { return string(c.Group) + ": " + c.Name }

// All are the cases, in the order of the page.
func All() []Case {
	var all []Case
	for _, b := range bends() {
		all = append(all, b.cases()...)
	}
	for _, list := range [][]Case{
		keys(), attestations(), credentials(), signatures(), assertions(), counters(), bodies(), challenges(), identities(), policies(), management(), odd(),
	} {
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b Case) int {
		return slices.Index(Groups(), a.Group) - slices.Index(Groups(), b.Group)
	})
	return all
}

// Step is a step of the specification that cases name.
type Step struct {
	// ID is what Case.Step holds.
	ID string
	// Demands is what it is about.
	Demands string
}

// Steps are the steps that decide, in the specification's order.
func Steps() []Step {
	return []Step{
		{"4", "a credential record belongs to a user account"},
		{"5.1", "the JSON of a response"},
		{"5.4.3", "a user handle has at most 64 bytes"},
		{"5.8.4", "transports are a set of short names"},
		{"6.4.2", "text that people read cannot mislead them"},
		{"7.1.1", "registering: for a user who is signed in, under the relying party's policy"},
		{"7.1.6", "registering: client data is JSON"},
		{"7.1.7", "registering: its type"},
		{"7.1.8", "registering: the challenge is the one that was sent"},
		{"7.1.9", "registering: the origin"},
		{"7.1.10", "registering: not in a foreign frame"},
		{"7.1.11", "registering: not inside another site's page"},
		{"7.1.13", "registering: attestation object and authenticator data can be decoded"},
		{"7.1.14", "registering: the relying party's id"},
		{"7.1.15", "registering: somebody was there"},
		{"7.1.16", "registering: who it was, where that is required"},
		{"7.1.17", "registering: what is backed up can be"},
		{"7.1.20", "registering: the key is of an algorithm that was offered, and a key"},
		{"7.1.21", "registering: the attestation format is known"},
		{"7.1.22", "registering: the attestation holds"},
		{"7.1.25", "registering: a credential id has at most 1023 bytes"},
		{"7.1.26", "registering: a credential id is new"},
		{"7.1.27", "registering: what the record keeps"},
		{"7.1.28", "registering: extension outputs"},
		{"7.2.5", "signing in: a credential that was asked for"},
		{"7.2.6", "signing in: who it is"},
		{"7.2.7", "signing in: nothing is missing"},
		{"7.2.9", "signing in: client data is JSON"},
		{"7.2.10", "signing in: its type"},
		{"7.2.11", "signing in: the challenge is the one that was sent"},
		{"7.2.12", "signing in: the origin"},
		{"7.2.13", "signing in: not in a foreign frame"},
		{"7.2.14", "signing in: not inside another site's page"},
		{"7.2.15", "signing in: the relying party's id"},
		{"7.2.16", "signing in: somebody was there"},
		{"7.2.17", "signing in: who it was, where that is required"},
		{"7.2.18", "signing in: what is backed up can be"},
		{"7.2.19", "signing in: backup eligibility is what it was"},
		{"7.2.21", "signing in: the signature"},
		{"7.2.22", "signing in: the counter"},
		{"7.2.23", "signing in: extension outputs"},
		{"7.2.24", "signing in: what the record keeps"},
		{"13.4.3", "challenges are random, and good once"},
	}
}
