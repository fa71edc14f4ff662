package plugins_test

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// HEAD is answered wherever GET is, and changes nothing: link checkers and mail
// scanners send it.
func TestHeadChangesNothing(t *testing.T) {
	t.Parallel()
	s := newRedirecting(t, "")
	all := plugintest.NewWith(t, plugintest.Options{Plugins: withRequired(func() (every []int) {
		for i := range bundled {
			every = append(every, i)
		}
		return every
	}()...)})
	c := all.SignedIn("alice@example.com")
	asked := 0
	for _, op := range all.Auth.Operations() {
		if op.Access == betterauth.ServerOnly || op.Method != http.MethodGet && !slices.Contains(op.Methods, http.MethodGet) {
			continue
		}
		asked++
		path := strings.ReplaceAll(op.Path, ":token", "x")
		before := all.Rows()
		head := c.Do(http.MethodHead, path, nil)
		if !reflect.DeepEqual(before, all.Rows()) {
			t.Errorf("HEAD %s changed what is stored", path)
		}
		if len(head.Body) != 0 || head.Status == http.StatusNotFound && op.ID != "getAPIKey" {
			t.Errorf("HEAD %s: %d %s", path, head.Status, head.Body)
		}
		if op.Effects || op.SignIn != 0 || op.CheckTargets {
			if head.Status != http.StatusOK || len(head.Cookies) != 0 {
				t.Errorf("HEAD %s: %d, cookies %v", path, head.Status, head.Cookies)
			}
			continue
		}
		get := c.Get(path)
		if head.Status != get.Status || !reflect.DeepEqual(head.Header, get.Header) {
			t.Errorf("%s: HEAD %d %v, GET %d %v", path, head.Status, head.Header, get.Status, get.Header)
		}
	}
	if asked < 15 {
		t.Errorf("only %d operations were asked", asked)
	}

	// A link that was looked at is as good as before.
	browser, _ := s.verified()
	browser.Post("/sign-in/email", members{"email": "userx@example.com", "password": "password1234"}).Want(http.StatusOK)
	for name, mail := range map[string]func() *betterauth.Message{
		"magic link": func() *betterauth.Message {
			s.Client().Post("/sign-in/magic-link", members{"email": s.address()}).Want(http.StatusOK)
			return s.Mail()
		},
		"address": func() *betterauth.Message {
			s.Client().Post("/sign-up/email", members{"name": "A", "email": s.address(), "password": "password1234"}).Want(http.StatusOK)
			return s.Mail()
		},
		"reset": func() *betterauth.Message {
			_, email := s.verified()
			s.Client().Post("/request-password-reset", members{"email": email, "redirectTo": "/reset"}).Want(http.StatusOK)
			return s.Mail()
		},
		"change": func() *betterauth.Message {
			browser.Post("/change-email", members{"newEmail": "other@example.com"}).Want(http.StatusOK)
			return s.Mail()
		},
	} {
		link := s.Route(mail())
		before := s.Rows()
		for range 2 {
			if a := browser.Do(http.MethodHead, link, nil); a.Status != http.StatusOK || len(a.Body) != 0 || a.Header.Get("Location") != "" || len(a.Cookies) != 0 {
				t.Errorf("%s: HEAD %d %v", name, a.Status, a.Header)
			}
		}
		if !reflect.DeepEqual(before, s.Rows()) {
			t.Errorf("%s: HEAD changed what is stored", name)
		}
		if location := s.lead(browser.Get(link)); strings.Contains(location, "error=") {
			t.Errorf("%s: then GET leads to %s", name, location)
		}
	}
	// The way there does not count either.
	c.Do(http.MethodHead, "/magic-link/verify?token=x&callbackURL="+url.QueryEscape("https://evil.example"), nil).Want(http.StatusOK)
}
