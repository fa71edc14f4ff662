package twofactor_test

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

func TestContract(t *testing.T) {
	t.Parallel()
	var people atomic.Int32
	// arrive signs a client up as somebody new and returns the address.
	arrive := func(c *plugintest.Client) string {
		email := fmt.Sprintf("person%d@example.com", people.Add(1))
		c.ClearCookies()
		c.Post("/sign-up/email", map[string]any{"name": "Person", "email": email, "password": password}).Want(http.StatusOK)
		return email
	}
	// enrol is the same with an authenticator app.
	enrol := func(c *plugintest.Client) (email string, made enabled) {
		email = arrive(c)
		c.Post("/two-factor/enable", map[string]any{"password": password}).Want(http.StatusOK).Into(&made)
		return email, made
	}
	// wait makes somebody with an app and leaves c where they gave their
	// password.
	wait := func(k *plugintest.Kit, c *plugintest.Client) enabled {
		email, made := enrol(k.Client())
		c.ClearCookies()
		c.Post("/sign-in/email", map[string]any{"email": email, "password": password}).Want(http.StatusOK)
		return made
	}
	given := plugintest.Request{Body: map[string]any{"password": password}}
	code := func(code string) plugintest.Request {
		return plugintest.Request{Body: map[string]any{"code": code, "trustDevice": true}}
	}
	options := []plugintest.Option{
		plugintest.Companions(func() []betterauth.Plugin { return []betterauth.Plugin{emailpassword.New(emailpassword.Config{})} }),
		plugintest.Sample("enableTwoFactor", func(_ *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			arrive(c)
			return given
		}),
	}
	for _, op := range []string{"disableTwoFactor", "getTOTPURI", "generateBackupCodes"} {
		options = append(options, plugintest.Sample(op, func(_ *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			enrol(c)
			return given
		}))
	}
	for op, f := range map[string]func(*plugintest.Kit, *plugintest.Client) plugintest.Request{
		"verifyTOTP": func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			made := wait(k, c)
			u, err := url.Parse(made.TOTPURI)
			if err != nil {
				t.Error(err)
				return plugintest.Request{}
			}
			secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret"))
			if err != nil {
				t.Error(err)
			}
			answer, err := plugintest.Call[twofactor.GenerateTOTPAnswer](c, "generateTOTP", twofactor.GenerateTOTPInput{Secret: string(secret)})
			if err != nil {
				t.Error(err)
			}
			return code(answer.Code)
		},
		"verifyTwoFactorOTP": func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			wait(k, c)
			c.Post("/two-factor/send-otp", map[string]any{}).Want(http.StatusOK)
			return code(k.Mail().Code)
		},
		"verifyBackupCode": func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			return code(wait(k, c).BackupCodes[0])
		},
	} {
		options = append(options, plugintest.Sample(op, f), plugintest.SingleUse(op, f))
	}
	plugintest.Run(t, func() betterauth.Plugin {
		return twofactor.New(twofactor.Config{SkipVerificationOnEnable: true, OTP: twofactor.OTPConfig{Enabled: true}})
	}, options...)
}
