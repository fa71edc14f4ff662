package genericoauth

import (
	"context"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// openID are the default scopes of the providers of OpenID Connect here.
func openID() []string { return []string{"openid", "profile", "email"} }

// Auth0 is a tenant of Auth0, or a custom domain of one: "tenant.eu.auth0.com".
func Auth0(domain string, c oauth.Client) Provider {
	domain = strings.TrimSuffix(strings.TrimPrefix(domain, "https://"), "/")
	p := Provider{ID: "auth0", Name: "Auth0", Client: c, Issuer: "https://" + domain + "/", Scopes: openID()}
	if domain == "" || strings.ContainsAny(domain, "/ ") {
		p.problem = "has no domain of Auth0; pass one like tenant.eu.auth0.com"
	}
	return p
}

// Keycloak is a realm of a Keycloak server, by its issuer:
// "https://id.example.com/realms/staff".
func Keycloak(issuer string, c oauth.Client) Provider {
	return byIssuer("keycloak", "Keycloak", issuer, c)
}

// Okta is an authorization server of an Okta organization, by its issuer:
// "https://example.okta.com/oauth2/default".
func Okta(issuer string, c oauth.Client) Provider {
	return byIssuer("okta", "Okta", issuer, c)
}

func byIssuer(id, name, issuer string, c oauth.Client) Provider {
	p := Provider{ID: id, Name: name, Client: c, Issuer: strings.TrimSuffix(issuer, "/"), Scopes: openID()}
	if issuer == "" {
		p.problem = "has no issuer; copy it from the provider's console"
	}
	return p
}

// MicrosoftEntraID is one tenant of Microsoft Entra ID, by its id, a UUID. The subject is
// the user's object id in the tenant. An address counts as verified only if the tenant
// sends "email_verified", since administrators of a tenant may enter any address. For
// users of several tenants there is a provider of its own in plugins/social.
func MicrosoftEntraID(tenant string, c oauth.Client) Provider {
	tenant = strings.ToLower(tenant)
	p := Provider{
		ID: "microsoft-entra-id", Name: "Microsoft", Client: c, Issuer: "https://login.microsoftonline.com/" + tenant + "/v2.0",
		UserInfoURL: "https://graph.microsoft.com/oidc/userinfo", Scopes: openID(), RequireIDToken: true, Subject: objectID,
	}
	if c.User == nil {
		p.Client.User = entraUser
	}
	if !isUUID(tenant) {
		p.problem = "has no tenant id of Microsoft Entra; pass the directory's UUID, since common, organizations and consumers are no single tenant"
	}
	return p
}

func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (r == '-') || !hyphen && !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return true
}

type entraClaims struct {
	ObjectID   string `json:"oid"`
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
}

var errNoObjectID = errors.New("genericoauth: the ID token has no object id, the claim oid")

// objectID is the user's id in all applications of the tenant.
func objectID(ctx context.Context, g *oauth.Grant, _ *oauth.Profile) (string, error) {
	var in entraClaims
	claims, err := g.Claims(ctx)
	if err != nil {
		return "", err
	}
	if err := claims.Decode(&in); err != nil || in.ObjectID == "" {
		return "", errNoObjectID
	}
	return in.ObjectID, nil
}

func entraUser(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	profile, err := oauth.OpenIDUser("", "")(ctx, g)
	if err != nil {
		return nil, err
	}
	if profile.Email == "" && g.AccessToken != "" {
		// The endpoint adds what the token lacks; without it the token must do.
		if told, err := oauth.OpenIDUser("https://graph.microsoft.com/oidc/userinfo", "")(ctx, g); err == nil {
			profile = told
		} else if errors.Is(err, oauth.ErrOtherSubject) {
			return nil, err
		}
	}
	var in entraClaims
	if err := claims.Decode(&in); err != nil {
		return nil, err
	}
	if profile.Name == "" {
		profile.Name = strings.TrimSpace(in.GivenName + " " + in.FamilyName)
	}
	if profile.Email == "" && in.ObjectID != "" {
		profile.Email = oauth.Placeholder(in.ObjectID, "microsoft-entra-id")
	}
	return profile, nil
}
