// Package clientip finds the address a request comes from, for rate limits and
// the records of sessions.
//
// An address a client can write itself is worth nothing, so the rules are the
// reference's and narrow: a header that lists several addresses counts only
// when the proxies that appended to it are named. A [Config] without headers
// takes the address of the socket: it is right for a server that faces its clients directly, and
// behind a proxy it is the proxy's, which limits everybody together rather
// than nobody.
package clientip

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/internal/forwarded"
)

// defaultIPv6Subnet is the network a provider hands to one customer.
const defaultIPv6Subnet = 64

// Config says where the client's address is to be found. The zero value reads
// the socket. It is safe for concurrent use as long as nobody changes it.
type Config struct {
	// Headers are tried in order; the first that holds an acceptable address
	// decides. With headers the socket is never read.
	Headers []string
	// TrustedProxies are the networks of proxies that append to a header.
	// Without any, a header with more than one address is ignored.
	TrustedProxies []netip.Prefix
	// IPv6Subnet is how many leading bits of an IPv6 address are kept, 1 to
	// 128. Zero, or any other number, is 64.
	IPv6Subnet int
	// Disabled makes every address unknown.
	Disabled bool
}

// Of returns the address of the client: dotted IPv4, also for IPv4-mapped
// IPv6, or IPv6 expanded to eight groups of four lower-case digits and masked
// to the subnet. It returns "" when the address is unknown.
func (c Config) Of(r *http.Request) string {
	if c.Disabled {
		return ""
	}
	if len(c.Headers) == 0 {
		return c.socket(r.RemoteAddr)
	}
	for _, name := range c.Headers {
		// Several fields of one name are one list (RFC 9110, section 5.3).
		value := strings.Join(r.Header.Values(name), ",")
		read := Address
		if strings.EqualFold(name, "Forwarded") {
			read = forwardedFor
		}
		if ip := fromList(value, read, c.TrustedProxies, c.IPv6Subnet); ip != "" {
			return ip
		}
	}
	return ""
}

func (c Config) socket(remote string) string {
	if ap, err := netip.ParseAddrPort(remote); err == nil {
		return normalize(ap.Addr(), c.IPv6Subnet)
	}
	addr, err := netip.ParseAddr(remote)
	if err != nil {
		return "" // such as "@" of a Unix socket
	}
	return normalize(addr, c.IPv6Subnet)
}

// FromHeader returns the client's address in one header value, in the form of
// [Config.Of], or "". Without proxies the value must be a single address. With
// proxies it is read from the right, since each proxy appends the address it
// saw: the first address that is no trusted proxy is the client. Anything
// unreadable on the way ends the search, as do trusted proxies throughout. How an
// address is spelt is a matter of [Address].
func FromHeader(value string, proxies []netip.Prefix, subnet int) string {
	return fromList(value, Address, proxies, subnet)
}

func fromList(value string, read func(string) (netip.Addr, bool), proxies []netip.Prefix, subnet int) string {
	if len(proxies) == 0 {
		addr, ok := read(value)
		if !ok {
			return ""
		}
		return normalize(addr, subnet)
	}
	for more := true; more; {
		item := value
		if comma := strings.LastIndexByte(value, ','); comma >= 0 {
			value, item = value[:comma], value[comma+1:]
		} else {
			more = false
		}
		addr, ok := read(item)
		if !ok {
			return ""
		}
		if !trusted(addr, proxies) {
			return normalize(addr, subnet)
		}
	}
	return ""
}

// Address reads an address as proxies write it: alone, with a port, an IPv6
// address in brackets with or without one, in quotes, with a zone, which is left
// out. An IPv6 address with a port and no brackets is read where that can be told
// from the address: its last group is no part of one.
func Address(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		inner, after, ok := strings.Cut(inner, "]")
		addr, err := netip.ParseAddr(inner)
		return addr.WithZone(""), ok && err == nil && addr.Is6() && (after == "" || after[0] == ':' && isPort(after[1:]))
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr.WithZone(""), true
	}
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 || !isPort(text[colon+1:]) {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(text[:colon])
	return addr.WithZone(""), err == nil
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// forwardedFor reads the address in an element of a Forwarded header (RFC 7239,
// section 6). A comma has no place in what such an element says of an address, so
// the header is parted at every comma from the right: what a client has written
// stands on the left, and a quote that it left open reaches nothing.
func forwardedFor(element string) (netip.Addr, bool) {
	pairs, ok := forwarded.Element(element)
	if !ok {
		return netip.Addr{}, false
	}
	return Address(pairs["for"])
}

func trusted(addr netip.Addr, proxies []netip.Prefix) bool {
	addr = addr.Unmap()
	for _, p := range proxies {
		// A mapped prefix never contains a plain IPv4 address to netip.
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func normalize(addr netip.Addr, subnet int) string {
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	if subnet < 1 || subnet > 128 {
		subnet = defaultIPv6Subnet
	}
	masked, err := addr.Prefix(subnet)
	if err != nil {
		return ""
	}
	return masked.Addr().StringExpanded()
}
