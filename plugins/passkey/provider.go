package passkey

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/google/uuid"
)

// ProviderInfo describes what stores a passkey: a password manager, a platform or the
// maker of a security key.
type ProviderInfo struct {
	// Name is the name that people know.
	Name string `json:"name"`
	// IconLight and IconDark are data URLs of images, for light and dark pages. The
	// built-in table has none, since icons are trademarks of their owners.
	IconLight string `json:"iconLight,omitempty"`
	IconDark  string `json:"iconDark,omitempty"`
}

// providers names the AAGUIDs that most passkeys come with. Config.Providers
// adds to it and replaces.
var providers = map[string]string{
	"ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
	"adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome on Mac",
	"b5397666-4885-aa6b-cebf-e52262a439a2": "Chromium Browser",
	"771b48fd-d3d4-4f74-9232-fc157ab0507a": "Edge on Mac",
	"fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "Apple Passwords",
	"dd4ec289-e01d-41c9-bb89-70fa845d4bf2": "iCloud Keychain (Managed)",
	"08987058-cadc-4b81-b6e1-30de50dcbe96": "Windows Hello",
	"9ddd1817-af5a-4672-a2b9-3e3dd95000a9": "Windows Hello",
	"6028b017-b1d4-4c02-b4b3-afcdafc96bb2": "Windows Hello",
	"53414d53-554e-4700-0000-000000000000": "Samsung Pass",
	"bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
	"d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
	"531126d6-e717-415c-9320-3d9aa6981239": "Dashlane",
	"0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6": "Keeper",
	"b84e4048-15dc-4dd0-8640-f4f60813c8af": "NordPass",
	"50726f74-6f6e-5061-7373-50726f746f6e": "Proton Pass",
	"f3809540-7f14-49c1-a8b3-8f813b225541": "Enpass",
	"fdb141b2-5d84-443e-8a35-4698c205a502": "KeePassXC",
}

// Provider returns the provider of a passkey by its AAGUID, from the built-in table. ok
// is false for an unknown one. Without attestation an AAGUID is only a claim of the
// authenticator: show it, but decide nothing by it.
func Provider(aaguid string) (info ProviderInfo, ok bool) {
	name, ok := providers[strings.ToLower(aaguid)]
	return ProviderInfo{Name: name}, ok
}

// Provider is the function Provider, but looks in Config.Providers first.
func (p *Passkeys) Provider(aaguid string) (info ProviderInfo, ok bool) {
	if info, ok = p.cfg.Providers[strings.ToLower(aaguid)]; ok {
		return info, info.Name != ""
	}
	return Provider(aaguid)
}

func (p *Passkeys) checkProviders() (problems []error) {
	for id, info := range p.cfg.Providers {
		if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
			problems = append(problems, fmt.Errorf("key %q of Providers is not an AAGUID in lower case; write it like 00000000-0000-0000-0000-000000000000", id))
		}
		for _, icon := range []string{info.IconLight, info.IconDark} {
			if icon != "" && !strings.HasPrefix(icon, "data:image/") {
				problems = append(problems, fmt.Errorf("icon of %s in Providers is not a data URL of an image; write it like data:image/png;base64,…", id))
			}
		}
	}
	return problems
}

// lastUsed is the column of Config.TrackLastUse.
var lastUsed = betterauth.NewField[time.Time]("passkey", database.Column{Name: "lastUsedAt", ReadOnly: true})

func (p *Passkeys) schema() betterauth.Schema {
	schema := betterauth.Schema{Tables: []database.Table{database.TableOf[Passkey]("passkey")}}
	if p.cfg.TrackLastUse {
		schema.Columns = []betterauth.AddedColumn{lastUsed}
	}
	return schema
}

// Details is a passkey as a page for managing passkeys shows it.
type Details struct {
	ID   string  `json:"id"`
	Name *string `json:"name"`
	// Provider is null if it is not known.
	Provider *ProviderInfo `json:"provider"`
	// Synced says that the passkey can be on several devices of its user, and BackedUp
	// that it is backed up now.
	Synced     bool       `json:"synced"`
	BackedUp   bool       `json:"backedUp"`
	CreatedAt  *time.Time `json:"createdAt"`
	LastUsedAt *time.Time `json:"lastUsedAt"`
}

// Describe returns what a page shows of a passkey.
func (p *Passkeys) Describe(key *Passkey) Details {
	d := Details{ID: key.ID, Name: key.Name, Synced: key.DeviceType == multiDevice, BackedUp: key.BackedUp, CreatedAt: key.CreatedAt}
	if key.AAGUID != nil {
		if info, ok := p.Provider(*key.AAGUID); ok {
			d.Provider = &info
		}
	}
	if at, ok := lastUsed.Get(key); ok {
		d.LastUsedAt = &at
	}
	return d
}

func (p *Passkeys) describe(c *betterauth.Ctx, _ betterauth.None) ([]Details, error) {
	keys, err := p.List(c, c.Identity().User.ID)
	details := make([]Details, len(keys))
	for i, key := range keys {
		details[i] = p.Describe(key)
	}
	return details, err
}

// managementEndpoints are those the reference does not have.
func (p *Passkeys) managementEndpoints() []betterauth.Endpoint {
	return []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{
			ID: "describePasskeys", Method: http.MethodGet, Path: "/passkey/describe-user-passkeys",
			Access: betterauth.WithSession, Summary: "The user's passkeys as a page shows them: provider, synced or not, last use.",
		}, p.describe),
		betterauth.Handle(betterauth.Operation{
			ID: "passkeySignal", Method: http.MethodGet, Path: "/passkey/signal",
			Access:  betterauth.WithStoredSession,
			Summary: "What a page tells the browser through the Signal API.",
		}, p.signal),
	}
}
