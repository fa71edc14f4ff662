package plugintest

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

const sessionCookie = "better-auth.session_token"

func noSession(p *probe) {
	w := p.watch()
	k := p.kit()
	for _, op := range p.watched(k) {
		demands := routed(op) && op.Access != betterauth.Public
		owned := p.owned[op.ID]
		if !demands && owned == nil || p.excepted(op.Operation) {
			continue
		}
		if !demands {
			p.ownedByNobody(k, op, owned)
			continue
		}
		alice := p.signIn(k, "alice@example.com")
		r := p.request(k, alice, op)
		for who, c := range strangers(k, alice) {
			for _, method := range methodsOf(op.Operation) {
				p.wantUnauthorized(k, w, op, who, c, c.send(op.Operation, method, r))
			}
		}
		late := p.signIn(k, "alice@example.com")
		r = p.request(k, late, op)
		k.Clock.Advance(30 * 24 * time.Hour)
		p.wantUnauthorized(k, w, op, "with an expired session", late, late.send(op.Operation, firstMethod(op.Operation), r))
	}
}

// strangers are clients that are nobody, beside one that is signed in.
func strangers(k *Kit, signedIn *Client) map[string]*Client {
	forged := k.Client()
	token, _, _ := strings.Cut(signedIn.Cookie(sessionCookie), ".")
	forged.SetCookie(sessionCookie, token+".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	return map[string]*Client{"without a session": k.Client(), "with a forged cookie": forged}
}

func (p *probe) wantUnauthorized(k *Kit, w *witness, op operation, who string, c *Client, a *Answer) {
	p.Helper()
	switch {
	case a.Status == betterauth.ErrUnauthorized.Status && a.Code() == betterauth.ErrUnauthorized.Code:
	case a.Status == betterauth.ErrUnauthorized.Status && errors.Is(w.refused(op.ID), betterauth.ErrUnauthorized): // in words of its own
	case !op.own && a.Status >= 400 && a.Status < 500: // a hook refuses before that
	case a.Code() == betterauth.ErrValidation.Code && op.in != nil:
		// The sample is not good enough to get that far; in process there is
		// nothing to parse.
		_, err := betterauth.Call[any](p.Context(), k.Auth, op.ID, reflect.Zero(op.in).Interface(), betterauth.CallOptions{Request: c.lent()})
		if !errors.Is(err, betterauth.ErrUnauthorized) {
			p.broken("%s %s answers %v in process; let Operation.Access demand the session", op.ID, who, err)
		}
	default:
		p.broken("%s %s answers %d %s; let Operation.Access demand the session", op.ID, who, a.Status, a.Body)
	}
}

// ownedByNobody tries what belongs to somebody on an operation that asks for no
// session by what it declares.
func (p *probe) ownedByNobody(k *Kit, op operation, f func(*Kit, *Client) Ownership) {
	alice := p.signIn(k, "alice@example.com")
	row := f(k, alice)
	before := rowsOf(k, []string{row.ID})
	all := strangers(k, alice)
	for _, who := range slices.Sorted(maps.Keys(all)) {
		a := all[who].send(op.Operation, firstMethod(op.Operation), row.Request(row.ID))
		if a.Status < 400 || a.Status > 499 {
			p.broken("%s %s answers %d %s to the id of what belongs to somebody; refuse in the handler whoever is not the owner", op.ID, who, a.Status, a.Body)
		}
		if after := rowsOf(k, []string{row.ID}); !reflect.DeepEqual(before, after) {
			p.broken("%s %s changed what belongs to somebody: %s; refuse in the handler whoever is not the owner", op.ID, who, changed(before, after))
			return
		}
	}
}

func foreignOrigin(p *probe) {
	k := p.kit()
	for _, op := range p.watched(k) {
		notGet := func(method string) bool { return method != http.MethodGet }
		if !routed(op) || op.AnyOrigin || !slices.ContainsFunc(methodsOf(op.Operation), notGet) || p.excepted(op.Operation) {
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
					p.broken("%s with cookies from origin %q answers %d %s; leave it to the core to check the origin", op.ID, origin, a.Status, a.Body)
				}
			}
			if op.SignIn == 0 {
				continue
			}
			c := k.Client()
			c.Header = http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"cors"}}
			if a := c.send(op.Operation, method, r); a.Status != http.StatusForbidden && a.Code() != betterauth.ErrValidation.Code {
				p.broken("%s without cookies from another origin answers %d %s; leave it to the core to check the origin", op.ID, a.Status, a.Body)
			}
		}
	}
}

func openRedirect(p *probe) {
	const evil = "evil.example"
	k := p.kit()
	for _, op := range p.watched(k) {
		if !routed(op) {
			continue
		}
		broken := p.unlessExcepted(op.Operation)
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
					broken("%s with the target %s leads to %s; redirect only to what Ctx.Target returns", op.ID, target, a.Header.Get("Location"))
				}
				for _, m := range k.Mails() {
					if strings.Contains(m.URL+m.Text, evil) && a.Status < 300 {
						broken("%s with the target %s mails %s; mail only what Ctx.Target returns", op.ID, target, m.URL)
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
