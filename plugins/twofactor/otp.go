package twofactor

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// KindOTP is the kind of the mail that holds a code.
const KindOTP = "two-factor-otp"

// prefixOTP is where a code is kept, as "<code>:<wrong tries>".
const prefixOTP = "2fa-otp-"

// SendOTPInput is the input of sendTwoFactorOTP. TrustDevice is accepted because clients
// send it, and ignored.
type SendOTPInput struct {
	TrustDevice *bool `json:"trustDevice"`
}

func (p *TwoFactor) sendOTP(c *betterauth.Ctx, _ SendOTPInput) (betterauth.Status, error) {
	if !p.cfg.OTP.Enabled {
		return betterauth.Status{}, ErrOTPNotConfigured.Messagef(textNoOTP)
	}
	a := &attempt{TwoFactor: p, kind: kindOTP}
	userID, err := a.whose(c)
	if err != nil {
		return betterauth.Status{}, err
	}
	user, err := p.users.Get(c, database.Eq("id", userID))
	if errors.Is(err, database.ErrNotFound) {
		return betterauth.Status{}, ErrInvalidCookie
	}
	if err != nil {
		return betterauth.Status{}, err
	}
	// Where there was too much mail, the code that was mailed last stays good.
	if may, err := p.host.MayMailProven(c, user); err != nil || !may {
		return betterauth.Status{Status: err == nil}, err
	}
	_, err = a.run(c, userID, func(a *attempt) (VerifiedAnswer, error) {
		if a.signingIn() {
			// A code that cannot be used is not mailed either.
			if err := p.demandUnlocked(a.c, a.user.ID, a.row); err != nil {
				return VerifiedAnswer{}, err
			}
		}
		code, err := p.host.RandomString(p.cfg.OTP.Digits, "0123456789")
		if err != nil {
			return VerifiedAnswer{}, err
		}
		stored, err := p.cfg.OTP.Storage.Keep(a.c, p.host, code)
		if err != nil {
			return VerifiedAnswer{}, err
		}
		if err := p.replaceValue(a.c, prefixOTP+a.key(), stored+":0", p.cfg.OTP.TTL); err != nil {
			return VerifiedAnswer{}, err
		}
		p.host.Mail(a.c, p.message(a.user, code))
		return VerifiedAnswer{}, nil
	})
	return betterauth.Status{Status: err == nil}, err
}

func (p *TwoFactor) message(user *betterauth.User, code string) *betterauth.Message {
	// The mail is sent after the request, which may go on with its own copy.
	recipient := *user
	app := p.host.Site().AppName
	return &betterauth.Message{
		Kind: KindOTP, To: user.Email, User: &recipient, Code: code,
		Subject: code + " is your code for " + app,
		Text: fmt.Sprintf("Hello,\n\nyour code for %s is %s. It is good for %s.\n\n"+
			"If you are not signing in, somebody else has your password: change it.\n", app, code, minutes(p.cfg.OTP.TTL)),
	}
}

func (p *TwoFactor) verifyOTP(c *betterauth.Ctx, in VerifyInput) (VerifiedAnswer, error) {
	return p.try(c, kindOTP, func(a *attempt) (VerifiedAnswer, error) {
		if a.signingIn() {
			if err := p.demandUnlocked(a.c, a.user.ID, a.row); err != nil {
				return VerifiedAnswer{}, err
			}
		}
		ok, err := a.useOTP(in.Code)
		if err != nil {
			return VerifiedAnswer{}, err
		}
		if !ok {
			return VerifiedAnswer{}, a.wrong(ErrInvalidCode)
		}
		if err := a.right(); err != nil {
			return VerifiedAnswer{}, err
		}
		if enabled, _ := Enabled.Get(a.user); !enabled {
			if a.signingIn() {
				return VerifiedAnswer{}, betterauth.Commit(ErrNoSecondStep)
			}
			if err := a.activate(); err != nil {
				return VerifiedAnswer{}, err
			}
		}
		return a.finish(in.TrustDevice)
	})
}

// useOTP takes the mailed code and reports whether the given one is the same.
// After a wrong one it is put back, until there were too many.
func (a *attempt) useOTP(given betterauth.TypedCode) (bool, error) {
	identifier := prefixOTP + a.key()
	taken, err := a.host.Verifications().Take(a.c, identifier)
	if errors.Is(err, database.ErrNotFound) {
		return false, ErrOTPExpired
	}
	if err != nil {
		return false, err
	}
	at := strings.LastIndexByte(taken.Value, ':')
	if at < 0 {
		return false, fmt.Errorf("the stored code %s cannot be read", taken.ID)
	}
	stored := taken.Value[:at]
	tries, err := strconv.Atoi(taken.Value[at+1:])
	if err != nil || tries < 0 || tries >= a.cfg.OTP.Attempts {
		return false, betterauth.Commit(ErrTooManyAttempts)
	}
	same, err := a.cfg.OTP.Storage.Matches(a.c, a.host, stored, given)
	if err != nil {
		return false, fmt.Errorf("a stored code cannot be read: %w", err)
	}
	if same {
		return true, nil
	}
	_, err = a.host.Verifications().Create(a.c, identifier, stored+":"+strconv.Itoa(tries+1), taken.ExpiresAt.Sub(a.host.Now()))
	return false, err
}
