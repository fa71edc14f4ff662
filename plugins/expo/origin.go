package expo

import (
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// readOrigin takes the header expo-origin for Origin, which React Native cannot send.
// The origin then has to be trusted like any. That of a web page is none: a page's
// browser sends Origin, and a header says nothing against it.
func (e *Expo) readOrigin(c *betterauth.Ctx) error {
	sent := c.Request().Header.Values("Expo-Origin")
	switch {
	case len(sent) == 0 || len(sent) == 1 && sent[0] == "":
	case len(sent) > 1 || isWeb(sent[0]):
		c.SetOrigin("null")
	default:
		c.SetOrigin(sent[0])
	}
	return nil
}

func isWeb(url string) bool {
	scheme, _, _ := strings.Cut(url, ":")
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}
