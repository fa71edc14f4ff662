package passkey

import (
	"encoding/base64"
	"encoding/hex"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json/jsontext"
)

// timeout is the time browsers are told a ceremony may take, in milliseconds.
const timeout = 60_000

// creationOptions is PublicKeyCredentialCreationOptionsJSON (section 5.1.8), in
// the member order of the reference.
type creationOptions struct {
	Challenge              string         `json:"challenge"`
	RP                     rpEntity       `json:"rp"`
	User                   userEntity     `json:"user"`
	PubKeyCredParams       []keyParameter `json:"pubKeyCredParams"`
	Timeout                int            `json:"timeout"`
	Attestation            string         `json:"attestation"`
	ExcludeCredentials     []descriptor   `json:"excludeCredentials"`
	AuthenticatorSelection selection      `json:"authenticatorSelection"`
	Extensions             jsontext.Value `json:"extensions"`
	Hints                  []string       `json:"hints"`
}

type rpEntity struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

type userEntity struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

type keyParameter struct {
	Alg  int64  `json:"alg"`
	Type string `json:"type"`
}

// descriptor names a credential (section 5.8.3).
type descriptor struct {
	ID         string   `json:"id"`
	Transports []string `json:"transports,omitempty"`
	Type       string   `json:"type"`
}

type selection struct {
	ResidentKey             string  `json:"residentKey"`
	UserVerification        string  `json:"userVerification"`
	AuthenticatorAttachment *string `json:"authenticatorAttachment,omitempty"`
	RequireResidentKey      bool    `json:"requireResidentKey"`
}

// requestOptions is PublicKeyCredentialRequestOptionsJSON (section 5.1.9).
type requestOptions struct {
	RPID             string         `json:"rpId"`
	Challenge        string         `json:"challenge"`
	AllowCredentials []descriptor   `json:"allowCredentials,omitempty"`
	Timeout          int            `json:"timeout"`
	UserVerification string         `json:"userVerification"`
	Hints            []string       `json:"hints,omitempty"`
	Extensions       jsontext.Value `json:"extensions,omitzero"`
}

// algorithms are the COSE algorithms offered by default, best first: EdDSA,
// ES256, RS256, which section 5.4 recommends.
var algorithms = []int64{-8, -7, -257}

func (p *Passkeys) keyParameters() []keyParameter {
	out := make([]keyParameter, len(p.cfg.Algorithms))
	for i, alg := range p.cfg.Algorithms {
		out[i] = keyParameter{alg, "public-key"}
	}
	return out
}

func descriptors(keys []*Passkey) []descriptor {
	out := make([]descriptor, len(keys))
	for i, key := range keys {
		out[i] = descriptor{ID: key.CredentialID, Transports: splitTransports(key.Transports), Type: "public-key"}
	}
	return out
}

// RegisterOptionsInput is the input of generatePasskeyRegistrationOptions.
type RegisterOptionsInput struct {
	// AuthenticatorAttachment is "platform" or "cross-platform".
	AuthenticatorAttachment *string `query:"authenticatorAttachment" check:"enum=platform|cross-platform"`
	// Name is the name of the account that the authenticator shows. Default: the e-mail
	// address.
	Name *string `query:"name"`
	// Context is passed to ResolveUser and AfterVerification, such as the token of an
	// invitation. The value ContextConditional means Mediation "conditional".
	Context *string `query:"context"`
	// Mediation is "conditional" for a passkey that the browser makes without asking,
	// after a sign-in with a password (section 5.1.3). It requires a session.
	Mediation *string `query:"mediation" check:"enum=conditional"`
}

func (p *Passkeys) registerOptions(c *betterauth.Ctx, in RegisterOptionsInput) (creationOptions, error) {
	id, err := p.registrant(c)
	if err != nil {
		return creationOptions{}, err
	}
	begun, err := p.beginRegistration(c, id, in)
	if err != nil {
		return creationOptions{}, err
	}
	user, name := begun.User, begun.User.Name
	if in.Name != nil && *in.Name != "" {
		if err := checkName("query.name", *in.Name); err != nil {
			return creationOptions{}, err
		}
		name = *in.Name
	}
	var keys []*Passkey
	if id != nil || begun.Verified {
		// To anybody else a list, even an empty one, would tell about the user.
		if keys, err = p.List(c, user.ID); err != nil {
			return creationOptions{}, err
		}
	}
	party, err := p.party(c)
	if err != nil {
		return creationOptions{}, err
	}
	handle, err := p.userHandle(party.id, user.ID)
	if err != nil {
		return creationOptions{}, err
	}
	extensions, err := p.cfg.Extensions.inputs(registration)
	if err != nil {
		return creationOptions{}, err
	}
	expected, err := p.begin(c, begun)
	if err != nil {
		return creationOptions{}, err
	}
	return creationOptions{
		Challenge:          expected,
		RP:                 rpEntity{p.name(), party.id},
		User:               userEntity{base64.RawURLEncoding.EncodeToString([]byte(handle)), name, user.DisplayName},
		PubKeyCredParams:   p.keyParameters(),
		Timeout:            timeout,
		Attestation:        p.cfg.Attestation.Conveyance,
		ExcludeCredentials: descriptors(keys),
		AuthenticatorSelection: selection{
			ResidentKey: p.cfg.ResidentKey, UserVerification: p.userVerification(&begun),
			AuthenticatorAttachment: p.attachment(in.AuthenticatorAttachment), RequireResidentKey: p.cfg.ResidentKey == required,
		},
		Extensions: extensions,
		Hints:      append([]string{}, p.cfg.Hints...),
	}, nil
}

// attachment is what the page asks for, else the application.
func (p *Passkeys) attachment(asked *string) *string {
	if asked == nil && p.cfg.AuthenticatorAttachment != "" {
		return &p.cfg.AuthenticatorAttachment
	}
	return asked
}

// userHandle is 32 characters that tell authenticators nothing of the user
// (section 14.6.1).
func (p *Passkeys) userHandle(rpID, userID string) (string, error) {
	// Without an id yet, which is when the database makes ids, none can be derived.
	if p.cfg.UserHandle == UserHandleStable && userID != "" {
		return hex.EncodeToString(p.host.Derive("passkey user handle", rpID+"\x00"+userID)[:16]), nil
	}
	return p.host.RandomString(32, betterauth.LowerAlphanumeric)
}

func (p *Passkeys) authenticateOptions(c *betterauth.Ctx, _ betterauth.None) (requestOptions, error) {
	var user challengeUser
	var keys []*Passkey
	id, err := c.Session()
	if err == nil {
		user.ID = id.User.ID
		if keys, err = p.List(c, id.User.ID); err != nil {
			return requestOptions{}, err
		}
	} else if !isNoSession(err) {
		return requestOptions{}, err
	}
	return p.requestOptions(c, challenge{Type: authentication, User: user}, keys)
}

// requestOptions begins a ceremony that a key of the list, or any where there is
// none, is to answer.
func (p *Passkeys) requestOptions(c *betterauth.Ctx, begun challenge, keys []*Passkey) (requestOptions, error) {
	party, err := p.party(c)
	if err != nil {
		return requestOptions{}, err
	}
	extensions, err := p.cfg.Extensions.inputs(authentication)
	if err != nil {
		return requestOptions{}, err
	}
	expected, err := p.begin(c, begun)
	if err != nil {
		return requestOptions{}, err
	}
	return requestOptions{
		RPID: party.id, Challenge: expected, AllowCredentials: descriptors(keys),
		Timeout: timeout, UserVerification: p.userVerification(&begun),
		Hints: p.cfg.Hints, Extensions: extensions,
	}, nil
}
