package lastlogin

import (
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// method names how a request signs in, "" if it does not, or by what has no name.
func (l *LastLogin) method(c *betterauth.Ctx) string {
	if l.cfg.Resolve != nil {
		if method, known := l.cfg.Resolve(c); known {
			return method
		}
	}
	return methodOf(c)
}

// methodOf names the operations that Better Auth (TypeScript) names, by their routes. A
// further step has no name: the cookie and the column keep what the user began with.
func methodOf(c *betterauth.Ctx) string {
	switch path := c.Operation().Path; {
	case strings.HasPrefix(path, "/callback/"):
		return provider(c, path)
	case path == "/one-tap/callback":
		return "google"
	case path == "/sign-in/email", path == "/sign-up/email":
		return "email"
	case strings.Contains(path, "siwe"):
		return "siwe"
	case path == "/passkey/verify-authentication":
		return "passkey"
	case path == "/magic-link/verify":
		return "magic-link"
	case path == "/sign-in/email-otp":
		return "email-otp"
	}
	return ""
}

// provider is the id in a callback's path, "/callback/:id" or one below it, with which a
// session is made only if a provider has that id. A request that is not the callback's
// own, as an application may give to a call in process, names none.
func provider(c *betterauth.Ctx, route string) string {
	r := c.Request()
	if r == nil {
		return ""
	}
	wanted, sent := strings.Split(route, "/"), strings.Split(r.URL.Path, "/")
	if len(sent) < len(wanted) {
		return ""
	}
	sent = sent[len(sent)-len(wanted):] // below the base path
	id := ""
	for i, segment := range wanted {
		switch {
		case i == 0: // before the slash: the end of the base path
		case strings.HasPrefix(segment, ":"):
			id = sent[i]
		case segment != sent[i]:
			return ""
		}
	}
	return id
}
