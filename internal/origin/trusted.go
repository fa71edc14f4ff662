package origin

import (
	"slices"
	"strings"
)

// Trusted are the origins that an application trusts: who may call with cookies,
// and where a browser may be sent. It is built once and then only read.
type Trusted struct {
	// All are the patterns that are trusted for every request.
	All []string
	// Pages are those of All whose pages may read answers.
	Pages []string
	// Open are those of All that are not among Pages, since anybody can have a host
	// that they match; see [Open].
	Open []string
}

// Add trusts a pattern, in the form in which browsers send origins. The error says
// why no browser sends it; the pattern is then left out.
func (t *Trusted) Add(pattern string) error {
	normal, err := Normalize(pattern)
	if err != nil {
		return err
	}
	t.All = append(t.All, normal)
	if Open(normal) {
		t.Open = append(t.Open, normal)
	} else {
		t.Pages = append(t.Pages, normal)
	}
	return nil
}

// AddBase trusts the origin of a base URL. That it may read its own answers is
// known without a list.
func (t *Trusted) AddBase(baseURL string) { t.All = append(t.All, Of(baseURL)) }

// AddHost trusts the origins of a host that is served, which was checked as one.
// protocol "http" or "https" is the only one it is reached by; otherwise that is
// https, and http on this machine. Such hosts are tenants beside each other, so
// their pages read nothing of one another.
func (t *Trusted) AddHost(host, protocol string) {
	if protocol != "http" {
		t.addHost("https://" + host)
	}
	if protocol == "http" || protocol != "https" && Loopback(strings.TrimSuffix(host, ":*")) {
		t.addHost("http://" + host)
	}
}

func (t *Trusted) addHost(pattern string) {
	if normal, err := Normalize(pattern); err == nil {
		t.All = append(t.All, normal)
	}
}

// For are the patterns that are trusted for one request: own has the origin that the
// request itself is for, where that is not among All, and more are trusted for this
// request alone. The result is only read.
func (t *Trusted) For(own, more []string) []string {
	if len(own) == 0 && len(more) == 0 {
		return slices.Clip(t.All)
	}
	return slices.Concat(own, t.All, more)
}

// MayRead reports whether scripts of the pages at an origin, as browsers send it,
// may read answers: those of the server's own origin, of Pages, and of more, which
// is asked where those do not decide: patterns that are trusted for this request
// alone.
func (t *Trusted) MayRead(from, own string, more func() []string) bool {
	if !Page(from) {
		return false
	}
	if own != "" && from == own || MatchAny(from, t.Pages, false) {
		return true
	}
	return slices.ContainsFunc(more(), func(pattern string) bool { return !Open(pattern) && Match(from, pattern, false) })
}
