package cases

import (
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// bodies are requests that hold no response at all, or hardly.
func bodies() []Case {
	list := []struct {
		name, body string
		// registering and signingIn are the refusals.
		registering, signingIn *betterauth.ErrorCode
	}{
		{"body: empty", ``, betterauth.ErrValidation, betterauth.ErrValidation},
		{"body: an empty object", `{}`, passkey.ErrRegistrationFailed, betterauth.ErrValidation},
		{"body: an array", `[]`, betterauth.ErrValidation, betterauth.ErrValidation},
		{"body: null", `null`, betterauth.ErrValidation, betterauth.ErrValidation},
		{"body: no JSON", `nonsense`, betterauth.ErrBadJSON, betterauth.ErrBadJSON},
		{"body: cut short", `{"response":{"id":"AA"`, betterauth.ErrBadJSON, betterauth.ErrBadJSON},
		{"body: the response twice", `{"response":{},"response":{}}`, betterauth.ErrBadJSON, betterauth.ErrBadJSON},
		{"body: invalid UTF-8", "{\"response\":{\"id\":\"\xff\"}}", betterauth.ErrBadJSON, betterauth.ErrBadJSON},
		{"body: nested ten thousand times", `{"response":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, betterauth.ErrBadJSON, betterauth.ErrBadJSON},
		{"body: 70 KiB", `{"response":"` + strings.Repeat("x", 70<<10) + `"}`, betterauth.ErrBodyTooLarge, betterauth.ErrBodyTooLarge},
		{"body: the response is null", `{"response":null}`, passkey.ErrRegistrationFailed, betterauth.ErrValidation},
		{"body: the response is text", `{"response":"x"}`, passkey.ErrRegistrationFailed, betterauth.ErrValidation},
		{"body: the response is an array", `{"response":[]}`, passkey.ErrRegistrationFailed, betterauth.ErrValidation},
		{"body: the response is a number", `{"response":7}`, passkey.ErrRegistrationFailed, betterauth.ErrValidation},
		{"body: the response is empty", `{"response":{}}`, passkey.ErrRegistrationFailed, passkey.ErrInvalidResponse},
		{"body: the response is hollow", `{"response":{"id":"AA","rawId":"AA","type":"public-key","response":{}}}`, passkey.ErrRegistrationFailed, passkey.ErrInvalidResponse},
		{"body: a NUL in the id", `{"response":{"id":"\u0000","rawId":"AA","type":"public-key","response":{}}}`, passkey.ErrRegistrationFailed, passkey.ErrInvalidResponse},
	}
	var all []Case
	for _, b := range list {
		all = append(all,
			Case{Name: b.name, Group: Registration, Step: "5.1", Bends: JSON, Want: b.registering, Prepare: posts(verifyRegistration, b.body)},
			Case{Name: b.name, Group: Authentication, Step: "5.1", Bends: JSON, Want: b.signingIn, Prepare: posts(verifyAuthenticate, b.body)})
	}
	return append(all,
		named("name: a number", betterauth.ErrValidation, 7),
		named("name: an object", betterauth.ErrValidation, map[string]any{}),
		named("name: 129 characters", betterauth.ErrValidation, strings.Repeat("x", 129)),
		named("name: 50 kB", betterauth.ErrValidation, strings.Repeat("x", 50_000)),
		named("name: a line break", betterauth.ErrValidation, "a\nb"),
		named("name: an escape sequence", betterauth.ErrValidation, "a\x1b[2Jb"),
		named("name: turns the direction of text", betterauth.ErrValidation, "a\u202eb"),
		named("name: isolates a direction of text", betterauth.ErrValidation, "a\u2066b"),
		named("name: 128 characters", nil, strings.Repeat("x", 128)),
		named("name: empty", nil, ""),
		named("name: emoji and accents", nil, "Zoë’s 🔑"),
		Case{Name: "content type: text", Group: Registration, Step: "5.1", Bends: JSON, Want: betterauth.ErrMediaType, Prepare: withType("text/plain")},
		Case{Name: "content type: a form", Group: Registration, Step: "5.1", Bends: JSON, Want: betterauth.ErrMediaType, Prepare: withType("application/x-www-form-urlencoded")},
	)
}

// named is an honest registration with a name for the passkey.
func named(name string, want *betterauth.ErrorCode, value any) Case {
	return Case{Name: name, Group: Registration, Step: "6.4.2", Bends: JSON, Want: want, Prepare: func(s *Scene) Request {
		body := response(s.Create(s.Alice, s.Authenticator, passkeytest.CreateOptions{}))
		body["name"] = value
		return Request{From: s.Alice, Path: verifyRegistration, Body: body}
	}}
}

// withType is an honest registration with a content type that pages can send
// without asking.
func withType(contentType string) func(*Scene) Request {
	return func(s *Scene) Request {
		request := creates(passkeytest.CreateOptions{})(s)
		request.Header = http.Header{"Content-Type": {contentType}}
		return request
	}
}
