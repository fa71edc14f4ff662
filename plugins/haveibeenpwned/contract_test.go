package haveibeenpwned_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
)

// knowsNothing is a service that knows no password.
type knowsNothing struct{}

func (knowsNothing) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(strings.Repeat("0", 35) + ":7"))}, nil
}

func TestContract(t *testing.T) {
	t.Parallel()
	var people atomic.Int32
	plugintest.Run(t, func() betterauth.Plugin { return haveibeenpwned.New(haveibeenpwned.Config{}) },
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}
		}),
		plugintest.Configure(func(o *plugintest.Options) { o.Config.HTTPClient = &http.Client{Transport: knowsNothing{}} }),
		plugintest.Sample("signUpEmail", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: body{"name": "A", "email": fmt.Sprintf("person%d@example.com", people.Add(1)), "password": "not known to anybody"}}
		}),
	)
}
