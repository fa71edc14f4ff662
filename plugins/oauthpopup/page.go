package oauthpopup

import (
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// message is what the opener is told, and with which target origin: all that the page
// holds. Its form is that of the official client.
type message struct {
	Type         string   `json:"type"`
	TargetOrigin string   `json:"targetOrigin"`
	Nonce        string   `json:"nonce"`
	Token        string   `json:"token,omitempty"`
	RedirectTo   string   `json:"redirectTo,omitempty"`
	Error        *failure `json:"error,omitempty"`
	// Next is where the popup goes if it has no opener; it is not posted.
	Next string `json:"next,omitempty"`
}

type failure struct {
	Code        string `json:"code"`
	Description string `json:"description,omitempty"`
}

const messageType = "better-auth:oauth-popup"

// The script reads the message from an element that is data, and posts it to the page that
// opened the popup if that is still on the target origin. It leaves a second for that page to
// get the message and close the popup, as the official client does: a browser may show a popup
// as closed before it delivers what that has posted, and the client, which looks twice a
// second, would take it for given up. The provider may have cut the popup off from its opener
// (Cross-Origin-Opener-Policy); then the popup itself goes on.
const document = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign-in</title></head>
<body><p>You can close this window.</p>
<script type="application/json" id="better-auth-oauth-popup" nonce="%[1]s">%[2]s</script>
<script nonce="%[1]s">(function () {
	var m = JSON.parse(document.getElementById("better-auth-oauth-popup").textContent), opener = window.opener;
	if (opener) {
		opener.postMessage({ type: m.type, nonce: m.nonce, token: m.token, redirectTo: m.redirectTo, error: m.error }, m.targetOrigin);
		setTimeout(function () { window.close(); }, 1000);
	} else if (m.next) {
		window.location.replace(m.next);
	}
})();
</script></body></html>
`

// page answers with the message for an origin, which is trusted. What it holds is for no
// cache, no frame and no other script.
func (p *Popup) page(c *betterauth.Ctx, origin string, said message) (betterauth.Raw, error) {
	said.Type, said.TargetOrigin = messageType, origin
	data, err := json.Marshal(said, jsontext.EscapeForHTML(true), jsontext.EscapeForJS(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return betterauth.Raw{}, err
	}
	nonce, err := p.host.RandomString(24, betterauth.Alphanumeric)
	if err != nil {
		return betterauth.Raw{}, err
	}
	h := c.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	h.Set("Referrer-Policy", "no-referrer")
	keepOpener(c)
	return betterauth.Raw{ContentType: "text/html; charset=utf-8", Body: fmt.Appendf(nil, document, nonce, data)}, nil
}

// keepOpener lets the popup reach its opener, whatever policy middleware sets: browsers
// apply it at every step of a navigation.
func keepOpener(c *betterauth.Ctx) { c.Header().Set("Cross-Origin-Opener-Policy", "unsafe-none") }
