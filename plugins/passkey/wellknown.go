package passkey

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-webauthn/webauthn/protocol"
	"golang.org/x/net/publicsuffix"
)

// The paths at the root of a domain that browsers and password managers ask.
const (
	// RelatedOriginsPath is the path of the document about RelatedOrigins on the RPID's
	// domain (section 5.11).
	RelatedOriginsPath = protocol.WellKnownPathWebAuthn
	// EndpointsPath is the path of the document about Pages on each origin on which users
	// sign in (https://www.w3.org/TR/passkey-endpoints/).
	EndpointsPath = "/.well-known/passkey-endpoints"
)

// Pages are the pages on which users add and manage their passkeys. Password managers
// link to them.
type Pages struct {
	// Enroll and Manage are URLs: "https://example.com/account/passkeys".
	// Default: none.
	Enroll, Manage string
}

func (p Pages) check() (problems []error) {
	for name, page := range map[string]string{"Enroll": p.Enroll, "Manage": p.Manage} {
		u, err := url.Parse(page)
		if page != "" && (err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname()))) {
			problems = append(problems, fmt.Errorf("page %q of Pages.%s is not an https URL; write it like https://example.com/passkeys", page, name))
		}
	}
	return problems
}

// WellKnown returns the documents to serve at the root of the domain, outside the base
// path, by their paths: those of RelatedOriginsPath and EndpointsPath that are
// configured. They need no session and may be cached for 5 minutes.
//
//	for path, document := range passkeys.WellKnown() {
//		mux.Handle(path, document)
//	}
func (p *Passkeys) WellKnown() map[string]http.Handler {
	documents := map[string]http.Handler{}
	if len(p.cfg.RelatedOrigins) > 0 {
		documents[RelatedOriginsPath] = document(struct {
			Origins []string `json:"origins"`
		}{p.cfg.RelatedOrigins})
	}
	if p.cfg.Pages != (Pages{}) {
		documents[EndpointsPath] = document(struct {
			Enroll string `json:"enroll,omitempty"`
			Manage string `json:"manage,omitempty"`
		}{p.cfg.Pages.Enroll, p.cfg.Pages.Manage})
	}
	return documents
}

// documentLife is short: an origin that is listed no more is to be out soon.
const documentLife = "public, max-age=300"

func document(v any) http.Handler {
	body, err := json.Marshal(v)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
			return
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Header().Set("Cache-Control", documentLife)
		if r.Method == http.MethodGet {
			_, _ = w.Write(body) // a client that is gone needs no answer
		}
	})
}

// checkRelated reports related origins that browsers would not follow.
func (p *Passkeys) checkRelated(rpID string) (problems []error) {
	labels := map[string]bool{}
	for _, origin := range p.cfg.RelatedOrigins {
		u, err := url.Parse(origin)
		if err == nil {
			err = checkWebOrigin(origin)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("RelatedOrigins: %w", err))
			continue
		}
		host := u.Hostname()
		if within(host, rpID) {
			problems = append(problems, fmt.Errorf("RelatedOrigins: %q is on the RP ID's own domain; list it in Origins", origin))
		}
		domain, err := publicsuffix.EffectiveTLDPlusOne(host)
		if err != nil && !loopback(host) {
			problems = append(problems, fmt.Errorf("RelatedOrigins: %q has no domain of its own: %w; remove it", origin, err))
			continue
		}
		label, _, _ := strings.Cut(domain, ".")
		labels[label] = true
	}
	if len(labels) > protocol.MaximumRelatedOriginLabels {
		problems = append(problems, fmt.Errorf("RelatedOrigins are under %d names, of which browsers look at %d; remove some", len(labels), protocol.MaximumRelatedOriginLabels))
	}
	if len(labels) > 0 && rpID == "" {
		problems = append(problems, errors.New("RelatedOrigins have no effect without an RP ID; set RPID"))
	}
	return problems
}
