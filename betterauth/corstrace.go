package betterauth

import (
	"log/slog"
	"net/http"

	"github.com/better-auth-go/better-auth/internal/cors"
)

// noteRefusedPage says what a browser shows as no more than "blocked by CORS
// policy". Requests that change something are refused, and noted, by the check of
// origins.
func (c *Ctx) noteRefusedPage(from string) {
	if r := c.request; r.Method != http.MethodGet && !cors.IsPreflight(r) {
		return
	}
	c.auth.note(c, "page may not read the answer", "cors", Refusal{Reason: "it is of another origin, which is not trusted",
		Configure: "add the origin to Config.TrustedOrigins if the page is yours",
		Seen:      []slog.Attr{slog.String("origin", logOrigin(from)), slog.String("baseURL", c.baseURL), slog.Any("trusted", c.auth.origins.Pages)}})
}

// tellOpenOrigins says which trusted patterns do not let pages read answers.
func (a *Auth) tellOpenOrigins() {
	if a.cfg.CORS.Disabled {
		return
	}
	for _, pattern := range a.origins.Open {
		a.log.Warn("pages of a trusted pattern may not read answers, since anybody can have a host that it matches; list the origins, or return them from Config.TrustedOriginsFunc",
			"pattern", pattern)
	}
}
