package socialtest

import (
	"os"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// What every case uses. In the texts of a Case they are written {client}, {secret},
// {state}, {nonce}, {code}, {verifier}, {challenge}, {redirect}, {access}, {refresh},
// {device} and {id_token}; {now} is the time in seconds.
const (
	ClientID     = "client-of-the-test"
	ClientSecret = "secret-of-the-test"
	State        = "state-of-the-test"
	Nonce        = "nonce-of-the-test"
	Code         = "code-of-the-test"
	Verifier     = "verifier-of-the-test-that-is-long-enough-for-rfc-7636"
	RedirectURI  = "https://app.example/api/auth/callback/test"
	AccessToken  = "access-token-of-the-test"
	RefreshToken = "refresh-token-of-the-test"
	DeviceID     = "device-of-the-test"
)

// Now is the time in every case.
func Now() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

// Client is what every case signs in with.
func Client() oauth.Client { return oauth.Client{ID: ClientID, Secret: ClientSecret} }

// Case says how a provider behaves, and what must come of it.
type Case struct {
	// Note says what is peculiar about the provider, for readers.
	Note string `json:"note"`
	// Authorize is the authorization URL for State, Verifier and RedirectURI, with Nonce if
	// the provider has one: its parameters in their order. Placeholders are escaped.
	Authorize string `json:"authorize"`
	// Callback is what the browser comes back with beside the code.
	Callback Callback `json:"callback"`
	// Token is the token endpoint.
	Token Token `json:"token"`
	// IDToken describes the ID token in the token endpoint's answer. Default nil: none.
	IDToken *IDToken `json:"idToken"`
	// Answers are what the other endpoints answer, by method and URL:
	// "GET https://api.example/me". Each must be asked.
	Answers map[string]Answer `json:"answers"`
	// Profile is what must come of it.
	Profile Profile `json:"profile"`
	// Variants are the same with differences.
	Variants []Variant `json:"variants"`
}

// Callback is what the browser comes back with.
type Callback struct {
	// User is the parameter "user", DeviceID "device_id".
	User     string `json:"user"`
	DeviceID string `json:"deviceId"`
}

// Token is a token endpoint.
type Token struct {
	// URL is its address, Method the request's: POST by default; GET has the form in the
	// query.
	URL    string `json:"url"`
	Method string `json:"method"`
	// RefreshURL is where tokens are refreshed. Default: at URL.
	RefreshURL string `json:"refreshUrl"`
	// Authentication is "post", "basic", "none", or "custom" if Exchange and Refresh say
	// everything. Default "post".
	Authentication string `json:"authentication"`
	// RefreshAuthentication is that of a refresh. Default: as Authentication.
	RefreshAuthentication string `json:"refreshAuthentication"`
	// Exchange are members that the exchange of a code must have beside those of RFC 6749
	// and 7636; "" removes one of those. Refresh is the same for a refresh.
	Exchange map[string]string `json:"exchange"`
	Refresh  map[string]string `json:"refresh"`
	// Headers are those that a request must have; "" is one that it must not have.
	Headers map[string]string `json:"headers"`
	// Answer is the endpoint's answer. Default: an access token, a refresh token, a life of
	// an hour, and an ID token if the case has one.
	Answer Answer `json:"answer"`
	// Scopes are what the tokens must say was granted.
	Scopes []string `json:"scopes"`
	// NoRefresh says that the provider refreshes no tokens.
	NoRefresh bool `json:"noRefresh"`
}

// IDToken describes a provider's ID tokens.
type IDToken struct {
	// KeysURL is where the stand-in serves its keys. Default "": the provider verifies its
	// tokens itself, so Answers has that endpoint.
	KeysURL string `json:"keysUrl"`
	// Algorithm signs the token. Default RS256.
	Algorithm string `json:"algorithm"`
	// Claims are the claims. "aud" is ClientID, "iat" now and "exp" in an hour, unless they
	// are there; "nonce" is there if the provider has one.
	Claims jsontext.Value `json:"claims"`
	// MaxAge is how many seconds after its issue a token must be refused, although it has
	// not expired. Default 0: it may be as old as it likes.
	MaxAge int64 `json:"maxAge"`
}

// Answer is what an endpoint answers, and what its request must be.
type Answer struct {
	// Headers are those that the request must have; "" is one that it must not have. The
	// header Authorization has the access token unless it is here.
	Headers map[string]string `json:"headers"`
	// Form is the form that the request must have, Body its body. Default: neither.
	Form map[string]string `json:"form"`
	Body string            `json:"body"`

	// Status is the answer's status. Default 200.
	Status int `json:"status"`
	// Type is the answer's media type. Default "application/json".
	Type string `json:"type"`
	// JSON is the answer; Text is one that is no JSON; Patch changes, in a Variant, the
	// answer of the Case, by RFC 7396.
	JSON  jsontext.Value `json:"json"`
	Text  string         `json:"text"`
	Patch jsontext.Value `json:"patch"`
	// Optional says that the profile does not depend on this endpoint: if it fails, there
	// is a profile all the same.
	Optional bool `json:"optional"`
	// Once says that the endpoint is asked before the first flow alone, such as for a
	// discovery document. Its failures are not played.
	Once bool `json:"once"`
}

// Profile is what a provider says about a user.
type Profile struct {
	Subject       string `json:"subject"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"emailVerified"`
	Name          string `json:"name"`
	Image         string `json:"image"`
}

// Variant is a Case with differences.
type Variant struct {
	// Name says what differs: "the address is not verified".
	Name string `json:"name"`
	// Callback replaces that of the Case.
	Callback *Callback `json:"callback"`
	// Token and Claims change the answer of the token endpoint and the claims of the ID
	// token, by RFC 7396.
	Token  jsontext.Value `json:"token"`
	Claims jsontext.Value `json:"claims"`
	// Answers replaces what endpoints answer, or patches it. What a request must be stays
	// as in the Case, unless it is here.
	Answers map[string]Answer `json:"answers"`
	// Profile changes the expected profile, by RFC 7396.
	Profile jsontext.Value `json:"profile"`
	// Refused says that there must be no profile.
	Refused bool `json:"refused"`
}

// Load reads a case from a JSON file. A member that Case does not have fails the test.
func Load(t testing.TB, file string) Case {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c Case
	if err := json.Unmarshal(raw, &c, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return c
}
