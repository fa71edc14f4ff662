package main

import (
	"net"
	"net/http"
	"path"
)

// policy lets the page load and call nothing but its own server, and run no
// script that is not one of its files (Content Security Policy Level 3).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// pageHandler serves the page, and sends whoever came by IP address, where
// passkeys cannot work, to baseURL.
func pageHandler(baseURL string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); err == nil && net.ParseIP(host) != nil {
			http.Redirect(w, r, baseURL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin") // links in mails bring a token along
		http.ServeFileFS(w, r, page, path.Join("page", r.URL.Path))
	})
}
