package passkey

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Check implements betterauth.Checker: it reports everything that would make every
// ceremony fail later.
func (p *Passkeys) Check(site betterauth.Site) error {
	p.site = site
	var problems []error
	for name, value := range map[string]string{"UserVerification": p.cfg.UserVerification, "ResidentKey": p.cfg.ResidentKey} {
		if !slices.Contains([]string{required, preferred, discouraged}, value) {
			problems = append(problems, fmt.Errorf("%s %q is not required, preferred or discouraged; use one of them", name, value))
		}
	}
	if !slices.Contains([]BackupEligibility{BackupUpgrade, BackupStrict, BackupIgnore}, p.cfg.BackupEligibility) {
		problems = append(problems, fmt.Errorf("BackupEligibility %q is not upgrade, strict or ignore; use one of them", p.cfg.BackupEligibility))
	}
	if !slices.Contains([]CloneDetection{CloneFail, CloneWarn, CloneIgnore}, p.cfg.CloneDetection) {
		problems = append(problems, fmt.Errorf("CloneDetection %q is not fail, warn or ignore; use one of them", p.cfg.CloneDetection))
	}
	if !slices.Contains([]UserHandle{UserHandleRandom, UserHandleStable}, p.cfg.UserHandle) {
		problems = append(problems, fmt.Errorf("UserHandle %q is not random or stable; use one of them", p.cfg.UserHandle))
	}
	for _, setting := range []struct {
		name  string
		value int64
	}{{"ChallengeTTL", int64(p.cfg.ChallengeTTL)}, {"ProofTTL", int64(p.cfg.ProofTTL)}, {"MaxPerUser", int64(p.cfg.MaxPerUser)}} {
		if setting.value < 0 {
			problems = append(problems, fmt.Errorf("%s is negative; leave it at 0 for the default", setting.name))
		}
	}
	if p.cfg.Registration.ResolveUser != nil && !p.cfg.Registration.AllowWithoutSession {
		problems = append(problems, errors.New("Registration.ResolveUser is never called without AllowWithoutSession; set that, or remove it"))
	}
	id, err := p.rpID(site.Origin)
	if err != nil {
		problems = append(problems, err)
	}
	origins := p.origins(site.Origin)
	field := "Origins"
	if len(p.cfg.Origins) == 0 {
		field = "Config.BaseURL"
	}
	for _, origin := range origins[:len(origins)-len(p.cfg.RelatedOrigins)] {
		if err := checkRPOrigin(id, origin); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", field, err))
		}
	}
	problems = append(problems, p.checkFollowed(site, id)...)
	problems = append(problems, p.checkPolicies(site, id)...)
	if p.cfg.AllowInsecureUnverifiedAssertion {
		problems = append(problems, p.checkInsecure(site.Origin, origins))
	}
	return errors.Join(problems...)
}

// checkInsecure keeps unverified ceremonies on the developer's own machine.
func (p *Passkeys) checkInsecure(origin string, origins []string) error {
	if !p.cfg.DisableVerification {
		return errors.New("AllowInsecureUnverifiedAssertion has an effect only with DisableVerification; remove it, or switch verification off on purpose")
	}
	for _, o := range append([]string{origin}, origins...) {
		if u, err := url.Parse(o); err != nil || !loopback(u.Hostname()) {
			return fmt.Errorf("AllowInsecureUnverifiedAssertion lets anybody sign in as anybody, and %q is not on localhost; remove it, or use a base URL and origins on localhost", o)
		}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// rpID is the relying party ID in the form browsers hash: lower case, IDNA
// encoded (section 5.1.2). origin is the base URL's, "" when it is not known yet.
func (p *Passkeys) rpID(origin string) (string, error) {
	id := p.cfg.RPID
	if id == "" {
		id = "localhost"
		// A host that anybody may name in a request decides nothing: a phishing
		// page in between could otherwise have passkeys made for itself.
		if u, err := url.Parse(origin); err == nil && u.Hostname() != "" && !p.site.AnyHost {
			id = u.Hostname()
		}
	}
	if net.ParseIP(id) != nil {
		return "", fmt.Errorf("RP ID %q is an IP address, which browsers refuse; set RPID or Config.BaseURL to a domain, such as localhost during development", id)
	}
	ascii, err := idna.Lookup.ToASCII(id)
	if err != nil || strings.ContainsAny(id, "/:@") {
		return "", fmt.Errorf("RP ID %q is not a domain; write RPID without scheme, port and path, like example.com", id)
	}
	if suffix, _ := publicsuffix.PublicSuffix(ascii); suffix == ascii && strings.Contains(ascii, ".") {
		return "", fmt.Errorf("RP ID %q is a public suffix, below which anybody may have a site, and browsers refuse it; set RPID to a domain of your own", id)
	}
	if !strings.Contains(ascii, ".") && ascii != "localhost" {
		return "", fmt.Errorf("RP ID %q is a single label, of which browsers accept localhost alone; set RPID to a domain, such as example.com", id)
	}
	return ascii, nil
}

// checkRPOrigin reports an origin that no ceremony with this RP ID can come from.
func checkRPOrigin(id, origin string) error {
	if native, err := checkNativeOrigin(origin); native {
		return err
	}
	if id == "" {
		return nil
	}
	if err := checkWebOrigin(origin); err != nil {
		return err
	}
	if u, err := url.Parse(origin); err != nil || !within(u.Hostname(), id) {
		return fmt.Errorf("RP ID %q is not a suffix of the host of origin %q; correct one of them, or list an origin on another domain in RelatedOrigins", id, origin)
	}
	return nil
}

// isOrigin reports whether a browser sends this, to the letter.
func isOrigin(origin string) bool {
	normal, err := betterauth.BrowserOrigin(origin)
	return err == nil && normal == origin
}

// within reports whether host is the domain or below it.
func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// asBrowsersSend rewrites origins that are only spelt otherwise: they are
// compared with what a browser says, to the letter. Check reports the others.
func asBrowsersSend(origins []string) []string {
	out := slices.Clone(origins)
	for i, origin := range out {
		if normal, err := betterauth.BrowserOrigin(origin); err == nil {
			out[i] = normal
		}
	}
	return out
}
