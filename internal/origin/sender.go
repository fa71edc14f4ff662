package origin

import "net/http"

// Sender is the page that sent a request, by its origin or its URL: what Origin
// says, else Referer, else stated, which a client said elsewhere. own is the
// server's origin. "" and "null" are nobody that can be named.
func Sender(h http.Header, stated, own string) string {
	from := h.Get("Origin")
	if from == "" {
		from = h.Get("Referer")
	}
	if from == "" {
		from = stated
	}
	if from == "null" && h.Get("Sec-Fetch-Site") == "same-origin" {
		from = own
	}
	return from
}

// CrossSiteForm reports whether a form of another site sent a request (Fetch
// Metadata, sections 2.2 and 2.3).
func CrossSiteForm(h http.Header) bool {
	return h.Get("Sec-Fetch-Site") == "cross-site" && h.Get("Sec-Fetch-Mode") == "navigate"
}

// FromPage reports whether a request to change something shows that a browser sent
// it, or says in another way which page it is from. Every browser that sends
// Sec-Fetch-Site also sends Origin with a POST. Sec-Fetch-Mode alone is no sign of a
// browser: server runtimes send it too.
func FromPage(h http.Header, stated string) bool {
	return h.Get("Sec-Fetch-Site") != "" || h.Get("Origin") != "" || h.Get("Referer") != "" || stated != ""
}
