package plugintest

import (
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

const sessionCookie = "better-auth.session_token"

func noSession(p *probe) {
	k := p.kit()
	for _, op := range p.watched(k) {
		if op.Access == betterauth.Public || p.excepted(op.Operation) {
			continue
		}
		alice := p.signIn(k, "alice@example.com")
		r := p.request(k, alice, op)
		forged := k.Client()
		token, _, _ := strings.Cut(alice.Cookie(sessionCookie), ".")
		forged.SetCookie(sessionCookie, token+".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		for who, c := range map[string]*Client{"without a session": k.Client(), "with a forged cookie": forged} {
			for _, method := range methodsOf(op.Operation) {
				p.wantUnauthorized(k, op, who, c.send(op.Operation, method, r))
			}
		}
		r = p.request(k, alice, op)
		k.Clock.Advance(30 * 24 * time.Hour)
		p.wantUnauthorized(k, op, "with an expired session", alice.send(op.Operation, firstMethod(op.Operation), r))
	}
}

func (p *probe) wantUnauthorized(k *Kit, op operation, who string, a *Answer) {
	p.Helper()
	switch {
	case a.Status == betterauth.ErrUnauthorized.Status && a.Code() == betterauth.ErrUnauthorized.Code:
	case !op.own && a.Status >= 400 && a.Status < 500: // a hook refuses before that
	case a.Code() == betterauth.ErrValidation.Code && op.in != nil:
		// The sample is not good enough to get that far; in process there is
		// nothing to parse.
		_, err := betterauth.Call[any](p.Context(), k.Auth, op.ID, reflect.Zero(op.in).Interface(), betterauth.CallOptions{})
		if !errors.Is(err, betterauth.ErrUnauthorized) {
			p.broken("%s %s answers %v in process", op.ID, who, err)
		}
	default:
		p.broken("%s %s answers %d %s", op.ID, who, a.Status, a.Body)
	}
}

func foreignOrigin(p *probe) {
	k := p.kit()
	for _, op := range p.watched(k) {
		if p.excepted(op.Operation) {
			continue
		}
		alice := p.signIn(k, "alice@example.com")
		r := p.request(k, alice, op)
		for _, method := range methodsOf(op.Operation) {
			if method == http.MethodGet {
				continue
			}
			for _, origin := range []string{"https://evil.example", "http://localhost.evil.example:3000", "null", ""} {
				c := alice.Fork()
				c.Header = http.Header{"Origin": {origin}, "Sec-Fetch-Site": {"cross-site"}}
				if a := c.send(op.Operation, method, r); a.Status != http.StatusForbidden {
					p.broken("%s with cookies from origin %q answers %d %s", op.ID, origin, a.Status, a.Body)
				}
			}
			if !op.SignsIn {
				continue
			}
			c := k.Client()
			c.Header = http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"cors"}}
			if a := c.send(op.Operation, method, r); a.Status != http.StatusForbidden && a.Code() != betterauth.ErrValidation.Code {
				p.broken("%s without cookies from another origin answers %d %s", op.ID, a.Status, a.Body)
			}
		}
	}
}

func openRedirect(p *probe) {
	const evil = "evil.example"
	k := p.kit()
	for _, op := range p.watched(k) {
		if p.excepted(op.Operation) {
			continue
		}
		names := []string{"callbackURL", "newUserCallbackURL", "errorCallbackURL", "redirectTo", "redirectURL"}
		ms, _ := members(op.in)
		for _, m := range ms {
			if isTarget(m.name) {
				names = append(names, m.name)
			}
		}
		for _, target := range []string{"https://" + evil + "/x", "//" + evil + "/x", `/\` + evil + "/x", "https://localhost:3000@" + evil + "/"} {
			for _, method := range methodsOf(op.Operation) {
				c := p.client(k, op.Operation, "alice@example.com")
				r := p.request(k, c, op)
				k.Mails() // of the preparation
				query, body := url.Values{}, bodyOf(r)
				for name, values := range r.Query {
					query[name] = values
				}
				for _, name := range names {
					query.Set(name, target)
					if body != nil {
						body[name] = target
					}
				}
				r.Query = query
				if body != nil {
					r.Body = body
				}
				a := c.send(op.Operation, method, r)
				if leadsTo(a.Header.Get("Location"), evil) {
					p.broken("%s with the target %s leads to %s", op.ID, target, a.Header.Get("Location"))
				}
				for _, m := range k.Mails() {
					if strings.Contains(m.URL+m.Text, evil) && a.Status < 300 {
						p.broken("%s with the target %s mails %s", op.ID, target, m.URL)
					}
				}
			}
		}
	}
}

// leadsTo reports whether a browser that is told this location ends up at host.
func leadsTo(location, host string) bool {
	u, err := url.Parse(strings.ReplaceAll(location, `\`, "/"))
	return location != "" && (err != nil || u.Hostname() == host)
}
