package oauth

import (
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// OpenIDUser makes the function Provider.User for providers that tell who the user is in
// the claims of OpenID Connect Core 1.0, section 5.1. The verified ID token counts if it
// has an address. Else the endpoint at userInfoURL is asked, whose "sub" must be the ID
// token's (section 5.3.2); without a URL the claims of the ID token are all there is.
//
// Providers of OAuth alone, without ID tokens, name the user in subjectMember: "sub" if it
// is "", or "id". A number counts as the text that it is written as.
func OpenIDUser(userInfoURL, subjectMember string) func(ctx context.Context, g *Grant) (*Profile, error) {
	return func(ctx context.Context, g *Grant) (*Profile, error) {
		var claims *Claims
		if g.IDToken != "" && g.Provider.IDTokens != nil || g.claims != nil {
			var err error
			if claims, err = g.Claims(ctx); err != nil {
				return nil, err
			}
			profile, err := openIDProfile(claims.Raw, "sub")
			if err != nil || profile.Email != "" || userInfoURL == "" || g.AccessToken == "" {
				return profile, err
			}
		}
		if userInfoURL == "" || g.AccessToken == "" {
			return nil, ErrNoProfile
		}
		var raw jsontext.Value
		askedBefore := g.asked
		if _, err := g.Get(ctx, userInfoURL, &raw); err != nil {
			return nil, err
		}
		if claims == nil {
			return openIDProfile(raw, orElse(subjectMember, "sub"))
		}
		profile, err := openIDProfile(raw, "sub")
		if err == nil && profile.Subject != claims.Subject {
			err = ErrOtherSubject
		}
		if err == nil {
			g.asked = askedBefore // this answer is about the subject, whatever it is called then
		}
		return profile, err
	}
}

// openIDProfile reads the claims of a profile. A subject that is no text and no number,
// and an address that is no text, are none.
func openIDProfile(raw jsontext.Value, subject string) (*Profile, error) {
	var in map[string]jsontext.Value
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, errNoJSON
	}
	profile := &Profile{
		Subject: asText(in[subject]), Email: asText(in["email"]), EmailVerified: True(in["email_verified"]),
		Name: asText(in["name"]), Image: asText(in["picture"]), Raw: raw.Clone(),
	}
	if in[subject].Kind() == '0' {
		profile.Subject = string(in[subject])
	}
	if profile.Email == "" {
		profile.EmailVerified = false
	}
	return profile, nil
}
