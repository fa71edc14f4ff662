package passkeytest_test

import (
	"fmt"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// A registration and a sign-in. The options are what a server answers with;
// the two responses go back to it as they are.
func Example() {
	phone := passkeytest.New(passkeytest.Options{Origin: "https://example.com"})

	creationOptions := []byte(`{
		"challenge": "c2VydmVyIGNoYWxsZW5nZSAx",
		"rp": {"id": "example.com", "name": "Example"},
		"user": {"id": "dXNlci1oYW5kbGU", "name": "a@example.com", "displayName": "A"},
		"pubKeyCredParams": [{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}],
		"authenticatorSelection": {"residentKey": "required"}
	}`)
	registration, err := phone.Create(creationOptions, passkeytest.CreateOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("registration:", len(registration) > 0)

	requestOptions := []byte(`{"challenge": "c2VydmVyIGNoYWxsZW5nZSAy", "rpId": "example.com"}`)
	signIn, err := phone.Get(requestOptions, passkeytest.GetOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("sign-in:", len(signIn) > 0)

	// A page at another origin that got hold of a challenge: every byte is
	// signed, only the origin is wrong. A server has to refuse it.
	phished, err := phone.Get(requestOptions, passkeytest.GetOptions{
		Tamper: passkeytest.Tamper{
			ClientData: func(members map[string]any) { members["origin"] = "https://examp1e.com" },
		},
	})
	fmt.Println("phished:", len(phished) > 0, err)

	// Output:
	// registration: true
	// sign-in: true
	// phished: true <nil>
}

// A security key that stores nothing, verifies nobody and counts.
func ExampleNew_securityKey() {
	key := passkeytest.New(passkeytest.Options{
		Origin:         "https://example.com",
		Algorithms:     []passkeytest.Algorithm{passkeytest.ES256},
		Attachment:     "cross-platform",
		Transports:     []string{"usb", "nfc"},
		Flags:          passkeytest.UserPresent,
		CountStep:      1,
		NoResidentKeys: true,
	})
	_, err := key.Get([]byte(`{"challenge": "AAAA"}`), passkeytest.GetOptions{})
	fmt.Println(err)
	// Output: passkeytest: not allowed: no credential for "example.com" answers
}
