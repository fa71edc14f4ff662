package social

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/go-json-experiment/json"
)

const appleIssuer = "https://appleid.apple.com"

// AppleOptions are what only Apple has.
type AppleOptions struct {
	// TeamID and KeyID name the key, PrivateKey is the content of its file, "AuthKey_….p8".
	// With them each request to Apple gets a client secret of its own, which lives for five
	// minutes. Default: Client.Secret, a JWT that the application makes and renews before
	// it expires, after six months at most.
	TeamID, KeyID, PrivateKey string
}

// Apple signs in with an Apple account. Client.ID is the services id; the bundle ids of
// native apps belong into Client.Audiences. Apple tells a name the first time alone, and
// the browser brings it, so it is not verified. Addresses count as verified if the ID
// token says so.
func Apple(c Client) Provider { return AppleWith(c, AppleOptions{}) }

// AppleWith is Apple with options.
func AppleWith(c Client, o AppleOptions) Provider {
	p := Provider{
		ID: "apple", Name: "Apple", Client: c,
		AuthorizeURL: "https://appleid.apple.com/auth/authorize",
		TokenURL:     "https://appleid.apple.com/auth/token",
		Scopes:       []string{"email", "name"},
		ResponseType: "code id_token", ResponseMode: "form_post",
		IDTokens: &oauth.IDTokens{
			KeysURL: "https://appleid.apple.com/auth/keys", Issuers: []string{appleIssuer},
			MaxAge: time.Hour, HashedNonce: true,
		},
		User: appleUser,
	}
	if o != (AppleOptions{}) {
		key, ok := appleKey(o.PrivateKey)
		if !ok || o.TeamID == "" || o.KeyID == "" {
			p.Problem = "has no usable key; set TeamID and KeyID, and PrivateKey to the content of the file AuthKey_….p8"
		}
		p.Authentication = appleSecret(o, key)
	}
	return p
}

func appleKey(text string) (crypto.PrivateKey, bool) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, false
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	return key, err == nil
}

// appleSecret makes a client secret for each request: a JWT that the key signs.
func appleSecret(o AppleOptions, key crypto.PrivateKey) oauth.Authentication {
	return oauth.AuthenticationFunc(func(_ context.Context, r *oauth.TokenRequest) error {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", o.KeyID))
		if err != nil {
			return err
		}
		id := r.Provider.Client.ID
		secret, err := jwt.Signed(signer).Claims(jwt.Claims{
			Issuer: o.TeamID, Subject: id, Audience: jwt.Audience{appleIssuer},
			IssuedAt: jwt.NewNumericDate(r.Now), Expiry: jwt.NewNumericDate(r.Now.Add(5 * time.Minute)),
		}).Serialize()
		if err != nil {
			return err
		}
		r.Form.Set("client_id", id)
		r.Form.Set("client_secret", secret)
		return nil
	})
}

func appleUser(ctx context.Context, g *Grant) (*Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var in standardClaims
	if err := claims.Decode(&in); err != nil {
		return nil, err
	}
	profile := in.profile(claims.Raw)
	if name := appleName(g); name != "" {
		profile.Name = name
	}
	return profile, nil
}

// appleName is the name that came beside the ID token. Nothing else is taken from there.
func appleName(g *Grant) string {
	var told struct {
		Name struct {
			First string `json:"firstName"`
			Last  string `json:"lastName"`
		} `json:"name"`
	}
	switch {
	case g.Native != nil:
		told.Name.First, told.Name.Last = g.Native.FirstName, g.Native.LastName
	case g.Callback == nil || json.Unmarshal([]byte(g.Callback.User), &told) != nil:
		return ""
	}
	return strings.TrimSpace(told.Name.First + " " + told.Name.Last)
}
