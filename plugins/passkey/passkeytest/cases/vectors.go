package cases

// Vector is one of the pairs of WebAuthn Level 3, section 16.
type Vector struct {
	// ID is the name of the pair.
	ID string
	// Unverifiable is why no verification here can accept it; "" where it does.
	Unverifiable string
	// Declined is why the plugin turns it away although it can be verified; "" for
	// what registers and signs in.
	Declined string
}

// Vectors are the pairs of the specification, in its order.
func Vectors() []Vector {
	const notOffered = "its algorithm is not offered: EdDSA, ES256 and RS256 are"
	return []Vector{
		{"none-es256", "", ""},
		{"packed-self-es256", "", ""},
		{"none-es256-crossOrigin", "", "it was made in a foreign frame"},
		{"none-es256-topOrigin", "", "it was made inside another site's page"},
		{"none-es256-long-credential-id", "", ""},
		{"packed-es256", "", ""},
		{"packed-es384", "", notOffered},
		{"packed-es512", "", notOffered},
		{"packed-rs256", "", ""},
		{"packed-eddsa", "", ""},
		{"packed-ed448", "go-webauthn has no Ed448, so no sign-in could be checked", ""},
		{"tpm-es256", "the TPM manufacturer is made up and not in the library's list", ""},
		{"android-key-es256", "the certificate does not lead to the Android roots built into the library", ""},
		{"apple-es256", "the certificate does not lead to the Apple root built into the library", ""},
		{"fido-u2f-es256", "", ""},
	}
}

// Capture is what a real authenticator once sent, as go-webauthn's own tests
// hold it.
type Capture struct {
	// Index is its place among the captures, from 0.
	Index int
	// Format is the attestation format.
	Format string
	// Refused is why it is turned away today; "" where it verifies.
	Refused string
}

// Captures are the captured registrations. The recorded assertion has no
// registration beside it, so it is parsed and not verified.
func Captures() []Capture {
	const (
		expired = "its certificate has expired"
		roots   = "the certificate does not lead to the Android roots built into the library"
	)
	return []Capture{
		{1, "android-key", roots}, {2, "android-key", roots}, {3, "android-key", ""},
		{4, "apple", "the id in the response is not the attested one"},
		{5, "fido-u2f", ""},
		{6, "packed", ""}, {7, "packed", ""}, {8, "packed", ""},
		{9, "android-safetynet", expired},
		{10, "packed", ""}, {11, "fido-u2f", ""}, {12, "none", ""}, {13, "packed", ""},
		{14, "tpm", ""}, {15, "tpm", expired}, {16, "tpm", expired},
		{17, "none", ""}, {18, "none", ""}, {19, "none", ""},
	}
}
