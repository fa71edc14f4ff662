package socialtest

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// refusals are answers of the token endpoint that give nothing.
func (r *runner) refusals(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusOK} {
		t.Run("invalid_grant with "+http.StatusText(status), func(t *testing.T) {
			s := r.begin(t, r.testCase)
			r.tokenAnswers(s, func(w http.ResponseWriter, _ *http.Request) {
				answer(w, status, "", `{"error":"invalid_grant","error_description":"`+Code+`"}`)
			})
			_, _, err := s.exchange(t.Context())
			refused, ok := errors.AsType[*oauth.AnswerError](err)
			if !ok || refused.Code != "invalid_grant" {
				t.Errorf("the error is %v but must say invalid_grant", err)
			}
			s.mustFail(t)
		})
	}
	for name, handler := range broken {
		t.Run("the token endpoint "+name, func(t *testing.T) {
			s := r.begin(t, r.testCase)
			r.tokenAnswers(s, handler)
			s.mustFail(t)
		})
	}
}

func (r *runner) tokenAnswers(s *standIn, handler http.HandlerFunc) {
	s.transport.Handle(r.testCase.Token.method()+" "+s.expand(r.testCase.Token.URL), handler)
}

// broken are endpoints that do not work.
var broken = map[string]http.HandlerFunc{
	"redirects": redirect,
	"is down": func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusServiceUnavailable, "", `{"message":"later"}`)
	},
	"answers no JSON": func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "text/html", "<!doctype html><title>Maintenance</title>")
	},
	"answers nothing": func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "", "") },
	"answers an empty object": func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "", "{}")
	},
	"answers too much": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"x":"`+strings.Repeat("x", oauth.MaxAnswer)+`"}`)
	},
}

// failures are endpoints that fail after the exchange.
func (r *runner) failures(t *testing.T) {
	for address, a := range r.testCase.Answers {
		for name, handler := range broken {
			if a.Once {
				continue // a provider that is found stays found
			}
			if a.Optional && name == "answers an empty object" {
				continue // an answer like any other, where nothing of it is needed
			}
			t.Run(address+" "+name, func(t *testing.T) {
				s := r.begin(t, r.testCase)
				s.transport.Handle(s.escaped(address), handler)
				if !a.Optional {
					s.mustFail(t)
					return
				}
				profile, err := s.ask(t.Context())
				if err != nil {
					t.Fatalf("there is no profile without an endpoint that is optional: %v", err)
				}
				if profile.Subject != r.testCase.Profile.Subject {
					t.Errorf("the subject is %q but must be %q", profile.Subject, r.testCase.Profile.Subject)
				}
			})
		}
	}
}

// idTokens sends ID tokens from a client, good ones and others.
func (r *runner) idTokens(t *testing.T) {
	rules := r.begin(t, r.testCase).provider.IDTokens
	if rules == nil {
		t.Fatal("the case has an ID token but the provider does not verify them; set IDTokens")
	}
	t.Run("of a client", func(t *testing.T) {
		s := r.begin(t, r.testCase)
		if rules.OnlyExchanged {
			if _, err := s.provider.VerifyIDToken(t.Context(), s.caller, s.idToken, ""); err == nil {
				t.Error("a token is accepted from a client")
			}
			return
		}
		claims, err := s.provider.VerifyIDToken(t.Context(), s.caller, s.idToken, "")
		if err != nil {
			t.Fatalf("the token is refused: %v", err)
		}
		grant := s.provider.NewGrant(s.caller, oauth.Tokens{IDToken: s.idToken, AccessToken: AccessToken}, claims)
		profile, err := grant.Profile(t.Context())
		if err != nil {
			t.Fatalf("there is no profile: %v", err)
		}
		if want := r.testCase.Profile; profile.Subject != want.Subject || profile.EmailVerified && !want.EmailVerified {
			t.Errorf("the profile is %+v but must be %+v", profile, want)
		}
	})
	if r.testCase.IDToken.KeysURL == "" {
		return
	}
	for name, make := range r.badTokens() {
		t.Run(name, func(t *testing.T) {
			s := r.begin(t, r.testCase)
			s.idToken = make(t, s)
			_, err := s.provider.VerifyIDToken(t.Context(), s.caller, s.idToken, "")
			if _, ok := errors.AsType[*oauth.InvalidTokenError](err); !ok {
				t.Errorf("the token of a client ends with %v but must be refused", err)
			}
			s.mustFail(t)
		})
	}
}

// badTokens make tokens that must be refused, from a client and from the token endpoint.
func (r *runner) badTokens() map[string]func(testing.TB, *standIn) string {
	algorithm := r.testCase.IDToken.algorithm()
	keys := keysFor(algorithm)
	claim := func(name string, value any) func(testing.TB, *standIn) string {
		return func(t testing.TB, s *standIn) string {
			return sign(t, keys.own, keyID, algorithm, patched(t, s.claims(), encoded(t, map[string]any{name: value})))
		}
	}
	bad := map[string]func(testing.TB, *standIn) string{
		"of another client":     claim("aud", "somebody-else"),
		"of a further client":   claim("aud", []string{ClientID, "somebody-else"}),
		"of no client":          claim("aud", nil),
		"of another issuer":     claim("iss", "https://issuer.example"),
		"of no issuer":          claim("iss", nil),
		"of nobody":             claim("sub", nil),
		"that has expired":      claim("exp", Now().Add(-time.Minute).Unix()),
		"that never expires":    claim("exp", nil),
		"from the future":       claim("iat", Now().Add(time.Minute).Unix()),
		"of an unknown time":    claim("iat", nil),
		"that is not yet valid": claim("nbf", Now().Add(time.Minute).Unix()),
		"signed by another key": func(t testing.TB, s *standIn) string {
			return sign(t, keys.foreign, keyID, algorithm, s.claims())
		},
		"signed by an unknown key": func(t testing.TB, s *standIn) string {
			return sign(t, keys.foreign, "another-key", algorithm, s.claims())
		},
		"signed with the secret": func(t testing.TB, s *standIn) string {
			return sign(t, []byte(ClientSecret+ClientSecret), keyID, "HS256", s.claims())
		},
		"not signed": func(t testing.TB, s *standIn) string {
			return unsigned(t, s.claims())
		},
		"that is no token": func(testing.TB, *standIn) string { return "no.token.at-all" },
	}
	if age := r.testCase.IDToken.MaxAge; age > 0 {
		bad["that is too old"] = claim("iat", Now().Unix()-age-60)
	}
	return bad
}

// unsigned is a token with the algorithm "none" (RFC 7515, appendix A.5).
func unsigned(t testing.TB, claims jsontext.Value) string {
	t.Helper()
	header := encoded(t, map[string]string{"alg": "none", "kid": keyID})
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims) + "."
}
