package twofactor_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// A secret that comes from elsewhere is kept as its app has it, in base32.
func TestSecretsInBase32(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{}, plugintest.Options{DB: db})
		c, _, _ := s.enrolled()
		enrolments := plugintest.StoreOf[twofactor.Enrolment](s.Kit)
		keep := func(secret string) {
			sealed, err := s.Host.Encrypt(secret)
			if err == nil {
				_, err = enrolments.Update(t.Context(), database.Set{"secret": sealed}, database.NotNull("id"))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for text, key := range map[string]string{
			"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ": "12345678901234567890",
			"gezdgnbvgy3tqojqgezdgnbvgy3tqojq": "12345678901234567890",
			"JBSWY3DPEBLW64TMMQ======":         "Hello World",
			"JBSWY3DPEBLW64TMMQ":               "Hello World",
			"JBSWY3DPA":                        "Hello", // its last five bits are no byte
		} {
			keep("base32:" + text)
			s.Clock.Advance(2 * time.Minute)
			verify(s.challenged(), "totp", text).WantError(twofactor.ErrInvalidCode)
			there := s.challenged()
			verify(there, "totp", app{s, key}.code(0)).Want(http.StatusOK)
			s.wantSession(there, true)
			var uri struct {
				URI string `json:"totpURI"`
			}
			c.Post("/two-factor/get-totp-uri", map[string]any{"password": password}).Want(http.StatusOK).Into(&uri)
			if want := "?secret=" + strings.TrimRight(strings.ToUpper(text), "=") + "&"; text != "JBSWY3DPA" && !strings.Contains(uri.URI, want) {
				t.Errorf("%s: %s", text, uri.URI)
			}
		}
		for _, text := range []string{"", "=", "1", "J BSWY3DP", "not base32!"} {
			keep("base32:" + text)
			verify(s.challenged(), "totp", "123456").WantError(betterauth.ErrInternal)
		}
	})
}
