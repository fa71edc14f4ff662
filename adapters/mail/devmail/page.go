package devmail

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

//go:embed page.css
var style string

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style":   func() template.CSS { return template.CSS(style) },
	"day":     func(at time.Time) string { return at.Format(time.RFC3339) },
	"clock":   func(at time.Time) string { return at.Format("15:04:05") },
	"webLink": webLink,
}).Parse(pageText))

// policy lets the page load nothing, run nothing and be shown in no frame; its
// style and its empty icon are in the page (Content Security Policy Level 3).
var policy = "default-src 'none'; style-src '" + hash(style) + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// ServeHTTP shows the messages, newest first, to this machine alone: the
// connection comes from a loopback address, the request names a loopback host,
// so that no web page reaches it through a name of its own, and it was not
// forwarded by a proxy. Anybody else gets 404. Methods other than GET and HEAD
// get 405.
func (in *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !fromHere(r) {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	var body bytes.Buffer
	if err := page.Execute(&body, in.Mails()); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	_, _ = w.Write(body.Bytes())
}

// forwarded are the headers by which proxies say that the connection is theirs.
var forwarded = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via", "Cf-Connecting-Ip"}

func fromHere(r *http.Request) bool {
	for _, name := range forwarded {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && remote.Addr().Unmap().IsLoopback() && loopbackHost(r.Host)
}

// loopbackHost reports whether host, with or without a port, is this machine
// whatever a name server says (RFC 6761, section 6.3).
func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// webLink reports whether url can be clicked. Others, such as an app's own
// scheme, are shown as text.
func webLink(url string) bool {
	return strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://")
}
