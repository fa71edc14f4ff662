package betterauth

import (
	"net/http"
	"net/url"

	"github.com/better-auth-go/better-auth/internal/weburl"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Param is a parameter in the query of a URL.
type Param struct{ Name, Value string }

// Target returns the absolute URL that a link leads to: target, which a client named,
// resolved against this server's base URL. params are set in its query and replace others
// of their names. If the result is not trusted, the error is ErrInvalidCallbackURL.
//
// The URL is written as browsers write it (WHATWG URL), so that it equals what the
// TypeScript server answers: parameters keep their order, and are encoded as in forms if
// params are set.
func (c *Ctx) Target(target string, params ...Param) (string, error) {
	resolved, err := weburl.Resolve(c.BaseURL(), target)
	if err != nil {
		return "", ErrInvalidCallbackURL.Because(err)
	}
	for _, p := range params {
		resolved.Set(p.Name, p.Value)
	}
	if target = resolved.String(); !c.Trusted(target) {
		return "", ErrInvalidCallbackURL
	}
	return target, nil
}

// AddParams adds parameters to the query of a URL, before its fragment, and leaves the
// rest unchanged; a relative URL stays relative. It is for a target that was checked; for
// any other use Ctx.Target.
func AddParams(target string, params ...Param) string {
	for _, p := range params {
		target = weburl.Add(target, p.Name, p.Value)
	}
	return target
}

// redirectTargets are the members of a body that name a place to send the
// browser to.
type redirectTargets struct {
	Callback jsontext.Value `json:"callbackURL"`
	Redirect jsontext.Value `json:"redirectTo"`
	Error    jsontext.Value `json:"errorCallbackURL"`
	NewUser  jsontext.Value `json:"newUserCallbackURL"`
}

func (c *Ctx) checkTargets(body jsontext.Value) error {
	var in redirectTargets
	if body.Kind() == '{' {
		// parseBody has looked for names that are there twice.
		if err := json.Unmarshal(body, &in, jsontext.AllowDuplicateNames(true)); err != nil {
			return ErrBadJSON.Because(err)
		}
	}
	if in.Callback == nil && c.request.URL.RawQuery != "" {
		switch sent := c.request.URL.Query()["callbackURL"]; {
		case len(sent) > 1: // one of them would be a way around the check
			return noString("callbackURL")
		case len(sent) == 1 && sent[0] != "":
			in.Callback = jsontext.Value(quote(sent[0]))
		}
	}
	for _, target := range [...]struct {
		raw   jsontext.Value
		label string
		code  *ErrorCode
	}{
		{in.Callback, "callbackURL", ErrInvalidCallbackURL},
		{in.Redirect, "redirectURL", ErrInvalidRedirectURL},
		{in.Error, "errorCallbackURL", ErrInvalidErrorURL},
		{in.NewUser, "newUserCallbackURL", ErrInvalidNewUserURL},
	} {
		raw := target.raw
		switch raw.Kind() {
		case 0, 'n', 'f':
			continue
		case '"':
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return ErrBadJSON.Because(err)
			}
			if text != "" && !c.trusts(text, true) {
				return c.untrusted(target.code, target.label+" leads to an origin that is not trusted", text)
			}
		default:
			if string(raw) == "0" {
				continue
			}
			return noString(target.label)
		}
	}
	return nil
}

// noString is a target that is no text: without a code, as clients of the
// TypeScript server know it.
func noString(label string) error {
	return (&ErrorCode{Status: http.StatusBadRequest}).Messagef("Invalid %s: expected a string", label)
}

// checkQueryTargets refuses a link that would send the browser to a place that
// is not trusted. What the query says was decoded once, and is meant as it is then.
func (c *Ctx) checkQueryTargets(query url.Values) error {
	for _, name := range []string{"callbackURL", "newUserCallbackURL", "errorCallbackURL"} {
		for _, target := range query[name] {
			if target != "" && !c.trusts(target, true) {
				return c.untrusted(ErrInvalidCallbackURL, name+" of a link leads to an origin that is not trusted", target)
			}
		}
	}
	return nil
}
