package plugins_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/bearer"
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
	"github.com/better-auth-go/better-auth/plugins/onetap"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// Nothing tells a stranger who has an account: what takes an address, a
// username or a user's id answers alike, after the same statements, whether or
// not somebody has it. A new operation without a row fails.
func TestNothingTellsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	for _, site := range discreetSites {
		t.Run(site.name, func(t *testing.T) {
			t.Parallel()
			eachRecorded(t, func(t *testing.T, db *database.DB, ran *statements) {
				s := newDiscreetSite(t, site, db, ran)
				for _, row := range discreetRows {
					if row.only == "" || slices.Contains(strings.Fields(row.only), site.name) {
						t.Run(row.op+", "+row.what, func(t *testing.T) { s.with(t).compare(row) })
					}
				}
			})
		})
	}
}

// Every operation that can be called over HTTP says in a row what it does with
// an address, a username or an id, or that it takes none.
func TestDiscreetRowsAreComplete(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	for _, site := range discreetSites {
		plugins := site.plugins()
		for _, newPlugin := range bundled {
			id := newPlugin().Manifest().ID
			if !slices.ContainsFunc(plugins, func(p betterauth.Plugin) bool { return p.Manifest().ID == id }) {
				t.Errorf("%s does without the plugin %s", site.name, id)
			}
		}
		for _, op := range plugintest.New(t, plugins...).Auth.Operations() {
			if op.Access != betterauth.ServerOnly {
				declared[op.ID] = true
			}
		}
	}
	rows := map[string]bool{}
	for _, row := range discreetRows {
		rows[row.op] = true
	}
	for op := range declared {
		if _, none := takesNobody[op]; none == rows[op] {
			t.Errorf("%s: takesNobody says %v, there is a row: %v; want one of both", op, none, rows[op])
		}
	}
	for op := range rows {
		if !declared[op] {
			t.Errorf("a row for %s, which nobody declares", op)
		}
	}
	for op := range takesNobody {
		if !declared[op] {
			t.Errorf("takesNobody has %s, which nobody declares", op)
		}
	}
}

// discreetSite is an application with all bundled plugins.
type discreetSite struct {
	*plugintest.Kit
	t      *testing.T
	ran    *statements
	name   string
	people *int // how many were made
}

// discreetConfig is how an application is configured.
type discreetConfig struct {
	name          string
	account       account.Config
	emailOTP      emailotp.Config
	emailPassword emailpassword.Config
	verification  emailverification.Config
	magicLink     magiclink.Config
	username      username.Config
	passkey       passkey.Config
	twoFactor     twofactor.Config
}

// resolveClaim believes what a page says, as an application might: "id <id>" or
// "new <address>".
func resolveClaim(_ *betterauth.Ctx, claim string) (passkey.ResolvedUser, error) {
	kind, value, _ := strings.Cut(claim, " ")
	if kind == "id" {
		return passkey.ResolvedUser{ID: value, Name: "claimed"}, nil
	}
	return passkey.ResolvedUser{New: &passkey.NewUser{Name: "Claimed", Email: value}}, nil
}

var openRegistration = passkey.Registration{AllowWithoutSession: true, ResolveUser: resolveClaim}

var discreetSites = []discreetConfig{
	{
		name:     "plain",
		account:  account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}, DeleteUser: account.DeleteUserConfig{Enabled: true}},
		emailOTP: emailotp.Config{ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}},
		passkey:  passkey.Config{Registration: openRegistration},
	},
	{
		name:          "quiet", // signing up makes no session
		account:       account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, ConfirmOldAddress: true}},
		emailOTP:      emailotp.Config{DisableSignUp: true, Resend: emailotp.ResendReuse, SendVerificationOnSignUp: true, ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}},
		emailPassword: emailpassword.Config{DisableAutoSignIn: true},
		magicLink:     magiclink.Config{DisableSignUp: true},
		passkey:       passkey.Config{Registration: openRegistration, UserHandle: passkey.UserHandleStable},
		twoFactor:     twofactor.Config{EveryMethod: true, OTP: twofactor.OTPConfig{Enabled: true}},
	},
	{
		name:          "strict", // addresses have to be verified
		account:       account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, UpdateWithoutVerification: true}},
		emailOTP:      emailotp.Config{OverrideDefaultEmailVerification: true, Storage: betterauth.CodesHashed(), ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}},
		emailPassword: emailpassword.Config{RequireVerifiedEmail: true},
		verification:  emailverification.Config{OnSignUp: emailverification.MailEverybody, SendOnSignIn: true, AutoSignInAfterVerification: true},
		passkey:       passkey.Config{Registration: openRegistration},
	},
}

func (cfg discreetConfig) plugins() []betterauth.Plugin {
	return []betterauth.Plugin{
		account.New(cfg.account), apikey.New(apikey.Config{EnableSessions: true}), bearer.New(bearer.Config{}), emailpassword.New(cfg.emailPassword),
		emailverification.New(cfg.verification), emailotp.New(cfg.emailOTP), admin.New(admin.Config{}),
		haveibeenpwned.New(haveibeenpwned.Config{Disabled: true}), magiclink.New(cfg.magicLink), passkey.New(cfg.passkey),
		twofactor.New(cfg.twoFactor), username.New(cfg.username), expo.New(expo.Config{Schemes: []string{"myapp"}}),
		lastlogin.New(lastlogin.Config{}), social.New(social.Config{Providers: []social.Provider{somewhere()}}), genericoauth.New(genericoauth.Config{}),
		oauthproxy.New(oauthproxy.Config{ProductionURL: "https://example.com"}), onetap.New(onetap.Config{}),
		oauthpopup.New(oauthpopup.Config{}),
	}
}

func newDiscreetSite(t *testing.T, cfg discreetConfig, db *database.DB, ran *statements) *discreetSite {
	t.Helper()
	o := plugintest.Options{DB: db, Plugins: cfg.plugins()}
	o.Config.Password.Hasher = plugintest.FastHasher{}
	o.Config.Session.CookieCache.Enabled = true
	s := &discreetSite{Kit: plugintest.NewWith(t, o), t: t, ran: ran, name: cfg.name, people: new(int)}
	// What has expired is removed now and then; not while somebody compares.
	if _, err := s.Host.Verifications().Create(t.Context(), "first", "", 1); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *discreetSite) with(t *testing.T) *discreetSite {
	with := *s
	with.Kit, with.t = s.Kit.With(t), t
	return &with
}

// person is somebody a stranger asks about, or nobody.
type person struct{ email, username, id, mark string }

// kinds are who has an account, and in what state.
var kinds = map[string]func(user *betterauth.User, login *betterauth.Account){
	"verified":         func(user *betterauth.User, _ *betterauth.Account) { user.EmailVerified = true },
	"unverified":       func(*betterauth.User, *betterauth.Account) {},
	"without password": func(user *betterauth.User, login *betterauth.Account) { user.EmailVerified, login.Password = true, nil },
	"banned": func(user *betterauth.User, _ *betterauth.Account) {
		user.EmailVerified = true
		user.Extra.SetValue("banned", true)
	},
	"with a second step": func(user *betterauth.User, _ *betterauth.Account) {
		user.EmailVerified = true
		twofactor.Enabled.Set(user, true)
	},
}

// nobody is a new person without an account; all their data have one length.
func (s *discreetSite) nobody() person {
	*s.people++
	mark := fmt.Sprintf("p%04d", *s.people)
	return person{email: mark + "@example.com", username: "name_" + mark, id: strings.Repeat("x", 27) + mark, mark: mark}
}

// somebody is a new person with an account, and a passkey that nobody can use.
func (s *discreetSite) somebody(kind func(user *betterauth.User, login *betterauth.Account)) person {
	s.t.Helper()
	p := s.nobody()
	hash, err := s.Host.Hasher().Hash(s.t.Context(), adasPassword)
	if err != nil {
		s.t.Fatal(err)
	}
	user := &betterauth.User{ID: p.id, Name: "Somebody", Email: p.email}
	login := &betterauth.Account{UserID: p.id, AccountID: p.id, ProviderID: betterauth.ProviderCredential, Password: &hash}
	username.Name.Set(user, p.username)
	kind(user, login)
	if err := s.Users().Create(s.t.Context(), user); err != nil {
		s.t.Fatal(err)
	}
	if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(s.t.Context(), login); err != nil {
		s.t.Fatal(err)
	}
	key := &passkey.Passkey{ID: keyOf(p), UserID: p.id, CredentialID: "credential-of-" + p.mark, PublicKey: "none", DeviceType: "singleDevice"}
	if err := plugintest.StoreOf[passkey.Passkey](s.Kit).Create(s.t.Context(), key); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// told is all that a stranger sees of an answer, and what it took to make.
type told struct{ answer, work string }

// random is what is another one for each answer: the values of cookies, tokens
// and challenges, and ids that are made.
var random = regexp.MustCompile(`(Set-Cookie: [^=]+=|Set-Auth-Token: |"(?:challenge|id|token)":")[^;"\n]+`)

// ask is a stranger's question about p, from a browser of their own.
func (s *discreetSite) ask(row discreetRow, p person) told {
	s.t.Helper()
	c := s.Client()
	if row.signedIn {
		c = s.SignedIn("stranger-" + p.mark + "@example.net")
	}
	if row.before != nil {
		row.before(s, c, p)
	}
	s.Mails()
	s.ran.take()
	answer := row.ask(s, c, p)
	work := strings.Join(s.ran.take(), "\n")
	if answer.Status >= http.StatusInternalServerError {
		s.t.Errorf("%d %s", answer.Status, answer.Body)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", answer.Status)
	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		for _, value := range answer.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	b.Write(answer.Body)
	text := strings.NewReplacer(p.id, "<id>", p.email, "<email>", p.username, "<username>", p.mark, "<mark>").Replace(b.String())
	return told{random.ReplaceAllString(text, "${1}<random>"), work}
}

// compare asks about nobody and about everybody there may be.
func (s *discreetSite) compare(row discreetRow) {
	s.t.Helper()
	nobody := s.ask(row, s.nobody())
	differs := false
	for kind, of := range kinds {
		if s.DB.Engine() == database.Postgres && kind != "verified" && kind != "unverified" {
			continue // who somebody is makes no difference between engines, and this one takes long
		}
		got := s.ask(row, s.somebody(of))
		if got.answer != nobody.answer {
			differs = true
			if row.tells == "" {
				s.t.Errorf("%s is told:\n%s\nnobody is:\n%s", kind, got.answer, nobody.answer)
			}
		}
		if got.work != nobody.work {
			differs = true
			if row.tells == "" && row.works == "" {
				s.t.Errorf("%s takes:\n%s\nnobody takes:\n%s", kind, got.work, nobody.work)
			}
		}
	}
	if !differs && row.tells+row.works != "" {
		s.t.Errorf("the row says that it may differ, and it does not: %s%s", row.tells, row.works)
	}
}
