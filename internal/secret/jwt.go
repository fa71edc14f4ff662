package secret

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The JWS is put together here, not by go-jose: that library refuses HMAC keys
// under 32 bytes (RFC 7518, section 3.2), while the wire format allows a
// shorter secret, with a warning.

// SignJWT returns the claims, sent as given, as a compact JWS (RFC 7515) with
// HS256 under the current secret. The protected header is {"alg":"HS256"} and
// nothing else.
func (r *Ring) SignJWT(claims []byte) string { return r.signJWT(`{"alg":"HS256"}`, claims) }

// SignTypedJWT is SignJWT with typ in the protected header (RFC 7515, section
// 4.1.9), which holds no character that JSON escapes.
func (r *Ring) SignTypedJWT(typ string, claims []byte) string {
	return r.signJWT(`{"alg":"HS256","typ":"`+typ+`"}`, claims)
}

func (r *Ring) signJWT(header string, claims []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(header)) + "." + encode(claims)
	return input + "." + encode(r.current().mac([]byte(input)))
}

// VerifyJWT returns the claims of a compact JWS that any secret of the ring
// signed with HS256; no other algorithm is accepted, and no critical header
// parameter. The claims are a valid JSON object; their exp and everything else
// in them is for the caller to check. A token that says a type of its own is
// for something else, and refused; "JWT" says nothing. The error is
// [ErrMalformed] or [ErrAuthentication].
func (r *Ring) VerifyJWT(token string) ([]byte, error) { return r.VerifyTypedJWT("", token) }

// VerifyTypedJWT is VerifyJWT for a token of this type, and of no other.
func (r *Ring) VerifyTypedJWT(typ, token string) ([]byte, error) {
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 {
		return nil, ErrMalformed
	}
	header, err := canonical.DecodeString(parts[0])
	if err != nil {
		return nil, ErrMalformed
	}
	var protected struct {
		Algorithm string         `json:"alg"`
		Type      string         `json:"typ"`
		Critical  jsontext.Value `json:"crit"`
	}
	if err := json.Unmarshal(header, &protected); err != nil {
		return nil, ErrMalformed
	}
	if protected.Algorithm != "HS256" || protected.Critical != nil {
		return nil, ErrMalformed
	}
	if strings.EqualFold(protected.Type, "JWT") {
		protected.Type = "" // what any JWT may say (RFC 7519, section 5.1)
	}
	if protected.Type != typ {
		return nil, ErrMalformed
	}
	mac, err := canonical.DecodeString(parts[2])
	if err != nil {
		return nil, ErrMalformed
	}
	if !r.verifyMAC([]byte(token[:len(parts[0])+1+len(parts[1])]), mac) {
		return nil, ErrAuthentication
	}
	claims, err := canonical.DecodeString(parts[1])
	if err != nil || !isObject(claims) {
		return nil, ErrMalformed
	}
	return claims, nil
}

func isObject(b []byte) bool {
	v := jsontext.Value(b)
	return v.Kind() == '{' && v.IsValid()
}

// AddClaim adds a number as the last member of a JSON object, which has one already.
func AddClaim(object []byte, name string, n int64) []byte {
	return appendClaim(append([]byte(nil), object[:len(object)-1]...), name, n)
}

// appendClaim writes the member and the bracket behind it.
func appendClaim(out []byte, name string, n int64) []byte {
	out = append(append(append(out, `,"`...), name...), `":`...)
	return append(strconv.AppendInt(out, n, 10), '}')
}
