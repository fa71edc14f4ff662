package emailotp_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

func TestContract(t *testing.T) {
	t.Parallel()
	var people atomic.Int32
	address := func() string { return fmt.Sprintf("person%d@example.com", people.Add(1)) }
	// known makes somebody new and returns their address.
	known := func(k *plugintest.Kit) string {
		email := address()
		k.SignedIn(email)
		return email
	}
	code := func(k *plugintest.Kit, email string, kind emailotp.Type) string {
		k.Client().Post("/email-otp/send-verification-otp", members{"email": email, "type": kind}).Want(http.StatusOK)
		return k.Mail().Code
	}
	request := func(body members) plugintest.Request { return plugintest.Request{Body: body} }
	signIn := func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
		email := address()
		return request(members{"email": email, "otp": code(k, email, emailotp.TypeSignIn), "name": "Person"})
	}
	verify := func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
		email := known(k)
		return request(members{"email": email, "otp": code(k, email, emailotp.TypeEmailVerification)})
	}
	reset := func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
		email := known(k)
		return request(members{"email": email, "otp": code(k, email, emailotp.TypeForgetPassword), "password": "another good password"})
	}
	// The client is somebody of its own, since its address changes.
	change := func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
		become(k, c, k.SignedIn(address()))
		email := address()
		c.Post("/email-otp/request-email-change", members{"newEmail": email}).Want(http.StatusOK)
		return request(members{"newEmail": email, "otp": k.Mail().Code})
	}
	options := []plugintest.Option{
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), emailverification.New(emailverification.Config{AutoSignInAfterVerification: true})}
		}),
		plugintest.Sample(emailotp.SendVerificationOTP, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return request(members{"email": address(), "type": emailotp.TypeSignIn})
		}),
		plugintest.Sample(emailotp.CheckVerificationOTP, func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			email := known(k)
			return request(members{"email": email, "type": emailotp.TypeSignIn, "otp": code(k, email, emailotp.TypeSignIn)})
		}),
		plugintest.Sample(emailotp.RequestEmailChange, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return request(members{"newEmail": address()})
		}),
		plugintest.Except("fail-closed", emailotp.VerifyEmail, "the address is proven, whatever becomes of the sign-in that follows"),
	}
	for _, op := range []string{emailotp.RequestPasswordReset, emailotp.ForgetPassword} {
		options = append(options, plugintest.Sample(op, func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return request(members{"email": known(k)})
		}))
	}
	for op, f := range map[string]func(*plugintest.Kit, *plugintest.Client) plugintest.Request{
		emailotp.SignIn: signIn, emailotp.VerifyEmail: verify, emailotp.ResetPassword: reset, emailotp.ChangeEmail: change,
	} {
		options = append(options, plugintest.Sample(op, f), plugintest.SingleUse(op, f))
	}
	plugintest.Run(t, func() betterauth.Plugin {
		return emailotp.New(emailotp.Config{ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}})
	}, options...)
}

// become gives a client the session of another one.
func become(k *plugintest.Kit, c, other *plugintest.Client) {
	c.ClearCookies()
	c.User, c.Session = other.User, other.Session
	c.SetCookie("better-auth.session_token", other.Session.Token+"."+k.Host.Sign(other.Session.Token))
}
