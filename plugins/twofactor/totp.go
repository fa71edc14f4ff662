package twofactor

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- what RFC 4226 and every authenticator app use
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// prefixUsed is where the time step of a user's last code is kept.
const prefixUsed = "2fa-totp-used-"

// hotp is the code for a counter (RFC 4226, section 5.3). The key is the text of
// the secret, as in the reference; apps get it in base32.
func hotp(secret string, counter int64, digits int) string {
	mac := hmac.New(sha1.New, []byte(secret))
	_ = binary.Write(mac, binary.BigEndian, counter)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, number%modulus)
}

// timeStep is the counter at a moment (RFC 6238, section 4.2).
func timeStep(at time.Time, period time.Duration) int64 {
	return at.Unix() / int64(period/time.Second)
}

// matchTOTP is the newest time step that code belongs to: the present one, the
// one before or the one after.
func matchTOTP(secret string, code betterauth.TypedCode, now time.Time, cfg TOTPConfig) (step int64, ok bool) {
	present := timeStep(now, cfg.Period)
	for i := present - 1; i <= present+1; i++ {
		if code.Is(hotp(secret, i, cfg.Digits)) {
			step, ok = i, true
		}
	}
	return step, ok
}

// useTOTP reports whether code is right and newer than the last one that was: a
// code that somebody has seen being used is of no use (RFC 6238, section 5.2).
// The caller holds the user.
func (p *TwoFactor) useTOTP(ctx context.Context, userID, sealed string, code betterauth.TypedCode) (bool, error) {
	secret, err := p.totpKey(sealed)
	if err != nil {
		return false, fmt.Errorf("the TOTP secret of user %s cannot be read: %w", userID, err)
	}
	step, ok := matchTOTP(secret, code, p.host.Now(), p.cfg.TOTP)
	if !ok {
		return false, nil
	}
	last, err := p.host.Verifications().Find(ctx, prefixUsed+userID)
	if err != nil && !errors.Is(err, database.ErrNotFound) {
		return false, err
	}
	if err == nil {
		used, err := strconv.ParseInt(last.Value, 10, 64)
		if err != nil {
			return false, err
		}
		if step <= used {
			return false, nil
		}
	}
	return true, p.replaceValue(ctx, prefixUsed+userID, strconv.FormatInt(step, 10), 3*p.cfg.TOTP.Period)
}

// forgetUsed goes with a secret that is replaced or deleted: its codes say
// nothing about those of another.
func (p *TwoFactor) forgetUsed(ctx context.Context, userID string) error {
	_, err := p.values.Delete(ctx, database.Eq("identifier", prefixUsed+userID))
	return err
}

// totpURI is what authenticator apps read from a QR code.
func totpURI(issuer, account, secret string, cfg TOTPConfig) string {
	return betterauth.AddParams("otpauth://totp/"+betterauth.EncodeURIComponent(issuer)+":"+betterauth.EncodeURIComponent(account),
		betterauth.Param{Name: "secret", Value: base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(secret))},
		betterauth.Param{Name: "issuer", Value: issuer},
		betterauth.Param{Name: "digits", Value: strconv.Itoa(cfg.Digits)},
		betterauth.Param{Name: "period", Value: strconv.FormatInt(int64(cfg.Period/time.Second), 10)})
}

// VerifyInput is the input of verifyTOTP and verifyTwoFactorOTP.
type VerifyInput struct {
	Code betterauth.TypedCode `json:"code"`
	// TrustDevice skips the second step on this device for Config.TrustTTL.
	TrustDevice *bool `json:"trustDevice"`
}

func (p *TwoFactor) verifyTOTP(c *betterauth.Ctx, in VerifyInput) (VerifiedAnswer, error) {
	if p.cfg.TOTP.Disabled {
		return VerifiedAnswer{}, ErrTOTPNotConfigured.Messagef(textNoTOTP)
	}
	return p.try(c, kindTOTP, func(a *attempt) (VerifiedAnswer, error) {
		if a.row == nil || a.signingIn() && !a.row.verified() {
			return VerifiedAnswer{}, ErrTOTPNotEnabled
		}
		if err := a.begin(); err != nil {
			return VerifiedAnswer{}, err
		}
		ok, err := a.useTOTP(a.c, a.user.ID, a.row.Secret, in.Code)
		if err != nil {
			return VerifiedAnswer{}, err
		}
		if !ok {
			return VerifiedAnswer{}, a.wrong(ErrInvalidCode)
		}
		if err := a.right(); err != nil {
			return VerifiedAnswer{}, err
		}
		if err := a.confirm(); err != nil {
			return VerifiedAnswer{}, err
		}
		return a.finish(in.TrustDevice)
	})
}

// confirm ends the set-up: a first code has shown that the app has the secret.
func (a *attempt) confirm() error {
	if a.row.Verified != nil && *a.row.Verified {
		return nil
	}
	if _, err := a.enrolments.Update(a.c, database.Set{"verified": true}, database.Eq("id", a.row.ID)); err != nil {
		return err
	}
	if enabled, _ := Enabled.Get(a.user); enabled || a.signingIn() {
		return nil
	}
	return a.activate()
}

// URIAnswer is the answer of getTOTPURI.
type URIAnswer struct {
	TOTPURI string `json:"totpURI"`
}

func (p *TwoFactor) uri(c *betterauth.Ctx, password *string) (URIAnswer, error) {
	if p.cfg.TOTP.Disabled {
		return URIAnswer{}, ErrTOTPNotConfigured.Messagef(textNoTOTP)
	}
	user := c.Identity().User
	row, err := p.enrolment(c, user.ID)
	if err != nil {
		return URIAnswer{}, err
	}
	if row == nil {
		return URIAnswer{}, ErrTOTPNotEnabled
	}
	if err := p.demandPassword(c, user.ID, password); err != nil {
		return URIAnswer{}, err
	}
	secret, err := p.totpKey(row.Secret)
	if err != nil {
		return URIAnswer{}, fmt.Errorf("the TOTP secret of user %s cannot be read: %w", user.ID, err)
	}
	return URIAnswer{totpURI(p.issuer(nil), user.Email, secret, p.cfg.TOTP)}, nil
}

// issuer is what apps show: what was asked for, else the configured one.
func (p *TwoFactor) issuer(asked *string) string {
	switch {
	case asked != nil && *asked != "":
		return *asked
	case p.cfg.Issuer != "":
		return p.cfg.Issuer
	}
	return p.host.Site().AppName
}

// GenerateTOTPInput is the input of generateTOTP.
type GenerateTOTPInput struct {
	Secret string `json:"secret"`
}

// GenerateTOTPAnswer is the answer of generateTOTP.
type GenerateTOTPAnswer struct {
	Code string `json:"code"`
}

func (p *TwoFactor) generateTOTP(_ *betterauth.Ctx, in GenerateTOTPInput) (GenerateTOTPAnswer, error) {
	if p.cfg.TOTP.Disabled {
		return GenerateTOTPAnswer{}, ErrTOTPNotConfigured.Messagef(textNoTOTP)
	}
	return GenerateTOTPAnswer{p.GenerateTOTP(in.Secret)}, nil
}

// GenerateTOTP returns the current code of a secret. secret is the text of the secret,
// which the URI for an app holds in base32.
func (p *TwoFactor) GenerateTOTP(secret string) string {
	return hotp(secret, timeStep(p.host.Now(), p.cfg.TOTP.Period), p.cfg.TOTP.Digits)
}
