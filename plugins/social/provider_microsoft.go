package social

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// MicrosoftOptions are what only Microsoft has.
type MicrosoftOptions struct {
	// TenantID admits the users of one tenant, by its id, a GUID; "organizations" those of
	// all tenants but no personal accounts, "consumers" personal accounts alone. Default
	// "common": everybody.
	TenantID string
	// Authority is the address of a cloud. Default "https://login.microsoftonline.com".
	Authority string
	// PhotoSize is the width of the user's picture in pixels, one of those that Microsoft
	// Graph has: 48, 64, 96, 120, 240, 360, 432, 504 or 648. Default 48.
	PhotoSize int
	// DisablePhoto does not ask for the picture. Default false. The picture becomes part
	// of the user as a data URI, since its address needs the access token.
	DisablePhoto bool
}

// microsoftConsumers is the tenant of all personal accounts.
const microsoftConsumers = "9188040d-6c67-4c5b-b112-36a304b66dad"

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// Microsoft signs in with a work, school or personal account of Microsoft. The administrator
// of a tenant can give a user any address. So an address counts as verified only if the ID
// token has it in verified_primary_email or verified_secondary_email, or has the optional
// claim xms_edov: the tenant owns the address' domain. The claim email_verified counts for
// TenantID of one tenant, whose administrator the application trusts.
func Microsoft(c Client) Provider { return MicrosoftWith(c, MicrosoftOptions{}) }

// MicrosoftWith is Microsoft with options.
func MicrosoftWith(c Client, o MicrosoftOptions) Provider {
	o.Authority = strings.TrimRight(cmp.Or(o.Authority, "https://login.microsoftonline.com"), "/")
	o.TenantID = strings.ToLower(cmp.Or(o.TenantID, "common"))
	if o.PhotoSize == 0 {
		o.PhotoSize = 48
	}
	base := o.Authority + "/" + o.TenantID
	p := Provider{
		ID: "microsoft", Name: "Microsoft", Client: c,
		AuthorizeURL: base + "/oauth2/v2.0/authorize",
		TokenURL:     base + "/oauth2/v2.0/token",
		Scopes:       []string{"openid", "profile", "email", "User.Read", "offline_access"},
		IDTokens: &oauth.IDTokens{
			KeysURL:     base + "/discovery/v2.0/keys",
			CheckIssuer: o.checkIssuer,
			MaxAge:      time.Hour,
		},
		User: o.user,
	}
	var scopes []string
	if !c.DisableDefaultScopes {
		scopes = append(scopes, p.Scopes...)
	}
	if scopes = append(scopes, c.Scopes...); len(scopes) > 0 {
		p.RefreshParams = []betterauth.Param{{Name: "scope", Value: strings.Join(scopes, " ")}}
	}
	if o.oneTenant() && !guid.MatchString(o.TenantID) {
		p.Problem = `has a TenantID that is no GUID, by which tokens name a tenant; set it to the tenant's id, or to "common", "organizations" or "consumers"`
	}
	return p
}

func (o MicrosoftOptions) oneTenant() bool {
	return !slices.Contains([]string{"common", "organizations", "consumers"}, o.TenantID)
}

var errTenant = &oauth.InvalidTokenError{Reason: "is of a tenant that is not admitted"}

// checkIssuer compares the issuer with the tenant that the token names. The key sets of
// different kinds of accounts overlap, so a good signature says nothing of the tenant.
func (o MicrosoftOptions) checkIssuer(claims *oauth.Claims) error {
	var in struct {
		Tenant string `json:"tid"`
	}
	if err := claims.Decode(&in); err != nil || in.Tenant == "" || claims.Issuer != o.Authority+"/"+in.Tenant+"/v2.0" {
		return &oauth.InvalidTokenError{Reason: "has an issuer that is not that of its tenant"}
	}
	switch personal := in.Tenant == microsoftConsumers; {
	case o.TenantID == "organizations" && personal,
		o.TenantID == "consumers" && !personal,
		o.oneTenant() && in.Tenant != o.TenantID:
		return errTenant
	}
	return nil
}

func (o MicrosoftOptions) user(ctx context.Context, g *Grant) (*Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var in struct {
		standardClaims
		ObjectID    string         `json:"oid"`
		Primary     []string       `json:"verified_primary_email"`
		Secondary   []string       `json:"verified_secondary_email"`
		DomainOwned jsontext.Value `json:"xms_edov"`
	}
	if err := claims.Decode(&in); err != nil {
		return nil, err
	}
	profile := in.profile(claims.Raw)
	profile.Subject = in.ObjectID // "sub" differs from application to application
	profile.EmailVerified = in.Email != "" && (slices.Contains(in.Primary, in.Email) || slices.Contains(in.Secondary, in.Email) ||
		oauth.True(in.DomainOwned) || o.oneTenant() && oauth.True(in.EmailVerified))
	if !o.DisablePhoto && g.AccessToken != "" {
		profile.Image = cmp.Or(o.photo(ctx, g), profile.Image)
	}
	return profile, nil
}

// maxPhoto is the largest picture that becomes part of a user, in bytes.
const maxPhoto = 128 << 10

// photo is the user's picture, or "": many have none.
func (o MicrosoftOptions) photo(ctx context.Context, g *Grant) string {
	size := strconv.Itoa(o.PhotoSize)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://graph.microsoft.com/v1.0/me/photos/"+size+"x"+size+"/$value", nil)
	if err != nil {
		return ""
	}
	r.Header.Set("Authorization", "Bearer "+g.AccessToken)
	answer, err := g.Do(r)
	if err != nil || len(answer.Body) == 0 || len(answer.Body) > maxPhoto ||
		!slices.Contains([]string{"image/jpeg", "image/png", "image/gif"}, answer.MediaType) {
		return ""
	}
	return "data:" + answer.MediaType + ";base64," + base64.StdEncoding.EncodeToString(answer.Body)
}
