package passkeytest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxUserHandle is the limit in bytes of section 5.4.3.
const maxUserHandle = 64

type descriptor struct {
	Type string    `json:"type"`
	ID   base64URL `json:"id"`
}

// creationRequest is what the authenticator reads of
// PublicKeyCredentialCreationOptionsJSON (section 5.1.8).
type creationRequest struct {
	Challenge base64URL `json:"challenge"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID base64URL `json:"id"`
	} `json:"user"`
	PubKeyCredParams []struct {
		Type string    `json:"type"`
		Alg  Algorithm `json:"alg"`
	} `json:"pubKeyCredParams"`
	ExcludeCredentials     []descriptor `json:"excludeCredentials"`
	AuthenticatorSelection struct {
		ResidentKey        string `json:"residentKey"`
		RequireResidentKey bool   `json:"requireResidentKey"`
		UserVerification   string `json:"userVerification"`
	} `json:"authenticatorSelection"`
	Extensions struct {
		CredProps bool `json:"credProps"`
	} `json:"extensions"`
	PublicKey jsontext.Value `json:"publicKey"`
}

// assertionRequest is what the authenticator reads of
// PublicKeyCredentialRequestOptionsJSON (section 5.1.9).
type assertionRequest struct {
	Challenge        base64URL      `json:"challenge"`
	RPID             string         `json:"rpId"`
	AllowCredentials []descriptor   `json:"allowCredentials"`
	UserVerification string         `json:"userVerification"`
	PublicKey        jsontext.Value `json:"publicKey"`
}

func parseCreation(options []byte) (creationRequest, error) {
	var request creationRequest
	if err := json.Unmarshal(options, &request); err != nil {
		return request, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if err := checkRequest(request.Challenge, request.PublicKey); err != nil {
		return request, err
	}
	if n := len(request.User.ID); n == 0 || n > maxUserHandle {
		return request, fmt.Errorf("%w: user.id has %d bytes, want 1 to %d", ErrMalformed, n, maxUserHandle)
	}
	return request, nil
}

func parseAssertion(options []byte) (assertionRequest, error) {
	var request assertionRequest
	if err := json.Unmarshal(options, &request); err != nil {
		return request, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return request, checkRequest(request.Challenge, request.PublicKey)
}

func checkRequest(challenge []byte, wrapped jsontext.Value) error {
	if wrapped != nil {
		return fmt.Errorf(`%w: wrapped in "publicKey", want its value`, ErrMalformed)
	}
	if len(challenge) == 0 {
		return fmt.Errorf("%w: no challenge", ErrMalformed)
	}
	return nil
}

// requiresResident follows section 5.4.4: requireResidentKey counts only
// where residentKey is absent.
func (r creationRequest) requiresResident() bool {
	s := r.AuthenticatorSelection
	return s.ResidentKey == "required" || s.ResidentKey == "" && s.RequireResidentKey
}

func (r creationRequest) prefersResident() bool {
	return r.requiresResident() || r.AuthenticatorSelection.ResidentKey == "preferred"
}

// algorithm picks the first offered algorithm that is supported. An empty
// list stands for ES256 and RS256 (section 5.1.3, step 10).
func (r creationRequest) algorithm(supported []Algorithm) (Algorithm, error) {
	if len(r.PubKeyCredParams) == 0 {
		for _, a := range []Algorithm{ES256, RS256} {
			if slices.Contains(supported, a) {
				return a, nil
			}
		}
		return 0, ErrNotSupported
	}
	for _, p := range r.PubKeyCredParams {
		if p.Type == "public-key" && slices.Contains(supported, p.Alg) {
			return p.Alg, nil
		}
	}
	return 0, ErrNotSupported
}

// relyingParty returns the RP ID a ceremony is for: the requested one, if the
// origin may use it, or the default.
func relyingParty(requested, origin, configured string) (string, error) {
	host := ""
	if u, err := url.Parse(origin); err == nil {
		host = u.Hostname()
	}
	if requested == "" {
		if configured != "" {
			return configured, nil
		}
		if host == "" {
			return "", fmt.Errorf("%w: no RP ID in the options and none in the origin %q", ErrSecurity, origin)
		}
		return host, nil
	}
	if requested == configured || requested == host || strings.HasSuffix(host, "."+requested) {
		return requested, nil
	}
	return "", fmt.Errorf("%w: %q, origin %q", ErrSecurity, requested, origin)
}

// base64URL is a Base64URLString (section 5): the URL alphabet, no padding.
type base64URL []byte

// UnmarshalJSON refuses what a browser's parser refuses.
func (b *base64URL) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	if strings.ContainsAny(text, "\r\n") {
		return fmt.Errorf("line break in base64url")
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	*b = decoded
	return nil
}
