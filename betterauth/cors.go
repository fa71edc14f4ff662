package betterauth

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/internal/origin"
)

// CORSConfig says how scripts of pages on other origins call (CORS: Fetch
// Standard, section 3.3). Those of TrustedPage may, with cookies, and nobody else;
// the base URL's own origin needs nothing. The zero value answers them.
type CORSConfig struct {
	// Disabled leaves it to middleware or a proxy. Default false.
	Disabled bool
	// MaxAge is how long a browser keeps the answer to a preflight, in whole
	// seconds; negative makes it ask every time. Default 10 minutes.
	MaxAge time.Duration
}

const (
	headerAllowOrigin = "Access-Control-Allow-Origin"
	headerExpose      = "Access-Control-Expose-Headers"
)

// TrustedPage reports whether scripts of the pages at an origin, as browsers send
// it, may call for the user and read the answers: the base URL's own origin, and
// what TrustedOrigins, TrustedOriginsFunc and plugins name. Two kinds of origins
// that Trusted accepts are left out: patterns whose hosts anybody can register,
// such as "https://*.vercel.app" and "chrome-extension://*", and the hosts of
// DynamicBaseURL, each of which is a place of its own.
func (c *Ctx) TrustedPage(from string) bool {
	if !origin.Page(from) {
		return false
	}
	if c.baseURL != "" && from == c.Origin() || origin.MatchAny(from, c.auth.origins.pages, false) {
		return true
	}
	return slices.ContainsFunc(c.trustedFor(c.request), func(pattern string) bool {
		return !origin.Open(pattern) && origin.Match(from, pattern, false)
	})
}

// CORS lets trusted pages on other origins call handlers that are not the Auth's,
// such as an application's own API, by the rules that hold for its endpoints.
// Put it around the whole router, of whatever framework, so that it sees
// preflights: http.Server{Handler: auth.CORS(router)}. It demands no session and
// refuses nothing; answers to other pages are as they were, and browsers keep
// them from scripts.
func (a *Auth) CORS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, trusted := a.newCtx(r.Context(), r), false
		if err := safely(func() error {
			var err error
			c.baseURL, err = a.base.of(r)
			trusted = c.fromTrustedPage()
			return err
		}); err != nil {
			c.answer(w, nil, err)
			return
		}
		if trusted && isPreflight(r) {
			c.answer(w, preflight{}, nil)
			return
		}
		c.writeHeaders(w.Header())
		next.ServeHTTP(w, r)
	})
}

// preflight is the answer to a browser that asks whether a page may call.
type preflight struct{}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// fromTrustedPage reports whether the request is from a trusted page of another
// origin, and lets it read the answer then. The origin is named, never "*", since
// cookies come along; so the answer depends on it, which caches are told.
func (c *Ctx) fromTrustedPage() bool {
	if c.auth.cfg.CORS.Disabled {
		return false
	}
	if len(c.auth.origins.pages) > 0 || c.auth.origins.perCall != nil {
		c.header.Set("Vary", "Origin")
	}
	from := c.request.Header.Get("Origin")
	if from == "" || c.baseURL != "" && from == c.Origin() {
		return false
	}
	if !c.TrustedPage(from) {
		c.noteRefusedPage(from)
		return false
	}
	c.header.Set(headerAllowOrigin, from)
	c.header.Set("Access-Control-Allow-Credentials", "true")
	return true
}

// allowPreflight lets a trusted page send what it asks to send. Whether there is
// such an operation, and what it demands, the request itself is told.
func (c *Ctx) allowPreflight() {
	c.header.Add("Vary", "Access-Control-Request-Headers")
	c.header.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
	if asked := strings.Join(c.request.Header["Access-Control-Request-Headers"], ","); headerNames(asked) {
		c.header.Set("Access-Control-Allow-Headers", asked)
	}
	age := c.auth.cfg.CORS.MaxAge
	if age == 0 {
		age = 10 * time.Minute
	}
	c.header.Set("Access-Control-Max-Age", strconv.Itoa(max(0, int(age/time.Second))))
}

// headerNames reports whether text is a list of header names (RFC 9110, section
// 5.6.2), with nothing in it that could mean something else in an answer.
func headerNames(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~, ", r))
	})
}

// exposeHeaders lets the script of a trusted page read what the operation, its
// hooks and its plugins say in headers: that is meant for the client.
func (c *Ctx) exposeHeaders() {
	if c.header.Get(headerAllowOrigin) == "" {
		return
	}
	for _, name := range sortedKeys(c.header) {
		if name != "Vary" && !strings.HasPrefix(name, "Access-Control-") {
			c.header.Add(headerExpose, strings.ToLower(name))
		}
	}
}

// mergeLists joins the lists of several header lines into one, without members
// that differ in case alone.
func mergeLists(lines ...[]string) string {
	var members []string
	seen := map[string]bool{}
	for _, line := range slices.Concat(lines...) {
		for member := range strings.SplitSeq(line, ",") {
			member = strings.TrimSpace(member)
			if key := strings.ToLower(member); member != "" && !seen[key] {
				seen[key] = true
				members = append(members, member)
			}
		}
	}
	return strings.Join(members, ", ")
}

// checkCrossSite reports cookies that no browser keeps: those for pages of other
// sites must be Secure, and Secure ones are set over https or on this machine
// (RFC 6265bis, section 5.7).
func (a *Auth) checkCrossSite() []error {
	host, plain := strings.CutPrefix(originOf(a.base.static), "http://")
	if a.cfg.Cookies.SameSite != "none" || !plain || isLoopback(host) {
		return nil
	}
	return []error{problem("", "config Cookies.SameSite", `"none" needs https, but the base URL is %s: browsers refuse such cookies; serve over https, or page and server from one site with "lax"`, a.base.static)}
}
