package betterauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Handle makes an endpoint of a typed function. Its input is decoded and checked
// before the function is called.
func ExampleHandle() {
	type input struct {
		Name string `json:"name" check:"trim,nonempty"`
	}
	type answer struct {
		Greeting string `json:"greeting"`
	}
	greet := betterauth.Handle(
		betterauth.Operation{ID: "greet", Method: http.MethodPost, Path: "/greet", Access: betterauth.Public},
		func(_ *betterauth.Ctx, in input) (answer, error) { return answer{"Hello " + in.Name}, nil },
	)
	greeter := betterauth.Inline{ID: "greeter", Endpoints: []betterauth.Endpoint{greet}}
	auth, done := exampleAuth(betterauth.Config{}, greeter)
	defer done()

	for _, body := range []string{`{"name":" Ada "}`, `{"name":1}`} {
		r := httptest.NewRequest("POST", "/api/auth/greet", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		auth.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 {"greeting":"Hello Ada"}
	// 400 {"message":"[body.name] Invalid input: expected string, received number","code":"VALIDATION_ERROR"}
}
