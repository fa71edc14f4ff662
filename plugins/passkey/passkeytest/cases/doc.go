// Package cases is what an attacker, a broken client or an unusual but honest
// authenticator sends to the passkey endpoints, as data: [All]. Each [Case] says
// which step of WebAuthn Level 3 decides about it and what the answer is. The
// tests of package passkey play every case against the real handler and demand
// that answer and, where it is a refusal, an unchanged database, and
// docs/passkey-cases.md lists them. The conformance suite plays those that any
// server must accept ([Case.Common]) at the TypeScript server as well.
//
// Start with case.go. What goes wrong in both ceremonies is bend.go.
//
// # Adding a case
//
// A case is one literal in the list of the file that fits:
//
//	{
//		Name: "origin: foreign", Group: Authentication, Step: "7.2.12", Bends: ClientData, Want: passkey.ErrInvalidResponse,
//		Prepare: asserts(passkeytest.GetOptions{Origin: "https://evil.example"}),
//	},
//
// Prepare does everything up to the request that counts and returns that
// request: creates and asserts are the two ceremonies, with one layer bent;
// posts is a body as it stands; any function of a [Scene] will do. Want is nil
// for what must be accepted. What goes for both ceremonies is in bends, once.
// A case that needs a relying party of its own sets Config. OnlyHere says why
// other servers need not accept what is accepted here.
//
// Then renew the page:
//
//	go test ./plugins/passkey -run Cases -write-passkey-cases   # writes docs/passkey-cases.md
package cases
