package betterauth_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
)

func TestOrZero(t *testing.T) {
	t.Parallel()
	text, number := "a", int64(7)
	if betterauth.OrZero(&text) != "a" || betterauth.OrZero[string](nil) != "" || betterauth.OrZero(&number) != 7 || betterauth.OrZero[int64](nil) != 0 {
		t.Error("not the value, or not zero without one")
	}
}
