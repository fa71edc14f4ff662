package passkey

import (
	"fmt"
	"net"
	"net/url"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-webauthn/webauthn/protocol"
	"golang.org/x/net/publicsuffix"
)

// exactOrigin demands one of the origins to the letter, with its port, and the
// same of a page around it.
func (p *Passkeys) exactOrigin(c *betterauth.Ctx, client *protocol.CollectedClientData) error {
	if !p.listed(c, client.Origin) && !p.follows(c, client.Origin) {
		return fmt.Errorf("the ceremony happened at the origin %.200q, which is neither the base URL's nor in Origins, nor one of the application's TrustedOrigins on the RP ID's domain", client.Origin)
	}
	return p.checkTopOrigin(client)
}

// follows reports whether a ceremony may happen at an origin because the
// application trusts its pages. Browsers have passkeys there only on the RP ID's
// domain and over https; what is said in Origins is the whole list.
func (p *Passkeys) follows(c *betterauth.Ctx, origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || len(p.cfg.Origins) > 0 || checkWebOrigin(origin) != nil || !c.TrustedPage(origin) {
		return false
	}
	party, err := p.party(c)
	return err == nil && within(u.Hostname(), party.id)
}

// checkFollowed reports trusted origins where people would be offered passkeys that
// no browser uses: on the RP ID's own site, but not on its domain, or without
// https. Whoever trusts another site altogether may have meant anything; that is
// for the log.
func (p *Passkeys) checkFollowed(site betterauth.Site, id string) (problems []error) {
	if len(p.cfg.Origins) > 0 || id == "" || p.cfg.RPID == "" && site.Origin == "" {
		return nil // said, wrong already, or each request's own
	}
	for _, origin := range site.TrustedOrigins {
		u, err := url.Parse(origin)
		if err != nil || !isOrigin(origin) || origin == site.Origin || slices.Contains(p.cfg.RelatedOrigins, origin) {
			continue
		}
		host := u.Hostname()
		switch {
		case within(host, id):
			if err := checkWebOrigin(origin); err != nil {
				problems = append(problems, fmt.Errorf("Config.TrustedOrigins: %w, or list in Origins where passkeys are used", err))
			}
		case loopback(host) && loopback(id):
			problems = append(problems, fmt.Errorf("Config.TrustedOrigins: origin %q cannot use passkeys of %q; open the page at http://localhost instead, or list in Origins where passkeys are used", origin, id))
		case sameSite(host, id):
			problems = append(problems, fmt.Errorf("Config.TrustedOrigins: origin %q cannot use passkeys of the RP ID %q, which is not a suffix of its host; set RPID to the domain of both, such as %q, or list in Origins where passkeys are used", origin, id, registrable(id)))
		default:
			p.without = append(p.without, origin)
		}
	}
	return problems
}

// tellWithout says at which trusted origins there are no passkeys.
func (p *Passkeys) tellWithout() {
	if len(p.without) > 0 {
		p.host.Logger().Warn("browsers use no passkeys at trusted origins on other domains than the RP ID; list them in RelatedOrigins, or in Origins where passkeys are used", "origins", p.without)
	}
}

// sameSite reports whether two hosts are below one registered domain.
func sameSite(a, b string) bool { return registrable(a) != "" && registrable(a) == registrable(b) }

// registrable is the domain that somebody registered, "" for what is none.
func registrable(host string) string {
	if net.ParseIP(host) != nil {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return domain
}
