package plugins_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
	"github.com/better-auth-go/better-auth/plugins/lastlogin"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// aClient is a client at a provider.
var aClient = oauth.Client{ID: "client"}

func generic(providers ...genericoauth.Provider) wrong {
	return wrong{plugins: []betterauth.Plugin{social.New(social.Config{}), genericoauth.New(genericoauth.Config{Providers: providers})}}
}

// wrong is an application whose settings a plugin refuses.
type wrong struct {
	config   betterauth.Config
	noMailer bool
	anyHost  bool // no base URL
	plugins  []betterauth.Plugin
}

// Every problem that a bundled plugin finds is in testdata/problems.golden, to be
// read as a developer meets it: what is wrong, in which plugin and field, and what to
// do. That none is missing there, and that each says a remedy, internal/layout checks.
func TestProblemsAreAsRecorded(t *testing.T) {
	t.Parallel()
	found := map[string]error{}
	for name, w := range wrongSettings() {
		found[name] = w.build(t)
	}
	maps.Copy(found, wrongCalls(t))
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if found[name] == nil {
			t.Errorf("%s: nothing is wrong", name)
			continue
		}
		writeProblems(&text, name, found[name])
	}
	file := filepath.Join("testdata", "problems.golden")
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, now := strings.Split(string(recorded), "\n"), strings.Split(text.String(), "\n")
	for _, line := range before {
		if !slices.Contains(now, line) {
			t.Errorf("no longer said: %s", line)
		}
	}
	for _, line := range now {
		if !slices.Contains(before, line) {
			t.Errorf("not recorded: %s", line)
		}
	}
	if string(recorded) != text.String() {
		t.Errorf("plugins/%s is stale: run go test ./plugins -run TestProblemsAreAsRecorded -update and read the difference", file)
	}
}

func (w wrong) build(t *testing.T) error {
	t.Helper()
	if !w.anyHost {
		_, err := plugintest.Build(t, plugintest.Options{Config: w.config, NoMailer: w.noMailer, Plugins: w.plugins})
		return err
	}
	w.config.Secret, w.config.Schema = plugintest.Secret, betterauth.SchemaMigrate
	w.config.Mailer = betterauth.MailerFunc(func(context.Context, *betterauth.Message) error { return nil })
	auth, err := betterauth.New(w.config).Database(databasetest.SQLiteMemory(t)).Plugin(w.plugins...).Build(t.Context())
	if err == nil {
		err = auth.Close(t.Context())
	}
	return err
}

// writeProblems writes the problems of an error, each on a line that begins with
// one tab; what goes on below it begins with two.
func writeProblems(out *strings.Builder, name string, err error) {
	texts := []string{err.Error()}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		texts = nil
		for _, one := range joined.Unwrap() {
			texts = append(texts, one.Error())
		}
	}
	for i := range texts { // which of the two the JSON library writes is random by process
		texts[i] = strings.ReplaceAll(texts[i], "unable to marshal", "cannot marshal")
	}
	slices.Sort(texts) // some are found in no order
	fmt.Fprintln(out, name)
	for _, text := range texts {
		fmt.Fprintf(out, "\t%s\n", strings.ReplaceAll(text, "\n", "\n\t\t"))
	}
}

// wrongSettings are by the plugin's folder, and what is wrong. Only what is recorded
// below a folder's name counts as provoked for that folder.
func wrongSettings() map[string]wrong {
	with := func(plugins ...betterauth.Plugin) wrong { return wrong{plugins: plugins} }
	unmailed := func(plugins ...betterauth.Plugin) wrong { return wrong{noMailer: true, plugins: plugins} }
	anyHost := func(plugins ...betterauth.Plugin) wrong { return wrong{anyHost: true, plugins: plugins} }
	keys := func(c passkey.Config) wrong {
		return wrong{config: betterauth.Config{BaseURL: "https://example.com"}, plugins: []betterauth.Plugin{passkey.New(c)}}
	}
	attested := func(a passkey.Attestation) wrong { return keys(passkey.Config{Attestation: a}) }
	trusting := func(base, trusted string) wrong {
		return wrong{config: betterauth.Config{BaseURL: base, TrustedOrigins: []string{trusted}}, plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}}
	}
	const model = "12345678-9abc-def0-1234-56789abcdef0"
	text := func(_ context.Context, s string) (string, error) { return s, nil }
	same := func(s string) string { return s }
	all := func(string) bool { return true }
	links := func() betterauth.Plugin { return emailverification.New(emailverification.Config{}) }
	passwords := func() betterauth.Plugin { return emailpassword.New(emailpassword.Config{}) }
	return map[string]wrong{
		"account: any host":               anyHost(links(), account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true, MailToken: true}})),
		"account: deletion, no mailer":    unmailed(account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true, MailToken: true}})),
		"account: address, no mailer":     unmailed(links(), account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}})),
		"account: negative life":          with(account.New(account.Config{DeleteUser: account.DeleteUserConfig{TokenTTL: -1}})),
		"account: nobody changes address": with(account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}})),

		"access: misspelt action":  with(admin.New(admin.Config{Roles: map[string]access.Role{"admin": admin.AdminRole, "user": admin.Control.NewRole(access.Statements{"session": {"lsit"}, "user": {"lsit"}})}})),
		"admin: misspelt action":   with(admin.New(admin.Config{Roles: map[string]access.Role{"admin": admin.AdminRole, "user": admin.Control.NewRole(access.Statements{"user": {"lsit"}})}})),
		"admin: no default role":   with(admin.New(admin.Config{DefaultRole: "member"})),
		"admin: no admin role":     with(admin.New(admin.Config{AdminRoles: []string{"Admin"}})),
		"admin: negative duration": with(admin.New(admin.Config{DefaultBanDuration: -1, ImpersonationDuration: -1})),

		"apikey: lengths": with(apikey.New(apikey.Config{KeyLength: 8, MinPrefixLength: 40, MinNameLength: 40, Prefix: "a b", StartLength: 60,
			RateLimit: apikey.RateLimit{Window: 1000 * time.Hour}, Expiry: apikey.Expiry{Max: time.Hour}})),
		"apikey: several of one name": with(apikey.New(apikey.Config{ConfigID: "a"}, apikey.Config{ConfigID: "a"})),
		"apikey: several, unnamed":    with(apikey.New(apikey.Config{}, apikey.Config{ConfigID: "other"})),

		"emailotp: no mailer": unmailed(links(), emailotp.New(emailotp.Config{SendVerificationOnSignUp: true, OverrideDefaultEmailVerification: true, ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}})),
		"emailotp: numbers":   with(emailotp.New(emailotp.Config{CodeLength: 3, ExpiresIn: -1, AllowedAttempts: -1, Resend: "never"})),
		"emailotp: limit":     with(emailotp.New(emailotp.Config{RateLimit: betterauth.Rule{Max: -1}})),
		"emailotp: storage":   with(emailotp.New(emailotp.Config{Storage: betterauth.CodesHashedBy(nil)})),

		"emailpassword: any host":            anyHost(passwords()),
		"emailpassword: numbers":             with(emailpassword.New(emailpassword.Config{MinLength: 9, MaxLength: 3, ResetTTL: -1})),
		"emailpassword: verified, no mailer": unmailed(emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true}), links()),
		"emailpassword: verified by nothing": with(emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true})),

		"emailverification: on sign-up":     with(emailverification.New(emailverification.Config{OnSignUp: "sometimes"})),
		"emailverification: any host":       anyHost(links()),
		"emailverification: life":           with(emailverification.New(emailverification.Config{ExpiresIn: time.Millisecond})),
		"emailverification: no mailer":      unmailed(emailverification.New(emailverification.Config{OnSignUp: emailverification.MailEverybody, SendOnSignIn: true})),
		"emailverification: replaced twice": with(links(), emailotp.New(emailotp.Config{OverrideDefaultEmailVerification: true}), &replacing{}),

		"expo: no scheme":             with(expo.New(expo.Config{})),
		"expo: schemes":               with(expo.New(expo.Config{Schemes: []string{"my app", "https", "exp"}})),
		"expo: authorization origins": with(expo.New(expo.Config{Schemes: []string{"myapp"}, AuthorizationOrigins: []string{"http://a.example"}})),

		"haveibeenpwned: numbers and paths": with(passwords(), haveibeenpwned.New(haveibeenpwned.Config{Timeout: -1, Paths: []string{"sign-up"}})),
		"haveibeenpwned: plain http":        with(passwords(), haveibeenpwned.New(haveibeenpwned.Config{URL: "http://range.example"})),
		"haveibeenpwned: no URL":            with(passwords(), haveibeenpwned.New(haveibeenpwned.Config{URL: "://"})),

		"genericoauth: back channel": generic(genericoauth.Provider{ID: "a", Client: aClient, Issuer: "https://a.example", BackChannelLogout: true,
			Subject: func(context.Context, *oauth.Grant, *oauth.Profile) (string, error) { return "", nil }}),
		"genericoauth: no provider":  generic(genericoauth.Provider{ID: "a"}, genericoauth.Okta("", aClient), genericoauth.Auth0("a b", aClient), genericoauth.MicrosoftEntraID("common", aClient)),
		"genericoauth: discovery":    generic(genericoauth.Provider{ID: "a", Client: aClient, Issuer: "http://a.example"}, genericoauth.Provider{ID: "b", Client: aClient, DiscoveryURL: "https://a.example/b"}, genericoauth.Provider{ID: "c", Client: aClient, DiscoveryURL: "b"}),
		"genericoauth: keys":         generic(genericoauth.Provider{ID: "a", Client: aClient, KeysURL: "https://a.example"}, genericoauth.Provider{ID: "b", Client: aClient, Issuer: "https://a.example", DiscoveryURL: "https://a.example/.well-known/openid-configuration", KeysURL: "https://a.example"}, genericoauth.Provider{ID: "c", Client: aClient, RequireIDToken: true}),
		"genericoauth: endpoints":    generic(genericoauth.Provider{ID: "a", Client: aClient, UserInfoURL: "b"}),
		"genericoauth: without them": with(social.New(social.Config{}), genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{{ID: "a", Client: aClient, UserInfoURL: "https://a.example"}}})),
		"genericoauth: no social":    with(genericoauth.New(genericoauth.Config{})),
		"oauthpopup: no social":      with(oauthpopup.New(oauthpopup.Config{})),
		"oauthproxy: settings":       with(social.New(social.Config{}), oauthproxy.New(oauthproxy.Config{ProductionURL: "a", CurrentURL: "http://a.example", Secret: "short", MaxAge: -1})),
		"oauthproxy: any host":       anyHost(social.New(social.Config{}), oauthproxy.New(oauthproxy.Config{ProductionURL: "https://a.example"})),
		"oauthproxy: no social":      with(oauthproxy.New(oauthproxy.Config{})),

		"social: addresses": with(social.New(social.Config{Providers: []social.Provider{{Client: aClient},
			social.Google(social.Client{ID: "a", Secret: "a", RedirectURI: "/callback", AuthorizeURL: "a.example"})}})),
		"social: negative age": with(social.New(social.Config{StepUpMaxAge: -1})),
		"social: providers": with(social.New(social.Config{Linking: social.Linking{Disabled: true, TrustedProviders: []string{"a"}}, Providers: []social.Provider{
			{ID: "a/b"}, {ID: "credential", Client: aClient, AuthorizeURL: "a", TokenURL: "b", Nonce: true}, {ID: "c"}, {ID: "c"}}})),
		"social: told by nobody": with(social.New(social.Config{Providers: []social.Provider{{ID: "a", Client: aClient, AuthorizeURL: "https://a.example", TokenURL: "https://a.example",
			User: oauth.OpenIDUser("https://a.example", "id"), BackChannelLogout: true}}})),
		"social: an id twice": with(social.New(social.Config{Providers: []social.Provider{social.Google(aClient)}}), genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{
			{ID: "google", Client: aClient, AuthorizeURL: "https://a.example", TokenURL: "https://a.example", UserInfoURL: "https://a.example"}}})),

		"lastlogin: cookie":    with(lastlogin.New(lastlogin.Config{CookieName: "a b", MaxAge: -1})),
		"magiclink: any host":  anyHost(magiclink.New(magiclink.Config{})),
		"magiclink: life":      with(magiclink.New(magiclink.Config{ExpiresIn: -1})),
		"magiclink: no mailer": unmailed(magiclink.New(magiclink.Config{})),

		"passkey: choices": keys(passkey.Config{UserVerification: "maybe", ResidentKey: "maybe", BackupEligibility: "maybe", CloneDetection: "maybe", UserHandle: "maybe",
			AuthenticatorAttachment: "pocket", Hints: []string{"phone"}}),
		"passkey: numbers":    keys(passkey.Config{ChallengeTTL: -1, ProofTTL: -1, MaxPerUser: -1, MinRSABits: 1024}),
		"passkey: algorithms": keys(passkey.Config{Algorithms: []int64{-7, -7, -65535}}),
		"passkey: without effect": keys(passkey.Config{AllowUnknownTopOrigin: true, AllowInsecureUnverifiedAssertion: true,
			Registration: passkey.Registration{ResolveUser: func(*betterauth.Ctx, string) (passkey.ResolvedUser, error) { return passkey.ResolvedUser{}, nil }}}),
		"passkey: insecure elsewhere":        keys(passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true}),
		"passkey: RP ID of an address":       {config: betterauth.Config{BaseURL: "http://127.0.0.1:3000"}, plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}},
		"passkey: RP ID with a scheme":       keys(passkey.Config{RPID: "https://example.com"}),
		"passkey: RP ID of a public suffix":  keys(passkey.Config{RPID: "co.uk"}),
		"passkey: RP ID of one label":        keys(passkey.Config{RPID: "intranet"}),
		"passkey: RP ID of another domain":   keys(passkey.Config{RPID: "example.org"}),
		"passkey: plain http":                {config: betterauth.Config{BaseURL: "http://example.com"}, plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}},
		"passkey: origins":                   keys(passkey.Config{Origins: []string{"https://example.com/path", "android:apk-key-hash:abc", "android:com.example", "http://example.com"}}),
		"passkey: trusted, beside":           trusting("https://api.example.com", "https://app.example.com"),
		"passkey: trusted, an address":       trusting("http://localhost:3000", "http://127.0.0.1:5173"),
		"passkey: trusted, without https":    trusting("https://example.com", "http://app.example.com"),
		"passkey: top origins":               keys(passkey.Config{TopOrigins: []string{"https://partner.example/shop", "http://partner.example"}}),
		"passkey: related":                   keys(passkey.Config{RelatedOrigins: []string{"https://www.example.com", "https://co.uk", "http://example.de"}}),
		"passkey: related, too many":         keys(passkey.Config{RelatedOrigins: []string{"https://a.example", "https://b.co.uk", "https://c.co.uk", "https://d.example", "https://e.example", "https://f.example"}}),
		"passkey: related, no RP ID":         keys(passkey.Config{RPID: "intranet", RelatedOrigins: []string{"https://a.example"}}),
		"passkey: pages":                     keys(passkey.Config{Pages: passkey.Pages{Enroll: "account", Manage: "/account"}}),
		"passkey: providers":                 keys(passkey.Config{Providers: map[string]passkey.ProviderInfo{"nobody": {}, model: {IconDark: "https://example.com/i.png"}}}),
		"passkey: extensions":                keys(passkey.Config{Extensions: passkey.Extensions{Registration: map[string]any{"x": func() {}}}}),
		"passkey: attestation":               attested(passkey.Attestation{Conveyance: "all", Formats: []string{"homemade"}, DenyAAGUIDs: []string{"YubiKey"}, AllowAAGUIDs: []string{model}}),
		"passkey: attestation, none asked":   attested(passkey.Attestation{Roots: []*x509.Certificate{nil}}),
		"passkey: attestation, both anchors": attested(passkey.Attestation{Conveyance: "direct", AllowSelfDeclaredAAGUIDs: true, Metadata: passkey.MetadataFromURL("https://mds.example")}),
		"passkey: metadata, plain http":      attested(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromURL("http://mds.example")}),
		"passkey: metadata from nowhere":     attested(passkey.Attestation{Conveyance: "direct", Metadata: &passkey.Metadata{}}),
		"passkey: metadata of no BLOB":       attested(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromBLOB([]byte("x"))}),
		"passkey: metadata of no file":       attested(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromFile("/nowhere/blob.jwt")}),

		"twofactor: methods":    with(twofactor.New(twofactor.Config{EveryMethod: true, Methods: []string{"email"}})),
		"twofactor: no methods": with(twofactor.New(twofactor.Config{Methods: []string{}})),
		"twofactor: no mailer":  unmailed(twofactor.New(twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true}})),
		"twofactor: storage":    with(twofactor.New(twofactor.Config{OTP: twofactor.OTPConfig{Storage: betterauth.CodesHashedBy(nil)}, Backup: twofactor.BackupConfig{Storage: betterauth.CodesHashed()}})),
		"twofactor: half a storage": with(twofactor.New(twofactor.Config{OTP: twofactor.OTPConfig{Storage: betterauth.CodesEncryptedBy(text, nil)},
			Backup: twofactor.BackupConfig{Storage: betterauth.CodesEncryptedBy(nil, text)}})),
		"twofactor: numbers": with(twofactor.New(twofactor.Config{ChallengeTTL: -1, TrustTTL: -1, TOTP: twofactor.TOTPConfig{Digits: 9, Period: 1500 * time.Millisecond},
			OTP: twofactor.OTPConfig{TTL: -1, Digits: 11, Attempts: -1}, Backup: twofactor.BackupConfig{Amount: -1, Length: 4}, Lockout: twofactor.LockoutConfig{Attempts: -1, Duration: -1}})),

		"username: lengths":        with(passwords(), username.New(username.Config{MinLength: 40})),
		"username: no passwords":   with(username.New(username.Config{})),
		"username: without effect": with(passwords(), username.New(username.Config{DisableNormalization: true, Normalize: same, DisableDisplayUsername: true, ValidateDisplay: all, NormalizeDisplay: same})),
	}
}

// replacing is a plugin that replaces links as the bundled one does.
type replacing struct {
	links interface {
		ReplaceLinks(mail emailverification.MailCode) error
	}
}

func (p *replacing) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "replacing", Needs: []betterauth.Dependency{betterauth.Need(&p.links)}, OrderAfter: []string{"email-otp"}}
}

func (p *replacing) Init(context.Context, *betterauth.Host) error {
	return p.links.ReplaceLinks(func(*betterauth.Ctx, *betterauth.User, string, bool) error { return nil })
}

// wrongCalls are what applications pass to functions of plugins, or return to them,
// and the errors that their developers find in the log.
func wrongCalls(t *testing.T) map[string]error {
	t.Helper()
	found := map[string]error{}
	_, found["passkey: fingerprint"] = passkey.AndroidOrigin("14:6D:E9")
	roles := admin.New(admin.Config{Roles: map[string]access.Role{"admin": admin.AdminRole, "user": admin.UserRole}})
	kit := plugintest.New(t, roles)
	for name, require := range map[string]betterauth.Requirement{
		"admin: no role required":         roles.RequireRole(),
		"admin: unknown role required":    roles.RequireRole("admin", "manger"),
		"admin: no action required":       roles.RequirePermission("user"),
		"admin: misspelt action required": roles.RequirePermission("user", "delet"),
	} {
		found[name] = require(httptest.NewRequest(http.MethodGet, "/", nil), &betterauth.Identity{User: kit.SignedIn("ada@example.com").User})
	}
	for name, user := range map[string]passkey.ResolvedUser{
		"nobody":          {},
		"two users":       {ID: "someone", New: &passkey.NewUser{Name: "Ada"}},
		"a user unnamed":  {New: &passkey.NewUser{}},
		"no mail address": {New: &passkey.NewUser{Name: "Ada", Email: "nonsense"}},
		"no UTF-8":        {ID: "someone", Name: "A\xff"},
	} {
		kit := plugintest.New(t, passkey.New(passkey.Config{Registration: passkey.Registration{AllowWithoutSession: true,
			ResolveUser: func(*betterauth.Ctx, string) (passkey.ResolvedUser, error) { return user, nil }}}))
		kit.Client().Get("/passkey/generate-register-options?context=x").WantError(passkey.ErrResolvedUserInvalid)
		found["passkey: resolved, "+name] = loggedCause(t, kit)
	}
	kit = plugintest.New(t, magiclink.New(magiclink.Config{GenerateToken: func(context.Context, string) (string, error) { return "", nil }}))
	kit.Client().Post("/sign-in/magic-link", map[string]any{"email": "ada@example.com"}).WantError(betterauth.ErrInternal)
	found["magiclink: empty token"] = loggedCause(t, kit)
	kit = plugintest.New(t, apikey.New(apikey.Config{Generate: func(context.Context, int, string) (string, error) { return "short", nil }}))
	kit.SignedIn("ada@example.com").Post("/api-key/create", map[string]any{}).WantError(betterauth.ErrInternal)
	found["apikey: short key"] = loggedCause(t, kit)
	kit = plugintest.New(t, twofactor.New(twofactor.Config{AllowPasswordless: true, Backup: twofactor.BackupConfig{Generate: func() ([]string, error) { return []string{"--"}, nil }}}))
	kit.SignedIn("ada@example.com").Post("/two-factor/enable", map[string]any{}).WantError(betterauth.ErrInternal)
	found["twofactor: code of hyphens"] = loggedCause(t, kit)
	return found
}

var causes = regexp.MustCompile(`(?:error|cause|err)=("(?:[^"\\]|\\.)*"|\S+)`)

// loggedCause is the error that the log shows last.
func loggedCause(t *testing.T, kit *plugintest.Kit) error {
	t.Helper()
	all := causes.FindAllStringSubmatch(kit.Log.String(), -1)
	if len(all) == 0 {
		t.Fatalf("no error is logged: %s", kit.Log)
	}
	text := all[len(all)-1][1]
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	return errors.New(text)
}
