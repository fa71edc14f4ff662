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
	"strings"
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
		if ip := FromHeader(value, c.TrustedProxies, c.IPv6Subnet); ip != "" {
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
// unreadable on the way, a port or brackets included, ends the search, as do
// trusted proxies throughout.
func FromHeader(value string, proxies []netip.Prefix, subnet int) string {
	if len(proxies) == 0 {
		addr, ok := parse(value)
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
		addr, ok := parse(item)
		if !ok {
			return ""
		}
		if !trusted(addr, proxies) {
			return normalize(addr, subnet)
		}
	}
	return ""
}

func parse(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.TrimSpace(s))
	return addr, err == nil && addr.Zone() == ""
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
