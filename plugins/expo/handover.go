package expo

import (
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// parameter is where the client looks for its cookies.
const parameter = "cookie"

// handOver gives an app the cookies of a sign-in whose redirect leads to it: the
// browser that followed the link is another one than the app, which keeps its
// cookies itself.
//
// Only what this very request made is handed over, a new session or the wait for a
// second step: never what the browser had before, or a link to the app would be
// enough to take a session out of a browser. Any other redirect to an app has no
// such parameter, whoever wrote the link: cookies in it would be somebody else's
// session.
func (e *Expo) handOver(c *betterauth.Ctx, r *betterauth.Result) error {
	to, stepUp, ok := redirectOf(r)
	if !ok || !e.isApp(to) {
		return nil
	}
	cookies := ""
	if _, signedIn := c.NewIdentity(); signedIn || stepUp {
		cookies = strings.Join(c.AnswerCookies(), ", ")
	}
	if cookies == "" && !hasParameter(to) {
		return nil
	}
	target, err := c.Target(to, betterauth.Param{Name: parameter, Value: cookies})
	if err != nil {
		return err
	}
	if stepUp {
		r.Err = betterauth.StepUp(betterauth.Redirect{URL: target})
		return nil
	}
	r.Value = betterauth.Redirect{URL: target}
	return nil
}

// redirectOf is where an answer leads, stepUp if it is to a further step.
func redirectOf(r *betterauth.Result) (to string, stepUp, ok bool) {
	value := r.Value
	if r.Err != nil {
		if value, stepUp = betterauth.StepUpBody(r.Err); !stepUp {
			return "", false, false
		}
	}
	redirect, ok := value.(betterauth.Redirect)
	return redirect.URL, stepUp, ok
}

func hasParameter(to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return true // it is set, or the redirect refused
	}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err != nil || plain == parameter {
			return true
		}
	}
	return false
}
