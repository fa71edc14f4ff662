package passkey

import (
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// party is the relying party as of one origin of the base URL, which may be each
// request's own.
type party struct {
	base, id string
	origins  []string // where a ceremony may happen
	checks   *webauthn.WebAuthn
}

// party returns the relying party of a request. The last one is kept: nearly always the
// base URL is always the same.
func (p *Passkeys) party(c *betterauth.Ctx) (*party, error) {
	base := c.Origin()
	if last := p.last.Load(); last != nil && last.base == base {
		return last, nil
	}
	id, err := p.rpID(base)
	if err != nil {
		return nil, err
	}
	made := &party{base: base, id: id, origins: p.origins(base)}
	if made.checks, err = p.checks(id, made.origins); err != nil {
		return nil, err
	}
	p.last.Store(made)
	return made, nil
}

// origins are where a ceremony may happen, given the base URL's origin.
func (p *Passkeys) origins(base string) []string {
	own := p.cfg.Origins
	if len(own) == 0 && base != "" {
		own = []string{base}
	}
	return slices.Concat(own, p.cfg.RelatedOrigins)
}

// listed reports whether an origin is one of the relying party's, whatever the
// application trusts besides.
func (p *Passkeys) listed(c *betterauth.Ctx, origin string) bool {
	party, err := p.party(c)
	if err != nil { // which is told where the RP ID is needed
		return slices.Contains(p.origins(c.Origin()), origin)
	}
	return slices.Contains(party.origins, origin)
}

// relyingParty is go-webauthn for one request and the origin that a client names.
func (p *Passkeys) relyingParty(c *betterauth.Ctx, origin string) (*webauthn.WebAuthn, error) {
	party, err := p.party(c)
	if err != nil {
		return nil, err
	}
	if slices.Contains(party.origins, origin) || !p.follows(c, origin) {
		return party.checks, nil
	}
	return p.checks(party.id, append(slices.Clone(party.origins), origin))
}

// checks prepares go-webauthn. Its values are only read, so that requests share them.
func (p *Passkeys) checks(id string, origins []string) (*webauthn.WebAuthn, error) {
	return webauthn.New(&webauthn.Config{
		RPID: id, RPDisplayName: p.name(),
		// Those of apps among them: exactOrigin has the last word.
		RPOrigins: origins, RPTopOrigins: p.cfg.TopOrigins, RPAllowCrossOrigin: len(p.cfg.TopOrigins) > 0,
		// Outputs nobody asked for are not used, so they do no harm; some
		// authenticators send them unasked.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
}

func (p *Passkeys) name() string {
	if p.cfg.RPName != "" {
		return p.cfg.RPName
	}
	return p.host.Site().AppName
}
