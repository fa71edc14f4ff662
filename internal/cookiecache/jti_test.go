package cookiecache_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/cookiecache"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// An encrypted copy has an id of its own (RFC 7519, section 4.1.7), as the
// TypeScript server gives it.
func TestEncryptedCopiesHaveIDs(t *testing.T) {
	t.Parallel()
	c := codec(t, cookiecache.JWE, "a secret of the application's own")
	seen := map[string]bool{}
	for range 3 {
		value, err := c.Seal(jsontext.Value("{}"), jsontext.Value("{}"), "1", time.Now(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := c.Ring.OpenJWE("better-auth-session", value)
		if err != nil {
			t.Fatal(err)
		}
		var id struct {
			JTI string `json:"jti"`
		}
		if err := json.Unmarshal(claims, &id); err != nil || seen[id.JTI] || !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(id.JTI) {
			t.Errorf("%s: %v", claims, err)
		}
		seen[id.JTI] = true
	}
}
