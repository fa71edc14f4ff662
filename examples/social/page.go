package main

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

//go:embed page.html
var html string

//go:embed page.js
var js string

var shown = template.Must(template.New("page").Parse(html))

// page is the only page: who is signed in, or a button that signs in.
func page(provider choice) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		view := struct {
			Provider choice
			User     *betterauth.User
			Failed   bool
		}{Provider: provider, Failed: r.URL.Query().Has("error")}
		if who, ok := betterauth.SessionFrom(r.Context()); ok {
			view.User = who.User
		}
		var text strings.Builder
		if err := shown.Execute(&text, view); err != nil {
			http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-store") // it is about one person
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text.String()))
	})
}

func script(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(js))
}
