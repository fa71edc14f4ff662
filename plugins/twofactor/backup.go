package twofactor

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
)

// VerifyBackupCodeInput is the input of verifyBackupCode.
type VerifyBackupCodeInput struct {
	Code betterauth.TypedCode `json:"code"`
	// DisableSession uses the code up without making a session.
	DisableSession *bool `json:"disableSession"`
	TrustDevice    *bool `json:"trustDevice"`
}

func (p *TwoFactor) verifyBackupCode(c *betterauth.Ctx, in VerifyBackupCodeInput) (VerifiedAnswer, error) {
	return p.try(c, kindBackup, func(a *attempt) (VerifiedAnswer, error) {
		// Until a first code of the app confirms the set-up, its backup codes are
		// nobody's: whoever has them need not have the app.
		if a.row == nil || !a.row.verified() {
			return VerifiedAnswer{}, ErrBackupCodesNotEnabled
		}
		if err := a.begin(); err != nil {
			return VerifiedAnswer{}, err
		}
		ok, err := a.useBackupCode(in.Code)
		if err != nil {
			return VerifiedAnswer{}, err
		}
		if !ok {
			return VerifiedAnswer{}, a.wrong(ErrInvalidBackupCode)
		}
		if err := a.right(); err != nil {
			return VerifiedAnswer{}, err
		}
		if in.DisableSession != nil && *in.DisableSession {
			answer := VerifiedAnswer{User: a.user}
			if !a.signingIn() {
				answer.Token = &a.session.Token
			}
			return answer, nil
		}
		return a.finish(in.TrustDevice)
	})
}

// useBackupCode reports whether the user has this code, and uses it up.
func (a *attempt) useBackupCode(given betterauth.TypedCode) (bool, error) {
	codes, err := a.openCodes(a.c, a.row)
	if err != nil {
		return false, err
	}
	left, found := given.Among(codes)
	if !found {
		return false, nil
	}
	sealed, err := a.sealCodes(a.c, left)
	if err != nil {
		return false, err
	}
	// A server that shares the database does not wait for the user's row.
	n, err := a.enrolments.Update(a.c, database.Set{"backupCodes": sealed},
		database.Eq("id", a.row.ID), database.Eq("backupCodes", a.row.BackupCodes))
	if err != nil {
		return false, err
	}
	if n == 0 {
		return false, ErrBackupCodeConflict
	}
	betterauth.Emit(a.c, a.host, BackupCodeUsed{UserID: a.user.ID, Left: len(left)})
	return true, nil
}

// makeCodes makes backup codes, and how they are stored.
func (p *TwoFactor) makeCodes(ctx context.Context) (codes []string, sealed string, err error) {
	if p.cfg.Backup.Generate != nil {
		codes, err = p.cfg.Backup.Generate()
	} else {
		codes, err = p.randomCodes()
	}
	if err != nil {
		return nil, "", err
	}
	for _, code := range codes {
		if betterauth.TypedCode(code).Empty() {
			return nil, "", errors.New("twofactor: Backup.Generate made a code without a letter or a digit; return codes that people can type")
		}
	}
	sealed, err = p.sealCodes(ctx, codes)
	return codes, sealed, err
}

func (p *TwoFactor) randomCodes() ([]string, error) {
	codes := make([]string, p.cfg.Backup.Amount)
	for i := range codes {
		code, err := p.host.RandomString(p.cfg.Backup.Length, betterauth.Alphanumeric)
		if err != nil {
			return nil, err
		}
		codes[i] = code[:5] + "-" + code[5:]
	}
	return codes, nil
}

func (p *TwoFactor) sealCodes(ctx context.Context, codes []string) (string, error) {
	if codes == nil {
		codes = []string{}
	}
	text, err := json.Marshal(codes)
	if err != nil {
		return "", err
	}
	return p.cfg.Backup.Storage.Seal(ctx, p.host, string(text))
}

func (p *TwoFactor) openCodes(ctx context.Context, row *Enrolment) (codes []string, err error) {
	text, err := p.cfg.Backup.Storage.Open(ctx, p.host, row.BackupCodes)
	if err == nil {
		err = json.Unmarshal([]byte(text), &codes)
	}
	if err != nil {
		return nil, fmt.Errorf("the backup codes of user %s cannot be read: %w", row.UserID, err)
	}
	return codes, nil
}

// BackupCodesAnswer is the answer of generateBackupCodes and viewBackupCodes.
type BackupCodesAnswer struct {
	Status      bool     `json:"status"`
	BackupCodes []string `json:"backupCodes"`
}

// newBackupCodes makes none for an app whose set-up was not confirmed: they would
// open nothing.
func (p *TwoFactor) newBackupCodes(c *betterauth.Ctx, password *string) (BackupCodesAnswer, error) {
	user := c.Identity().User
	if enabled, _ := Enabled.Get(user); !enabled {
		return BackupCodesAnswer{}, ErrNotEnabled
	}
	if err := p.demandPassword(c, user.ID, password); err != nil {
		return BackupCodesAnswer{}, err
	}
	codes, sealed, err := p.makeCodes(c)
	if err != nil {
		return BackupCodesAnswer{}, err
	}
	err = c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error {
		row, err := p.enrolment(tx, user.ID)
		if err != nil {
			return err
		}
		if row == nil || !row.verified() {
			return ErrNotEnabled
		}
		_, err = p.enrolments.Update(tx, database.Set{"backupCodes": sealed}, database.Eq("id", row.ID))
		return err
	})
	if err != nil {
		return BackupCodesAnswer{}, err
	}
	return BackupCodesAnswer{Status: true, BackupCodes: codes}, nil
}

// BackupCodes returns the codes that a user has left. Show them to nobody else. Until the
// user has confirmed the set-up of their app, the codes cannot be used. For a user who
// never had any, the error is ErrBackupCodesNotEnabled.
func (p *TwoFactor) BackupCodes(ctx context.Context, userID string) ([]string, error) {
	row, err := p.enrolments.Get(ctx, database.Eq("userId", userID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrBackupCodesNotEnabled
	}
	if err != nil {
		return nil, err
	}
	return p.openCodes(ctx, row)
}

// ViewBackupCodesInput is the input of viewBackupCodes.
type ViewBackupCodesInput struct {
	UserID string `json:"userId"`
}

func (p *TwoFactor) viewBackupCodes(c *betterauth.Ctx, in ViewBackupCodesInput) (BackupCodesAnswer, error) {
	codes, err := p.BackupCodes(c, in.UserID)
	if err != nil {
		return BackupCodesAnswer{}, err
	}
	return BackupCodesAnswer{Status: true, BackupCodes: codes}, nil
}
