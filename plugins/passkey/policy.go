package passkey

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-webauthn/webauthn/protocol"
)

// supportedAlgorithms are the COSE algorithms whose keys can be checked.
var supportedAlgorithms = map[int64]string{-7: "ES256", -8: "EdDSA", -35: "ES384", -36: "ES512", -257: "RS256"}

var hints = []string{"security-key", "client-device", "hybrid"}

// checkPolicies reports what is wrong with the policies.
func (p *Passkeys) checkPolicies(site betterauth.Site, rpID string) (problems []error) {
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if a := p.cfg.AuthenticatorAttachment; a != "" && a != "platform" && a != "cross-platform" {
		add("AuthenticatorAttachment %q is not platform or cross-platform; use one of them, or leave it empty for both", a)
	}
	for _, hint := range p.cfg.Hints {
		if !slices.Contains(hints, hint) {
			add("Hints: %q is not security-key, client-device or hybrid; use these alone", hint)
		}
	}
	for i, alg := range p.cfg.Algorithms {
		if supportedAlgorithms[alg] == "" {
			add("Algorithms: %d cannot be verified; use -8 (EdDSA), -7 (ES256), -35 (ES384), -36 (ES512) or -257 (RS256)", alg)
		}
		if slices.Contains(p.cfg.Algorithms[:i], alg) {
			add("Algorithms: %d is listed twice; remove one", alg)
		}
	}
	if bits := p.cfg.MinRSABits; bits < 2048 || bits > maxRSABits {
		add("MinRSABits %d is not between 2048 and %d; leave it at 0 for the default", bits, maxRSABits)
	}
	for _, origin := range p.cfg.TopOrigins {
		if err := checkWebOrigin(origin); err != nil {
			add("TopOrigins: %w", err)
		}
	}
	if p.cfg.AllowUnknownTopOrigin && len(p.cfg.TopOrigins) == 0 {
		add("AllowUnknownTopOrigin has an effect only with TopOrigins; remove it, or list the pages that are known")
	}
	problems = append(problems, p.checkRelated(rpID)...)
	problems = append(problems, p.cfg.Pages.check()...)
	problems = append(problems, p.cfg.Attestation.check()...)
	problems = append(problems, p.cfg.Extensions.check()...)
	return append(problems, p.checkProviders()...)
}

// checkWebOrigin demands the form in which browsers write origins.
func checkWebOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || !isOrigin(origin) {
		return fmt.Errorf("origin %q is not of the form that browsers send; write it like https://example.com, in lower case and without a path", origin)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return fmt.Errorf("origin %q is not https, and browsers have passkeys only there and on localhost; serve it over https", origin)
	}
	return nil
}

// checkTopOrigin follows section 7.1, steps 10 and 11, and section 7.2, steps 13
// and 14: a ceremony in a frame of another site is refused unless the page
// around it is known, by name. So is a browser that does not say which page that
// is, unless the application says otherwise.
func (p *Passkeys) checkTopOrigin(client *protocol.CollectedClientData) error {
	if client.TopOrigin == "" && (!client.CrossOrigin || p.cfg.AllowUnknownTopOrigin) {
		return nil
	}
	if !client.CrossOrigin || !slices.Contains(p.cfg.TopOrigins, client.TopOrigin) {
		return errors.New("the ceremony happened in a frame of a page that is not listed in TopOrigins")
	}
	return nil
}
