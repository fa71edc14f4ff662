package oauth

import (
	"net/netip"
	"net/url"
)

// IsEndpoint reports whether text is an absolute URL to which secrets may be sent: with
// https, or with http on this machine.
func IsEndpoint(text string) bool {
	to, err := url.Parse(text)
	if err != nil || to.Host == "" || to.User != nil || to.Fragment != "" {
		return false
	}
	return to.Scheme == "https" || to.Scheme == "http" && IsLoopback(to.Hostname())
}

// IsLoopback reports whether a host is this machine.
func IsLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
