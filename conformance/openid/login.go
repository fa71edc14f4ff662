package openid

import (
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// sessionCookie holds the id of the browser's session at the provider.
const sessionCookie = "op_session"

// session is somebody signed in at the provider, in one browser.
type session struct {
	id, sub string
	at      time.Time // of the sign-in, on the provider's clock
	clients []string  // those that got tokens in it
}

// login serves the page where a person signs in, and leaves everything else to the
// library. GET goes on at once where the browser's session suffices; POST takes
// sub, or deny.
func (p *Provider) login(library onClock) http.Handler {
	endpoints := op.CreateRouter(library)
	endpoints.HandleFunc(paths[Login], func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		request := p.requests[r.Form.Get("request")]
		p.mu.Unlock()
		switch {
		case request == nil:
			http.Error(w, "no such request", http.StatusBadRequest)
		case r.Method == http.MethodPost && r.PostForm.Has("deny"):
			op.AuthRequestError(w, r, request, oidc.ErrAccessDenied(), library)
		case r.Method == http.MethodPost:
			s, known := p.signIn(r.PostForm.Get("sub"))
			if !known {
				http.Error(w, "no such person", http.StatusForbidden)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: s.id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: p.config.TLS})
			p.finish(w, r, request, s, library)
		default:
			if s := p.suffices(request, r); s != nil {
				p.finish(w, r, request, s, library)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("Sign in: POST sub, or deny.\n")) // the client is gone if this fails
		}
	})
	return endpoints
}

func (p *Provider) signIn(sub string) (s *session, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known = p.people[sub]; !known {
		return nil, false
	}
	s = &session{id: rand.Text(), sub: sub, at: p.clock().Truncate(time.Second)}
	p.sessions[s.id] = s
	return s, true
}

// suffices returns the browser's session if the request demands no new sign-in.
func (p *Provider) suffices(request *authRequest, r *http.Request) *session {
	id, _ := r.Context().Value(sessionKey{}).(string)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.usable(id, request.asked.MaxAge, request.asked.Prompt)
}

// usable returns the session if max_age and prompt allow it. The lock is held. The
// library has made prompt=login a max_age of zero, which no session is young enough
// for.
func (p *Provider) usable(id string, maxAge *uint, prompt []string) *session {
	s := p.sessions[id]
	if s == nil || slices.Contains(prompt, "select_account") {
		return nil
	}
	if maxAge != nil && (*maxAge == 0 || p.clock().Sub(s.at) > time.Duration(*maxAge)*time.Second) { //nolint:gosec // a test's own number of seconds
		return nil
	}
	return s
}

func (p *Provider) finish(w http.ResponseWriter, r *http.Request, request *authRequest, s *session, library onClock) {
	p.mu.Lock()
	who := p.people[s.sub]
	request.session, request.done, request.acr = s, true, who.ACR
	if request.acr == "" && len(request.asked.ACRValues) > 0 {
		request.acr = request.asked.ACRValues[0]
	}
	p.mu.Unlock()
	ctx := op.ContextWithIssuer(r.Context(), p.Issuer())
	http.Redirect(w, r, op.AuthCallbackURL(library)(ctx, request.id), http.StatusSeeOther)
}
