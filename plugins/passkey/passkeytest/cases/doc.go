// Package cases is what an attacker, a broken client or an unusual but honest
// authenticator sends to the passkey endpoints, as data: [All]. Each [Case] says
// which step of WebAuthn Level 3 decides about it and what the answer is. The
// tests of package passkey play every case against the real handler and demand
// that answer and, where it is a refusal, an unchanged database; the conformance
// suite plays the same cases against the reference; docs/passkey-cases.md shows
// both.
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
// A case that needs a relying party of its own sets Config, and then OnlyHere
// says why the reference is not asked.
//
// Then renew what is generated:
//
//	go test ./conformance -run PasskeyCases -write-passkey-cases   # asks the reference
//	go test ./plugins/passkey -run Cases -write-passkey-cases      # writes docs/passkey-cases.md
package cases
