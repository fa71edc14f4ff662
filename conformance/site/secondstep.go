package site

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// These controls show what only the person, or the application, would see of
// the second step.

type mailedCode struct {
	OTP string `json:"otp"`
}

// secondStepCode answers the last code that was mailed to the address of the query.
func (s *Site) secondStepCode(r *http.Request) (any, error) {
	if err := s.auth.FlushMail(r.Context()); err != nil {
		return nil, err
	}
	to := r.URL.Query().Get("email")
	m := s.mails.last(twofactor.KindOTP, to)
	if m == nil {
		return nil, refusal{http.StatusNotFound, "no " + twofactor.KindOTP + " mail to " + to}
	}
	return mailedCode{m.Code}, nil
}

// backupCodes answers what the application may see of a user's backup codes.
func (s *Site) backupCodes(r *http.Request) (any, error) {
	user, err := s.user(r.Context(), r.URL.Query().Get("email"))
	if err != nil {
		return nil, err
	}
	return betterauth.Call[twofactor.BackupCodesAnswer](r.Context(), s.auth, "viewBackupCodes",
		twofactor.ViewBackupCodesInput{UserID: user.ID}, betterauth.CallOptions{})
}
