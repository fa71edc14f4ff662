// Package socialtest proves that the description of an identity provider does what the
// provider documents. A provider cannot be reached from a test, so a stand-in answers in
// its place, at its real addresses and with its shapes and quirks.
//
// Start with [Case], which is data: what the authorization URL must be, how the client
// must authenticate at the token endpoint, what each endpoint answers, and which profile
// must come of it. A JSON file holds it ([Load]), or a literal. [Run] plays it:
//
//	func TestExample(t *testing.T) {
//		t.Parallel()
//		socialtest.Run(t, example.Provider(socialtest.Client()), socialtest.Load(t, "testdata/example.json"))
//	}
//
// Beside what the case says, Run looks at what every provider must stand: an endpoint that
// fails, redirects or answers no JSON, a refused code, and ID tokens of other keys,
// issuers, clients and times. [Transport] is the stand-in's way in, for tests of one's
// own: it answers at the addresses that it was given and refuses all others.
package socialtest
