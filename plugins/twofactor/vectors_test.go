package twofactor_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/go-json-experiment/json"
)

// recorded are values that the reference, release 1.7.5, produced.
type recorded struct {
	Secret           string       `json:"secret"`
	TOTP             recordedTOTP `json:"totp"`
	TwoFactorEnable  enabled      `json:"twoFactorEnable"`
	TwoFactorRow     recordedRow  `json:"twoFactorRow"`
	TrustDeviceToken struct {
		UserID     string `json:"userId"`
		Identifier string `json:"identifier"`
		Token      string `json:"token"`
	} `json:"trustDeviceToken"`
}

func load(t *testing.T) (r recorded) {
	t.Helper()
	raw, err := os.ReadFile("testdata/recorded.json")
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// codeAt is what an app with this secret shows at a moment.
func codeAt(t *testing.T, secret string, digits int, at time.Time) string {
	t.Helper()
	s := newSite(t, twofactor.Config{TOTP: twofactor.TOTPConfig{Digits: digits}},
		plugintest.Options{Config: betterauth.Config{Clock: func() time.Time { return at }}})
	answer, err := betterauth.Call[twofactor.GenerateTOTPAnswer](t.Context(), s.Auth, "generateTOTP",
		twofactor.GenerateTOTPInput{Secret: secret}, betterauth.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Code
}

// RFC 6238, appendix B, for SHA-1.
func TestCodesOfRFC6238(t *testing.T) {
	t.Parallel()
	for seconds, code := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := codeAt(t, "12345678901234567890", 8, time.Unix(seconds, 0)); got != code {
			t.Errorf("at %d: %s, want %s", seconds, got, code)
		}
	}
}

// recordedTOTP is what the reference made of a secret.
type recordedTOTP struct {
	Secret     string `json:"secret"`
	URL        string `json:"url"`
	URLSpecial string `json:"urlIssuerSpecial"`
	URLDefault string `json:"urlPeriodUndefined"`
	HOTP       []struct {
		Counter int64  `json:"counter"`
		Code    string `json:"code"`
	} `json:"hotp"`
	HOTP8 string `json:"hotp8"`
}

func TestRecordedCodes(t *testing.T) {
	t.Parallel()
	recorded := load(t).TOTP
	if len(recorded.HOTP) != 5 {
		t.Fatalf("%d codes", len(recorded.HOTP))
	}
	for _, v := range recorded.HOTP {
		if got := codeAt(t, recorded.Secret, 6, time.Unix(v.Counter*30, 0)); got != v.Code {
			t.Errorf("counter %d: %s, want %s", v.Counter, got, v.Code)
		}
	}
	if got := codeAt(t, recorded.Secret, 8, time.Unix(30, 0)); got != recorded.HOTP8 {
		t.Errorf("8 digits: %s, want %s", got, recorded.HOTP8)
	}
}

// stored gives a user of our own an enrolment as another server wrote it.
func (s *site) stored(userID, address, secret, codes string, verified *bool) {
	s.t.Helper()
	ctx := s.t.Context()
	user := &betterauth.User{Name: "Ann", Email: address, ID: userID}
	twofactor.Enabled.Set(user, true)
	if err := s.Users().Create(ctx, user); err != nil {
		s.t.Fatal(err)
	}
	hash := "fast:" + password
	account := &betterauth.Account{AccountID: user.ID, ProviderID: betterauth.ProviderCredential, UserID: user.ID, Password: &hash}
	if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(ctx, account); err != nil {
		s.t.Fatal(err)
	}
	row := &twofactor.Enrolment{Secret: secret, BackupCodes: codes, UserID: user.ID, Verified: verified}
	if err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).Create(ctx, row); err != nil {
		s.t.Fatal(err)
	}
}

func TestRecordedURIs(t *testing.T) {
	t.Parallel()
	recorded := load(t).TOTP
	for _, v := range []struct{ issuer, address, want string }{
		{"Better Auth", "ann@example.com", recorded.URL},
		{"My App: é/ü", "ann+x@example.com", recorded.URLSpecial},
		{"Better Auth", "a@b.com", recorded.URLDefault},
	} {
		s := newSite(t, twofactor.Config{Issuer: v.issuer}, plugintest.Options{})
		sealed, err := s.Host.Encrypt(recorded.Secret)
		if err != nil {
			t.Fatal(err)
		}
		s.stored("user1", v.address, sealed, "", nil)
		s.SignedIn(v.address).Post("/two-factor/get-totp-uri", map[string]any{"password": password}).
			WantBody(http.StatusOK, `{"totpURI":"`+v.want+`"}`)
	}
}

// recordedRow is an enrolment as the reference stored it, unverified.
type recordedRow struct {
	Secret      string `json:"secret"`
	BackupCodes string `json:"backupCodes"`
	UserID      string `json:"userId"`
	Plain       string `json:"decryptedSecret"`
	PlainCodes  string `json:"decryptedBackupCodes"`
}

// A row that the reference made opens here: its URI is the recorded one, its
// codes sign in, and what is left of them is what the reference would leave.
func TestRecordedRow(t *testing.T) {
	t.Parallel()
	values := load(t)
	row, made := values.TwoFactorRow, values.TwoFactorEnable
	s := newSite(t, twofactor.Config{Issuer: "My App"}, plugintest.Options{Config: betterauth.Config{Secret: values.Secret}})
	s.stored(row.UserID, "a@b.com", row.Secret, row.BackupCodes, new(bool))

	in := s.SignedIn("a@b.com")
	in.Post("/two-factor/get-totp-uri", map[string]any{"password": password}).WantBody(http.StatusOK, `{"totpURI":"`+made.TOTPURI+`"}`)
	left := func() []string {
		t.Helper()
		answer, err := betterauth.Call[twofactor.BackupCodesAnswer](t.Context(), s.Auth, "viewBackupCodes",
			twofactor.ViewBackupCodesInput{UserID: row.UserID}, betterauth.CallOptions{})
		if err != nil || !answer.Status {
			t.Fatal(err)
		}
		return answer.BackupCodes
	}
	if got := `["` + strings.Join(left(), `","`) + `"]`; got != row.PlainCodes {
		t.Errorf("codes %s", got)
	}
	verify(in, "totp", app{s, row.Plain}.code(0)).Want(http.StatusOK)

	c := s.Client()
	c.Post("/sign-in/email", map[string]any{"email": "a@b.com", "password": password}).
		WantBody(http.StatusOK, `{"twoFactorRedirect":true,"twoFactorMethods":["totp"]}`)
	verify(c, "backup-code", made.BackupCodes[0]).Want(http.StatusOK)
	if got := left(); strings.Join(got, " ") != strings.Join(made.BackupCodes[1:], " ") {
		t.Errorf("left are %v", got)
	}
	s.Clock.Advance(time.Hour)
	c.Post("/sign-in/email", map[string]any{"email": "a@b.com", "password": password}).Want(http.StatusOK)
	verify(c, "totp", app{s, row.Plain}.code(0)).Want(http.StatusOK)
}

// A device that the reference trusts is trusted here.
func TestRecordedTrust(t *testing.T) {
	t.Parallel()
	values := load(t)
	recorded := values.TrustDeviceToken
	s := newSite(t, twofactor.Config{}, plugintest.Options{Config: betterauth.Config{Secret: values.Secret}})
	s.stored(recorded.UserID, email, "", "", nil)
	if _, err := s.Host.Verifications().Create(t.Context(), recorded.Identifier, recorded.UserID, time.Hour); err != nil {
		t.Fatal(err)
	}
	c := s.Client()
	value := recorded.Token + "!" + recorded.Identifier
	c.SetCookie(cookieTrust, value+"."+s.Host.Sign(value))
	signIn(c).Want(http.StatusOK)
	s.wantSession(c, true)
	// Ours have the same form.
	now := unescaped(t, c.Cookie(cookieTrust))
	token, rest, _ := strings.Cut(now, "!")
	if identifier, _, _ := strings.Cut(rest, "."); len(token) != len(recorded.Token) || len(identifier) != len("trust-device-")+32 {
		t.Errorf("trust cookie %s", now)
	}
}
