package betterauth_test

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// An ErrorCode is an error: it is compared with errors.Is, and says what a client
// sees. Because adds a cause, which is for the log alone.
func ExampleErrorCode() {
	outOfStock := &betterauth.ErrorCode{Code: "OUT_OF_STOCK", Message: "We have none left", Status: http.StatusConflict}

	err := fmt.Errorf("buying: %w", outOfStock.Because(errors.New("row 7 is locked")))

	var code *betterauth.ErrorCode
	fmt.Println(errors.Is(err, outOfStock), errors.Is(err, betterauth.ErrForbidden))
	fmt.Println(errors.As(err, &code), code.Status, code.Code)
	// Output:
	// true false
	// true 409 OUT_OF_STOCK
}
