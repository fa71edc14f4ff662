package betterauth

// CookieConfig says how cookies look.
type CookieConfig struct {
	// Prefix starts every name. Default "better-auth".
	Prefix string
	// AlwaysSecure gives cookies the attribute Secure and the prefix "__Secure-" whatever
	// the base URL is. Default false: cookies have both if the base URL is https.
	AlwaysSecure bool
	// InsecureNeverSecure gives cookies neither, even on https. Together with
	// AlwaysSecure it is an error of Build. Default false.
	InsecureNeverSecure bool
	// HostPrefix gives secure cookies the prefix "__Host-" instead of "__Secure-" (RFC
	// 6265bis, section 4.1.3.2). A browser accepts such a cookie from this very host
	// alone, for all its paths, so no other application on the domain can set one.
	// CrossSubDomain, a Path and a Domain are then errors of Build. Where cookies are not
	// secure, as on http://localhost, names have no prefix. The TypeScript server does
	// not read these names, and turning HostPrefix on signs everybody out. Default false.
	HostPrefix bool
	// CrossSubDomain shares cookies among the subdomains of a domain. Default off.
	CrossSubDomain CrossSubDomainConfig
	// SameSite is "lax", "strict" or "none". Default "lax".
	SameSite string
	// Partitioned adds the attribute Partitioned. Default false.
	Partitioned bool
	// Path is the cookies' path. Default "/".
	Path string
	// Names maps a cookie's key ("session_token") to another name; the prefix "__Secure-"
	// is still added. Default none.
	Names map[string]string
	// Attributes maps a cookie's key to attributes of its own. Default none.
	Attributes map[string]CookieAttributes
}

// CookieAttributes are attributes of one cookie that differ from those of the others. An
// empty field does not differ.
type CookieAttributes struct {
	// SameSite is "lax", "strict" or "none".
	SameSite string
	// Path and Domain are the attributes of those names.
	Path, Domain string
}

// CrossSubDomainConfig shares cookies among subdomains.
type CrossSubDomainConfig struct {
	// Enabled sets the Domain attribute. Default false.
	Enabled bool
	// Domain is the value of the attribute. Default: the base URL's host name.
	Domain string
}
